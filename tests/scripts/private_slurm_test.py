"""scripts/private-slurm reports what a Slurm lacks: which Slurm, what, and the remedy."""

import shutil
import subprocess
import unittest

from fake_slurm import OTHER_RELEASE, RELEASE, ROOT, FakeSlurmTest

SCRIPT = ROOT / "scripts" / "private-slurm"
NODES = "NodeName=n[1-2] CPUs=1\nPartitionName=p Nodes=n[1-2]\n"


class PrivateSlurmTest(FakeSlurmTest):
    def start(self, *arguments, conf=NODES, **options):
        (self.folder / "extra.conf").write_text(conf)
        return self.run_command(SCRIPT, "start", self.folder / "private", "--conf-extra",
                                self.folder / "extra.conf", *arguments, **options)

    def assert_refused(self, message, *arguments, **options):
        done = self.start(*arguments, **options)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(message, done.stderr)
        self.assertIn(str(self.prefix), done.stderr)

    def setUp(self):
        super().setUp()
        self.prefix = self.install()
        self.plugins = self.prefix / "lib" / "slurm"
        self.chosen = ("--slurm", self.prefix)

    def test_a_folder_without_slurm(self):
        (self.prefix / "bin" / "scontrol").unlink()
        self.assert_refused("has no Slurm", *self.chosen)

    def test_a_missing_daemon(self):
        (self.prefix / "sbin" / "slurmd").unlink()
        self.assert_refused("has no sbin/slurmd", *self.chosen)

    def test_the_daemons_are_those_beside_the_scontrol_first_in_path(self):
        (self.prefix / "sbin" / "slurmctld").unlink()
        self.assert_refused("has no sbin/slurmctld", first_in_path=self.prefix / "bin")

    def test_its_own_plugins_are_used(self):
        for options in ({"first_in_path": self.prefix / "bin"}, {}):
            arguments = () if options else self.chosen
            done = self.run_command(SCRIPT, "plugins", *arguments, **options)
            self.assertEqual(done.stdout, f"{self.plugins}\n", done.stderr)

    def test_a_plugin_that_was_not_built(self):
        for plugin, remedy, arguments, conf in (
            ("auth_munge", "libmunge-dev", (), NODES),
            ("accounting_storage_mysql", "libmariadb-dev", ("--accounting",), NODES),
            ("job_submit_lua", "liblua5.4-dev", (), NODES + "JobSubmitPlugins=lua,carbon\n"),
        ):
            (self.plugins / f"{plugin}.so").unlink()
            self.assert_refused(f"has no {plugin}.so", *self.chosen, *arguments, conf=conf)
            self.assert_refused(remedy, *self.chosen, *arguments, conf=conf)
            (self.plugins / f"{plugin}.so").touch()

    def test_commands_and_daemons_of_different_releases(self):
        self.write_command(self.prefix / "sbin" / "slurmd", OTHER_RELEASE)
        self.assert_refused(f"sbin/slurmd is slurm {OTHER_RELEASE}", *self.chosen)

    # Such a Slurm keeps only the first of two nodes that have one host.
    def test_a_slurm_without_multiple_slurmd(self):
        self.write_command(
            self.prefix / "bin" / "scontrol", "1.2.3",
            'case "$2" in hostnames) echo n1; echo n2 ;; aliases) echo n1 ;; esac',
        )
        for name in ("bin/sbatch", "sbin/slurmctld", "sbin/slurmd"):
            self.write_command(self.prefix / name, "1.2.3")
        self.assert_refused("was built without --enable-multiple-slurmd", *self.chosen)
        self.assertFalse((self.folder / "private" / "munged.pid").exists())

    def test_a_slurm_without_a_folder_of_libraries(self):
        shutil.rmtree(self.prefix / "lib")
        self.assert_refused("has no plugins", *self.chosen)

    def test_a_slurm_conf_that_scontrol_does_not_take_is_told_with_scontrols_error(self):
        self.write_command(
            self.prefix / "bin" / "scontrol", RELEASE,
            'case "$2" in aliases) echo "fatal: unrecognized key: Foo" >&2; exit 1 ;; esac')
        done = self.start(*self.chosen, conf=NODES + "Foo=1\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("private/slurm.conf: fatal: unrecognized key: Foo", done.stderr)

    def test_stop_goes_on_without_the_slurm(self):
        private = self.folder / "private"
        private.mkdir()
        for gone in (self.folder / "gone", self.folder / "gone" / "too"):
            (private / "slurm-prefix").write_text(f"{gone}\n")
            with subprocess.Popen(["sleep", "100"]) as daemon:
                self.addCleanup(daemon.kill)
                (private / "munged.pid").write_text(f"{daemon.pid}\n")
                done = self.run_command(SCRIPT, "stop", private)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(f"{gone} has no Slurm", done.stderr)
                self.assertLess(daemon.wait(timeout=20), 0)


if __name__ == "__main__":
    unittest.main()
