"""Requests of users, in Slurm's options or our hints, and their effects, on a real slurmctld."""

import json
import unittest

from private_slurm import SCARBON, PrivateSlurmTest, seconds_since_epoch, wait_until


class RequestTest(PrivateSlurmTest):
    def setUp(self):
        self.publish_clean_oslo()

    def test_respects_opting_out(self):
        answer, job = self.submit("--comment=carbon:off")
        self.assertEqual(answer.stderr, "")
        self.assertEqual(job["Partition"], "frankfurt")
        self.assertEqual(job["Comment"], "carbon:off")
        self.assertNotIn("AdminComment", job)
        self.assertEqual(self.last_record(self.count)["outcome"], "left-alone")

    def test_shows_a_bad_hint_and_admits_the_job(self):
        answer, job = self.submit("--comment=carbon:wiat=3h")
        self.assertRegex(answer.stderr, r"^sbatch: carbon: [^\n]*wiat[^\n]*wait[^\n]*\n$")
        self.assertEqual(job["Partition"], "frankfurt")
        self.assertNotIn("AdminComment", job)

    def test_respects_a_site_named_in_a_hint(self):
        _, job = self.submit("--comment=carbon:site=lyon")
        self.assertEqual(job["Partition"], "lyon")

    def test_respects_a_partition_that_the_user_names(self):
        _, job = self.submit("--partition=frankfurt")
        self.assertEqual(job["Partition"], "frankfurt")

    def test_respects_a_node_that_the_user_names(self):
        _, job = self.submit("--nodelist=frankfurt1")
        self.assertEqual(job["Partition"], "frankfurt")

    def test_reads_hints_that_share_the_comment_with_other_tools(self):
        _, job = self.submit("--comment=project=abc,carbon:off")
        self.assertEqual(job["Partition"], "frankfurt")
        self.assertEqual(self.last_record(self.count)["reason"], "the user opted out")

    def test_says_only_what_the_policy_wants_said(self):
        for message, moved, kept in (("all", 1, 1), ("placed", 1, 0), ("none", 0, 0)):
            self.publish_clean_oslo(message=message)
            answer, job = self.submit()
            self.assertEqual(job["Partition"], "oslo")
            self.assertEqual(len(answer.stderr.splitlines()), moved, message)
            answer, job = self.submit("--partition=oslo")
            self.assertEqual(len(answer.stderr.splitlines()), kept, message)

    def test_leaves_the_jobs_of_a_portal_to_a_policy_of_their_own(self):
        self.publish_clean_oslo(match={"job_name": ["sys/dashboard/*"]}, may_change=["site"])
        _, job = self.submit("--job-name=sys/dashboard/desktop")
        self.assertEqual(job["Partition"], "oslo")
        _, job = self.submit("--job-name=train")
        self.assertEqual(job["Partition"], "frankfurt")

    # Each submission of a loop of will-runs would be 15 KB of the log.
    def test_bounds_a_record_whatever_a_user_fills_in(self):
        odd = "\x01" * 900
        for comment in (odd, "carbon:off;" + odd):
            count = len(self.records())
            tried = self.sbatch("--test-only", f"--job-name={odd}", f"--comment={comment}")
            record = self.last_record(count)
            self.assertLess(len(json.dumps(record)), 7500, tried.stderr)
            self.assertIn("job.name", record["cut"])
            self.assertIn("job.comment", record["cut"])
            self.assertTrue(record["job"]["comment"].endswith("\u2026"))
        shown = self.run_command(SCARBON, "log", "--file", str(self.log))
        self.assertEqual(shown.returncode, 0, shown.stderr)

    # sbatch then prints our line as an error, above the reason.
    def test_reads_as_a_plan_above_the_reason_of_a_refusal(self):
        answer = self.sbatch("--constraint=nosuch")
        self.assertNotEqual(answer.code, 0)
        self.assertRegex(answer.stderr, r"carbon: planned to stay in frankfurt, [^\n]*\n.*[Ff]eature")

    def test_leaves_interactive_jobs_alone(self):
        done = self.run_command("srun", "--gpus=1", "--time=1", "printenv", "SLURM_JOB_PARTITION")
        self.assertEqual(done.stdout, "frankfurt\n", done.stderr)
        self.assertEqual(self.last_record(self.count)["reason"], "interactive")

    def test_leaves_held_jobs_alone(self):
        _, job = self.submit("--hold")
        self.assertEqual(job["Partition"], "frankfurt")
        self.assertEqual(self.last_record(self.count)["reason"], "held")

    def test_leaves_heterogeneous_jobs_alone(self):
        done = self.run_command(
            "sbatch", "--time=1", "--gpus=1", ":", "--gpus=1", "--wrap=true",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.last_record(self.count)["reason"], "heterogeneous job")

    def test_never_starts_a_job_before_its_own_begin(self):
        _, job = self.submit("--begin=now+1hour")
        self.assertGreaterEqual(
            seconds_since_epoch(job["EligibleTime"]),
            seconds_since_epoch(job["SubmitTime"]) + 3590,
        )

    def test_lets_users_change_their_jobs(self):
        answer, _ = self.submit("--begin=now+1hour")
        for change in ("StartTime=now+2hours", "Partition=frankfurt"):
            self.update_job(answer.job_id, change)
        for change in ("hold", "release"):
            done = self.run_command("scontrol", change, answer.job_id)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.job(answer.job_id)["Partition"], "frankfurt")

    def test_places_an_array_as_one(self):
        answer, job = self.submit("--array=0-5%2")
        self.assertEqual(job["Partition"], "oslo")
        record = self.last_record(self.count)
        self.assertEqual(len(self.records()), self.count + 1)
        self.assertIn(f"{record['boot']}-{record['seq']}", job["AdminComment"])
        wait_until(
            lambda: self.run_command("squeue", "--noheader", "--job", answer.job_id).stdout == "",
            30,
            "all six tasks have run",
        )


if __name__ == "__main__":
    unittest.main()
