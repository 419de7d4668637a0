"""Nodes that are partly free, and devices of several types on one node, on a real slurmctld."""

import unittest

from private_slurm import CLEAN_OSLO, PrivateSlurmTest

SLICES = "a100_1g.5gb"


class NodePartsTest(PrivateSlurmTest):
    # Oslo's nodes lend four shards of each GPU; lyon's has two whole GPUs, and two cut into slices.
    configuration = f"""
NodeName=frankfurt[1-2] CPUs=64 RealMemory=100000 Gres=gpu:h100:8
NodeName=oslo[1-4] CPUs=64 RealMemory=100000 Gres=gpu:h100:8,shard:32
NodeName=lyon1 CPUs=64 RealMemory=100000 Gres=gpu:a100:2,gpu:{SLICES}:14
NodeName=old1 CPUs=64 RealMemory=100000 Gres=gpu:8 Feature=pcie
NodeName=new1 CPUs=64 RealMemory=100000 Gres=gpu:8 Feature=nvlink,ib
PartitionName=DEFAULT MaxTime=2-0 DefaultTime=10 State=UP
PartitionName=frankfurt Nodes=frankfurt[1-2] Default=YES
PartitionName=oslo Nodes=oslo[1-4]
PartitionName=lyon Nodes=lyon1
PartitionName=mixed Nodes=old1,new1
"""

    def occupy(self, partition, *arguments, minutes="20"):
        """Starts a job that carbon does not touch."""
        answer, _ = self.submit(
            f"--partition={partition}", "--comment=carbon:off", *arguments, wrap="sleep 300",
            time_limit=minutes, gpus=None)
        self.wait_for_state(answer.job_id, "RUNNING", 20)

    def place(self, *arguments):
        """Returns where a job goes that must start now or not at all."""
        _, job = self.submit("--time=5", *arguments, wrap="sleep 300", gpus=None, time_limit=None)
        return job["Partition"]

    def tearDown(self):
        # Once the queue has shown what was placed, nothing of it lasts beyond its end.
        self.look_again()
        super().tearDown()

    def publish_oslo(self, **details):
        self.publish({"mode": "enforce", "max_delay": "1m"}, CLEAN_OSLO, **details)

    def test_nodes_that_are_half_free_hold_no_job_of_whole_nodes(self):
        for node in range(1, 5):
            self.occupy("oslo", f"--nodelist=oslo{node}", "--gres=gpu:4")
        self.publish_oslo()
        whole = ("--nodes=2", "--gpus-per-node=8")
        self.assertEqual(self.place(*whole), "frankfurt")
        self.assertEqual(self.place("--nodes=2", "--exclusive", "--gpus-per-node=1"), "frankfurt")
        self.assertEqual(self.place("--nodes=2", "--gpus-per-node=4"), "oslo")

    def test_nodes_that_are_free_hold_them(self):
        self.occupy("oslo", "--nodelist=oslo1", "--gres=gpu:4")
        self.publish_oslo()
        self.assertEqual(self.place("--nodes=2", "--gpus-per-node=8"), "oslo")
        # One is left.
        self.assertEqual(self.place("--nodes=2", "--gpus-per-node=8"), "frankfurt")
        self.assertEqual(self.place("--nodes=1", "--gpus-per-node=8"), "oslo")

    def test_a_gpu_that_lends_shards_is_not_free(self):
        for node in range(1, 5):
            self.occupy("oslo", f"--nodelist=oslo{node}", "--gres=shard:1")
        self.publish_oslo()
        self.assertEqual(self.place("--nodes=1", "--gpus-per-node=8"), "frankfurt")
        self.assertEqual(self.place("--gpus=16"), "oslo")

    def test_each_type_of_device_is_counted_for_itself(self):
        self.occupy("lyon", "--gres=gpu:a100:1")
        pools = {
            "lyon": {"gres_type": "a100"},
            "slices": {"site": "lyon", "partition": "lyon", "gres_type": SLICES,
                       "hardware": "slice"},
        }
        self.publish(
            {"mode": "enforce", "max_delay": "1m"}, {"lyon": [(0, 30)]}, pools=pools,
            hardware={"slice": {
                "unit": "device",
                "busy_watts": {"value": 70, "quality": "measured", "source": "made up"},
            }})
        capacity = self.capacity(self.manifest()["parts"]["capacity"])
        totals = {group["name"]: group["total"]["devices"] for group in capacity["groups"]}
        self.assertEqual(totals["lyon:a100"], 2)
        self.assertEqual(totals[f"lyon:{SLICES}"], 14)
        used = {use["group"]: use["amount"]["devices"] for use in capacity["uses"]
                if use["amount"]["devices"]}
        self.assertEqual(used, {"lyon:a100": 1})
        # A job with a whole node is charged for the devices of its own type.
        count = len(self.records())
        self.submit("--partition=lyon", f"--gres=gpu:{SLICES}:14", gpus=None)
        self.assertEqual(self.last_record(count)["home"]["runs"][0]["units"], 14)
        self.assertEqual(self.last_record(count)["home"]["runs"][0]["pool"], "slices")
        count = len(self.records())
        self.submit("--partition=lyon", "--exclusive", "--gres=gpu:a100:1", gpus=None)
        self.assertEqual(self.last_record(count)["home"]["runs"][0]["units"], 2)

    def test_a_type_that_slurm_does_not_track_is_counted_by_what_was_asked(self):
        self.occupy("lyon", "--gres=gpu:a100:2")
        pools = {"lyon": {"gres_type": "a100"},
                 "slices": {"site": "lyon", "partition": "lyon", "gres_type": SLICES,
                            "hardware": "test-gpu"}}
        self.publish({"mode": "enforce"}, {"lyon": [(0, 30)]}, pools=pools)
        answer, _ = self.submit(
            "--partition=lyon", "--comment=carbon:off", "--gres=gpu:a100:1", gpus=None)
        self.assertEqual([use["group"] for use in self.queued_uses(answer.job_id)], ["lyon:a100"])

    def test_features_tell_pools_of_one_partition_apart(self):
        pools = {
            "mixed": {"features": ["pcie"]},
            "new": {"site": "mixed", "partition": "mixed", "nodelist": "new[1-3]",
                    "features": ["nvlink"], "hardware": "fast"},
        }
        self.publish(
            {"mode": "enforce", "max_delay": "1m"}, {"mixed": [(0, 30)]}, pools=pools,
            hardware={"fast": {
                "unit": "device",
                "busy_watts": {"value": 700, "quality": "measured", "source": "made up"},
            }})
        for constraint, pool in (("nvlink&ib", "new"), ("pcie", "mixed")):
            count = len(self.records())
            self.submit("--partition=mixed", f"--constraint={constraint}", "--gpus=1", gpus=None)
            self.assertEqual(self.last_record(count)["home"]["runs"][0]["pool"], pool)
        count = len(self.records())
        self.submit("--partition=mixed", "--gpus=1", gpus=None)
        self.assertEqual(
            self.last_record(count)["reason"], "its partition has several kinds of nodes")


if __name__ == "__main__":
    unittest.main()
