"""The placement log's disk filled by a storm of decisions, on a real slurmctld."""

import os
import subprocess
import unittest

from faults import FaultTest, Storm
from private_slurm import wait_until


class LogFaultTest(FaultTest):
    @unittest.skipUnless(os.geteuid() == 0, "only root can mount a small disk")
    def test_disk_filled_by_a_storm(self):
        folder = str(self.log.parent)
        pid = self.controller_pid()
        small = ["mount", "-t", "tmpfs", "-o", "size=128k,mode=0755", "tmpfs", folder]
        if (done := subprocess.run(small, capture_output=True, text=True)).returncode != 0:
            self.skipTest(f"no small disk can be mounted here: {done.stderr.strip()}")
        try:
            with Storm(self, "--clients", 4, "--seconds", 300, "--pause", 5) as storm:
                wait_until(
                    lambda: any("No space left" in line for line in self.new_lines()), 60,
                    "slurmctld's log says that the disk is full",
                )
                seen = len(storm.acknowledged())
                wait_until(
                    lambda: len(storm.acknowledged()) > seen + 100, 60, "jobs are acknowledged"
                )
                # While records cannot be written, none is decided: jobs pass unchanged.
                self.assertNotIn("AdminComment", self.submit()[1])
            subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
            self.assert_decides_again()
            wait_until(lambda: "works again" in self.new_lines()[-1], 5, "slurmctld's log says so")
            self.assertEqual(self.controller_pid(), pid)
            # The line that the full disk tore was completed, and nothing is missing.
            records, torn = self.whole_and_torn()
            self.assertEqual(torn, 0)
            numbers = [record["seq"] for record in records]
            self.assertEqual(numbers, list(range(numbers[0], numbers[-1] + 1)))
            self.assertGreater(len(numbers), 30)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


if __name__ == "__main__":
    unittest.main()
