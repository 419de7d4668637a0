"""A job gets what it asks for, wherever and whenever it runs, on a real slurmctld."""

import os
import re
import unittest

from private_slurm import (
    CLEAN_OSLO, NODES, PrivateSlurmTest, seconds_since_epoch, slurm_release, wait_until,
)

# Oslo is clean; Frankfurt, where jobs go by default, will be in an hour.
CLEAN_LATER = {"frankfurt": [(0, 500), (3600, 20)], "oslo": [(0, 5)], "lyon": [(0, 60)]}


class ConstraintsTest(PrivateSlurmTest):
    configuration = (
        NODES.replace("Gres=gpu:h100:8", "Gres=gpu:h100:8 Feature=ib")
        .replace("NodeName=oslo[1-2] CPUs=64 RealMemory=100000 Gres=gpu:h100:8",
                 "NodeName=oslo[1-2] CPUs=64 RealMemory=100000 Gres=gpu:a100:8")
        + "Licenses=matlab:4\nScronParameters=enable\n"
    )

    def enforce(self, grids=CLEAN_OSLO, pools=None, **policy):
        self.publish({"mode": "enforce", **policy}, grids, pools=pools)
        self.count = len(self.records())

    def assert_waits_at_home(self, *arguments):
        _, job = self.submit(*arguments, gpus=None if "gpu" in arguments[0] else "1")
        self.assertEqual(job["Partition"], "frankfurt", arguments)
        delay = seconds_since_epoch(job["EligibleTime"]) - seconds_since_epoch(job["SubmitTime"])
        self.assertAlmostEqual(delay, 3600, delta=30, msg=arguments)

    def test_constrained_jobs_may_wait_but_not_move(self):
        self.enforce(CLEAN_LATER)
        for arguments in (
            ("--partition=frankfurt",),
            ("--constraint=ib",),
            ("--nodelist=frankfurt1",),
            ("--exclude=frankfurt2",),
            ("--licenses=matlab:1",),
            # Which types the other partitions have is not known.
            ("--gpus=h100:1",),
            ("--gres=gpu:h100:1",),
        ):
            with self.subTest(arguments):
                self.assert_waits_at_home(*arguments)
        self.assertEqual(self.submit()[1]["Partition"], "oslo")

    def test_the_policy_may_let_a_job_leave_the_partition_it_names(self):
        self.enforce(may_change_named_partition=True)
        self.assertEqual(self.submit("--partition=frankfurt")[1]["Partition"], "oslo")
        # Its other constraints still apply.
        _, job = self.submit("--partition=frankfurt", "--nodelist=frankfurt1")
        self.assertEqual(job["Partition"], "frankfurt")

    def test_several_partitions_named_are_the_choice(self):
        self.enforce()
        self.assertEqual(self.submit("--partition=frankfurt,lyon")[1]["Partition"], "lyon")
        self.assertEqual(self.submit("--partition=frankfurt,oslo,lyon")[1]["Partition"], "oslo")

    def test_home_is_where_slurm_would_start_the_job(self):
        self.enforce(may_change=["time"], max_delay="1m")
        full, _ = self.submit(
            "--partition=frankfurt", "--exclusive", "--nodes=2", "--comment=carbon:off",
            wrap="sleep 60", time_limit="30", gpus=None,
        )
        self.wait_for_state(full.job_id, "RUNNING", 10)
        self.look_again()
        named = "--partition=frankfurt,lyon"
        by_slurm, _ = self.submit(named, "--comment=carbon:off", wrap="sleep 60")
        by_slurm = self.wait_for_state(by_slurm.job_id, "RUNNING", 10)
        self.assertEqual(by_slurm["Partition"], "lyon")
        self.count = len(self.records())
        self.submit(named)
        home = self.last_record(self.count)["home"]["runs"][0]
        self.assertEqual(home["partition"], by_slurm["Partition"])

    def test_a_type_of_gpu_is_a_constraint(self):
        self.enforce(pools={"oslo": {"gres_type": "a100"}, "lyon": {"gres_type": "h100"}})
        self.assertEqual(self.submit("--gpus=h100:1")[1]["Partition"], "lyon")
        _, job = self.submit("--gres=gpu:h100:1", gpus=None)
        self.assertEqual(job["Partition"], "lyon")
        self.assertEqual(self.submit("--gpus=1")[1]["Partition"], "oslo")

    def test_jobs_that_carbon_has_no_say_in_are_left_alone(self):
        self.enforce(CLEAN_LATER)
        reserve = self.run_command(
            "scontrol", "create", "reservation", "reservationname=r", "starttime=now",
            "duration=60", "users=root", "nodes=frankfurt2",
        )
        self.assertEqual(reserve.returncode, 0, reserve.stderr)
        self.addCleanup(self.run_command, "scontrol", "delete", "reservationname=r")
        first, _ = self.submit("--hold", "--comment=carbon:off")
        self.last_record(self.count)
        for argument, reason in (
            ("--hold", "held"),
            ("--reservation=r", "reservation"),
            # When they may start is not known, so neither is what they would emit anywhere.
            (f"--dependency=afterok:{first.job_id}", "dependency"),
            ("--dependency=singleton", "dependency"),
        ):
            with self.subTest(argument):
                count = len(self.records())
                answer, job = self.submit(argument)
                self.assertEqual(answer.stderr, "")
                self.assertEqual(job["Partition"], "frankfurt")
                self.assertNotIn("AdminComment", job)
                self.assertEqual(self.last_record(count)["reason"], reason)
        count = len(self.records())
        done = self.run_command("salloc", "--gpus=1", "--time=1", "printenv", "SLURM_JOB_PARTITION")
        self.assertEqual(done.stdout, "frankfurt\n", done.stderr)
        self.assertEqual(self.last_record(count)["reason"], "interactive")
        count = len(self.records())
        done = self.run_command(os.environ["CARBON_SUBMIT_CRON"], "cron", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.job(done.stdout.strip())
        self.assertEqual(job["Partition"], "frankfurt")
        self.assertNotIn("AdminComment", job)
        delay = seconds_since_epoch(job["EligibleTime"]) - seconds_since_epoch(job["SubmitTime"])
        self.assertLessEqual(delay, 60)
        self.assertEqual(self.last_record(count)["reason"], "scrontab")


class BookingTest(PrivateSlurmTest):
    # Slurm uses these for what a job leaves open. Oslo's cores have two threads each, and lyon
    # allocates only whole nodes.
    configuration = (
        NODES.replace("NodeName=oslo[1-2] CPUs=64", "NodeName=oslo[1-2] CPUs=64 ThreadsPerCore=2")
        .replace("PartitionName=lyon", "PartitionName=lyon OverSubscribe=EXCLUSIVE")
        + "SelectTypeParameters=CR_Core_Memory\nDefMemPerCPU=300\n"
    )

    def allocated(self, job_id):
        """Nodes, CPUs, GPUs and memory that Slurm gave a running job."""
        shown = self.run_command("scontrol", "--details", "show", "job", job_id).stdout
        devices = 0
        of_nodes = r"Nodes=(\S+) CPU_IDs=\S* Mem=\d+ GRES=gpu:h100:(\d+)"
        for nodes, count in re.findall(of_nodes, shown):
            devices += int(count) * (2 if "[" in nodes else 1)
        memory = re.search(r" (?:Alloc)?TRES=\S*mem=([\d.]+)([MG])", shown)
        return {
            "nodes": int(re.search(r"NumNodes=(\d+)", shown)[1]),
            "devices": devices,
            "cpus": int(re.search(r"NumCPUs=(\d+)", shown)[1]),
            "memory_mib": float(memory[1]) * {"M": 1, "G": 1024}[memory[2]],
        }

    def assert_books_enough(self, *arguments):
        answer, _ = self.submit(*arguments, gpus=None, wrap="sleep 60")
        self.wait_for_state(answer.job_id, "RUNNING", 30)
        allocated = self.allocated(answer.job_id)
        # Once the queue has shown the job, its booking ends with it.
        self.look_again()
        self.run_command("scancel", answer.job_id)
        record = self.decision_of(answer.job_id)
        booked = record["chosen"]["runs"][0]["booked"]["amount"]
        for what in ("devices", "cpus", "memory_mib"):
            self.assertGreaterEqual(booked[what], allocated[what], (what, allocated))
        if record["job"]["exclusive"]:
            self.assertGreaterEqual(booked["nodes"], allocated["nodes"])
        self.assertGreaterEqual(record["chosen"]["runs"][0]["units"], 1)
        self.wait_for_state(answer.job_id, "CANCELLED", 30)
        self.look_again()
        return record, allocated

    def decision_of(self, job_id):
        decision = re.search(r"id=([^,]+)", self.job(job_id)["AdminComment"])[1]
        return wait_until(
            lambda: next((r for r in self.records() if r["id"] == decision), None),
            5, "the decision is in the log",
        )

    def test_never_books_less_than_slurm_allocates(self):
        # All stay where they are, so that each finds the nodes free.
        self.publish({"mode": "enforce", "may_change": []}, CLEAN_OSLO)
        for arguments in (
            # If both nodes are free it gets both.
            ("--gpus-per-node=2", "--nodes=1-2", "--mem=1000"),
            ("--gpus=2",),
            ("--gpus=10", "--mem=1000"),
            ("--gres=gpu:2", "--mem-per-cpu=400"),
            # 23.11 refuses what the releases before it took.
            ("--gres=gres:gpu:2" if slurm_release() < (23, 11) else "--gres=gpu:2", "--mem=1G"),
            ("--gpus=h100:2", "--mem=1000"),
            ("--gpus-per-node=2", "--nodes=2", "--mem=1000"),
            ("--gpus=4", "--ntasks-per-gpu=2"),
            ("--gpus=4", "--mem-per-gpu=500"),
            ("--gpus=2", "--cpus-per-gpu=3"),
            ("--gpus-per-task=2", "--ntasks=3", "--cpus-per-task=4"),
            ("--gpus-per-node=1", "--ntasks-per-node=4", "--nodes=2"),
            ("--gpus=1", "--mem=0"),
            ("--partition=oslo", "--gpus=1", "--ntasks=3"),
            ("--partition=lyon", "--gpus=1", "--mem=1000"),
        ):
            with self.subTest(arguments):
                self.assert_books_enough(*arguments)

    def test_an_exclusive_job_is_given_and_charged_all_of_its_nodes(self):
        self.publish({"mode": "enforce", "may_change": []}, CLEAN_OSLO)
        for arguments, nodes in (
            (("--exclusive",), 1),
            (("--exclusive", "--nodes=2"), 2),
            (("--exclusive", "--gpus=2"), 1),
            (("--exclusive", "--gpus=10"), 2),
        ):
            with self.subTest(arguments):
                record, allocated = self.assert_books_enough(*arguments)
                self.assertEqual(allocated["nodes"], nodes)
                self.assertEqual(allocated["devices"], 8 * nodes)
                self.assertEqual(record["chosen"]["runs"][0]["units"], 8 * nodes)
                self.assertEqual(record["chosen"]["runs"][0]["booked"]["amount"]["nodes"], nodes)


if __name__ == "__main__":
    unittest.main()
