"""When a job may start and how long it may run, on a real slurmctld."""

import datetime
import time
import unittest

from private_slurm import (CLEAN_OSLO, NODES, PrivateSlurmTest, may_start_at_once,
                           seconds_since_epoch, wait_until)

# Oslo's hardware takes twice as long.
HALF_AS_FAST = {
    name: {
        "unit": "device",
        "busy_watts": {"value": watts, "quality": "measured", "source": "made up"},
        "tflops": {"value": tflops, "quality": "measured", "source": "made up"},
    }
    for name, watts, tflops in (("fast-gpu", 500, 400), ("slow-gpu", 250, 200))
}
POOLS = {
    "frankfurt": {"hardware": "fast-gpu"},
    "lyon": {"hardware": "fast-gpu"},
    "oslo": {"hardware": "slow-gpu"},
}
MOST_OF_OSLO = ("--gpus=9", "--comment=carbon:site=oslo")
GRACE = 30  # seconds that a booking is kept while the queue does not show its job


def after(minutes):
    return f"{datetime.datetime.now() + datetime.timedelta(minutes=minutes):%FT%T}"


class TimeTest(PrivateSlurmTest):
    configuration = NODES.replace("PartitionName=oslo", "PartitionName=oslo MaxTime=30")
    will_run = None

    def setUp(self):
        """Before anything else a will-run, whose booking takes its time to expire."""
        if self.will_run is not None:
            return
        self.publish_clean_oslo(may_change=["site"])
        queue = self.run_command("squeue", "--noheader").stdout
        answer = self.sbatch("--test-only", *MOST_OF_OSLO)
        made = time.time()
        self.assertIn("partition oslo", answer.stderr)
        self.assertEqual(self.run_command("squeue", "--noheader").stdout, queue)
        record = self.last_record(self.count)
        _, job = self.submit(*MOST_OF_OSLO)
        type(self).will_run = {"made": made, "record": record, "next": job}

    def enforce(self, *may_change, mode="enforce", grids=CLEAN_OSLO):
        self.publish(
            {"mode": mode, "may_change": list(may_change)}, grids,
            pools=POOLS, hardware=HALF_AS_FAST,
        )
        self.count = len(self.records())

    def place(self, limit, *arguments, hint="hardware=any", **options):
        answer, job = self.submit(
            f"--comment=carbon:{hint}", *arguments, time_limit=limit, **options
        )
        return answer, job, (job["Partition"], job["TimeLimit"], job["TimeMin"])

    def test_limit_grows_with_the_ratio_of_the_speeds(self):
        self.enforce("site", "hardware", "time_limit")
        # Long enough for a look at the queue.
        answer, job, placed = self.place("10", "--time-min=4", wrap="sleep 60")
        self.assertEqual(placed, ("oslo", "00:20:00", "00:08:00"))
        self.assertIn("time limit 20m", answer.stderr)
        self.assertRegex(job["AdminComment"], ",limit=10m,longer=20m,least=4m,made=")  # as asked
        record = self.last_record(self.count)
        self.assertEqual(record["job"]["time_limit_s"], 600)
        self.assertEqual(record["home"]["runs"][0]["time_limit_s"], 600)
        self.assertEqual(record["chosen"]["runs"][0]["time_limit_s"], 1200)
        self.assertEqual(record["chosen"]["runs"][0]["time_min_s"], 480)
        use = self.queued_uses(answer.job_id)[0]
        self.assertGreaterEqual(use["end"] - use["start"], 1200)

    def test_limit_never_exceeds_the_partitions_maximum(self):
        self.enforce("site", "hardware", "time_limit")
        self.assertEqual(self.place("15")[2], ("oslo", "00:30:00", "N/A"))
        self.assertEqual(self.place("16")[2], ("lyon", "00:16:00", "N/A"))

    def test_limit_never_breaks_a_deadline(self):
        self.enforce("site", "hardware", "time_limit")
        self.assertEqual(self.place("10", f"--deadline={after(24)}")[2][:2], ("oslo", "00:20:00"))
        # 20 minutes, and 2 of margin.
        self.assertEqual(self.place("10", f"--deadline={after(21)}")[2][:2], ("lyon", "00:10:00"))

    def test_limit_needs_the_policys_leave_and_the_users(self):
        self.enforce("site", "hardware", "time_limit")
        self.assertEqual(self.place("10", hint="runtime=5m")[2][:2], ("lyon", "00:10:00"))
        self.assertEqual(self.place("10", hint="hardware=slow-gpu")[2][:2], ("oslo", "00:20:00"))
        self.enforce("site", "hardware")
        self.assertEqual(self.place("10")[2][:2], ("lyon", "00:10:00"))
        # It ends within the limit that it has.
        placed = self.place("10", hint="hardware=any,runtime=5m")[2]
        self.assertEqual(placed[:2], ("oslo", "00:10:00"))

    def test_limit_grows_for_the_partitions_default_too(self):
        self.enforce("site", "hardware", "time_limit")
        self.assertEqual(self.place(None)[2][:2], ("oslo", "00:20:00"))

    def test_watch_gives_the_limit_back_with_the_place(self):
        self.watch(
            {
                "mode": "enforce",
                "margin": "30s",
                "may_change": ["time", "site", "hardware", "time_limit"],
            },
            {"frankfurt": [(0, 500)], "oslo": [(0, 450), (90, 10)]},
            pools=POOLS, hardware=HALF_AS_FAST, down_after="1s",
        )
        count = len(self.records())
        answer, _, placed = self.place("10", "--time-min=4", f"--deadline={after(40)}")
        self.assertEqual(placed, ("oslo", "00:20:00", "00:08:00"))
        for node in ("oslo1", "oslo2"):
            self.addCleanup(
                self.run_command, "scontrol", "update", f"NodeName={node}", "State=RESUME"
            )
            self.run_command(
                "scontrol", "update", f"NodeName={node}", "State=DRAIN", "Reason=test"
            )
        job = self.wait_for_state(answer.job_id, "COMPLETED", 20)
        self.assertEqual(
            (job["Partition"], job["TimeLimit"], job["TimeMin"]),
            ("frankfurt", "00:10:00", "00:04:00"),
        )
        (given_back,) = [r for r in self.records()[count:] if r["type"] == "return"]
        self.assertEqual(given_back["partitions"], ["frankfurt"])
        self.assertIsNone(given_back["error"])

    def test_shadow_leaves_the_limit_alone(self):
        self.enforce("site", "hardware", "time_limit", mode="shadow")
        self.assertEqual(self.place("10", "--time-min=4")[2], ("frankfurt", "00:10:00", "00:04:00"))
        self.assertEqual(self.last_record(self.count)["chosen"]["runs"][0]["time_limit_s"], 1200)

    def test_time_min_does_not_stretch_a_deadline(self):
        # Slurm would start it with a limit cut down to the deadline; what is planned is its whole
        # limit, and as that does not fit, it stays and starts at once.
        self.publish(
            {"mode": "enforce", "may_change": ["time"]},
            {"frankfurt": [(0, 500), (60, 10)], "oslo": [(0, 30)], "lyon": [(0, 60)]},
        )
        count = len(self.records())
        answer, job = self.submit("--time-min=1", f"--deadline={after(5)}", time_limit="10")
        self.assertTrue(may_start_at_once(job), job)
        self.assertIn("the deadline leaves no room", self.last_record(count)["reason"])
        self.wait_for_state(answer.job_id, "COMPLETED", 10)

    def test_a_delayed_job_books_all_of_its_limit(self):
        self.publish(
            {"mode": "enforce", "may_change": ["time"]},
            {"frankfurt": [(0, 500), (3600, 10)], "oslo": [(0, 30)], "lyon": [(0, 60)]},
        )
        count = len(self.records())
        answer, _ = self.submit("--time-min=1", time_limit="10")
        booked = self.last_record(count)["chosen"]["runs"][0]["booked"]
        self.assertEqual(booked["held_s"], 600)
        use = self.queued_uses(answer.job_id)[0]
        self.assertEqual(use["end"] - use["start"], 600)

    def test_begin_is_the_earliest_start_of_a_plan_too(self):
        # The cleanest hours lie before and after it.
        self.publish(
            {"mode": "enforce", "may_change": ["time", "site"]},
            {"frankfurt": [(0, 1), (1800, 500), (7200, 20)], "oslo": [(0, 600)]},
        )
        _, job = self.submit("--begin=now+1hour")
        delay = seconds_since_epoch(job["EligibleTime"]) - seconds_since_epoch(job["SubmitTime"])
        self.assertAlmostEqual(delay, 7200, delta=30)

    def test_will_run_leaves_no_trace_and_its_booking_expires(self):
        # It looks like a submission, so at first its capacity is kept.
        tested = self.will_run["record"]
        self.assertEqual(tested["chosen"]["runs"][0]["booked"]["amount"]["devices"], 9)
        self.assertEqual(self.will_run["next"]["Partition"], "frankfurt")
        time.sleep(max(0, self.will_run["made"] + GRACE + 1.5 - time.time()))
        self.look_again()

        def fates():
            return [
                record["fate"] for record in self.records()
                if record["type"] == "booking" and record["decision"] == tested["id"]
            ]

        # The status reports the look before the log's thread has written the fates of bookings.
        wait_until(fates, 5, "the booking's end is in the log")
        self.assertEqual(fates(), ["expired"])


if __name__ == "__main__":
    unittest.main()
