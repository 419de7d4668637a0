"""The invented histories are the same for the same seed, and what their description says."""

import csv
import datetime
import os
import subprocess
import sys
import unittest

SCRIPT = os.path.join(os.environ["CARBON_ROOT"], "scripts", "synthetic-trace")


def run(*arguments):
    return subprocess.run([sys.executable, SCRIPT, *arguments], check=True, capture_output=True, text=True).stdout


class SyntheticTrace(unittest.TestCase):
    def test_the_same_seed_gives_the_same_history(self):
        for kind in ("mixed", "training"):
            arguments = ("--kind", kind, "--jobs", "200", "--seed")
            self.assertEqual(run(*arguments, "7"), run(*arguments, "7"))
            self.assertNotEqual(run(*arguments, "7"), run(*arguments, "8"))

    def test_training_runs_are_large_long_and_labelled(self):
        rows = list(csv.DictReader(run("--kind", "training", "--jobs", "2000", "--days", "90").splitlines()))
        self.assertEqual(len(rows), 2000)
        self.assertEqual({int(row["gpus"]) for row in rows}, {8, 16, 32, 64, 128, 256, 512})
        with_deadline = 0
        weekend = night = 0
        for row in rows:
            self.assertEqual(row["name"], "synthetic")
            self.assertEqual(int(row["nodes"]) * 8, int(row["gpus"]))
            self.assertTrue(6 * 3600 <= int(row["runtime"]) <= 336 * 3600, row)
            self.assertTrue(int(row["runtime"]) < int(row["time_limit"]) <= 2 * int(row["runtime"]) + 60, row)
            submit = datetime.datetime.fromisoformat(row["submit"].replace("Z", "+00:00"))
            weekend += submit.weekday() >= 5
            night += not 8 <= submit.hour < 19
            if not row["deadline"]:
                continue
            with_deadline += 1
            deadline = datetime.datetime.fromisoformat(row["deadline"].replace("Z", "+00:00"))
            slack = (deadline - submit).total_seconds() - int(row["time_limit"])
            self.assertTrue(6 * 3600 - 1 <= slack <= 168 * 3600 + 1, row)
        self.assertTrue(0.6 < with_deadline / 2000 < 0.73, with_deadline)
        # Fewer than if all hours were alike (2/7 and 13/24).
        self.assertLess(weekend / 2000, 0.2)
        self.assertLess(night / 2000, 0.35)

    def test_the_largest_bounds_the_devices(self):
        rows = list(csv.DictReader(run("--kind", "training", "--jobs", "300", "--largest", "100").splitlines()))
        self.assertEqual(max(int(row["gpus"]) for row in rows), 64)
        refused = subprocess.run([sys.executable, SCRIPT, "--kind", "training", "--largest", "4"], capture_output=True,
                                 text=True)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--largest: a training run has 8 devices at least", refused.stderr)

    def test_a_mixed_history_is_as_sacct_prints_it(self):
        lines = run("--jobs", "300").splitlines()
        columns = lines[0].split("|")
        self.assertEqual(columns[0], "JobID")
        names = set()
        for line in lines[1:]:
            fields = line.split("|")
            self.assertEqual(len(fields), len(columns))
            names.add(fields[columns.index("JobName")])
        self.assertEqual(names, {"synthetic"})


if __name__ == "__main__":
    unittest.main()
