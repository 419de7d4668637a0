"""What the plugin does to jobs, on a real slurmctld."""

import datetime
import re
import time
import unittest

from private_slurm import (CLEAN_OSLO, SCARBON, PrivateSlurmTest, may_start_at_once, patience,
                           seconds_since_epoch, wait_until)

DECISION_ID = r"carbon:id=[0-9a-f]{16}-\d+"
SEALED = r"made=\S{25},seal=[\w-]{22}"


class ShadowTest(PrivateSlurmTest):
    def test_changes_nothing_but_the_admin_comment(self):
        self.publish({"mode": "shadow"}, CLEAN_OSLO)
        before = len(self.records())
        answer, job = self.submit()
        self.assertEqual(answer.stderr, "")
        self.assertEqual(job["Partition"], "frankfurt")
        self.assertTrue(may_start_at_once(job), job)
        self.assertRegex(job["AdminComment"], f"^{DECISION_ID},{SEALED}$")
        record = self.last_record(before)
        self.assertEqual(record["outcome"], "placed")
        self.assertEqual(record["mode"], "shadow")
        self.assertEqual(record["chosen"]["runs"][0]["partition"], "oslo")
        self.assertTrue(job["AdminComment"].startswith(f"carbon:id={record['boot']}-{record['seq']},"))

    def test_names_the_job_once_the_queue_shows_it_whatever_is_written_into_it_later(self):
        self.watch({"mode": "shadow"}, CLEAN_OSLO)
        before = len(self.records())
        answer, job = self.submit(wrap="sleep 30")
        decision = self.last_record(before)

        def named():
            return [r["job_id"] for r in self.records()[before:]
                    if r["type"] == "job" and r["decision"] == decision["id"]]

        wait_until(named, 20, "the job is in the log")
        self.update_job(answer.job_id, "AdminComment=another tool's")
        shown = self.run_command(SCARBON, "log", "--file", str(self.log), "-n", "-P", "-o", "jobid,id")
        self.assertIn(f"{answer.job_id}|{decision['id']}\n", shown.stdout)
        time.sleep(3)
        self.assertEqual(named(), [int(answer.job_id)])

    def test_says_nothing_where_the_policy_is_off(self):
        self.publish({"mode": "off"}, CLEAN_OSLO)
        before = len(self.records())
        answer, job = self.submit()
        self.assertEqual(answer.stderr, "")
        self.assertNotIn("AdminComment", job)
        # The shadow job after it is the next to be logged.
        self.publish({"mode": "shadow"}, CLEAN_OSLO)
        self.submit()
        self.last_record(before)
        decisions = [r for r in self.records()[before:] if r["type"] == "decision"]
        self.assertEqual(len(decisions), 1)


class EnforceTest(PrivateSlurmTest):
    def test_moves_a_job_that_may_run_anywhere(self):
        self.publish_clean_oslo()
        answer, job = self.submit()
        self.assertEqual(job["Partition"], "oslo")
        self.assertTrue(may_start_at_once(job), job)
        self.assertRegex(job["AdminComment"], f"^{DECISION_ID},pool=oslo,start=")
        self.assertRegex(answer.stderr, r"^sbatch: carbon: planned for oslo[^\n]*\n$")
        done = self.wait_for_state(answer.job_id, "COMPLETED", 10)
        self.assertRegex(done["NodeList"], r"^oslo\d$")

    def test_delays_a_job_which_then_runs(self):
        start = time.time()
        self.publish(
            {"mode": "enforce", "may_change": ["time"]},
            {"frankfurt": [(0, 500), (15, 10)], "oslo": [(0, 1)]},
        )
        answer, job = self.submit()
        self.assertEqual(job["Partition"], "frankfurt")
        self.assertEqual(job["JobState"], "PENDING")
        begin = seconds_since_epoch(job["EligibleTime"])
        self.assertAlmostEqual(begin, start + 15, delta=2)
        done = self.wait_for_state(answer.job_id, "COMPLETED", 40)
        started = seconds_since_epoch(done["StartTime"])
        self.assertGreaterEqual(started, begin)
        self.assertLessEqual(started, begin + 5 * patience())

    def test_keeps_the_deadline(self):
        now = time.time()
        self.watch(
            {"mode": "enforce", "may_change": ["time"]},
            {"frankfurt": [(0, 500), (20, 200), (240, 1)]},
        )
        deadline = int(now) + 300
        answer, job = self.submit(
            f"--deadline={datetime.datetime.fromtimestamp(deadline):%FT%T}"
        )
        # The cleanest hour begins within the deadline, but leaves no room for limit and margin.
        begin = seconds_since_epoch(job["EligibleTime"])
        self.assertLessEqual(begin + 60 + 120, deadline)
        self.assertGreater(begin, seconds_since_epoch(job["SubmitTime"]))
        done = self.wait_for_state(answer.job_id, "COMPLETED", 45)
        self.assertLess(seconds_since_epoch(done["EndTime"]), deadline)

    def test_leaves_no_job_behind_a_test(self):
        self.publish_clean_oslo()
        queue = self.run_command("squeue", "--noheader").stdout
        answer = self.sbatch("--test-only")
        self.assertEqual(answer.code, 0, answer.stderr)
        self.assertIn("partition oslo", answer.stderr)
        self.assertEqual(self.run_command("squeue", "--noheader").stdout, queue)
        self.assertEqual(self.last_record(self.count)["outcome"], "placed")

    def test_books_what_it_places(self):
        # Both nodes of oslo for a minute each: the third such job finds lyon free at once.
        self.publish_clean_oslo(may_change=["site"])
        partitions = [
            self.submit("--gpus=8", "--nodes=1", wrap="sleep 20")[1]["Partition"] for _ in range(3)
        ]
        self.assertEqual(partitions, ["oslo", "oslo", "lyon"])

    def test_notices_a_new_snapshot_within_seconds(self):
        self.publish_clean_oslo()
        self.assertEqual(self.submit()[1]["Partition"], "oslo")
        start = time.monotonic()
        self.publish({"mode": "enforce"}, {**CLEAN_OSLO, "oslo": [(0, 800)]})
        self.assertLess(time.monotonic() - start, 8)
        self.assertEqual(self.submit()[1]["Partition"], "lyon")

    def test_goes_on_after_a_restart_of_the_controller(self):
        self.publish_clean_oslo()
        answer, job = self.submit("--begin=now+1hour")
        boot = re.search(r"id=([0-9a-f]{16})", job["AdminComment"])[1]
        self.private_slurm("restart-controller")
        self.assertEqual(self.job(answer.job_id)["AdminComment"], job["AdminComment"])
        self.look_again()
        _, later = self.submit()
        self.assertEqual(later["Partition"], "oslo")
        self.assertNotIn(boot, later["AdminComment"])

    def test_survives_a_reconfigure(self):
        self.publish_clean_oslo()
        self.assertEqual(self.run_command("scontrol", "reconfigure").returncode, 0)
        self.look_again()
        self.assertEqual(self.submit()[1]["Partition"], "oslo")


if __name__ == "__main__":
    unittest.main()
