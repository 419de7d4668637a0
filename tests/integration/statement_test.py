"""The statement about a training whose jobs ran on a real slurmctld with slurmdbd: a job that was placed,
an array of which a task failed, and a job that was requeued. Its hours are recomputed from sacct."""

import csv
import datetime
import io
import json
import os
import time
import unittest

from private_slurm import PrivateSlurmTest, wait_until

SCARBON = os.environ["CARBON_SCARBON"]
WATTS, PUE = 1000, 1.1
ACTUAL = {"frankfurt": 400, "oslo": 20}


class StatementTest(PrivateSlurmTest):
    start_options = ("--accounting",)

    @classmethod
    def extra_conf(cls):
        return "AccountingStorageTRES=gres/gpu\n"

    def write_actuals(self):
        """Hours of the last and the next day, at values that were not forecast."""
        folder = self.folder / "actual"
        folder.mkdir()
        begin = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0)
        for name, value in ACTUAL.items():
            rows = [f"{begin + datetime.timedelta(hours=hour):%FT%TZ},{value}\n"
                    for hour in range(-24, 25)]
            (folder / f"zone-{name}.csv").write_text("time,value\n" + "".join(rows))
        return str(folder)

    def rows_of(self, *jobs):
        """What sacct says of the runs: state, partition, seconds, GPUs."""
        done = self.run_command(
            "sacct", "-nPX", "--duplicates", f"--jobs={','.join(jobs)}",
            "--format=JobID,State,Partition,ElapsedRaw,AllocTRES,NodeList")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = []
        for line in done.stdout.splitlines():
            job, state, partition, seconds, tres, nodes = line.split("|")
            if nodes.startswith("None"):
                continue
            counts = dict(pair.split("=") for pair in tres.split(","))
            rows.append((job, state.split()[0], partition, int(seconds), int(counts["gres/gpu"])))
        return rows

    def statement(self, *arguments):
        done = self.run_command(
            SCARBON, "statement", "--config", str(self.folder / "carbon.json"), *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_it_counts_what_accounting_counts(self):
        self.publish({"mode": "enforce", "may_change": ["site"]},
                     {"frankfurt": [(0, 500)], "oslo": [(0, 30)]})
        before = len(self.records())
        placed, job = self.submit(gpus="2", wrap="sleep 3")
        self.assertEqual(job["Partition"], "oslo")
        decision = self.last_record(before)
        off = ("--comment=carbon:off", "--partition=frankfurt")
        array, _ = self.submit(*off, "--array=0-2", wrap="sleep 2; [ $SLURM_ARRAY_TASK_ID != 1 ]")
        requeued, _ = self.submit(*off, "--requeue", gpus="4", wrap="sleep 4")
        self.wait_for_state(requeued.job_id, "RUNNING", 60)
        time.sleep(2)
        done = self.run_command("scontrol", "requeue", requeued.job_id)
        self.assertEqual(done.returncode, 0, done.stderr)
        # It waits for two minutes before it begins again.
        wait_until(lambda: not self.run_command("squeue", "--noheader").stdout, 240, "all jobs end")
        jobs = [placed.job_id, array.job_id, requeued.job_id]
        wait_until(lambda: len(self.rows_of(*jobs)) == 6 and all(
            partition and state not in ("RUNNING", "PENDING")
            for _, state, partition, *_ in self.rows_of(*jobs)),
            60, "accounting has all runs")
        # The queue tells which decision is about which job.
        self.look_again()

        grid = self.write_actuals()
        stated = json.loads(self.statement(*jobs, "--grid", grid, "--format=json"))
        rows = self.rows_of(*jobs)
        joules = sum(seconds * gpus * WATTS for _, _, _, seconds, gpus in rows)
        grams = sum(seconds * gpus * WATTS / 3.6e6 * PUE * ACTUAL[partition]
                    for _, _, partition, seconds, gpus in rows)
        self.assertAlmostEqual(stated["energy"]["it_kwh"], joules / 3.6e6, 9)
        self.assertAlmostEqual(stated["location_based"]["g"], grams, 9)
        self.assertEqual(stated["location_based"]["actual_share"], 1)
        coverage = stated["location_based"]["coverage"]
        self.assertEqual((coverage["runs"], coverage["covered_runs"]), (6, 6))
        self.assertEqual([hours["unit"] for hours in coverage["hours"]], ["device"])
        self.assertAlmostEqual(coverage["hours"][0]["covered"],
                               sum(seconds * gpus for _, _, _, seconds, gpus in rows) / 3600, 9)
        self.assertEqual((stated["jobs"]["runs"], stated["jobs"]["restarts"]), (6, 1))
        self.assertEqual(stated["jobs"]["array_tasks"], 3)
        self.assertEqual(stated["jobs"]["ended"],
                         {"COMPLETED": 4, "FAILED": 1, "REQUEUED": 1})
        self.assertEqual(stated["unknown"].get("energy"), None)
        for part in ("config", "forecast"):
            self.assertEqual(stated["snapshot_parts"][part], [decision["snapshot"][part]])
        self.assertEqual(stated["avoided"]["decisions"], 1)
        self.assertGreater(stated["avoided"]["attributional_g"], 0)

        task = json.loads(self.statement(f"{array.job_id}_1", "--grid", grid, "--format=json"))
        self.assertEqual(task["jobs"]["ended"], {"FAILED": 1})
        lines = csv.DictReader(io.StringIO(
            self.statement(*jobs, "--grid", grid, "--format=codecarbon")))
        self.assertAlmostEqual(sum(float(line["emissions"]) for line in lines), grams / 1000, 9)


if __name__ == "__main__":
    unittest.main()
