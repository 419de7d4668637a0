"""Who only asks, or does not care when she runs, keeps nobody from the clean hours, on a real slurmctld."""

import os
import time
import unittest

from private_slurm import PrivateSlurmTest, seconds_since_epoch, wait_until

# Oslo is clean for two hours, an hour from now, and so has 16 devices to give.
HOUR = 3600
CLEAN_HOURS = {"frankfurt": [(0, 500)], "oslo": [(0, 500), (HOUR, 20), (3 * HOUR, 500)]}


@unittest.skipUnless(os.geteuid() == 0, "only root can be several users")
class BookingsTest(PrivateSlurmTest):
    def setUp(self):
        self.daemon = self.watch({"mode": "enforce", "max_delay": "4h"}, CLEAN_HOURS)
        self.begun_at = time.time()

    def tearDown(self):
        super().tearDown()
        for user in ("nobody", "daemon", "bin"):
            self.run_command("scancel", f"--user={user}")

    def sbatch_as(self, user, *arguments):
        done = self.run_command(
            "runuser", "-u", user, "--", "sbatch", "--parsable", "--gpus=2", "--time=60",
            "--output=/dev/null", "--chdir=/", *arguments, "--wrap=sleep 600",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.split(";")[0].strip()

    def in_clean_hours(self, job_id):
        lead = seconds_since_epoch(self.job(job_id)["EligibleTime"]) - self.begun_at
        return self.job(job_id)["Partition"] == "oslo" and lead > HOUR - 60

    def test_will_runs_keep_no_other_user_from_the_clean_hours(self):
        for _ in range(12):
            self.sbatch_as("nobody", "--test-only", "--gpus=16")
        self.await_looks()
        self.assertTrue(self.in_clean_hours(self.sbatch_as("daemon")))

    def test_a_user_who_only_asks_keeps_nothing_the_next_time(self):
        for _ in range(12):
            self.sbatch_as("bin", "--test-only", "--gpus=16")
        # They expire with a look half a minute after they were made.
        wait_until(lambda: len(self.fates("expired")) >= 12, 60, "the bookings have expired")
        self.sbatch_as("bin", "--test-only", "--gpus=16")
        self.assertTrue(self.in_clean_hours(self.sbatch_as("daemon")))

    def test_a_user_who_submits_and_cancels_keeps_nothing_the_next_time(self):
        count = len(self.records())
        self.run_command("scancel", self.sbatch_as("bin", "--gpus=16"))
        decision = self.last_record(count)["id"]
        # slurmctld shows the job for a while, but it never began.
        wait_until(lambda: decision in [event["decision"] for event in self.fates("expired")], 60,
                   "its booking has expired")
        self.sbatch_as("bin", "--test-only", "--gpus=16")
        self.assertTrue(self.in_clean_hours(self.sbatch_as("daemon")))

    def test_an_array_with_a_nice_value_gives_way(self):
        array = self.sbatch_as("nobody", "--array=0-15", "--nice=1000000")
        self.assertTrue(self.in_clean_hours(array))
        self.await_looks()
        self.assertTrue(self.in_clean_hours(self.sbatch_as("daemon")))
        # A job that also yields finds them taken.
        self.assertFalse(self.in_clean_hours(self.sbatch_as("bin", "--nice=5")))

    def await_looks(self):
        """A look that would have shown whatever was submitted before."""
        then = time.time() + 3
        wait_until(lambda: self.capacity(self.plugin_status()["snapshot"]["capacity"])["taken_at"] > then,
                   30, "the plugin has a later look at the queue")

    def fates(self, fate):
        return [r for r in self.records() if r["type"] == "booking" and r["fate"] == fate]


if __name__ == "__main__":
    unittest.main()
