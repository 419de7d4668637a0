"""slurmctld killed and reconfigured in the middle of a storm of submissions."""

import os
import random
import signal
import time
import unittest

from faults import FaultTest, Storm
from private_slurm import has_ended, slurm_release, wait_until

KILLS = int(os.environ.get("CARBON_KILLS", "3"))
SEED = int(os.environ.get("CARBON_SEED", "1"))
RECONFIGURES = int(os.environ.get("CARBON_RECONFIGURES", "15"))

# slurmctld writes its queue at most this long after a change (SAVE_MAX_WAIT in state_save.c, and
# some for a busy machine): what it acknowledged later dies with it, with or without a plugin.
SAVED_WITHIN = 8


class ControllerTest(FaultTest):
    @classmethod
    def extra_conf(cls):
        # A hundred storms leave more jobs than slurmctld accepts by default. It would make clients
        # wait until it forgets some.
        return "MinJobAge=2\nMaxJobCount=200000\n"

    def kill(self):
        pid = self.controller_pid()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: has_ended(pid), 10, "it is dead")
        return time.time()

    def test_killed_at_random_instants(self):
        random.seed(SEED)
        lost = kept = 0
        for round_ in range(KILLS):
            arguments = ("--clients", 4, "--seconds", 300, "--pause", 20, "--keep")
            with Storm(self, *arguments, "--seed", SEED * 1000 + round_) as storm:
                begun_at = time.time()
                saved = self.slurm / "state" / "job_state"
                wait_until(
                    lambda: storm.acknowledged() and saved.stat().st_mtime > begun_at + 1, 60,
                    "some jobs of the storm are saved",
                )
                before = self.queue()
                time.sleep(random.uniform(0, 3))
                killed_at = self.kill()
            acknowledged = storm.acknowledged()
            self.private_slurm("restart-controller")
            after = self.queue()
            for job in acknowledged:
                if job["name"] in after:
                    kept += 1
                    self.assertEqual(after[job["name"]]["job_id"], job["job_id"])
                else:
                    lost += 1
                    self.assertGreater(job["at"], killed_at - SAVED_WITHIN, f"{job} is lost")
            for name, job in after.items():
                if name in before:
                    self.assertEqual(job, before[name])
            self.wait_until_in_use()
            self.assert_decides_again()
            self.run_command("scancel", "--user", str(os.getuid()), "--state=PENDING")
        self.assertGreater(kept, 0)

        # The last decision is written before the log is judged.
        wait_until(lambda: self.log.read_bytes().endswith(b"\n"), 5, "the log's last line has an end")
        records, torn = self.whole_and_torn()
        self.assertLessEqual(torn, KILLS, "more lines are torn than slurmctld was killed")
        self.assertGreaterEqual(self.assert_no_gap(records), KILLS + 1)
        print(
            f"\n{KILLS} kills: {kept} acknowledged jobs kept, {lost} of the last {SAVED_WITHIN} s lost"
            f" as slurmctld itself loses them; {len(records)} records, {torn} torn lines",
            flush=True,
        )

    def test_reconfigured_again_and_again(self):
        pid = self.controller_pid()
        with Storm(self, "--clients", 4, "--seconds", 3600, "--pause", 5) as storm:
            for _ in range(RECONFIGURES):
                seen = len(storm.acknowledged())
                done = self.run_command("scontrol", "reconfigure")
                self.assertEqual(done.returncode, 0, done.stderr)
                wait_until(lambda: len(storm.acknowledged()) > seen, 30, "jobs are acknowledged")
        # From 23.11 on slurmctld starts a new process image, and the plugin begins a new count.
        if slurm_release() < (23, 11):
            self.assertEqual(self.controller_pid(), pid)
        self.assert_decides_again()
        self.assertEqual(self.new_lines(), [])
        records, torn = self.whole_and_torn()
        self.assertEqual(torn, 0)
        self.assert_no_gap(records)

    def assert_no_gap(self, records):
        """Returns how many lives of the plugin wrote them."""
        boots = {}
        for record in records:
            self.assertEqual(record["seq"], boots.get(record["boot"], 0) + 1)
            boots[record["boot"]] = record["seq"]
        return len(boots)


if __name__ == "__main__":
    unittest.main()
