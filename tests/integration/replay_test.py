"""From what sacct prints of a real Slurm with slurmdbd to a table of savings, by the commands that the
manual names, word for word."""

import datetime
import json
import os
import pathlib
import re
import subprocess
import unittest

from private_slurm import PrivateSlurmTest, wait_until

SCARBON = os.environ["CARBON_SCARBON"]
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MANUAL = ROOT / "docs" / "scarbon.1.scd"


def manual_commands():
    """The first commands of REPLAY, as the manual shows them."""
    replay = MANUAL.read_text().split("\n# REPLAY\n", 1)[1]
    block = re.search(r"\n```\n(.*?)\n```\n", replay, re.DOTALL)[1]
    return block.replace("\\\\", "\\")


class ReplayTest(PrivateSlurmTest):
    start_options = ("--accounting",)

    @classmethod
    def extra_conf(cls):
        return "AccountingStorageTRES=gres/gpu\nMaxArraySize=1001\n"

    def sacctmgr(self, *words):
        done = self.run_command("sacctmgr", "--immediate", *words)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def submit_history(self):
        """Jobs of two accounts that end within a minute or so. Returns how many of them run."""
        me = self.run_command("id", "--user", "--name").stdout.strip()
        for account in ("vision", "language"):
            self.sacctmgr("add", "account", account)
            self.sacctmgr("add", "user", me, f"account={account}")
        vision, language = "--account=vision", "--account=language"
        self.submit(vision, "--array=0-59", wrap="true")
        self.submit(language, "--array=0-39", "--partition=oslo", wrap="sleep 1")
        self.submit(language, "--nodes=2", "--job-name=a|b", gpus="16", wrap="sleep 2")
        self.submit(vision, "--job-name=two\nlines", wrap="sleep 1")
        self.submit(vision, wrap="sleep 1; exit 3")
        requeued, _ = self.submit(vision, "--requeue", wrap="sleep 20")
        stopped, _ = self.submit(vision, wrap="sleep 600")
        never, _ = self.submit(vision, "--begin=now+1hour")
        self.assertEqual(self.run_command("scancel", never.job_id).returncode, 0)
        for job in (requeued, stopped):
            self.wait_for_state(job.job_id, "RUNNING", 60)
        done = self.run_command("scontrol", "requeue", requeued.job_id)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.run_command("scancel", stopped.job_id).returncode, 0)
        srun = self.run_command("srun", vision, "--gpus=1", "--time=1", "true")
        self.assertEqual(srun.returncode, 0, srun.stderr)
        wait_until(lambda: not self.run_command("squeue", "--noheader").stdout, 240, "all jobs end")
        # A requeued job is two runs, each a row; srun's is a job as well.
        return 60 + 40 + 2 + 1 + 2 + 1 + 1

    def write_grids(self):
        """Hours until two days from now: frankfurt is dirty, oslo and lyon are clean."""
        self.write_config({"mode": "shadow", "may_change": ["site"]}, {
            "frankfurt": [(0, 500)], "oslo": [(0, 30)], "lyon": [(0, 60)]})
        path = self.folder / "carbon.json"
        config = json.loads(path.read_text())
        begin = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0)
        for zone, value in (("frankfurt", 500), ("oslo", 30), ("lyon", 60)):
            rows = [f"{begin + datetime.timedelta(hours=hour):%FT%TZ},{value + hour % 24}"
                    for hour in range(-24 * 30, 48)]
            csv = self.folder / f"{zone}-measured.csv"
            csv.write_text("time,value\n" + "\n".join(rows) + "\n")
            config["zones"][f"zone-{zone}"]["history"] = [{"file": str(csv)}]
        path.write_text(json.dumps(config))

    def run_manual(self, *more):
        """The manual's commands in a shell, for the days around today."""
        today = datetime.datetime.now(datetime.timezone.utc)
        day = datetime.timedelta(days=1)
        commands = manual_commands()
        for written, meant in (
                ("--starttime=2026-10-01", f"--starttime={today - day:%F}"),
                ("--endtime=2026-11-01", f"--endtime={today + day:%F}"),
                ("scarbon replay", f"{SCARBON} replay --config carbon.json {' '.join(more)}")):
            self.assertIn(written, commands)
            commands = commands.replace(written, meant)
        done = subprocess.run(["sh", "-ec", commands], capture_output=True, text=True, cwd=self.folder,
                              env=self.environment, stdin=subprocess.DEVNULL, timeout=120, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def test_the_manuals_commands_lead_from_a_history_to_a_table_of_savings(self):
        ran = self.submit_history()
        self.write_grids()
        wait_until(lambda: "|RUNNING|" not in (self.run_manual(), self.history())[1], 60,
                   "slurmdbd knows all ends")
        report = json.loads(self.run_manual("--json"))
        left_out = {row["reason"]: row["rows"] for row in report["rows"]["left_out"]}
        self.assertEqual((report["rows"]["replayed"]["rows"], left_out), (ran, {"never started": 1}))
        self.assertEqual(report["unscored_jobs"], 0)
        groups = {(group["group_by"], group["name"]): group for group in report["groups"]}
        # Jobs that name no partition move to the cleaner site; those of oslo stay.
        self.assertLess(groups["total", "total"]["enforced"]["co2e_g"],
                        groups["total", "total"]["home"]["co2e_g"])
        self.assertEqual(groups["account", "language"]["home"]["jobs"], 41)
        self.assertEqual(groups["account", "vision"]["home"]["jobs"], ran - 41)
        text = self.run_manual()
        for expected in ("replayed", "left out: never started", "vision", "language", "oslo"):
            self.assertIn(expected, text)

    def history(self):
        return (self.folder / "october").read_text()


if __name__ == "__main__":
    unittest.main()
