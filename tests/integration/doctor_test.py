"""`scarbon doctor` on a real slurmctld, and what it warns of: a plugin built for another release of
Slurm, which slurmctld refuses to start with. docs/upgrade.md quotes the messages asserted here."""

import json
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import unittest

from private_slurm import (
    CLEAN_OSLO, PLUGIN, SCARBON, SCARBOND, SLURMCTLD, PrivateSlurmTest, has_ended, slurm_release,
    wait_until,
)


def release_of(plugin):
    """(offset of plugin_version in the file, its value); nm and readelf find it."""
    symbols = subprocess.run(["nm", "-D", plugin], capture_output=True, text=True, check=True).stdout
    address = int(re.search(r"^(\w+) \w plugin_version$", symbols, re.M).group(1), 16)
    sections = subprocess.run(
        ["readelf", "-S", "-W", plugin], capture_output=True, text=True, check=True
    ).stdout
    for start, offset, size in re.findall(r"PROGBITS\s+(\w+) (\w+) (\w+)", sections):
        start, offset, size = (int(number, 16) for number in (start, offset, size))
        if start <= address < start + size:
            place = address - start + offset
            return place, struct.unpack_from("<I", plugin.read_bytes(), place)[0]
    raise AssertionError(f"{plugin} has no plugin_version")


def name_of(number):
    return f"{number >> 16}.{number >> 8 & 0xFF:02}.{number & 0xFF}"


class DoctorTest(PrivateSlurmTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plugin = cls.plugins / PLUGIN
        cls.good = cls.plugin.read_bytes()
        cls.place, number = release_of(cls.plugin)
        cls.release, cls.next_release = name_of(number), name_of(number + 1)

    def setUp(self):
        config = self.write_config({"mode": "enforce"}, CLEAN_OSLO)
        self.scarbond = subprocess.Popen(
            [SCARBOND, "--config", str(config)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(self.scarbond.wait)
        self.addCleanup(self.scarbond.terminate)
        self.hurt = False  # must be repaired before the next test
        self.conf = (self.slurm / "slurm.conf").read_text()
        wait_until(lambda: self.doctor()[0] == 0, 20, "an installation without an error")

    def tearDown(self):
        if self.hurt:
            self.heal()
        super().tearDown()

    def doctor(self, *arguments, config=None):
        """The exit code, and the lines: "result: subject: fact"."""
        config = config or self.folder / "carbon.json"
        done = self.run_command(SCARBON, "doctor", "--json", "--config", str(config), *arguments)
        self.assertEqual(done.stderr, "")
        checks = json.loads(done.stdout)["checks"]
        return done.returncode, [f"{c['result']}: {c['subject']}: {c['fact']}" for c in checks]

    def assert_places_jobs(self):
        """Once the queue has been looked at since slurmctld took charge."""
        wait_until(lambda: self.submit()[1]["Partition"] == "oslo", 20, "jobs are placed")

    def install(self, data, folder=None):
        """As package managers do: a slurmctld that runs keeps the file that it has."""
        new = (folder or self.plugins) / "new"
        new.write_bytes(data)
        new.rename((folder or self.plugins) / PLUGIN)

    def install_other_release(self, folder=None):
        number = struct.unpack_from("<I", self.good, self.place)[0] + 1
        data = bytearray(self.good)
        struct.pack_into("<I", data, self.place, number)
        self.install(bytes(data), folder)

    def set_conf(self, text):
        (self.slurm / "slurm.conf").write_text(text)

    def heal(self):
        self.install(self.good)
        self.set_conf(self.conf)
        self.private_slurm("restart-controller")
        wait_until(lambda: self.doctor()[0] == 0, 20, "an installation without an error again")

    def assert_does_not_start(self, *messages):
        """`messages`: what slurmctld says on the way, in this order."""
        pid = self.controller_pid()
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: has_ended(pid), 20, "slurmctld stopped")
        start = len(self.controller_log())
        environment = dict(self.environment)
        if preload := os.environ.get("PRIVATE_SLURMCTLD_PRELOAD"):
            environment["LD_PRELOAD"] = preload
        done = subprocess.run(
            [SLURMCTLD, "-D"],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(done.returncode, 1, done.stderr)
        log = self.controller_log()[start:]
        position = 0
        for message in messages:
            self.assertIn(message, log[position:], log)
            position = log.index(message, position) + len(message)

    def test_all_is_well(self):
        code, lines = self.doctor()
        self.assertEqual(code, 0)
        pid = self.controller_pid()
        for line in (
            f"ok: plugin: {self.plugin}: is built for Slurm {self.release}",
            "ok: JobSubmitPlugins: carbon",
            f"ok: plugin loaded: {self.plugin}",
            f"ok: snapshot folder: {self.snapshot}, for both scarbond and slurmctld",
            "ok: forecasts: usable for 3 zones",
            "ok: pools: jobs may be moved to 3 of 3",
        ):
            self.assertIn(line, lines)
        self.assertTrue(
            any(
                line.startswith(f"ok: slurmctld: pid {pid}, ")
                and line.endswith(f", Slurm {self.release}")
                for line in lines
            ),
            lines,
        )
        self.assertIn(f"pid {self.scarbond.pid}, ", "\n".join(lines))
        self.assertRegex("\n".join(lines),
                         rf"(?m)^ok: scarbond installed: {SCARBOND}, with /.*/libslurm\.so\.\d+$")

    def test_before_an_upgrade(self):
        code, lines = self.doctor("--slurm-version", self.next_release)
        self.assertEqual(code, 1)
        self.assertIn(
            f"error: plugin: {self.plugin}: is built for Slurm {self.release}: "
            f"slurmctld {self.next_release} will not start with it",
            lines,
        )

    def test_plugin_of_another_release(self):
        self.hurt = True
        self.install_other_release()
        error = (
            f"error: plugin: {self.plugin}: is built for Slurm {self.next_release}: "
            f"slurmctld {self.release} will not start with it"
        )
        # Reported while everything still works.
        code, lines = self.doctor()
        self.assertEqual(code, 1)
        self.assertIn(error, lines)
        self.assertIn(
            f"warning: plugin loaded: {self.plugin}: was replaced since slurmctld loaded it", lines
        )
        self.assert_places_jobs()

        self.assert_does_not_start(
            f"Incompatible Slurm plugin {self.plugin} version ({self.next_release})",
            # A debug message from 25.11 on.
            *["error: cannot find job_submit plugin for job_submit/carbon"][slurm_release() >= (25, 11):],
            "error: cannot create job_submit context for job_submit/carbon",
            "fatal: failed to initialize job_submit plugin",
        )
        # And while slurmctld is down.
        code, lines = self.doctor()
        self.assertEqual(code, 1)
        self.assertEqual([line for line in lines if line.startswith("error")], [error])
        self.assertIn("warning: slurmctld: does not run on this machine", lines)

        # With the right plugin, or without any, it may be started.
        self.install(self.good)
        self.assertEqual(self.doctor()[0], 0)

    def test_plugin_of_another_release_in_the_only_folder(self):
        self.hurt = True
        alone = self.folder / "alone"
        alone.mkdir()
        system = re.search(r"^PluginDir=.*:(.*)$", self.conf, re.M).group(1)
        for plugin in pathlib.Path(system).iterdir():
            (alone / plugin.name).symlink_to(plugin)
        self.install_other_release(alone)
        self.set_conf(re.sub(r"^PluginDir=.*$", f"PluginDir={alone}", self.conf, flags=re.M))
        self.assertEqual(self.doctor()[0], 1)
        self.assert_does_not_start(
            f"Incompatible Slurm plugin {alone / PLUGIN} version ({self.next_release})",
            "error: Couldn't load specified plugin name for job_submit/carbon: "
            "Incompatible plugin version",
            "fatal: failed to initialize job_submit plugin",
        )

    def test_an_older_copy_in_front_is_passed_over(self):
        self.hurt = True
        front = self.folder / "front"
        front.mkdir()
        self.install_other_release(front)
        self.set_conf(self.conf.replace("PluginDir=", f"PluginDir={front}:"))
        self.private_slurm("restart-controller")
        wait_until(lambda: self.doctor()[0] == 0, 20, "warnings only")
        lines = self.doctor()[1]
        self.assertIn(
            f"warning: plugin: {front / PLUGIN}: is built for Slurm {self.next_release}: "
            f"slurmctld {self.release} skips it",
            lines,
        )
        self.assertIn(f"ok: plugin loaded: {self.plugin}", lines)
        self.assert_places_jobs()

    def test_a_slurmctld_that_was_started_before_the_plugin_was_named(self):
        self.hurt = True
        self.set_conf(self.conf.replace("JobSubmitPlugins=carbon\n", ""))
        self.private_slurm("restart-controller")
        self.set_conf(self.conf)
        # A fault that a restart repairs is not an error: the advice is to restart if there is none.
        code, lines = self.doctor()
        self.assertEqual(code, 0, lines)
        self.assertIn(
            f"warning: plugin loaded: slurmctld, pid {self.controller_pid()}, has not loaded the "
            "plugin yet",
            lines,
        )

    def test_reconfigure_with_a_plugin_of_another_release(self):
        if slurm_release() >= (23, 2):
            self.skipTest("22.05 only: later releases behave as docs/upgrade.md says")
        self.hurt = True
        self.set_conf(self.conf.replace("JobSubmitPlugins=carbon\n", ""))
        self.private_slurm("restart-controller")
        self.assertEqual(self.sbatch().code, 0)
        code, lines = self.doctor()
        self.assertEqual(code, 1)
        self.assertIn("error: JobSubmitPlugins: is not set", lines)
        self.assertIn(
            f"error: plugin loaded: slurmctld, pid {self.controller_pid()}, has not loaded the plugin",
            lines,
        )

        self.install_other_release()
        self.set_conf(self.conf)
        self.assertEqual(self.doctor()[0], 1)
        self.assertEqual(self.run_command("scontrol", "reconfigure").returncode, 0)
        # slurmctld continues, and accepts no more jobs.
        answer = self.sbatch()
        self.assertEqual(answer.code, 1)
        self.assertIn("Batch job submission failed: Unspecified error", answer.stderr)
        code, lines = self.doctor()
        self.assertEqual(code, 1)
        self.assertTrue(any(line.startswith("error: plugin loaded: ") for line in lines), lines)

    def test_a_slurmctld_that_cannot_reconfigure_itself_continues(self):
        if slurm_release() < (23, 11):
            self.skipTest("from 23.11 on: earlier releases load no plugin anew")
        self.hurt = True
        pid = self.controller_pid()
        start = len(self.controller_log())
        self.install_other_release()
        self.run_command("scontrol", "reconfigure")
        wait_until(
            lambda: "Resuming operation, reconfigure failed." in self.controller_log()[start:],
            20, "slurmctld gives up the reconfigure",
        )
        self.assertEqual(self.controller_pid(), pid)
        self.assert_places_jobs()
        code, lines = self.doctor()
        self.assertEqual(code, 1)
        self.assertIn(
            f"error: plugin: {self.plugin}: is built for Slurm {self.next_release}: "
            f"slurmctld {self.release} will not start with it",
            lines,
        )

    def test_slurmctld_looks_elsewhere(self):
        config = json.loads((self.folder / "carbon.json").read_text())
        config["paths"]["snapshot"] = str(self.folder / "elsewhere")
        other = self.folder / "other.json"
        other.write_text(json.dumps(config))
        code, lines = self.doctor(config=other)
        self.assertEqual(code, 1)
        self.assertIn(
            f"error: snapshot folder: scarbond publishes to {self.folder / 'elsewhere'}, "
            f"but slurmctld reads {self.snapshot}",
            lines,
        )

    @unittest.skipUnless(os.geteuid() == 0, "root is needed to become somebody else")
    def test_asked_by_an_ordinary_user(self):
        program = self.folder / "scarbon"
        shutil.copy(SCARBON, program)
        program.chmod(0o755)
        done = self.run_command(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            program, "doctor", "--json", "--config", str(self.folder / "carbon.json"),
        )
        checks = json.loads(done.stdout)["checks"]
        facts = {check["subject"]: check for check in checks}
        self.assertEqual(facts["plugin loaded"]["result"], "warning")
        self.assertEqual(facts["plugin loaded"]["advice"], "run scarbon doctor as root")
        self.assertEqual(facts["folders"]["result"], "warning")
        # The lock is its user's alone.
        self.assertEqual(facts["scarbond"]["advice"], "run scarbon doctor as root")
        self.assertEqual(facts["plugin"]["result"], "ok")
        self.assertEqual(done.returncode, 0, checks)


if __name__ == "__main__":
    unittest.main()
