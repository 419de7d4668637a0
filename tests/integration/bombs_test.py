"""Replies of providers cost scarbond a bounded amount of memory and of disk, even if many of them answer at
once with text that grows when it is parsed, or with a new year of values each time."""

import contextlib
import os
import pathlib
import random
import re
import sqlite3
import unittest

from daemon import DaemonTest
from private_slurm import wait_until
from provider_faults import DAY, FAULTS, HOUR, Points

ZONES, BOMBS = 20, 8
# Far less than eight of 4 MiB take when they are parsed.
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

    # 319 KB each in steps of five minutes.
    def test_a_year_that_is_new_each_time_takes_little_disk(self):
        def year(_):
            first = int(self.now()) // HOUR * HOUR
            return [(first + i * HOUR // 4, HOUR // 4, random.randrange(500))
                    for i in range(390 * 96)]

        self.provider.faults = {"z": Points(year)}
        archive = self.folder / "archive.sqlite"
        self.start(self.configure(
            {"z": {"kind": "average-lifecycle", "max_age": "1h", "forecast": [self.source("z")]}},
            "1s", {"archive": str(archive)}))

        def sizes():
            try:
                with contextlib.closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as base:
                    return [size for size, in base.execute("SELECT length(series) FROM forecast")]
            except sqlite3.OperationalError:  # it is being made
                return []

        wait_until(lambda: len(sizes()) >= 5, 90, "five of them are kept")
        # Eighteen days of them, at three bytes a step.
        self.assertLess(max(sizes()), 18 * DAY // (HOUR // 4) * 3 + 100)


if __name__ == "__main__":
    unittest.main()
