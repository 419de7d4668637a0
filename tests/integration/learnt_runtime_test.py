"""scarbond learns how long jobs of a name run, and the plugin plans the next one with that: on a real
slurmctld with slurmdbd and MariaDB, and on one without accounting."""

import json
import os
import time
import unittest

from private_slurm import wait_until
from watching import CLEAN_LATER, WatchTest

SCARBON = os.environ["CARBON_SCARBON"]
LEARNS = {"mode": "enforce", "learnt_runtime": True}
LEARNT_WITHIN = 60


class Runtimes:
    """For the tests of both kinds of clusters."""

    def runtimes(self):
        """The part, and its file; None where there is none."""
        part = self.manifest()["parts"].get("runtimes")
        if part is None:
            return None
        path = self.snapshot / f"runtimes-{part}.json"
        return json.loads(path.read_text()), path

    def wait_until_learnt(self, jobs):
        def has_learnt():
            runtimes = self.runtimes()
            return runtimes and runtimes[0]["cluster"][-1] == jobs

        wait_until(has_learnt, LEARNT_WITHIN, f"scarbond has learnt from {jobs} jobs")
        wait_until(lambda: self.plugin_status()["snapshot"].get("runtimes"), 20, "the plugin has it")


class LearntRuntimeTest(Runtimes, WatchTest):
    start_options = ("--accounting",)

    def learn(self, jobs):
        """A scarbond that has learnt from so many jobs."""
        daemon = self.watch(LEARNS, CLEAN_LATER)
        self.wait_until_learnt(jobs)
        return daemon

    def test_a_job_of_a_known_name_is_planned_with_what_such_jobs_ran(self):
        # A tenth of the limit, and others that do not count.
        known = [self.submit("--job-name=secret-train", wrap="sleep 6")[0].job_id for _ in range(3)]
        failed, _ = self.submit("--job-name=secret-train", wrap="sleep 1; exit 1")
        for job_id in known:
            self.wait_for_state(job_id, "COMPLETED", 120)
        self.wait_for_state(failed.job_id, "FAILED", 120)
        # What ended less than a minute ago is asked for an hour later.
        time.sleep(65)
        daemon = self.learn(jobs=3)
        runtimes, path = self.runtimes()
        self.assertEqual(len(runtimes["names"]), 1)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assertNotIn("secret", path.read_text())

        count = len(self.records())
        answer, job = self.submit("--job-name=secret-train", wrap="sleep 6")
        self.assertEqual(job["TimeLimit"], "00:01:00")
        record = self.last_record(count)
        self.assertEqual(record["outcome"], "placed", record["reason"])
        self.assertEqual(record["runtime_source"], "learnt")
        learnt = record["job"]["learnt_runtime"]
        self.assertEqual((learnt["jobs"], learnt["of"]), (3, "name"))
        self.assertEqual(record["snapshot"]["runtimes"], self.manifest()["parts"]["runtimes"])
        run = record["chosen"]["runs"][0]
        # Six seconds, drawn a little towards the limit.
        self.assertGreaterEqual(run["runtime_s"], 6)
        self.assertLess(run["runtime_s"], 25)
        # The limit is what it may take, and what is booked.
        self.assertEqual(run["time_limit_s"], 60)
        self.assertEqual(run["booked"]["held_s"], 60)
        explained = self.run_command(SCARBON, "explain", record["id"], "--file", str(self.log),
                                     "--snapshot", str(self.snapshot))
        self.assertEqual((explained.returncode, explained.stderr), (0, ""))
        self.assertIn("learnt from 3 jobs of the user with this name", explained.stdout)
        self.assertIn("the same to the last bit", explained.stdout)

        # A hint is better than what was learnt.
        count = len(self.records())
        self.submit("--job-name=secret-train", "--comment=carbon:runtime=30s", wrap="true")
        self.assertEqual(self.last_record(count)["runtime_source"], "hint")
        self.run_command("scancel", "--user", str(os.getuid()))

        # Nothing is lost with scarbond's files that slurmdbd has.
        daemon.terminate()
        daemon.wait(30)
        for file in self.snapshot.iterdir():
            file.unlink()
        self.learn(jobs=3)
        again, _ = self.runtimes()
        self.assertEqual(again["names"], runtimes["names"])


class WithoutAccountingTest(Runtimes, WatchTest):
    def test_jobs_that_scarbond_sees_end_are_learnt_from(self):
        self.watch(LEARNS, CLEAN_LATER)
        known = ("--job-name=seen", "--comment=carbon:off")
        failed, _ = self.submit(*known, wrap="exit 1")
        self.wait_for_state(failed.job_id, "FAILED", 60)
        completed, _ = self.submit(*known, wrap="sleep 6")
        self.wait_for_state(completed.job_id, "COMPLETED", 60)
        self.wait_until_learnt(jobs=1)
        count = len(self.records())
        self.submit("--job-name=seen", wrap="sleep 6")
        record = self.last_record(count)
        self.assertEqual(record["runtime_source"], "learnt", record["reason"])
        learnt = record["job"]["learnt_runtime"]
        self.assertEqual((learnt["jobs"], learnt["of"]), (1, "name"))
        self.assertLess(learnt["share"], 0.9)


if __name__ == "__main__":
    unittest.main()
