"""A placed job is changed by its user, an administrator or Slurm, on a real slurmctld: every change is
admitted, and the capacity of decisions follows the queue."""

import datetime
import os
import re
import time
import unittest

from private_slurm import CLEAN_OSLO, NODES, PrivateSlurmTest, seconds_since_epoch, wait_until

CLEAN_LATER = {"frankfurt": [(0, 500), (3600, 10)], "oslo": [(0, 400)], "lyon": [(0, 400)]}


class UpdateTest(PrivateSlurmTest):
    # Jobs of an urgent partition take the nodes of oslo from those that run there.
    configuration = (
        NODES.replace("PartitionName=oslo", "PartitionName=oslo PriorityTier=1")
        # As preemptible as home, or no job would be moved there.
        + "PartitionName=urgent Nodes=oslo[1-2] PriorityTier=10\n"
        "PartitionName=rush Nodes=frankfurt[1-2],lyon1 PriorityTier=10\n"
        "PreemptType=preempt/partition_prio\nPreemptMode=REQUEUE\nJobRequeue=1\n"
    )

    def setUp(self):
        # The jobs that were cancelled last would still use capacity, and so would those of a test that
        # failed.
        left = self.run_command("squeue", "--noheader", "--format=%A").stdout.split()
        if left:
            self.run_command("scancel", *left)
        wait_until(
            lambda: self.run_command("squeue", "--noheader").stdout == "", 60, "the queue is empty"
        )

    def delayed_job(self, *arguments, **options):
        answer, job = self.submit(*arguments, **options)
        delay = seconds_since_epoch(job["EligibleTime"]) - seconds_since_epoch(job["SubmitTime"])
        self.assertAlmostEqual(delay, 3600, delta=30)
        return answer.job_id, job

    def use(self, job_id):
        uses = self.queued_uses(job_id)
        self.assertTrue(uses, f"the queue shows job {job_id}")
        return uses[0]

    def test_updates_are_admitted_and_what_is_booked_follows(self):
        self.publish({"mode": "enforce", "may_change": ["time"]}, CLEAN_LATER)
        count = len(self.records())
        job_id, job = self.delayed_job(time_limit="10", wrap="sleep 60")
        record = self.last_record(count)
        use = self.use(job_id)
        self.assertEqual(use["decision_id"], record["id"])
        self.assertEqual(use["group"], record["chosen"]["runs"][0]["booked"]["group"])
        self.assertEqual(use["end"] - use["start"], 600)

        self.update_job(job_id, "TimeLimit=5")
        use = self.use(job_id)
        self.assertEqual(use["end"] - use["start"], 300)

        begin = int(time.time()) + 7200
        self.update_job(job_id, f"StartTime={datetime.datetime.fromtimestamp(begin):%FT%T}")
        self.assertEqual(self.use(job_id)["start"], begin)

        deadline = f"{datetime.datetime.fromtimestamp(begin + 900):%FT%T}"
        self.update_job(job_id, f"Deadline={deadline}")
        self.assertEqual(self.job(job_id)["Deadline"], deadline)

        self.update_job(job_id, "Partition=lyon")
        use = self.use(job_id)
        self.assertIn("lyon", use["group"])
        self.assertEqual(use["start"], begin)

        # Held, it waits for somebody, and nothing is kept for it.
        self.assertEqual(self.run_command("scontrol", "hold", job_id).returncode, 0)
        self.assertEqual(self.queued_uses(job_id), [])
        self.assertEqual(self.run_command("scontrol", "release", job_id).returncode, 0)
        self.assertIn("lyon", self.use(job_id)["group"])

        self.update_job(job_id, "StartTime=now")
        running = self.wait_for_state(job_id, "RUNNING", 15)
        self.assertEqual(running["Partition"], "lyon")
        self.assertEqual(running["AdminComment"], job["AdminComment"])
        use = self.use(job_id)
        self.assertAlmostEqual(use["start"], seconds_since_epoch(running["StartTime"]), delta=1)
        # None of these was a submission.
        decisions = [r for r in self.records()[count:] if r["type"] == "decision"]
        self.assertEqual(len(decisions), 1)

    def test_a_dependency_added_later_keeps_nothing_booked(self):
        self.publish({"mode": "enforce", "may_change": ["time"]}, CLEAN_LATER)
        first, _ = self.delayed_job()
        second, _ = self.delayed_job()
        self.update_job(second, f"Dependency=afterok:{first}")
        self.assertTrue(self.queued_uses(first))
        self.assertEqual(self.queued_uses(second), [])

    @unittest.skipUnless(os.geteuid() == 0, "only root can be another user")
    def test_owners_may_undo_a_plan(self):
        self.publish({"mode": "enforce", "may_change": ["time"]}, CLEAN_LATER)
        as_user = ("runuser", "-u", "nobody", "--")
        done = self.run_command(
            *as_user, "sbatch", "--parsable", "--gpus=1", "--time=2", "--output=/dev/null",
            "--wrap=true",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        job_id = done.stdout.strip()
        self.assertIn("carbon: planned for frankfurt", done.stderr)
        self.assertRegex(self.job(job_id)["UserId"], "nobody")
        for change in ("TimeLimit=1", "Partition=lyon", "StartTime=now"):
            self.update_job(job_id, change, as_user=as_user)
        job = self.wait_for_state(job_id, "COMPLETED", 15)
        self.assertEqual((job["Partition"], job["TimeLimit"]), ("lyon", "00:01:00"))

    def test_a_requeued_job_keeps_its_place_and_decision(self):
        self.publish_clean_oslo(may_change=["site"])
        answer, job = self.submit("--requeue", wrap="sleep 60", time_limit="10")
        self.assertEqual(job["Requeue"], "1")
        self.wait_for_state(answer.job_id, "RUNNING", 10)
        decided = self.last_record(self.count)
        self.assertEqual(self.run_command("scontrol", "requeue", answer.job_id).returncode, 0)
        again = self.wait_for_state(answer.job_id, "PENDING", 15)
        self.assertEqual(again["Partition"], "oslo")
        self.assertEqual(again["AdminComment"], job["AdminComment"])
        use = self.use(answer.job_id)
        self.assertEqual(use["decision_id"], decided["id"])
        # Slurm lets two minutes pass.
        self.assertGreater(use["start"], time.time() + 60)
        self.assertEqual(use["end"] - use["start"], 600)
        self.update_job(answer.job_id, "StartTime=now")
        running = self.wait_for_state(answer.job_id, "RUNNING", 15)
        self.assertEqual(running["Partition"], "oslo")
        self.assertEqual(running["Restarts"], "1")
        decisions = [r for r in self.records()[self.count:] if r["type"] == "decision"]
        self.assertEqual(len(decisions), 1)

    def test_a_preempted_job_comes_back_with_its_decision(self):
        self.publish_clean_oslo(may_change=["site"])
        answer, job = self.submit(
            "--gpus=16", "--nodes=2", "--exclusive", "--requeue", wrap="sleep 60", time_limit="10"
        )
        self.assertEqual(job["Partition"], "oslo")
        self.wait_for_state(answer.job_id, "RUNNING", 10)
        urgent, _ = self.submit(
            "--partition=urgent", "--gpus=16", "--nodes=2", "--comment=carbon:off", wrap="sleep 60"
        )
        self.wait_for_state(urgent.job_id, "RUNNING", 30)
        preempted = self.wait_for_state(answer.job_id, "PENDING", 15)
        self.assertEqual(preempted["Partition"], "oslo")
        self.assertEqual(preempted["AdminComment"], job["AdminComment"])
        decision = re.search(r"id=([0-9a-f]+-\d+)", job["AdminComment"])[1]
        self.assertEqual(self.use(answer.job_id)["decision_id"], decision)
        # With its nodes free again it runs there.
        self.run_command("scancel", urgent.job_id)
        self.update_job(answer.job_id, "StartTime=now")
        again = self.wait_for_state(answer.job_id, "RUNNING", 30)
        self.assertRegex(again["NodeList"], r"^oslo\[1-2\]$")


if __name__ == "__main__":
    unittest.main()
