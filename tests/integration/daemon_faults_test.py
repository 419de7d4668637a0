"""Faults on scarbond's own host: its clock, its disk, a second scarbond."""

import datetime
import os
import subprocess
import time
import unittest

from daemon import DaemonTest
from private_slurm import has_ended, wait_until
from provider_faults import FAULTS, HOUR


class DaemonFaultsTest(DaemonTest):
    def configure_one(self, forecast="60s"):
        return self.configure(
            {"NO-1": {"kind": "average-lifecycle", "forecast": [self.source("NO-1")]}}, forecast)

    def test_clock_set_back_an_hour(self):
        self.provider.clock = lambda: int(time.time())
        self.step(HOUR)
        self.start(self.configure_one("10m"))
        ahead = wait_until(lambda: self.status().get("NO-1"), 10, "there is a forecast")
        self.assertGreater(ahead["fetched_at"], time.time() + HOUR - 60)
        self.assertEqual(self.provider.asked["NO-1"], 1)
        self.step(0)
        # The data that it has count as fetched now, before the reply to the new request arrives.
        back = wait_until(
            lambda: (zone := self.status()["NO-1"])["fetched_at"] < time.time() + 60
            and self.provider.asked["NO-1"] == 2 and zone, 10, "the provider is asked again at once")
        self.assertTrue(back["usable"])

    def test_leap_day_and_both_changes_of_summer_time(self):
        """With times as Central Europe writes them, across the change."""
        self.provider.faults = {"NO-1": FAULTS["central european"]}
        config = self.configure_one()
        for day in ("2028-02-28T22:30:00+00:00", "2028-03-25T23:30:00+00:00",
                    "2028-10-28T22:30:00+00:00"):
            with self.subTest(day):
                at = int(datetime.datetime.fromisoformat(day).timestamp())
                self.step(at - int(time.time()))
                self.assertEqual(self.start(config, "--once").wait(30), 0, self.lines())
                shown = self.status()["NO-1"]
                # Electricity Maps gives the hour that it is and as many as were asked for.
                self.assertEqual(shown["horizon"], at // HOUR * HOUR + 73 * HOUR)
                self.assertEqual(self.lines(), [])

    @unittest.skipUnless(os.geteuid() == 0, "only root can mount a small disk")
    def test_disk_full(self):
        self.snapshot.mkdir(exist_ok=True)
        for path in self.snapshot.iterdir():
            path.unlink()
        small = ["mount", "-t", "tmpfs", "-o", "size=512k,mode=0755", "tmpfs", str(self.snapshot)]
        if (done := subprocess.run(small, capture_output=True, text=True)).returncode != 0:
            self.skipTest(f"no small disk can be mounted here: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(self.snapshot)], check=True)
        self.start(self.configure_one("1s"))
        wait_until(lambda: self.status().get("NO-1"), 10, "there is a forecast")
        filler = self.snapshot / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 1024)
            except OSError:
                pass
        full = "snapshot: capacity: No space left on device; the last snapshot stays"
        wait_until(lambda: any(full in line for line in self.lines()), 10, "the log says so")
        before = self.status()["NO-1"]
        asked = self.provider.asked["NO-1"]
        wait_until(lambda: self.provider.asked["NO-1"] > asked + 1, 10, "it goes on asking")
        self.assertEqual(self.status()["NO-1"], before)
        self.assertEqual(len([line for line in self.lines() if full in line]), 1, self.lines())
        filler.unlink()
        wait_until(lambda: any("publishing again" in line for line in self.lines()), 10,
                   "the log says so")
        self.assertGreater(self.status()["NO-1"]["fetched_at"], before["fetched_at"])

    def test_two_started_at_once(self):
        config = self.configure_one()
        daemons = [self.start(config) for _ in range(2)]
        wait_until(lambda: any(has_ended(daemon.pid) for daemon in daemons), 10, "one goes away")
        loser = next(daemon for daemon in daemons if has_ended(daemon.pid))
        self.assertEqual(loser.wait(10), 1)
        self.assertTrue(any("another process publishes here" in line for line in self.lines()),
                        self.lines())
        wait_until(lambda: self.status().get("NO-1"), 10, "the other publishes")


if __name__ == "__main__":
    unittest.main()
