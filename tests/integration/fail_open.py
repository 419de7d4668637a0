"""The promise for every fault: the job is admitted unchanged, slurmctld lives,
its log has one line about it, and `scarbon status` says why."""

import time

from private_slurm import CLEAN_OSLO, SCARBON, PrivateSlurmTest, may_start_at_once, wait_until


class FailOpenTest(PrivateSlurmTest):
    def setUp(self):
        self.publish({"mode": "enforce"}, CLEAN_OSLO)
        self.assertEqual(self.submit()[1]["Partition"], "oslo")
        self.lines_before = self.our_lines()

    def our_lines(self):
        return [line for line in self.controller_log().splitlines() if "carbon: " in line]

    def new_lines(self):
        return self.our_lines()[len(self.lines_before):]

    def assert_passes_unchanged(self, reason, told=None):
        """`reason` is in the one line of slurmctld's log, and it or `told` in scarbon's status."""
        wait_until(
            lambda: any(reason in line for line in self.new_lines()), 8,
            f"slurmctld's log says: {reason}",
        )
        pid = self.controller_pid()
        for _ in range(3):
            answer, job = self.submit()
            self.assertEqual(answer.stderr, "")
            self.assertEqual(job["Partition"], "frankfurt")
            self.assertTrue(may_start_at_once(job), job)
            self.assertNotIn("AdminComment", job)
        self.wait_for_state(answer.job_id, "COMPLETED", 10)
        # Long enough for the plugin to look again several times.
        time.sleep(1.5)
        self.assertEqual(self.controller_pid(), pid)
        self.assert_controller_lives()
        self.assertEqual(len(self.new_lines()), 1, self.new_lines())
        status = self.run_command(SCARBON, "status", "--config", str(self.folder / "carbon.json"))
        self.assertIn(told or reason, status.stdout + status.stderr)

    def assert_placed_again(self):
        wait_until(
            lambda: self.submit()[1]["Partition"] == "oslo", 10, "jobs are placed again"
        )
        wait_until(lambda: "works again" in self.new_lines()[-1], 5, "slurmctld's log says so")
