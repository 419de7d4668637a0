"""scarbon log verify on the log of a real slurmctld. The log is whole through a rotation and a restart, and
each kind of damage is named. A digest of scarbond's journal shows what the log alone does not show."""

import json
import os
import re
import unittest

from private_slurm import wait_until
from watching import CLEAN_LATER, WatchTest

SCARBON = os.environ["CARBON_SCARBON"]


class LogVerifyTest(WatchTest):
    def verify(self, *options, log=None):
        return self.run_command(SCARBON, "log", "verify", "--file", str(log or self.log), *options)

    def decisions(self):
        return [record for record in self.records() if record["type"] == "decision"]

    def submit_some(self, count):
        before = len(self.decisions())
        for _ in range(count):
            self.sbatch(wrap="sleep 1")
        wait_until(lambda: len(self.decisions()) == before + count, 30, "all decisions are logged")

    def is_in_use(self):
        status = self.plugin_status()
        return status and status["pid"] == self.controller_pid() and not status["error"]

    def test_a_log_is_whole_until_somebody_changes_it(self):
        self.watch({"mode": "enforce"}, CLEAN_LATER)
        self.submit_some(4)
        os.rename(self.log, f"{self.log}.1")
        wait_until(self.log.exists, 10, "the plugin begins the log anew")
        self.submit_some(3)
        self.private_slurm("restart-controller")
        wait_until(self.is_in_use, 60, "the plugin decides again")
        self.submit_some(3)
        # The last records are about bookings and jobs.
        wait_until(lambda: self.records()[-1]["type"] != "decision", 30, "the queue was looked at")

        done = self.verify("--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        report = json.loads(done.stdout)
        self.assertTrue(report["whole"])
        self.assertEqual(report["findings"], [])
        self.assertEqual(len(report["boots"]), 2)
        self.assertEqual([boot["unchained"] for boot in report["boots"]], [0, 0])
        self.assertEqual(report["ledgers"], {"same": 10, "different": 0, "unknown": 0})

        pattern = re.compile(r"placement log: newest record ([0-9a-f]{16}:\d+:[0-9a-f]{64})")
        journal = self.folder / "scarbond.log"
        wait_until(lambda: pattern.search(journal.read_text()), 60, "scarbond logs a digest")
        expected = pattern.search(journal.read_text())[1]
        self.assertEqual(self.verify("--expect", expected).returncode, 0)

        lines = (self.folder / "log" / "placements.jsonl.1").read_text().splitlines(keepends=True)
        lines += self.log.read_text().splitlines(keepends=True)
        copy = self.folder / "copy.jsonl"

        def damaged(changed):
            copy.write_text("".join(changed))
            return self.verify(log=copy)

        self.assertEqual(damaged(lines).returncode, 0)
        done = damaged(lines[:2] + lines[3:])
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"damage: {copy}:3: ", done.stdout)
        self.assertIn("record 3 was removed", done.stdout)
        done = damaged([*lines[:1], lines[1].replace('"type"', '"type" '), *lines[2:]])
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"damage: {copy}:3: ", done.stdout)
        done = damaged([lines[1], lines[0], *lines[2:]])
        self.assertEqual(done.returncode, 1)
        self.assertIn(" comes after ", done.stdout)
        # A crash in the middle of the last line.
        done = damaged([*lines[:-1], lines[-1][: len(lines[-1]) // 2]])
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("its writer was stopped while writing it", done.stdout)
        # The end cut off, at the record that scarbond named.
        boot, sequence, _ = expected.split(":")
        at = next(i for i, line in enumerate(lines)
                  if (json.loads(line)["boot"], json.loads(line)["seq"]) == (boot, int(sequence)))
        done = damaged(lines[:at])
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("not checked: whether the end of a chain was cut off", done.stdout)
        self.assertEqual(self.verify("--expect", expected, log=copy).returncode, 1)


if __name__ == "__main__":
    unittest.main()
