"""Job arrays and heterogeneous jobs, on a real slurmctld."""

import re
import unittest

from private_slurm import CLEAN_OSLO, PrivateSlurmTest, seconds_since_epoch, wait_until

# Eight GPUs: two such tasks fit into oslo, one into lyon.
WHOLE_NODE = ("--gpus=8", "--nodes=1")


class ArrayTest(PrivateSlurmTest):
    def test_is_booked_as_wide_as_it_runs_for_as_many_rounds(self):
        self.publish_clean_oslo(may_change=["site"])
        planned = {}
        for hour, (array, width, rounds) in enumerate(
            (
                ("0-5%1", 1, 6),
                ("0-5%2", 2, 3),
                ("0-4%2", 2, 3),
                # Slurm would let nine run at once; two fit.
                ("0-9%9", 2, 5),
                ("0-20:4", 2, 3),
                ("3,7,11%4", 2, 2),
                ("5", 1, 1),
            ),
            start=1,
        ):
            with self.subTest(array):
                count = len(self.records())
                answer, job = self.submit(
                    f"--array={array}", *WHOLE_NODE, f"--begin=now+{hour}hours"
                )
                record = self.last_record(count)
                self.assertEqual(job["Partition"], "oslo")
                self.assertEqual(record["chosen"]["runs"][0]["rounds"], rounds)
                booked = record["chosen"]["runs"][0]["booked"]
                self.assertEqual(booked["amount"]["devices"], 8 * width)
                self.assertEqual(booked["held_s"], 60 * rounds)
                planned[answer.job_id] = (record["id"], width, rounds)
        # The queue shows the same.
        self.look_again()
        for job_id, (decision, width, rounds) in planned.items():
            with self.subTest(job_id):
                (use,) = self.uses_in_snapshot(job_id)
                self.assertEqual(use["decision_id"], decision)
                self.assertEqual(use["amount"]["devices"], 8 * width)
                self.assertAlmostEqual(use["end"] - use["start"], 60 * rounds, delta=1)

    def test_all_tasks_keep_the_plan_and_its_decision(self):
        self.publish(
            {"mode": "enforce", "may_change": ["time"]},
            {**CLEAN_OSLO, "frankfurt": [(0, 500), (8, 10)]},
        )
        answer, first = self.submit("--array=1-4%2")
        begin = seconds_since_epoch(first["EligibleTime"])
        self.assertGreater(begin, seconds_since_epoch(first["SubmitTime"]))
        wait_until(
            lambda: self.run_command("squeue", "--noheader", "--job", answer.job_id).stdout == "",
            60, "all four tasks have run",
        )
        shown = self.run_command("scontrol", "--oneliner", "show", "job", answer.job_id).stdout
        tasks = shown.splitlines()
        self.assertEqual(len(tasks), 4)
        for task in tasks:
            self.assertIn(f"AdminComment={first['AdminComment']}", task)
            self.assertIn("JobState=COMPLETED", task)
            started = re.search(r" StartTime=(\S+)", task)[1]
            self.assertGreaterEqual(seconds_since_epoch(started), begin)

    def test_a_users_new_limit_is_what_the_next_look_counts(self):
        self.publish_clean_oslo(may_change=["site"])
        answer, _ = self.submit("--array=0-5%2", *WHOLE_NODE, "--begin=now+1hour")
        self.update_job(answer.job_id, "ArrayTaskThrottle=1")
        use = self.queued_uses(answer.job_id)[0]
        self.assertEqual(use["amount"]["devices"], 8)
        self.assertAlmostEqual(use["end"] - use["start"], 360, delta=1)

    def test_a_heterogeneous_job_keeps_one_start(self):
        # Its components would otherwise be planned one by one.
        self.publish(
            {"mode": "enforce"}, {"frankfurt": [(0, 500), (3600, 10)], "oslo": [(0, 5)]}
        )
        done = self.run_command(
            "sbatch", "--parsable", "--time=1", "--gpus=1", "--output=/dev/null", ":",
            "--time=1", "--gpus=8", "--wrap=true",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        job_id = done.stdout.strip()
        for component in (job_id, f"{job_id}+1"):
            job = self.job(component)
            self.assertEqual(job["Partition"], "frankfurt")
            self.assertNotIn("AdminComment", job)
        wait_until(
            lambda: "PENDING" not in self.run_command(
                "scontrol", "--oneliner", "show", "job", job_id
            ).stdout,
            30, "both components have started",
        )


if __name__ == "__main__":
    unittest.main()
