"""Nodes that Slurm powers down without jobs, and what a move then saves, on a real slurmctld."""

import unittest

from private_slurm import NODES, PrivateSlurmTest

# Long enough that no node is powered down while the tests run.
POWER_SAVING = NODES.replace("PartitionName=frankfurt", "PartitionName=frankfurt SuspendTime=INFINITE") + """
SuspendProgram=/bin/true
ResumeProgram=/bin/true
SuspendTime=1800
SuspendExcParts=lyon
"""
GPU = {"test-gpu": {
    "unit": "device",
    "busy_watts": {"value": 1000, "quality": "measured", "source": "made up"},
    "free_watts": {"value": 400, "quality": "measured", "source": "made up"},
}}
# A third cleaner than home.
CLEANER_OSLO = {"frankfurt": [(0, 500)], "oslo": [(0, 335)], "lyon": [(0, 600)]}


class PowerSavingTest(PrivateSlurmTest):
    configuration = POWER_SAVING

    def place(self, pools=None, **policy):
        """sbatch's answer, the job and the record of one that may go anywhere."""
        self.publish({"mode": "enforce", **policy}, CLEANER_OSLO, pools=pools, hardware=GPU)
        before = len(self.records())
        answer, job = self.submit()
        return answer, job, self.last_record(before)

    def test_knows_which_partitions_nodes_stay_powered(self):
        self.publish({"mode": "enforce"}, CLEANER_OSLO, hardware=GPU)
        pools = self.capacity(self.manifest()["parts"]["capacity"])["pools"]
        self.assertEqual({pool["pool"]: pool["stays_powered"] for pool in pools},
                         {"frankfurt": 1, "oslo": 0, "lyon": 1})

    # At home the nodes idle on at 400 W: leaving them saves 600 W x 500 g/kWh, and costs 1000 W x 335.
    def test_does_not_wake_nodes_for_less_than_the_idle_ones_at_home_go_on_drawing(self):
        answer, job, record = self.place()
        self.assertEqual(job["Partition"], "frankfurt")
        self.assertRegex(answer.stderr, r"^sbatch: carbon: planned to stay in frankfurt, now: adds [^\n]*\n$")
        self.assertEqual(record["minimised"], "consequential")
        home = record["home"]["runs"][0]
        self.assertAlmostEqual(home["consequential_g"] / home["gross_g"], 0.6)
        cleanest = record["candidates"][0]["runs"][0]
        self.assertEqual(cleanest["pool"], "frankfurt")

    def test_moves_it_where_the_policy_minimises_all_that_is_drawn(self):
        answer, job, record = self.place(minimise="attributional")
        self.assertEqual(job["Partition"], "oslo")
        self.assertNotIn("adds", answer.stderr)
        self.assertEqual(record["minimised"], "attributional")
        self.assertAlmostEqual(record["saving"]["share"]["mean"], 0.33)
        self.assertAlmostEqual(record["saving"]["consequential_share"]["mean"], 1 - 335 / 300)

    def test_believes_the_administrator_before_slurms_settings(self):
        _, job, record = self.place(pools={"frankfurt": {"powers_down": True}})
        self.assertEqual(job["Partition"], "oslo")
        home = record["home"]["runs"][0]
        self.assertEqual(home["stays_powered"], 0)
        self.assertEqual(home["consequential_g"], home["gross_g"])


if __name__ == "__main__":
    unittest.main()
