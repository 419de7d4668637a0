"""A policy's exempt share on a real slurmctld: some jobs are left at home by lot, unchanged and recorded,
explain repeats each draw, and scarbon log --effect compares what came of both kinds."""

import json
import os
import shutil
import unittest

from private_slurm import CLEAN_OSLO, PrivateSlurmTest, may_start_at_once, wait_until

SCARBON = os.environ["CARBON_SCARBON"]
JOBS = 40


class ExemptTest(PrivateSlurmTest):
    start_options = ("--accounting",)

    def test_jobs_are_left_at_home_by_lot_and_compared(self):
        self.watch({"mode": "enforce", "exempt": 0.5}, CLEAN_OSLO)
        count = len(self.records())
        answers = [self.sbatch(wrap="sleep 3") for _ in range(JOBS)]
        jobs = {answer.job_id: self.job(answer.job_id) for answer in answers}

        def decisions():
            return [r for r in self.records()[count:] if r["type"] == "decision"]

        wait_until(lambda: len(decisions()) == JOBS, 30, "all decisions are logged")
        by_id = {record["id"]: record for record in decisions()}
        arms = {"placed": 0, "exempt": 0}
        for answer in answers:
            job = jobs[answer.job_id]
            mark = job["AdminComment"]
            record = by_id[mark.removeprefix("carbon:id=").split(",")[0]]
            if record["arm"] is None:
                continue  # its plan was home: nothing would have changed
            group = record["arm"]["group"]
            arms[group] += 1
            self.assertEqual(record["arm"]["exempt"], 0.5)
            self.assertEqual(record["circumstances"]["draw"] < 0.5, group == "exempt")
            if group == "placed":
                self.assertEqual(record["outcome"], "placed")
                self.assertRegex(answer.stderr, "planned for (oslo|lyon)")
                continue
            # As in shadow: the id alone, so that the log can be joined.
            self.assertRegex(mark, r"^carbon:id=[0-9a-f]{16}-\d+,made=[^,]*,seal=[^,]*$")
            self.assertEqual((job["Partition"], job["TimeLimit"]), ("frankfurt", "00:01:00"))
            self.assertTrue(may_start_at_once(job), job)
            self.assertEqual((record["outcome"], record["reason_code"]), ("kept-home", "exempt"))
            self.assertEqual(record["chosen"]["runs"][0]["pool"], "frankfurt")
            self.assertIn(record["arm"]["spared"]["runs"][0]["pool"], ("oslo", "lyon"))
            self.assertIn("left at home by lot", answer.stderr)
        # The odds of fewer are below one in a thousand, if most jobs are drawn.
        self.assertGreater(arms["placed"] + arms["exempt"], JOBS / 2)
        self.assertGreater(min(arms.values()), 3, arms)

        for name in by_id:
            done = self.run_command(SCARBON, "explain", name, "--file", str(self.log),
                                    "--snapshot", str(self.snapshot), "--json")
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            self.assertEqual(json.loads(done.stdout)["repeated"]["result"], "same", done.stdout)

        # What was forecast came: a file for each zone, as an administrator may have it.
        grid = self.folder / "grid"
        grid.mkdir()
        for partition in CLEAN_OSLO:
            shutil.copy(self.folder / f"{partition}.csv", grid / f"zone-{partition}.csv")

        def effect():
            done = self.run_command(SCARBON, "log", "--file", str(self.log), "--effect", "--json",
                                    "--config", str(self.folder / "carbon.json"),
                                    "--grid", str(grid))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return json.loads(done.stdout)

        self.assertEqual(effect()["drawn"], arms)
        wait_until(lambda: effect()["counted"] == arms, 200, "accounting knows that all have ended")
        came = effect()
        self.assertEqual(came["emission"]["known"], arms)
        self.assertEqual(list(came["emission"]["modelled"]), ["no-meter"])
        figures = came["figures"]
        # 30 and 500 g/kWh, a kilowatt, and a PUE of 1.1. The pool of a few placed jobs may fill up.
        self.assertLess(figures["gross_g_per_device_hour"]["placed"]["mean"], 100)
        self.assertAlmostEqual(figures["gross_g_per_device_hour"]["exempt"]["mean"], 550)
        self.assertGreaterEqual(figures["wait_s"]["placed"]["mean"], 0)
        self.assert_controller_lives()


if __name__ == "__main__":
    unittest.main()
