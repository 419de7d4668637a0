"""The unit of scarbond as it is installed: it starts what was installed with it, systemd takes every line of
it, and it leaves scarbond little to harm."""

import os
import pathlib
import re
import shutil
import unittest

from fake_slurm import CMAKE, FakeSlurmTest

BUILD = pathlib.Path(os.environ["CARBON_BUILD"])
ANALYZE = shutil.which("systemd-analyze")
MOST_EXPOSED = 1.4  # out of 10, as systemd-analyze counts


class ServiceUnitTest(FakeSlurmTest):
    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "opt" / "carbon"
        done = self.run_command(CMAKE, "--install", BUILD, "--component", "service",
                                "--prefix", self.prefix)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.unit = self.prefix / "lib" / "systemd" / "system" / "scarbond.service"
        self.lines = self.unit.read_text().splitlines()

    def test_it_starts_the_scarbond_of_the_prefix_that_it_is_installed_into(self):
        start = [line for line in self.lines if line.startswith("ExecStart=")]
        self.assertEqual(len(start), 1)
        self.assertRegex(start[0], rf"^ExecStart={re.escape(str(self.prefix))}/s?bin/scarbond --config /")
        self.assertNotIn("@", start[0])

    def test_it_bounds_what_scarbond_may_write_and_take(self):
        for line in ("ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateTmp=yes", "UMask=0077",
                     "CapabilityBoundingSet=", "SystemCallFilter=@system-service",
                     "StateDirectory=slurm-carbon", "LogsDirectory=slurm-carbon"):
            self.assertIn(line, self.lines)
        for key in ("MemoryMax=", "TasksMax=", "ReadWritePaths="):
            self.assertTrue([line for line in self.lines if line.startswith(key)], key)

    @unittest.skipUnless(ANALYZE, "systemd-analyze is not installed")
    def test_systemd_takes_every_line_and_finds_it_little_exposed(self):
        program = pathlib.Path(next(line for line in self.lines if line.startswith("ExecStart="))
                               .removeprefix("ExecStart=").split()[0])
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        done = self.run_command(ANALYZE, "verify", "--man=no", self.unit)
        # Faults of this machine's other units do not matter here.
        own = [line for line in done.stderr.splitlines() if "scarbond" in line]
        self.assertEqual(own, [], done.stderr)
        done = self.run_command(ANALYZE, "security", "--offline=yes", self.unit)
        exposed = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
        if exposed is None:
            self.skipTest(f"systemd-analyze cannot look at a file: {done.stderr}")
        self.assertLessEqual(float(exposed.group(1)), MOST_EXPOSED, done.stdout)


if __name__ == "__main__":
    unittest.main()
