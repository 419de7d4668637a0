"""Shared by the tests of the watch over placed jobs: jobs that wait in oslo for their planned start, and
what happens to them."""

import datetime
import time

from private_slurm import PrivateSlurmTest, seconds_since_epoch

POLICY = {"mode": "enforce", "margin": "30s"}
CLEAN_LATER = {"frankfurt": [(0, 500)], "oslo": [(0, 450), (1800, 10)]}
CLEAN_SOON = {"frankfurt": [(0, 500)], "oslo": [(0, 450), (40, 10)]}


class WatchTest(PrivateSlurmTest):
    def tearDown(self):
        super().tearDown()
        self.update("NodeName=oslo[1-2]", "State=RESUME")

    def update(self, *arguments):
        return self.run_command("scontrol", "update", *arguments)

    def watch_from_now(self, grids, **details):
        self.watch(POLICY, grids, **details)
        self.count = len(self.records())

    def submit_delayed(self, *arguments, deadline=3600, **options):
        """A job that waits for its start in oslo, and must have ended by `deadline`."""
        if deadline is not None:
            when = datetime.datetime.fromtimestamp(int(time.time()) + deadline)
            arguments = (f"--deadline={when:%FT%T}", *arguments)
        answer, job = self.submit(*arguments, **options)
        self.assertEqual(job["Partition"], "oslo", self.why(answer))
        self.assertGreater(seconds_since_epoch(job["EligibleTime"]), time.time() + 5)
        return answer.job_id

    def returns(self):
        return [r for r in self.records()[self.count :] if r["type"] == "return"]

    def drain_oslo(self):
        done = self.update("NodeName=oslo[1-2]", "State=DRAIN", "Reason=test")
        self.assertEqual(done.returncode, 0, done.stderr)

    def looked_at_since(self, when):
        manifest = self.manifest()["parts"]["capacity"]
        return self.capacity(manifest)["taken_at"] > when
