"""The units of scarbond and scarbond-fetch as they are installed: they start what was installed with them, systemd
takes every line of them, and they leave the programs little to harm."""

import os
import pathlib
import re
import shutil
import unittest

from fake_slurm import CMAKE, FakeSlurmTest

BUILD = pathlib.Path(os.environ["CARBON_BUILD"])
ANALYZE = shutil.which("systemd-analyze")
# Out of 10, as systemd-analyze counts.
MOST_EXPOSED = {"scarbond": 1.4, "scarbond-fetch": 1.3, "scarbond offline": 1.2}


class ServiceUnitTest(FakeSlurmTest):
    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "opt" / "carbon"
        done = self.run_command(CMAKE, "--install", BUILD, "--component", "service",
                                "--prefix", self.prefix)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.units = self.prefix / "lib" / "systemd" / "system"

    def unit(self, name):
        return self.units / f"{name}.service"

    def lines(self, name):
        return self.unit(name).read_text().splitlines()

    def values(self, name, key):
        """All words of a setting."""
        return " ".join(line.removeprefix(f"{key}=") for line in self.lines(name)
                        if line.startswith(f"{key}=")).split()

    def add_offline_drop_in(self):
        (conf,) = (self.prefix / "share").rglob("scarbond-offline.conf")
        folder = self.units / "scarbond.service.d"
        folder.mkdir()
        shutil.copy(conf, folder)
        return conf

    def test_each_starts_the_program_of_the_prefix_that_it_is_installed_into(self):
        for name in ("scarbond", "scarbond-fetch"):
            start = [line for line in self.lines(name) if line.startswith("ExecStart=")]
            self.assertEqual(len(start), 1)
            self.assertRegex(start[0],
                             rf"^ExecStart={re.escape(str(self.prefix))}/s?bin/{name} --config /")
            self.assertNotIn("@", self.unit(name).read_text().replace("@system-service", "").replace(
                "@privileged", "").replace("@resources", "").replace("@chown", ""))

    def test_each_bounds_what_its_program_may_write_and_take(self):
        for name, state in (("scarbond", "slurm-carbon"), ("scarbond-fetch", "slurm-carbon-fetch")):
            lines = self.lines(name)
            for line in ("ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateTmp=yes",
                         "UMask=0077", "CapabilityBoundingSet=",
                         "SystemCallFilter=@system-service", f"StateDirectory={state}"):
                self.assertIn(line, lines, name)
            for key in ("MemoryMax=", "TasksMax="):
                self.assertTrue([line for line in lines if line.startswith(key)], f"{name}: {key}")
        self.assertIn("LogsDirectory=slurm-carbon", self.lines("scarbond"))
        self.assertTrue(self.values("scarbond", "ReadWritePaths"))

    def test_scarbond_fetch_has_a_user_of_its_own_and_no_way_to_slurm(self):
        name = "scarbond-fetch"
        self.assertNotEqual(self.values(name, "User"), self.values("scarbond", "User"))
        self.assertEqual(self.values(name, "ReadWritePaths"), [])
        # Munge and the notification of systemd are Unix sockets.
        self.assertEqual(set(self.values(name, "RestrictAddressFamilies")),
                         {"AF_INET", "AF_INET6", "AF_NETLINK"})
        self.assertEqual(self.values(name, "Type"), ["exec"])
        hidden = {path.lstrip("-") for path in self.values(name, "InaccessiblePaths")}
        snapshot = next(path for path in hidden if path.endswith("snapshot"))
        self.assertLessEqual({"/run/munge", "/etc/munge", "/var/log/slurm-carbon",
                              f"{snapshot}-parts"}, hidden)

    def test_a_scarbond_without_the_internet_may_reach_this_machine_alone(self):
        text = self.add_offline_drop_in().read_text()
        self.assertIn("\nIPAddressDeny=any\nIPAddressAllow=localhost\n", text)

    @unittest.skipUnless(ANALYZE, "systemd-analyze is not installed")
    def test_systemd_takes_every_line_and_finds_them_little_exposed(self):
        for name in ("scarbond", "scarbond-fetch"):
            program = pathlib.Path(self.values(name, "ExecStart")[0])
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text("#!/bin/sh\n")
            program.chmod(0o755)
        for name in ("scarbond", "scarbond-fetch", "scarbond offline"):
            with self.subTest(name):
                if name == "scarbond offline":
                    self.add_offline_drop_in()
                unit = self.unit(name.split()[0])
                done = self.run_command(ANALYZE, "verify", "--man=no", unit)
                # What other units of this machine lack is not our matter.
                own = [line for line in done.stderr.splitlines() if "scarbond" in line]
                self.assertEqual(own, [], done.stderr)
                done = self.run_command(ANALYZE, "security", "--offline=yes", unit)
                exposed = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
                if exposed is None:
                    self.skipTest(f"systemd-analyze cannot look at a file: {done.stderr}")
                self.assertLessEqual(float(exposed.group(1)), MOST_EXPOSED[name], done.stdout)


if __name__ == "__main__":
    unittest.main()
