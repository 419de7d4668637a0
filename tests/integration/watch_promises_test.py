"""What happens to a job that waits for its planned start if something changes, on a real slurmctld with a
scarbond that watches."""

import datetime
import time
import unittest

from private_slurm import PrivateSlurmTest, patience, seconds_since_epoch, wait_until

# Oslo is clean from forty seconds on; frankfurt never is.
CLEAN_LATER = {"frankfurt": [(0, 500)], "oslo": [(0, 450), (40, 10)]}


class PromisesTest(PrivateSlurmTest):
    def setUp(self):
        self.daemon = self.watch_oslo()
        self.count = len(self.records())

    def watch_oslo(self):
        return self.watch({"mode": "enforce", "margin": "30s"}, CLEAN_LATER, down_after="1s")

    def tearDown(self):
        for node in ("oslo1", "oslo2"):
            self.run_command("scontrol", "update", f"NodeName={node}", "State=RESUME")
        super().tearDown()

    def submit_delayed(self, *arguments, deadline=600, **options):
        """A job that is to start in oslo in forty seconds, and must have ended by `deadline`."""
        when = datetime.datetime.fromtimestamp(int(time.time()) + deadline)
        answer, job = self.submit(f"--deadline={when:%FT%T}", *arguments, **options)
        self.assertEqual(job["Partition"], "oslo", self.why(answer))
        self.assertGreater(seconds_since_epoch(job["EligibleTime"]), time.time() + 10)
        return answer.job_id, job

    def drain_oslo(self):
        for node in ("oslo1", "oslo2"):
            done = self.run_command(
                "scontrol", "update", f"NodeName={node}", "State=DRAIN", "Reason=test"
            )
            self.assertEqual(done.returncode, 0, done.stderr)

    def returns(self):
        return [r for r in self.records()[self.count :] if r["type"] == "return"]

    def assert_restored(self, job_id, reason):
        done = self.wait_for_state(job_id, "COMPLETED", 15)
        self.assertRegex(done["NodeList"], r"^frankfurt\d$")
        # It stays as the plugin wrote it: only Slurm's administrators may change it.
        self.assertRegex(done["AdminComment"], r",from=frankfurt,made=[^,]*,seal=[\w-]{22}$")
        record = wait_until(self.returns, 5, "the return is in the log")[-1]
        self.assertEqual(record["job_id"], int(job_id))
        self.assertEqual(record["reason"], reason)
        self.assertIsNone(record["error"])
        decided = self.records()[self.count]
        self.assertEqual(record["decision"], decided["id"])
        return record

    def test_a_job_whose_promise_holds_is_not_touched(self):
        job_id, job = self.submit_delayed()
        done = self.wait_for_state(job_id, "COMPLETED", 90)
        self.assertRegex(done["NodeList"], r"^oslo\d$")
        late = seconds_since_epoch(done["StartTime"]) - seconds_since_epoch(job["EligibleTime"])
        self.assertLessEqual(late, 5 * patience())
        self.assertEqual(self.returns(), [])

    def test_a_job_whose_pool_drains_goes_home_at_once(self):
        job_id, _ = self.submit_delayed()
        self.drain_oslo()
        record = self.assert_restored(job_id, "its pool is down")
        self.assertEqual(record["partitions"], ["frankfurt"])

    def test_a_job_whose_pool_fills_up_goes_home_at_once(self):
        job_id, _ = self.submit_delayed()
        # It does not know of our plans, and Slurm starts it: begin_time reserves nothing.
        self.submit(
            "--partition=oslo", "--gpus=16", "--exclusive", "--comment=carbon:off",
            wrap="sleep 60", time_limit="30",
        )
        record = self.assert_restored(job_id, "its pool has filled up")
        self.assertEqual(record["partitions"], ["frankfurt", "oslo"])

    def test_an_array_is_restored_as_a_whole(self):
        job_id, _ = self.submit_delayed("--array=0-3")
        self.drain_oslo()
        wait_until(
            lambda: self.run_command("squeue", "--noheader", "--job", job_id).stdout == "",
            20,
            "all tasks have run",
        )
        self.assertEqual(len(self.returns()), 1)

    def test_a_scarbond_that_was_killed_restores_no_job_twice(self):
        # Oslo is its home too: only scarbond's file distinguishes it from a job that waits as
        # placed.
        job_id, _ = self.submit_delayed("--partition=oslo")
        self.drain_oslo()
        wait_until(self.returns, 15, "the job is restored")
        self.daemon.kill()
        self.daemon.wait()
        self.watch_oslo()
        taken_at = time.time()
        wait_until(
            lambda: self.capacity(self.manifest()["parts"]["capacity"])["taken_at"] > taken_at + 2,
            10,
            "two more looks at the queue",
        )
        self.assertEqual([r["job_id"] for r in self.returns()], [int(job_id)])
        self.assertEqual(self.job(job_id)["JobState"], "PENDING")

    def test_what_the_user_changed_is_hers(self):
        job_id, _ = self.submit_delayed()
        later = datetime.datetime.fromtimestamp(int(time.time()) + 200)
        for change in (f"StartTime={later:%FT%T}", "Partition=oslo"):
            self.update_job(job_id, change)
        self.drain_oslo()
        taken_at = time.time()
        wait_until(
            lambda: self.capacity(self.manifest()["parts"]["capacity"])["taken_at"] > taken_at + 2,
            10,
            "two more looks at the queue",
        )
        self.assertEqual(self.returns(), [])
        self.assertEqual(self.job(job_id)["Partition"], "oslo")


class UnwatchedTest(PrivateSlurmTest):
    def test_no_deadline_job_is_delayed(self):
        self.publish({"mode": "enforce", "margin": "30s"}, CLEAN_LATER)
        before = len(self.records())
        when = datetime.datetime.fromtimestamp(int(time.time()) + 600)
        _, job = self.submit(f"--deadline={when:%FT%T}", "--begin=now+30")
        self.assertLess(seconds_since_epoch(job["EligibleTime"]), time.time() + 31)
        self.assertIn("nothing watches over delayed jobs", self.last_record(before)["reason"])
        # Without a deadline there is nothing to miss.
        _, job = self.submit()
        self.assertGreater(seconds_since_epoch(job["EligibleTime"]), time.time() + 10)


if __name__ == "__main__":
    unittest.main()
