"""A placed job that its partition does not let start goes home, and one that waits for something else
stays, on a real slurmctld."""

import unittest

from private_slurm import NODES, wait_until
from watching import CLEAN_SOON, WatchTest


class ObstacleTest(WatchTest):
    configuration = NODES.replace("frankfurt[1-2] CPUs", "frankfurt[1-2] Feature=fast CPUs")

    def reason_of(self, job_id):
        return self.job(job_id)["Reason"]

    def assert_is_at_home_within_a_minute(self, job_id, reason):
        """Returns the moment from which it is held."""
        done = self.wait_for_state(job_id, "COMPLETED", 60)
        self.assertRegex(done["NodeList"], r"^frankfurt")
        records = [r for r in self.returns() if r["job_id"] == int(job_id)]
        self.assertEqual([(r["reason"], r["error"]) for r in records], [(reason, None)])

    def test_a_job_that_its_partition_holds_goes_home_and_others_stay(self):
        self.watch_from_now(CLEAN_SOON)
        wide = self.submit_delayed("--nodes=2", gpus="2", deadline=None)
        picky = self.submit_delayed(deadline=None)
        held = self.submit_delayed("--nodes=2", gpus="2", deadline=None)
        waiting = self.submit_delayed("--nodes=2", gpus="2", deadline=None)
        for command in (
            ("hold", held), ("update", f"job={waiting}", f"dependency=afterok:{held}"),
            ("update", "PartitionName=oslo", "MaxNodes=1"),
            ("update", f"job={picky}", "Features=fast"),
        ):
            done = self.run_command("scontrol", *command)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.addCleanup(self.update, "PartitionName=oslo", "MaxNodes=UNLIMITED")

        wait_until(lambda: self.reason_of(wide) == "PartitionNodeLimit", 60, "it is held")
        wait_until(lambda: self.reason_of(picky) == "BadConstraints", 20, "so is the other")
        self.assert_is_at_home_within_a_minute(wide, "the node limit of its partition holds it")
        self.assert_is_at_home_within_a_minute(picky, "its partition cannot meet its constraints")
        for job_id, reason in ((held, "JobHeldAdmin"), (waiting, "Dependency")):
            self.assertEqual(self.job(job_id)["Partition"], "oslo")
            self.assertEqual(self.reason_of(job_id), reason)
        self.assertEqual(len(self.returns()), 2)


class QosObstacleTest(WatchTest):
    """Oslo has a QOS of its own, which gets its limit while a job waits there."""

    configuration = (
        NODES + "AccountingStorageEnforce=associations,limits,qos\nAccountingStorageTRES=gres/gpu\n")
    start_options = ("--accounting",)

    def sacctmgr(self, *arguments):
        done = self.run_command("sacctmgr", "--immediate", *arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_job_that_its_partitions_qos_holds_goes_home(self):
        self.sacctmgr("add", "qos", "oslo")
        wait_until(
            lambda: self.update("PartitionName=oslo", "QOS=oslo").returncode == 0, 20,
            "slurmctld knows the QOS",
        )
        self.watch_from_now(CLEAN_SOON)
        job_id = self.submit_delayed(deadline=None)
        self.sacctmgr("modify", "qos", "oslo", "set", "GrpTRES=gres/gpu=0")
        wait_until(lambda: self.job(job_id)["Reason"].startswith("QOSGrp"), 60, "it is held")
        # Rules are read once a minute.
        done = self.wait_for_state(job_id, "COMPLETED", 120)
        self.assertRegex(done["NodeList"], r"^frankfurt")
        (record,) = self.returns()
        self.assertEqual(record["reason"], "a limit of its partition's QOS holds it")


if __name__ == "__main__":
    unittest.main()
