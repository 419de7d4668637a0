"""Text of others in AdminComment, on a real slurmctld: only a promise of our plugin to the job counts.
A site's script copies the user's comment there, before our plugin or after it."""

import datetime
import re
import time
import unittest

from private_slurm import NODES, wait_until
from watching import CLEAN_LATER, WatchTest

LUA = """
function slurm_job_submit(job, parts, uid)
  if job.name == "copied" then job.admin_comment = job.comment end
  return slurm.SUCCESS
end
function slurm_job_modify(job, rec, parts, uid)
  return slurm.SUCCESS
end
return slurm.SUCCESS
"""

FORGED = "carbon:id=0123456789abcdef-1,pool=oslo,start={start},from=closed"


class SealTest(WatchTest):
    # Without accounting no job has an account, so that nobody may have this partition.
    configuration = NODES + (
        "PartitionName=closed Nodes=ALL AllowAccounts=nobodys State=UP\nJobSubmitPlugins={}\n"
    )
    job_submit_lua = LUA

    def setUp(self):
        super().setUp()
        self.watch_from_now(CLEAN_LATER, down_after="1s")

    def admin_comment(self, job_id):
        shown = self.run_command("scontrol", "show", "job", job_id).stdout
        return re.search(r"^ *AdminComment=(.*)$", shown, flags=re.M)[1]

    def submit_copied(self, comment):
        """A job of oslo that begins in an hour, and has the comment as its AdminComment, or in it."""
        begin = datetime.datetime.fromtimestamp(int(time.time()) + 3000)
        deadline = begin + datetime.timedelta(hours=2)
        answer, _ = self.submit(
            "--job-name=copied", f"--comment={comment}", "--partition=oslo",
            f"--begin={begin:%FT%T}", f"--deadline={deadline:%FT%T}",
        )
        self.assertIn(comment, self.admin_comment(answer.job_id))
        return answer.job_id

    def assert_stays(self, job_id, witness=None):
        """The job is not restored, although oslo is down and a job placed there would be."""
        witness = witness or self.submit_delayed()
        self.drain_oslo()
        wait_until(lambda: any(r["job_id"] == int(witness) for r in self.returns()), 60,
                   "the job that was placed is given back")
        now = time.time()
        wait_until(lambda: self.looked_at_since(now), 30, "another look at the queue")
        job = self.job(job_id)
        self.assertEqual((job["Partition"], job["JobState"]), ("oslo", "PENDING"))
        self.assertEqual([r for r in self.returns() if r["job_id"] == int(job_id)], [])

    def test_a_users_own_words_promise_nothing(self):
        start = datetime.datetime.now().astimezone() + datetime.timedelta(seconds=3000)
        self.assert_stays(self.submit_copied(FORGED.format(start=start.isoformat(timespec="seconds"))))

    def test_a_promise_of_another_job_counts_for_that_job_only(self):
        first = self.submit_delayed()
        self.assert_stays(self.submit_copied(self.admin_comment(first)), witness=first)

    def test_a_promise_of_a_job_that_is_gone_counts_for_none(self):
        first = self.submit_delayed()
        comment = self.admin_comment(first)
        now = time.time()
        wait_until(lambda: self.looked_at_since(now), 30, "the queue showed the job")
        self.assertEqual(self.run_command("scancel", first).returncode, 0)
        self.assert_stays(self.submit_copied(comment))


class SealBeforeTest(SealTest):
    configuration = SealTest.configuration.format("lua,carbon")


class SealBehindTest(SealTest):
    configuration = SealTest.configuration.format("carbon,lua")


del SealTest, WatchTest

if __name__ == "__main__":
    unittest.main()
