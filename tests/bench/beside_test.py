"""bench/beside.py on made-up programs that print what Google Benchmark would."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BESIDE = pathlib.Path(os.environ["CARBON_ROOT"]) / "bench/beside.py"


class Beside(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def program(self, name, microseconds, sites=(5, 20)):
        """A program whose n-th run says microseconds[n], for each number of sites; it notes its runs."""
        path = pathlib.Path(self.folder.name) / name
        runs = [{"benchmarks": [
            {"run_type": kind, "sites": s, "step_min": 15, "window_h": 24, "bookings": 0,
             "p50_us": us * s, "p99_processor_us": us * s * 2}
            for s in sites for kind in ("iteration", "aggregate")]} for us in microseconds]
        path.write_text(f"""#!{sys.executable}
import pathlib, json
noted = pathlib.Path({str(self.folder.name)!r}) / "order"
order = noted.read_text().split() if noted.exists() else []
print(json.dumps({json.dumps(runs)}[order.count({name!r})]))
noted.write_text(" ".join(order + [{name!r}]))
""")
        path.chmod(0o755)
        return path

    def run_beside(self, *arguments):
        return subprocess.run([sys.executable, BESIDE, *arguments], capture_output=True, text=True)

    def test_compares_within_each_round_and_takes_turns(self):
        ours = self.program("ours", [1.0, 4.4, 1.2])
        theirs = self.program("theirs", [1.0, 4.0, 1.0])
        ran = self.run_beside(ours, theirs)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("| 5 | 15 | 24 | 0 | 5.0 | 6.0 | 1.10 | 1.00-1.20 | 1.10 | 1.00-1.20 |", ran.stdout)
        self.assertIn("p50 ratio: geometric mean 1.10, at most 1.10", ran.stdout)
        order = (pathlib.Path(self.folder.name) / "order").read_text().split()
        self.assertEqual(order, ["ours", "theirs", "theirs", "ours", "ours", "theirs"])

    def test_fails_where_they_measure_nothing_in_common(self):
        ran = self.run_beside(self.program("ours", [1.0], (5,)), self.program("theirs", [1.0], (20,)),
                              "--rounds", "1")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("no row in common", ran.stderr)


if __name__ == "__main__":
    unittest.main()
