"""The clock of slurmctld stepped by an hour and by a year, forwards and back."""

import os
import time
import unittest

from fail_open import FailOpenTest
from private_slurm import CLEAN_OSLO, SCARBOND, seconds_since_epoch, wait_until

HOUR = 3600
YEAR = 365 * 24 * HOUR


class ClockTest(FailOpenTest):
    @classmethod
    def setUpClass(cls):
        # Read by the class's own Slurm when it starts slurmctld.
        cls.clock = f"/tmp/carbon-clock-{os.getpid()}"
        cls.step(0)
        cls.addClassCleanup(os.unlink, cls.clock)
        before = os.environ.get("PRIVATE_SLURMCTLD_PRELOAD")
        library = os.environ["CARBON_STEPPED_CLOCK"]
        os.environ["PRIVATE_SLURMCTLD_PRELOAD"] = f"{before}:{library}" if before else library
        os.environ["STEPPED_CLOCK_FILE"] = cls.clock

        def restore():
            del os.environ["STEPPED_CLOCK_FILE"]
            if before is None:
                del os.environ["PRIVATE_SLURMCTLD_PRELOAD"]
            else:
                os.environ["PRIVATE_SLURMCTLD_PRELOAD"] = before

        cls.addClassCleanup(restore)
        super().setUpClass()

    @classmethod
    def step(cls, seconds):
        with open(cls.clock + ".new", "w", encoding="ascii") as file:
            file.write(str(seconds))
        os.replace(cls.clock + ".new", cls.clock)

    def tearDown(self):
        self.step(0)
        super().tearDown()

    def assert_step_is_survived(self, seconds, reason):
        pid = self.controller_pid()
        now = seconds_since_epoch(self.submit("--begin=now+1hour")[1]["SubmitTime"])
        self.step(seconds)
        wait_until(
            lambda: any(reason in line for line in self.new_lines()), 8,
            f"slurmctld's log says: {reason}",
        )
        for _ in range(3):
            answer, job = self.submit()
            self.assertEqual(answer.stderr, "")
            self.assertEqual(job["Partition"], "frankfurt")
            self.assertNotIn("AdminComment", job)
            # It is slurmctld's clock that was stepped.
            self.assertAlmostEqual(seconds_since_epoch(job["SubmitTime"]), now + seconds, delta=60)
        self.step(0)
        self.assert_placed_again()
        self.assertEqual(self.controller_pid(), pid)
        self.assertEqual(len(self.new_lines()), 2, self.new_lines())

    def test_an_hour_forward(self):
        self.assert_step_is_survived(HOUR, "minutes old, limit 10")

    def test_an_hour_back(self):
        self.assert_step_is_survived(-HOUR, "minutes in the future, limit 5")

    def test_a_year_forward(self):
        self.assert_step_is_survived(YEAR, "minutes old, limit 10")

    def test_a_year_back(self):
        self.assert_step_is_survived(-YEAR, "minutes in the future, limit 5")

    def test_goes_on_when_the_publisher_shares_the_step(self):
        # As on one machine: the next publish is of the time that it is now.
        self.environment["LD_PRELOAD"] = os.environ["PRIVATE_SLURMCTLD_PRELOAD"]
        try:
            self.step(HOUR)
            config = self.write_config({"mode": "enforce"}, CLEAN_OSLO)
            done = self.run_command(SCARBOND, "--once", "--config", str(config))
            self.assertEqual(done.returncode, 0, done.stderr)
        finally:
            del self.environment["LD_PRELOAD"]
        job = wait_until(
            lambda: (job := self.submit()[1])["Partition"] == "oslo" and job, 10, "jobs are placed"
        )
        self.assertGreater(seconds_since_epoch(job["SubmitTime"]), time.time() + HOUR - 60)


if __name__ == "__main__":
    unittest.main()
