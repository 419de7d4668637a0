"""Thousands of jobs from eight clients: slurmctld neither grows nor slows down. Run by scripts/soak.

CARBON_JOBS (default 50,000) are submitted in ten batches, and cancelled as others come. Between two
batches slurmctld forgets the jobs that are over, so that its memory can be compared.
"""

import os
import statistics
import unittest

from faults import FaultTest, Storm
from private_slurm import wait_until

JOBS = int(os.environ.get("CARBON_JOBS", "50000"))
SEED = int(os.environ.get("CARBON_SEED", "1"))
BATCHES = 10
THOUSAND = min(1000, JOBS // BATCHES)


class SubmitSoak(FaultTest):
    @classmethod
    def extra_conf(cls):
        # Jobs that are over are forgotten as soon as may be.
        return "MinJobAge=2\nMaxJobCount=200000\n"

    def resident_mib(self):
        with open(f"/proc/{self.controller_pid()}/status", encoding="ascii") as status:
            (line,) = [line for line in status if line.startswith("VmRSS:")]
        return int(line.split()[1]) / 1024

    def forgotten(self):
        return "No jobs in the system" in self.run_command("scontrol", "show", "job").stdout

    def test_neither_grows_nor_slows_down(self):
        pid = self.controller_pid()
        medians, memory = [], []
        print(f"\n{'jobs':>8} {'median ms':>10} {'p99 ms':>10} {'RSS MiB':>10}", flush=True)
        for batch in range(BATCHES):
            arguments = ("--clients", 8, "--jobs", JOBS // BATCHES, "--seed", SEED * 1000 + batch)
            with Storm(self, *arguments) as storm:
                storm.wait(3600)
                acknowledged = storm.acknowledged()
            self.assertEqual(len(acknowledged), JOBS // BATCHES // 8 * 8)
            for first in range(0, len(acknowledged) - THOUSAND + 1, THOUSAND):
                took = sorted(job["seconds"] * 1000 for job in acknowledged[first:first + THOUSAND])
                medians.append(statistics.median(took))
                print(
                    f"{batch * (JOBS // BATCHES) + first + THOUSAND:>8} {medians[-1]:>10.2f}"
                    f" {took[int(len(took) * 0.99)]:>10.2f}", flush=True,
                )
            wait_until(self.forgotten, 300, "slurmctld has forgotten the jobs")
            # A new look at the queue, in which no job is left: bookings of this batch expire.
            self.publish_clean_oslo()
            memory.append(self.resident_mib())
            print(f"{'':>30} {memory[-1]:>10.1f}", flush=True)
        self.assertEqual(self.controller_pid(), pid)
        self.assert_decides_again()
        self.assertEqual(self.new_lines(), [])
        _, torn = self.whole_and_torn()
        self.assertEqual(torn, 0)
        # The first batches fill what is kept: arenas, queues, hash tables. After them 50,000 jobs
        # made slurmctld 22.05.8 grow by 8 MiB without any plugin.
        growth = memory[-1] - memory[2]
        half = len(medians) // 2
        drift = statistics.median(medians[half:]) / statistics.median(medians[:half])
        print(f"memory from the third batch to the last: {growth:+.1f} MiB; median latency of the"
              f" second half: {drift:.2f} of the first's", flush=True)
        self.assertLess(growth, 24)
        self.assertLess(drift, 2)


if __name__ == "__main__":
    unittest.main()
