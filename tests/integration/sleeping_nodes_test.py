"""Nodes of a cloud that sleep without jobs and wake up for them, on a real slurmctld: they are capacity,
whether Slurm shows them or not, until they do not wake up."""

import os
import shlex
import signal
import sys
import time
import unittest

from private_slurm import NODES, SCARBON, seconds_since_epoch, slurm_release, wait_until
from watching import CLEAN_LATER, CLEAN_SOON, WatchTest

CLOUD = NODES.replace("NodeName=oslo[1-2]", "NodeName=oslo[1-2] State=CLOUD") + """
SuspendTime=4
SuspendTimeout=2
ResumeTimeout=20
SuspendRate=0
ResumeRate=0
SuspendExcParts=frankfurt,lyon
"""
WAKE_UP = 22  # SuspendTimeout and ResumeTimeout
# Up to 22.05 Slurm hides CLOUD nodes that are powered down.
HIDES = slurm_release() < (23, 2)
PROGRAM = """#!/bin/bash
export SLURM_CONF={conf} PATH={path}
echo "{name} $1" >>{folder}/power.log
{condition}
for node in $(scontrol show hostnames "$1"); do
  {action}
done
"""
# Slurm starts its programs with signals blocked and files open, and kills what is left of their group.
BOOT = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_SETMASK, [])
os.closerange(3, 1024)
os.setsid()
os.execvp("slurmd", ["slurmd", "-b", "-N", sys.argv[1]])  # -b: as a machine that was just booted
"""


class CloudTest(WatchTest):
    configuration = CLOUD

    @classmethod
    def extra_conf(cls):
        (cls.folder / "boot.py").write_text(BOOT)
        programs = {
            "suspend": ("", f"kill $(cat {cls.slurm}/slurmd-$node.pid)"),
            "resume": (f"[[ ! -e {cls.folder}/out-of-stock ]] || exit 0",
                       f"{sys.executable} {cls.folder}/boot.py $node </dev/null &>/dev/null"),
        }
        for name, (condition, action) in programs.items():
            program = cls.folder / name
            program.write_text(PROGRAM.format(
                conf=cls.slurm / "slurm.conf", path=shlex.quote(f"{os.environ['PATH']}:/usr/sbin:/sbin"),
                folder=cls.folder, name=name, condition=condition, action=action))
            program.chmod(0o755)
        return f"SuspendProgram={cls.folder}/suspend\nResumeProgram={cls.folder}/resume\n"

    def pool(self):
        """Oslo as the snapshot has it, and its nodes."""
        capacity = self.capacity(self.manifest()["parts"]["capacity"])
        (pool,) = [pool for pool in capacity["pools"] if pool["pool"] == "oslo"]
        (group,) = [group for group in capacity["groups"] if group["name"] == pool["group"]]
        return pool, group["total"]

    def shown(self):
        """The states of oslo's nodes that Slurm itself shows."""
        return self.run_command(
            "sinfo", "--noheader", "--Node", "--partition=oslo", "--format=%t").stdout.split()

    def watch_asleep(self, grids, **details):
        """Publishes and watches once oslo's nodes sleep."""
        wait_until(lambda: all(state == "idle~" for state in self.shown()), 60, "oslo's nodes sleep")
        self.watch_from_now(grids, **details)
        wait_until(lambda: self.pool()[0]["asleep"] == 1, 20, "the snapshot has them asleep")

    def status(self):
        return self.run_command(SCARBON, "status", "--config", str(self.folder / "carbon.json"))


class SleepingNodesTest(CloudTest):
    hides = HIDES

    def test_nodes_that_sleep_are_capacity_with_a_time_to_wake_up(self):
        self.watch_asleep(CLEAN_LATER)
        self.assertEqual(len(self.shown()), 0 if self.hides else 2)
        pool, total = self.pool()
        self.assertTrue(pool["up"])
        self.assertEqual(pool["wake_up_s"], WAKE_UP)
        self.assertEqual((total["nodes"], total["devices"]), (2, 16))

    def test_status_says_what_to_set_where_slurm_hides_them(self):
        self.watch_asleep(CLEAN_LATER)
        hint = "problem: pool oslo: partition oslo: Slurm hides 2 nodes while powered down"
        if not self.hides:
            self.assertNotIn("hides", self.status().stdout)
            return
        status = wait_until(
            lambda: hint in (status := self.status()).stdout and status, 10, "status names them")
        self.assertIn("set PrivateData=cloud in slurm.conf", status.stdout)
        self.assertNotIn("All is well", status.stdout)
        self.assertEqual(status.returncode, 1)

    def test_a_job_keeps_its_start_while_its_nodes_sleep_and_ends_before_its_deadline(self):
        self.watch_asleep(CLEAN_SOON, down_after="5s")
        submitted_at = time.time()
        # Its clean start in 40 s, half a minute of margin and a minute of run time.
        deadline = 40 + 30 + 60 + WAKE_UP + 10
        job_id = self.submit_delayed(deadline=deadline)
        decision = self.last_record(self.count)
        self.assertEqual(decision["chosen"]["runs"][0]["wake_up_s"], WAKE_UP)
        done = self.wait_for_state(job_id, "COMPLETED", 120)
        self.assertRegex(done["NodeList"], r"^oslo\d$")
        self.assertLess(seconds_since_epoch(done["EndTime"]), submitted_at + deadline)
        self.assertIn("resume oslo", (self.folder / "power.log").read_text())
        self.assertEqual(self.returns(), [])

    def test_no_start_is_planned_for_which_nodes_would_wake_up_too_late(self):
        self.watch_asleep(CLEAN_SOON)
        # Time for the run and the margin, not for waking up as well.
        when = time.strftime("%FT%T", time.localtime(int(time.time()) + 60 + 30 + WAKE_UP // 2))
        _, job = self.submit(f"--deadline={when}")
        self.assertEqual(job["Partition"], "frankfurt")


class ShownSleepingNodesTest(SleepingNodesTest):
    """The same where Slurm shows them."""

    configuration = CLOUD + "PrivateData=cloud\n"
    hides = False


class MissingNodesTest(CloudTest):
    def test_status_names_nodes_that_are_still_to_register(self):
        os.kill(int((self.slurm / "slurmd-lyon1.pid").read_text()), signal.SIGTERM)
        self.assertEqual(self.update("NodeName=lyon1", "State=FUTURE").returncode, 0)
        self.watch_from_now({**CLEAN_LATER, "lyon": [(0, 600)]})
        note = "note: pool lyon: partition lyon: 1 node in state FUTURE, not counted"
        status = wait_until(lambda: note in (status := self.status()).stdout and status, 10,
                            "status names it")
        self.assertIn("pool lyon: is down", status.stdout)
        self.assertNotIn("All is well", status.stdout)

    def test_a_job_is_given_back_when_its_nodes_do_not_wake_up(self):
        self.watch_asleep(CLEAN_LATER, down_after="5s")
        job_id = self.submit_delayed()
        (self.folder / "out-of-stock").touch()
        # Wakes both of them, in vain.
        self.submit("--partition=oslo", "--nodes=2", "--comment=carbon:off", gpus="2")
        done = self.wait_for_state(job_id, "COMPLETED", 90)
        self.assertRegex(done["NodeList"], r"^frankfurt\d$")
        (record,) = self.returns()
        self.assertEqual(record["reason"], "its pool is down")
        status = wait_until(lambda: "pool oslo: is down" in (status := self.status()).stdout and status,
                            10, "status says so")
        self.assertNotIn("All is well", status.stdout)
        self.assertEqual(status.returncode, 1)


if __name__ == "__main__":
    unittest.main()
