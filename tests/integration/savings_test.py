"""The fate of a placed job decides whether scarbon log counts a saving, on a real slurmctld with
slurmdbd and MariaDB."""

import os
import unittest

from private_slurm import wait_until
from watching import CLEAN_LATER, CLEAN_SOON, WatchTest

SCARBON = os.environ["CARBON_SCARBON"]


class SavingsTest(WatchTest):
    start_options = ("--accounting",)

    def outcomes(self):
        """As scarbon log shows them, by job."""
        done = self.run_command(
            SCARBON, "log", "--file", str(self.log), "-nP", "-o", "jobid,outcome,saved")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        shown = (line.split("|") for line in done.stdout.splitlines())
        return {job_id: (outcome, bool(saved)) for job_id, outcome, saved in shown}

    def test_what_did_not_run_where_and_when_it_was_placed_counts_nothing(self):
        daemon = self.watch({"mode": "enforce"}, CLEAN_SOON)
        self.count = len(self.records())
        as_planned = self.submit_delayed(deadline=None)
        self.wait_for_state(as_planned, "COMPLETED", 120)
        daemon.terminate()
        daemon.wait(30)

        self.watch({"mode": "enforce"}, CLEAN_LATER)
        waits, moved, at_once, cancelled = (
            self.submit_delayed(deadline=None, wrap="sleep 3") for _ in range(4))
        wait_until(lambda: cancelled in self.outcomes(), 30, "the queue has shown them all")
        self.update_job(moved, "Partition=frankfurt", "StartTime=now")
        self.update_job(at_once, "StartTime=now")
        self.assertEqual(self.run_command("scancel", cancelled).returncode, 0)
        expected = {as_planned: ("placed", True), waits: ("placed", True),
                    moved: ("ran-elsewhere", False), at_once: ("ran-earlier", False),
                    cancelled: ("never-ran", False)}

        def are_shown():
            shown = self.outcomes()
            return expected == {job_id: shown.get(job_id) for job_id in expected}

        wait_until(are_shown, 60, f"scarbon log shows {expected}, not {self.outcomes()}")
        total = self.run_command(SCARBON, "log", "--file", str(self.log)).stdout
        for text in ("1 never ran: not counted", "1 ran elsewhere than planned: not counted",
                     "1 ran earlier than planned: not counted", "1 of 2 jobs have ended; they ran for"):
            self.assertIn(text, total)
        self.assertNotIn("accounting does not know", total)


if __name__ == "__main__":
    unittest.main()
