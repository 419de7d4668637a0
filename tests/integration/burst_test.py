"""A burst of submissions never books a node group beyond its size, on a real slurmctld whose queue is
looked at meanwhile."""

import collections
import concurrent.futures
import datetime
import unittest

from private_slurm import PrivateSlurmTest, wait_until

JOBS = 500
# Devices of each group; the default partition is the dirtiest, and oslo cleaner the later it is.
TOTAL = {"frankfurt": 16, "oslo": 16, "lyon": 8}
GRIDS = {"frankfurt": [(0, 500)], "lyon": [(0, 200)], "oslo": [(0, 300), (7200, 50), (36000, 20)]}


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class BurstTest(PrivateSlurmTest):
    def test_five_hundred_jobs(self):
        self.watch({"mode": "enforce", "max_delay": "20h"}, GRIDS)
        sizes = [1, 2, 4, 8]

        def submit(number):
            answer = self.sbatch(gpus=str(sizes[number % 4]), time_limit="60", wrap="sleep 600")
            self.assertEqual(answer.code, 0, answer.stderr)
            return answer.job_id

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            job_ids = list(pool.map(submit, range(JOBS)))
        self.assertEqual(len(set(job_ids)), JOBS)

        def decisions():
            return [r for r in self.records() if r["type"] == "decision"]

        wait_until(lambda: len(decisions()) >= JOBS, 10, "all decisions are in the log")
        placed = [d for d in decisions() if d["outcome"] == "placed"]
        self.assertGreater(len(placed), 100)

        # The bookings at each instant at which something is booked: a job keeps its nodes at most
        # for its limit.
        edges = collections.defaultdict(list)
        for decision in placed:
            for run in decision["chosen"]["runs"]:
                booked, start = run["booked"], seconds(run["start"])
                devices = booked["amount"]["devices"]
                # At the instant one ends, its devices are free.
                edges[booked["group"]].append((start, 1, devices))
                edges[booked["group"]].append((start + booked["held_s"], 0, -devices))
        most = {}
        for group, changes in edges.items():
            used = most[group] = 0
            for _, _, devices in sorted(changes):
                used += devices
                most[group] = max(most[group], used)
            self.assertLessEqual(most[group], TOTAL[group], group)
        # Not vacuous: the clean group is full.
        self.assertGreaterEqual(most["oslo"], TOTAL["oslo"] - 1)

        # And the queue says the same of those that wait for their planned start.
        uses = collections.defaultdict(int)
        for use in self.capacity(self.manifest()["parts"]["capacity"])["uses"]:
            if use["decision_id"] in {d["id"] for d in placed}:
                uses[(use["group"], use["start"])] += use["amount"]["devices"]
        for (group, start), devices in uses.items():
            self.assertLessEqual(devices, TOTAL[group], f"{group} at {start}")


if __name__ == "__main__":
    unittest.main()
