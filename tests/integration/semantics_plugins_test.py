"""Other job_submit plugins before and behind ours, on a real slurmctld."""

import re
import unittest

from private_slurm import NODES, PrivateSlurmTest, wait_until

# A site's script. The job's name selects what it does.
LUA = """
function slurm_job_submit(job, parts, uid)
  if job.name == "to-lyon" then job.partition = "lyon" end
  if job.name == "opt-out" then job.comment = "carbon:off" end
  if job.name == "refused" then slurm.log_user("not today") return slurm.ERROR end
  if job.name == "commented" then
    job.admin_comment = "by the site"
    slurm.log_user("welcome")
  end
  if job.name == "show" then
    slurm.log_user("lua sees %s, %s", tostring(job.partition), tostring(job.admin_comment))
  end
  return slurm.SUCCESS
end
function slurm_job_modify(job, rec, parts, uid)
  return slurm.SUCCESS
end
return slurm.SUCCESS
"""


class PluginsTest(PrivateSlurmTest):
    configuration = NODES + "JobSubmitPlugins=lua,carbon\n"
    job_submit_lua = LUA

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plugins = "lua,carbon"

    def load(self, plugins):
        """With these in JobSubmitPlugins, in this order."""
        if self.plugins != plugins:
            conf = self.slurm / "slurm.conf"
            conf.write_text(
                re.sub(r"^JobSubmitPlugins=.*", f"JobSubmitPlugins={plugins}", conf.read_text(),
                       flags=re.M)
            )
            self.private_slurm("restart-controller")
            type(self).plugins = plugins
        shown = self.run_command("scontrol", "show", "config").stdout
        self.assertRegex(shown, rf"JobSubmitPlugins\s+= {plugins}\n")
        self.publish_clean_oslo(may_change=["site"])

    def decisions(self):
        return [r for r in self.records()[self.count:] if r["type"] == "decision"]

    def test_what_comes_before_is_what_the_job_asks_for(self):
        self.load("lua,carbon")
        self.assertEqual(self.submit()[1]["Partition"], "oslo")
        self.assertEqual(self.submit("--job-name=to-lyon")[1]["Partition"], "lyon")
        _, job = self.submit("--job-name=opt-out")
        self.assertEqual(job["Partition"], "frankfurt")
        self.assertNotIn("AdminComment", job)
        answer, _ = self.submit("--job-name=commented")
        shown = self.run_command("scontrol", "show", "job", answer.job_id).stdout
        self.assertRegex(shown, "AdminComment=by the site; carbon:id=")
        self.assertRegex(answer.stderr, r"^sbatch: welcome\nsbatch: carbon: planned for oslo[^\n]*\n$")
        count = 4
        wait_until(lambda: len(self.decisions()) == count, 5, "all four decisions are in the log")
        refused = self.sbatch("--job-name=refused")
        self.assertNotEqual(refused.code, 0)
        self.assertIn("not today", refused.stderr)
        self.submit()
        self.last_record(self.count + count)
        self.assertEqual(len(self.decisions()), count + 1)

    def test_what_comes_behind_has_the_last_word(self):
        self.load("carbon,lua")
        answer, job = self.submit("--job-name=show")
        # Here job_submit/lua of 22.05 puts its message in the place of ours.
        self.assertRegex(answer.stderr, "^sbatch: lua sees oslo, carbon:id=[^\n]*\n$")
        self.assertEqual(job["Partition"], "oslo")
        answer, job = self.submit("--job-name=to-lyon")
        self.assertEqual(job["Partition"], "lyon")
        use = self.queued_uses(answer.job_id)
        self.assertTrue(all("lyon" in each["group"] for each in use), use)
        # A job that is refused behind us was decided on, and is none.
        queue = self.run_command("squeue", "--noheader").stdout
        refused = self.sbatch("--job-name=refused")
        self.assertNotEqual(refused.code, 0)
        self.assertIn("not today", refused.stderr)
        self.assertEqual(self.run_command("squeue", "--noheader").stdout, queue)

    def test_a_plugin_that_requires_a_time_limit(self):
        self.load("carbon,require_timelimit")
        refused = self.sbatch(time_limit=None)
        self.assertNotEqual(refused.code, 0)
        self.assertIn("ime limit", refused.stderr)
        self.assertEqual(self.submit()[1]["Partition"], "oslo")

    def test_a_plugin_that_names_all_partitions(self):
        self.load("all_partitions,carbon")
        self.assertEqual(self.submit()[1]["Partition"], "oslo")
        record = self.last_record(self.count)
        self.assertCountEqual(record["job"]["partitions"], ["frankfurt", "oslo", "lyon"])
        self.assertEqual(self.submit("--partition=lyon")[1]["Partition"], "lyon")


if __name__ == "__main__":
    unittest.main()
