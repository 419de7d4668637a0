"""The fate of a placed job decides whether scarbon log counts a saving, on a real slurmctld with
slurmdbd and MariaDB."""

import datetime
import json
import os
import time
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

    def came(self):
        """What scarbon log --outcome says of each job: its grids are 400 g/kWh, and 20 in Oslo."""
        grid = self.folder / "grid"
        grid.mkdir(exist_ok=True)
        hour = int(time.time()) // 3600 * 3600
        config = self.folder / "carbon.json"
        for zone in json.loads(config.read_text())["zones"]:
            value = 20 if zone == "zone-oslo" else 400
            rows = (f"{datetime.datetime.fromtimestamp(t, datetime.timezone.utc):%FT%TZ},{value}\n"
                    for t in range(hour - 7200, hour + 7200, 3600))
            (grid / f"{zone}.csv").write_text("time,value\n" + "".join(rows))
        done = self.run_command(SCARBON, "log", "--outcome", "--json", "--file", str(self.log),
                                "--config", str(config), "--grid", str(grid))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return {str(record["job_id"]): record["actual"] for record in json.loads(done.stdout)
                if "job_id" in record}

    def test_what_did_not_run_where_and_when_it_was_placed_counts_nothing(self):
        daemon = self.watch({"mode": "enforce"}, CLEAN_SOON)
        self.count = len(self.records())
        as_planned = self.submit_delayed(deadline=None, wrap="sleep 3")
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

        for job_id in (moved, at_once):
            self.wait_for_state(job_id, "COMPLETED", 60)
        why = {as_planned: None, waits: "not-ended", moved: "not-as-planned",
               at_once: "not-as-planned", cancelled: "never-ran"}

        def why_unknown():
            return {job_id: job["unknown"].get("attributional.saved_g")
                    for job_id, job in self.came().items() if job_id in why}

        wait_until(lambda: why_unknown() == why, 30, f"accounting has them, not {why_unknown()}")
        came = self.came()
        ran = came[as_planned]
        self.assertEqual((ran["course"], ran["ran"]["runs"], ran["ran"]["partitions"]),
                         ("placed", 1, ["oslo"]))
        self.assertGreaterEqual(ran["ran"]["total_s"], 2)
        # One device of 1 kW, and a PUE of 1.1 at both sites; an estimated PUE errs too.
        kwh = 1.1 * ran["ran"]["total_s"] / 3600
        self.assertAlmostEqual(ran["energy"]["meter_kwh"]["mean"], kwh, places=9)
        self.assertLess(ran["energy"]["meter_kwh"]["low"], kwh)
        self.assertAlmostEqual(ran["attributional"]["actual_g"]["mean"], 20 * kwh, places=6)
        self.assertAlmostEqual(ran["attributional"]["saved_g"]["mean"], 380 * kwh, places=6)
        self.assertEqual(ran["energy"]["method"], "modelled")
        self.assertEqual(ran["measured"]["not_believed"], "no-meter")
        self.assertTrue(ran["measured"]["slurm"])


if __name__ == "__main__":
    unittest.main()
