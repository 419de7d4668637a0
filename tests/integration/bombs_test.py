"""What providers answer costs scarbond a bounded amount of memory, also where many of them answer at
once with what grows when it is parsed."""

import os
import pathlib
import re
import unittest

from daemon import DaemonTest
from private_slurm import wait_until
from provider_faults import FAULTS

ZONES, BOMBS = 20, 8
# Sixteen replies of 4 MiB may be in memory, and one that is parsed.
MOST_MIB = 130


def peak_mib(pid):
    return int(re.search(r"VmHWM:\s+(\d+) kB",
                         pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


class BombsTest(DaemonTest):
    @unittest.skipIf(os.environ.get("PRIVATE_SLURMCTLD_PRELOAD"), "a sanitizer takes memory itself")
    def test_bombs_take_little_memory(self):
        zones = {f"z{i}": {"kind": "average-lifecycle", "max_age": "1h",
                           "forecast": [self.source(f"z{i}")]} for i in range(ZONES)}
        daemon = self.start(self.configure(zones, "2s"))
        wait_until(lambda: len(self.status()) == ZONES, 60, "every zone has its forecast")
        before = peak_mib(daemon.pid)
        self.provider.faults = {f"z{i}": FAULTS["bomb"] for i in range(BOMBS)}
        for i in range(BOMBS):
            wait_until(lambda i=i: any("has more than 400000 values" in line
                                       for line in self.lines_of(f"z{i}")),
                       60, f"zone z{i} has answered with a bomb")
        self.assertLess(peak_mib(daemon.pid) - before, MOST_MIB)
        # The others go on.
        shown = self.status()
        self.assertEqual(len(shown), ZONES)
        self.provider.faults = {}


if __name__ == "__main__":
    unittest.main()
