"""scarbond killed -9 at random instants while twenty zones' forecasts change under it: every reader of
the snapshot sees a whole one that is no older than the one before, and what it started again publishes
anew. With an archive no zone loses its forecast over a restart, and the archive, as it lies there after
each kill, is whole and has lost nothing. CARBON_KILLS times, by CARBON_SEED; scripts/soak has the long
form."""

import contextlib
import datetime
import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import sqlite3
import statistics
import threading
import time
import unittest

from daemon import DaemonTest
from private_slurm import wait_until
from provider_faults import hourly

KILLS = int(os.environ.get("CARBON_KILLS", "12"))
SEED = int(os.environ.get("CARBON_SEED", "1"))
ZONES = 20
HOSTS = 5
# Looks at the parts' hashes for each that scarbon takes.
HASHES_PER_STATUS = 20


class Reader(threading.Thread):
    """Reads the snapshot until it is stopped; `broken` says what was wrong."""

    def __init__(self, test):
        super().__init__(daemon=True)
        self.test, self.ended, self.broken = test, threading.Event(), []
        self.reads = self.publishes = 0
        self.published_at, self.fetched_at = 0, {}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()

    def run(self):
        try:
            for number in itertools.count():
                if self.ended.is_set():
                    return
                if number % HASHES_PER_STATUS == 0:
                    self.look(self.test.whole_status())
                else:
                    self.check_hashes()
                self.reads += 1
        except Exception as error:  # an assertion of this thread's is the test's
            self.broken.append(repr(error))

    def check_hashes(self):
        path = self.test.snapshot / "manifest.json"
        manifest = path.read_bytes()
        for name, digest in json.loads(manifest)["parts"].items():
            ending = "bin" if name == "forecast" else "json"
            try:
                part = (self.test.snapshot / f"{name}-{digest}.{ending}").read_bytes()
            except FileNotFoundError:
                # It may go an hour after no manifest names it; not before.
                self.expect(path.read_bytes() != manifest, f"{name} is missing")
                return
            self.expect(hashlib.sha256(part).hexdigest() == digest, f"{name} is torn")

    def look(self, status):
        snapshot = status["snapshot"]
        self.expect(snapshot is not None, status["problems"])
        if snapshot is None:
            return
        published_at = datetime.datetime.fromisoformat(snapshot["published_at"]).timestamp()
        self.expect(published_at >= self.published_at, "it is older than the one before")
        self.publishes += published_at > self.published_at
        self.published_at = published_at
        zones = self.test.zones_in(status)
        self.expect(len(zones) == ZONES, f"only {len(zones)} zones have a forecast")
        for name, zone in zones.items():
            self.expect(zone["fetched_at"] >= self.fetched_at.get(name, 0),
                        f"{name} has an older forecast than before")
            self.fetched_at[name] = zone["fetched_at"]

    def expect(self, holds, otherwise):
        if not holds:
            self.broken.append(otherwise)


class DaemonKillsTest(DaemonTest):
    def setUp(self):
        super().setUp()
        self.versions = itertools.count()
        self.archive = self.folder / "archive.db"
        self.archived = {}

    def series(self, zone):
        # Another forecast each time.
        return hourly(100 + next(self.versions) % 800, 50)

    def load(self):
        urls = [self.provider.listen() for _ in range(HOSTS)]
        zones = {f"zone-{i}": {"kind": "average-lifecycle",
                               "forecast": [self.source(f"zone-{i}", url=urls[i % HOSTS])]}
                 for i in range(ZONES)}
        return self.configure(zones, "1s", {"archive": str(self.archive)})

    def published_at(self):
        try:
            return (self.snapshot / "manifest.json").stat().st_mtime
        except FileNotFoundError:
            return 0

    def start_and_wait(self, config):
        started = time.time()
        daemon = self.start(config)
        wait_until(lambda: self.published_at() > started, 30, "it publishes anew")
        return daemon, time.time() - started

    def work(self, daemon, seconds):
        """Makes it publish and ask repeatedly, as it does when it must read carbon.json again."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            daemon.send_signal(signal.SIGHUP)
            time.sleep(min(left, random.uniform(0, 0.1)))

    def check_archive(self):
        """As it lies on the disk: whole, and with no less in it than after the kill before."""
        if not self.archive.exists():
            return
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for path in self.folder.glob("archive.db*"):
            shutil.copy(path, copy)
        with contextlib.closing(sqlite3.connect(copy / "archive.db")) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            tables = {name for name, in database.execute("SELECT name FROM sqlite_master")}
            for table in {"forecast", "actual"} & tables | set(self.archived):
                count, = database.execute(f"SELECT count(*) FROM {table}").fetchone()
                self.assertGreaterEqual(count, self.archived.get(table, 0), table)
                self.archived[table] = count

    def test_killed_at_random_instants(self):
        random.seed(SEED)
        config = self.load()
        daemon, _ = self.start_and_wait(config)
        wait_until(lambda: len(self.status()) == ZONES, 20, "every zone has its forecast")
        waits, early = [], 0
        with Reader(self) as reader:
            for _ in range(KILLS):
                self.work(daemon, random.uniform(0, 1.5))
                daemon.kill()
                daemon.wait()
                self.check_archive()
                while random.random() < 0.25:
                    # Now and then before it has published anything.
                    early += 1
                    daemon = self.start(config)
                    time.sleep(random.uniform(0, 0.3))
                    daemon.kill()
                    daemon.wait()
                    self.check_archive()
                daemon, wait = self.start_and_wait(config)
                waits.append(wait)
                self.assertEqual(reader.broken, [])
            wait_until(lambda: len(self.status()) == ZONES, 20, "every zone has its forecast")
        self.assertEqual(reader.broken, [])
        self.assertEqual(list(self.snapshot.glob("*.tmp-*")), [])
        daemon.terminate()
        self.assertEqual(daemon.wait(30), 0)
        self.check_archive()
        self.assertGreater(self.archived["forecast"], 0)
        print(f"\n{KILLS} kills and {early} more while it started: {reader.reads} reads of whole"
              f" snapshots, {reader.publishes} different ones seen by scarbon, {next(self.versions)}"
              f" forecasts served; published anew after {statistics.median(waits):.2f} s, {max(waits):.2f}"
              f" s at most; archived: {self.archived}", flush=True)


if __name__ == "__main__":
    unittest.main()
