"""Nodes that are reserved for others, now or later, on a real slurmctld."""

import datetime
import time
import unittest

from private_slurm import PrivateSlurmTest, seconds_since_epoch, wait_until

# The clean time begins in two minutes and lasts.
CLEAN_SOON = {"frankfurt": [(0, 500), (120, 10)], "oslo": [(0, 600)], "lyon": [(0, 600)]}


class ReservationsTest(PrivateSlurmTest):
    def reserve(self, name, start, minutes, *options, nodes="ALL"):
        when = datetime.datetime.fromtimestamp(start).strftime("%Y-%m-%dT%H:%M:%S")
        done = self.run_command(
            "scontrol", "create", f"reservation={name}", f"starttime={when}", f"duration={minutes}",
            f"nodes={nodes}", "user=root", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.addCleanup(self.run_command, "scontrol", "delete", f"reservation={name}")

    def place(self, *arguments, **options):
        """Placed with a watch alive, at the next clean time: the job and its planned start."""
        self.watch({"mode": "enforce", "margin": "12s"}, CLEAN_SOON)
        before = len(self.records())
        answer, job = self.submit("--partition=frankfurt", *arguments, **options)
        record = self.last_record(before)
        return answer, job, datetime.datetime.fromisoformat(
            record["chosen"]["runs"][0]["start"].replace("Z", "+00:00")).timestamp()

    # A minute's job.
    def test_plans_no_start_that_reaches_into_maintenance(self):
        now = time.time()
        end = now + 100 + 15 * 60
        self.reserve("works", now + 100, 15, "flags=maint,ignore_jobs")
        _, _, start = self.place()
        self.assertGreaterEqual(start, end - 1)

    def test_starts_before_maintenance_what_must_end_before_its_deadline(self):
        now = time.time()
        self.reserve("works", now + 100, 15, "flags=maint,ignore_jobs")
        deadline = datetime.datetime.fromtimestamp(now + 600).strftime("%Y-%m-%dT%H:%M:%S")
        answer, _, start = self.place(f"--deadline={deadline}")
        self.assertLessEqual(start + 60, now + 101)
        self.wait_for_state(answer.job_id, "COMPLETED", 60)

    def test_takes_the_nodes_of_a_project_for_used_while_it_has_them(self):
        now = time.time()
        self.reserve("course", now, 30, nodes="frankfurt[1-2]")
        wait_until(lambda: "RESERVED" in self.run_command("scontrol", "show", "node", "frankfurt1").stdout,
                   60, "the nodes are reserved")
        _, _, start = self.place()
        self.assertGreaterEqual(start, now + 30 * 60 - 2)
        capacity = self.capacity(self.manifest()["parts"]["capacity"])
        frankfurt = next(g for g in capacity["groups"] if g["name"] == "frankfurt")
        self.assertEqual(frankfurt["total"]["nodes"], 2)

    def test_gives_back_a_job_into_whose_time_maintenance_is_put_later(self):
        answer, job, start = self.place("--deadline=now+15minutes")
        self.assertGreater(seconds_since_epoch(job["EligibleTime"]), time.time() + 60)
        before = len(self.records())
        self.reserve("works", start - 10, 20, "flags=maint,ignore_jobs")

        def returned():
            return [r for r in self.records()[before:] if r["type"] == "return"]

        wait_until(returned, 30, "the job is given back")
        self.assertEqual(returned()[0]["reason"], "its pool has filled up")
        self.wait_for_state(answer.job_id, "COMPLETED", 60)


if __name__ == "__main__":
    unittest.main()
