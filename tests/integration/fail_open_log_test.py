"""Whatever keeps the placement log from being written, on a real slurmctld."""

import os
import subprocess
import unittest

from fail_open import FailOpenTest


class LogTest(FailOpenTest):
    def test_log_folder_gone(self):
        away = self.folder / "log-away"
        self.log.parent.rename(away)
        # The plugin's status would lie in the same folder.
        self.assert_log_trouble("No such file or directory", told="no status file at")
        away.rename(self.log.parent)
        self.assert_placed_again()

    def test_log_is_a_symbolic_link(self):
        self.log.rename(self.log.with_suffix(".old"))
        self.log.symlink_to("/dev/full")
        self.assert_log_trouble("is a symbolic link")
        self.log.unlink()
        self.assert_placed_again()

    @unittest.skipUnless(os.geteuid() == 0, "only root can mount a small disk")
    def test_log_disk_full(self):
        disk = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=0755", "tmpfs", str(self.log.parent)]
        subprocess.run(disk, check=True)
        try:
            filler = self.log.parent / "filler"
            with open(filler, "wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"x" * 1024)
                except OSError:
                    pass
            self.assert_log_trouble("No space left on device", told="no status file at")
            filler.unlink()
            self.assert_placed_again()
            # Nothing was lost or torn: what happened meanwhile is there, each record once.
            numbers = [record["seq"] for record in self.records()]
            self.assertEqual(numbers, list(range(numbers[0], numbers[-1] + 1)))
            self.assertIn("the placement log cannot be written", self.log.read_text())
        finally:
            subprocess.run(["umount", "--lazy", str(self.log.parent)], check=True)

    def assert_log_trouble(self, reason, told=None):
        # The first job may still be placed: its record is the one that cannot be written.
        self.submit()
        self.assert_passes_unchanged(reason, told)


if __name__ == "__main__":
    unittest.main()
