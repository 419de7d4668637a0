"""scarbond as an ordinary Unix user, who is Slurm's operator or is not, on a real slurmctld with slurmdbd and
MariaDB that hides from users what it can."""

import datetime
import json
import os
import pwd
import shutil
import subprocess
import time
import unittest

from private_slurm import NODES, SCARBON, SCARBOND, seconds_since_epoch, wait_until
from watching import CLEAN_LATER, POLICY, WatchTest

PUBLISHER = "games"  # it exists everywhere
WHY = (f"user {PUBLISHER} is not an operator of Slurm and may not restore jobs, so that none with a deadline "
       "is delayed")
REMEDY = f": sacctmgr modify user {PUBLISHER} set AdminLevel=Operator"


@unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
class PublisherTest(WatchTest):
    start_options = ("--accounting",)

    @classmethod
    def extra_environment(cls):
        return {"SLURM_CARBON_PUBLISHER": PUBLISHER, "SLURM_CARBON_LOG": str(cls.log)}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user = pwd.getpwnam(PUBLISHER)
        # Others may not enter the folder of a build that is root's.
        cls.scarbond = shutil.copy(SCARBOND, cls.folder)
        cls.scarbond_as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        cls.snapshot.mkdir()
        os.chown(cls.snapshot, user.pw_uid, user.pw_gid)
        # As SlurmUser's that the publisher may enter.
        cls.log.parent.mkdir(mode=0o750)
        os.chown(cls.log.parent, 0, user.pw_gid)
        for arguments in (("account", "carbon"), ("user", PUBLISHER, "account=carbon")):
            subprocess.run(("sacctmgr", "--immediate", "add", *arguments), env=cls.environment,
                           check=True, stdout=subprocess.DEVNULL)

    def set_admin_level(self, level):
        """sacctmgr fails where there is nothing to change."""
        self.run_command("sacctmgr", "--immediate", "modify", "user", PUBLISHER, "set",
                         f"AdminLevel={level}")
        shown = self.run_command("sacctmgr", "-nP", "show", "user", PUBLISHER, "format=AdminLevel")
        self.assertEqual(shown.stdout, f"{level}\n", shown.stderr)

    def wait_for_log(self, text):
        wait_until(lambda: text in (self.folder / "scarbond.log").read_text(), 30,
                   f"scarbond says: {text}")

    def doctor(self):
        done = self.run_command(SCARBON, "doctor", "--json", "--config",
                                str(self.folder / "carbon.json"))
        return {check["subject"]: check for check in json.loads(done.stdout)["checks"]}

    def status(self):
        return self.run_command(
            SCARBON, "status", "--config", str(self.folder / "carbon.json")).stdout


class PrivateDataTest(PublisherTest):
    configuration = NODES + (
        "PrivateData=accounts,jobs,nodes,partitions,reservations,usage,users\n"
    )

    def test_an_operator_suffices_to_place_watch_and_restore_jobs(self):
        self.set_admin_level("Operator")
        self.watch_from_now(CLEAN_LATER, down_after="1s")
        job_id = self.submit_delayed()
        self.drain_oslo()
        done = self.wait_for_state(job_id, "COMPLETED", 30)
        self.assertRegex(done["NodeList"], r"^frankfurt\d$")
        self.assertRegex(done["AdminComment"], r",from=frankfurt,made=[^,]*,seal=[\w-]{22}$")
        (record,) = wait_until(self.returns, 10, "the restore is in the log")
        self.assertEqual((record["job_id"], record["reason"], record["error"]),
                         (int(job_id), "its pool is down", None))
        checks = self.doctor()
        self.assertEqual(checks["publisher"]["fact"], f"the plugin trusts user {PUBLISHER}")
        self.assertEqual(checks["scarbond's right"]["fact"], f"{PUBLISHER} has AdminLevel=Operator")
        self.assertEqual(checks["snapshot read"]["result"], "ok")
        self.assertEqual(checks["log written"]["result"], "ok")
        self.assertNotIn("publisher's log", checks)

    def test_somebody_else_is_told_what_lacks(self):
        self.set_admin_level("None")
        self.start_scarbond(self.write_config(POLICY, CLEAN_LATER))
        why = WHY + "; nor does it see what PrivateData hides" + REMEDY
        self.wait_for_log("Access/permission denied; " + why)
        wait_until(lambda: why in self.status(), 10, "scarbon status says why")
        self.set_admin_level("Operator")
        self.wait_for_log("scarbond: info: publishing")


class OpenDataTest(PublisherTest):
    def test_without_the_right_no_job_with_a_deadline_is_delayed(self):
        self.set_admin_level("None")
        count = len(self.records())
        self.start_scarbond(self.write_config(POLICY, CLEAN_LATER))
        self.wait_for_log(WHY + REMEDY)
        wait_until(lambda: (status := self.plugin_status()) and status["snapshot"] and not status["error"],
                   30, "the plugin decides on what it publishes")
        wait_until(lambda: WHY + REMEDY in self.status(), 10, "scarbon status says why")
        check = self.doctor()["scarbond's right"]
        self.assertEqual((check["result"], check["advice"]), ("error", REMEDY.removeprefix(": ")))
        when = datetime.datetime.fromtimestamp(int(time.time()) + 3600)
        _, job = self.submit(f"--deadline={when:%FT%T}", "--begin=now+30")
        self.assertLess(seconds_since_epoch(job["EligibleTime"]), time.time() + 31)
        self.assertIn("nothing watches over delayed jobs", self.last_record(count)["reason"])
        # Once it is granted, there is a watch.
        self.set_admin_level("Operator")
        self.wait_for_log("may restore jobs: watching over those that wait")


del PublisherTest, WatchTest

if __name__ == "__main__":
    unittest.main()
