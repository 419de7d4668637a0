"""Outages that last moments restore nothing, and those that last are noticed, on a real slurmctld that is
restarted and reconfigured, and on one that answers at random."""

import time
import unittest

from private_slurm import seconds_since_epoch, wait_until
from watching import CLEAN_LATER, CLEAN_SOON, WatchTest


class OutageTest(WatchTest):
    def assert_nothing_is_restored(self, jobs):
        """After two more looks at what there is now."""
        now = time.time()
        wait_until(lambda: self.looked_at_since(now + 2), 60, "two looks at the queue")
        self.assertEqual(self.returns(), [])
        for job_id in jobs:
            job = self.job(job_id)
            self.assertEqual((job["Partition"], job["JobState"]), ("oslo", "PENDING"))

    def test_a_controller_that_starts_or_is_reconfigured_restores_nothing(self):
        self.watch_from_now(CLEAN_LATER)
        jobs = [self.submit_delayed() for _ in range(3)]
        for round_ in range(12):
            with self.subTest(reconfigure=round_):
                done = self.run_command("scontrol", "reconfigure")
                self.assertEqual(done.returncode, 0, done.stderr)
                time.sleep(1.5)
        self.assert_nothing_is_restored(jobs)
        for round_ in range(4):
            with self.subTest(restart=round_):
                self.private_slurm("restart-controller")
                self.assert_nothing_is_restored(jobs)

    def test_a_pool_that_is_down_for_moments_restores_nothing(self):
        self.watch_from_now(CLEAN_LATER, down_after="30s")
        jobs = [self.submit_delayed()]
        self.drain_oslo()
        self.assert_nothing_is_restored(jobs)
        self.assertEqual(self.update("NodeName=oslo[1-2]", "State=RESUME").returncode, 0)
        self.assert_nothing_is_restored(jobs)

    def test_a_pool_that_stays_down_is_noticed_when_that_has_lasted(self):
        self.watch_from_now(CLEAN_LATER, down_after="8s")
        job_id = self.submit_delayed()
        self.drain_oslo()
        drained_at = time.time()
        done = self.wait_for_state(job_id, "COMPLETED", 30)
        self.assertRegex(done["NodeList"], r"^frankfurt\d$")
        self.assertGreaterEqual(seconds_since_epoch(done["StartTime"]), int(drained_at) + 7)
        (record,) = self.returns()
        self.assertEqual(record["reason"], "its pool is down")

    def test_a_deadline_does_not_wait_for_an_outage_to_last(self):
        self.watch_from_now(CLEAN_SOON, down_after="1h")
        # A minute of run time and half a minute of margin: the latest safe start is in 60 s.
        submitted_at = time.time()
        job_id = self.submit_delayed(deadline=135)
        self.drain_oslo()
        done = self.wait_for_state(job_id, "COMPLETED", 90)
        self.assertRegex(done["NodeList"], r"^frankfurt\d$")
        self.assertLess(seconds_since_epoch(done["EndTime"]), submitted_at + 135)
        (record,) = self.returns()
        self.assertEqual(record["reason"], "its latest safe start has come")


class ForgetfulControllerTest(WatchTest):
    """Without slurmdbd, slurmctld 24.11 to 26.05 answers updates with EAGAIN at random."""

    JOBS = 30

    def test_each_job_is_restored_once(self):
        self.watch_from_now(CLEAN_LATER, down_after="1s")
        jobs = [self.submit_delayed() for _ in range(self.JOBS)]
        self.drain_oslo()
        wait_until(lambda: len(self.returns()) >= len(jobs), 60, "all are restored")
        now = time.time()
        wait_until(lambda: self.looked_at_since(now + 2), 20, "two more looks")
        self.assertEqual([r["error"] for r in self.returns() if r["error"]], [])
        restored = sorted(r["job_id"] for r in self.returns())
        self.assertEqual(restored, sorted(int(job_id) for job_id in jobs))


if __name__ == "__main__":
    unittest.main()
