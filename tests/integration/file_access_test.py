"""Who may read what scarbond and the plugin leave: forecasts and sites everybody, what is about jobs those
who need it; from the first start on, whatever the umask, and also where slurmctld is another user's than
scarbond."""

import json
import os
import pwd
import shutil
import stat
import unittest

from private_slurm import CLEAN_OSLO, SCARBON, SCARBOND, PrivateSlurmTest, wait_until

NOBODY = 65534
SLURM_USER, PUBLISHER = "daemon", "games"  # they exist everywhere
ONLY_ROOT = unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")


class AccessTest(PrivateSlurmTest):
    def modes(self):
        """The modes of the snapshot's files, by the first word of their names."""
        return {path.name.split("-")[0]: stat.S_IMODE(path.stat().st_mode)
                for path in self.snapshot.iterdir()}

    def as_nobody(self, *command):
        return self.run_command(*command, user=NOBODY, group=NOBODY, extra_groups=[])


class FileAccessTest(AccessTest):
    def setUp(self):
        self.publish({"mode": "enforce"}, CLEAN_OSLO)

    def test_a_first_start_under_a_strict_umask_leaves_each_file_to_those_who_need_it(self):
        config = json.loads((self.folder / "carbon.json").read_text())
        state = self.folder / "first" / "lib"
        config["paths"] = {"snapshot": str(state / "snapshot"), "archive": str(state / "archive.db"),
                           "log": str(self.folder / "first" / "log" / "placements.jsonl")}
        other = self.folder / "other.json"
        other.write_text(json.dumps(config))
        done = self.run_command(SCARBOND, "--once", "--config", str(other), umask=0o077)
        self.assertEqual(done.returncode, 0, done.stderr)
        for folder, mode in (("first", 0o755), ("first/lib", 0o755), ("first/lib/snapshot", 0o755),
                             ("first/log", 0o750)):
            self.assertEqual(stat.S_IMODE((self.folder / folder).stat().st_mode), mode, folder)
        modes = {path.name.split("-")[0]: stat.S_IMODE(path.stat().st_mode)
                 for path in (state / "snapshot").iterdir()}
        self.assertEqual(modes, {"manifest.json": 0o644, "config": 0o644, "forecast": 0o644,
                                 "capacity": 0o600, "admission": 0o600, "scarbond": 0o600,
                                 ".lock": 0o600})
        for path in state.glob("archive.db*"):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)

    @ONLY_ROOT
    def test_an_ordinary_user_sees_forecasts_and_why_not_the_rest(self):
        self.submit()
        # Others may not enter the folder of a build that is root's.
        scarbon = shutil.copy(SCARBON, self.folder)
        with self.subTest("forecast"):
            done = self.as_nobody(scarbon, "forecast", "--snapshot", str(self.snapshot), "--csv")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("zone-oslo", done.stdout)
        with self.subTest("status"):
            done = self.as_nobody(scarbon, "status", "--snapshot", str(self.snapshot))
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertRegex(done.stdout, r"note: pools, sources and the plugin are shown to root and "
                                          r"SlurmUser only: \S+/capacity-\w+\.json: Permission denied")
            self.assertNotIn("users with accounts", done.stdout)
        with self.subTest("log"):
            self.log.parent.chmod(0o750)
            done = self.as_nobody(scarbon, "log", "--file", str(self.log))
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, "Permission denied: only root and SlurmUser may read")
        for path in (*self.snapshot.glob("capacity-*"), *self.snapshot.glob("admission-*"),
                     self.snapshot / "scarbond-status.json", self.snapshot / ".lock"):
            self.assertEqual(self.as_nobody("cat", str(path)).returncode, 1, path)

    def test_a_log_that_anybody_may_write_is_refused_and_jobs_pass_unchanged(self):
        self.assertEqual(self.submit()[1]["Partition"], "oslo")
        wait_until(self.records, 5, "the log is there")
        # slurmctld has it open: it is refused when it is opened again, after a rotation.
        self.log.rename(self.log.with_suffix(".1"))
        self.log.touch()
        self.log.chmod(0o666)
        fact = f"{self.log}: is writable by others, mode 666"
        wait_until(lambda: fact in self.controller_log(), 10, "slurmctld's log says why")
        wait_until(lambda: self.submit()[1]["Partition"] == "frankfurt", 10, "jobs pass unchanged")
        status = self.run_command(SCARBON, "status", "--config", str(self.folder / "carbon.json"))
        self.assertIn(fact, status.stdout)
        self.assertEqual(self.log.read_text(), "")
        self.log.chmod(0o640)
        wait_until(lambda: self.submit()[1]["Partition"] == "oslo", 10, "jobs are placed again")


@ONLY_ROOT
class OtherSlurmUserTest(AccessTest):
    """slurmctld runs as SlurmUser, and scarbond as root."""

    @classmethod
    def extra_conf(cls):
        user = pwd.getpwnam(SLURM_USER)
        for folder in ("slurmctld-state", "log"):
            (cls.folder / folder).mkdir()
            os.chown(cls.folder / folder, user.pw_uid, user.pw_gid)
        return f"SlurmUser={SLURM_USER}\nStateSaveLocation={cls.folder / 'slurmctld-state'}\n"

    def test_the_plugin_reads_what_is_about_jobs_and_nobody_else_does(self):
        controller = os.stat(f"/proc/{self.controller_pid()}").st_uid
        user = pwd.getpwnam(SLURM_USER).pw_uid
        self.assertEqual(controller, user)
        self.publish({"mode": "enforce"}, CLEAN_OSLO)
        self.assertEqual(self.submit()[1]["Partition"], "oslo")
        for part in (*self.snapshot.glob("capacity-*"), *self.snapshot.glob("admission-*")):
            facts = part.stat()
            self.assertEqual((facts.st_uid, stat.S_IMODE(facts.st_mode)), (user, 0o600), part)
            self.assertEqual(self.as_nobody("cat", str(part)).returncode, 1)
        self.assertEqual((self.snapshot / "manifest.json").stat().st_uid, 0)


@ONLY_ROOT
class PublisherTest(AccessTest):
    """slurmctld runs as SlurmUser, and scarbond as a third user, in a group of SlurmUser's."""

    @classmethod
    def extra_environment(cls):
        return {"SLURM_CARBON_PUBLISHER": f"{PUBLISHER}:{SLURM_USER}", "SLURM_CARBON_LOG": str(cls.log)}

    @classmethod
    def extra_conf(cls):
        user, publisher = pwd.getpwnam(SLURM_USER), pwd.getpwnam(PUBLISHER)
        for folder in ("slurmctld-state", "log", "snapshot"):
            (cls.folder / folder).mkdir()
            os.chown(cls.folder / folder, user.pw_uid, user.pw_gid)
        os.chown(cls.snapshot, publisher.pw_uid, publisher.pw_gid)
        cls.scarbond = shutil.copy(SCARBOND, cls.folder)
        cls.scarbond_as = {"user": publisher.pw_uid, "group": user.pw_gid, "extra_groups": []}
        return f"SlurmUser={SLURM_USER}\nStateSaveLocation={cls.folder / 'slurmctld-state'}\n"

    def test_the_plugin_believes_the_publisher_and_shares_what_it_needs(self):
        user, publisher = pwd.getpwnam(SLURM_USER), pwd.getpwnam(PUBLISHER)
        self.start_scarbond(self.write_config({"mode": "enforce"}, CLEAN_OSLO))
        wait_until((self.snapshot / "manifest.json").exists, 20, "a snapshot is published")
        wait_until(lambda: self.submit()[1]["Partition"] == "oslo", 20, "jobs are placed")
        expected = {
            **{path: (publisher.pw_uid, user.pw_gid, 0o640)
               for path in (*self.snapshot.glob("capacity-*"), *self.snapshot.glob("admission-*"),
                            self.snapshot / "scarbond-status.json")},
            self.folder / "slurmctld-state" / "slurm_carbon.seal": (user.pw_uid, user.pw_gid, 0o640),
            self.log: (user.pw_uid, user.pw_gid, 0o660),
        }
        for path, access in expected.items():
            facts = path.stat()
            self.assertEqual((facts.st_uid, facts.st_gid, stat.S_IMODE(facts.st_mode)), access, path)
            self.assertEqual(self.as_nobody("cat", str(path)).returncode, 1, path)


if __name__ == "__main__":
    unittest.main()
