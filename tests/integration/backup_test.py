"""A backup controller takes over, returns control and takes over again: each time the bookings equal the
queue, and nothing is placed beyond capacity. Each controller has its own snapshot and log, as on separate
hosts."""

import json
import os
import signal
import subprocess
import time
import unittest

from private_slurm import SCARBOND, SCRIPT, SLURMCTLD, PrivateSlurmTest, has_ended, seconds_since_epoch, wait_until

# To slurmctld the name of its host is its address too.
BACKUP = "127.0.0.2"
REFRESH = 1  # seconds between looks at the queue, as write_config() says
# Oslo is clean for one hour, an hour from now, and so has 16 devices to give.
HOUR = 3600
ONE_CLEAN_HOUR = {"frankfurt": [(0, 500)], "oslo": [(0, 500), (HOUR, 20), (2 * HOUR, 500)]}
CLEAN_DEVICES = 16


class BackupTest(PrivateSlurmTest):
    @classmethod
    def extra_conf(cls):
        return f"SlurmctldHost={BACKUP}\nSlurmctldTimeout=10\n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backup = cls.folder / "backup"
        cls.backup.mkdir()
        # The same configuration, except for the files that hosts do not share.
        (cls.slurm / "backup.conf").write_text(
            (cls.slurm / "slurm.conf").read_text()
            .replace(f"{cls.slurm}/slurmctld.", f"{cls.backup}/slurmctld.")
        )
        cls.addClassCleanup(cls.kill_backup)
        cls.start_backup()

    @classmethod
    def start_backup(cls):
        (cls.backup / "slurmctld.log").unlink(missing_ok=True)
        preload = os.environ.get("PRIVATE_SLURMCTLD_PRELOAD", "")
        subprocess.run(
            [SLURMCTLD], check=True, stdin=subprocess.DEVNULL, cwd=cls.folder,
            env=cls.environment | {
                "SLURM_CONF": str(cls.slurm / "backup.conf"),
                "SLURM_CARBON_SNAPSHOT_DIR": str(cls.backup / "snapshot"),
                "LD_PRELOAD": f"{preload} {os.environ['CARBON_NAMED_HOST']}".strip(),
                "NAMED_HOST": BACKUP,
            },
        )
        wait_until(lambda: "background mode" in cls.backup_log(), 20, "the backup stands by")

    @classmethod
    def backup_log(cls):
        return (cls.backup / "slurmctld.log").read_text(errors="replace")

    @classmethod
    def kill_backup(cls):
        pid = int((cls.backup / "slurmctld.pid").read_text())
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: has_ended(pid), 20, "the backup ends")

    def publish_for(self, folder):
        """A scarbond for the controller whose snapshot and log are in `folder`, until the test ends."""
        config = json.loads((self.folder / "carbon.json").read_text())
        config["paths"] = {
            "snapshot": str(folder / "snapshot"), "log": str(folder / "log" / "placements.jsonl"),
        }
        path = folder / "carbon-of-this-host.json"
        path.write_text(json.dumps(config))
        with open(folder / "scarbond.log", "a") as log:
            daemon = subprocess.Popen(
                [SCARBOND, "--config", str(path)], env=self.environment,
                stdin=subprocess.DEVNULL, stderr=log,
            )
        self.addCleanup(daemon.wait, 30)
        self.addCleanup(daemon.terminate)

    def in_clean_hour(self):
        """job id -> devices, of the jobs that the queue says will start in oslo's clean hour."""
        return {
            job["JobId"]: 2
            for job in self.jobs()
            if job["JobState"] == "PENDING" and job["Partition"] == "oslo"
            and seconds_since_epoch(job["EligibleTime"]) - self.begun_at > HOUR - 60
        }

    def fill(self, count):
        """Submits jobs of two devices, from the moment at which somebody is in charge until `count`
        more of them are to start in the clean hour, and some more. Returns how long it took."""
        # While one controller hands over to the other, a request to either may time out.
        wait_until(lambda: self.run_command("scontrol", "show", "job").returncode == 0, 60,
                   "somebody is in charge")
        clean = before = sum(self.in_clean_hour().values())
        begun = time.monotonic()
        while clean < before + 2 * count:
            self.submit(gpus="2", time_limit="60", wrap="sleep 600")
            now_clean = sum(self.in_clean_hour().values())
            if now_clean == clean:
                time.sleep(0.5)
            clean = now_clean
            self.assertLessEqual(time.monotonic() - begun, 60, "a clean hour that is free is not used")
        took = time.monotonic() - begun
        for _ in range(3):
            self.submit(gpus="2", time_limit="60", wrap="sleep 600")
        time.sleep(2 * REFRESH)
        self.submit(gpus="2", time_limit="60", wrap="sleep 600")
        self.assertEqual(sum(self.in_clean_hour().values()), before + 2 * count)
        return took

    def cancel(self, count):
        for job_id in list(self.in_clean_hour())[:count]:
            self.assertEqual(self.run_command("scancel", job_id).returncode, 0)
        self.wait_until_saved()

    def wait_until_saved(self):
        """slurmctld writes its queue some seconds after a change; a kill would lose it, and so would a
        controller that takes charge before the other has written ("Old state possible")."""
        changed_at, saved = time.time(), self.slurm / "state" / "job_state"
        # One more change: the changes before it may be saved already, and no save would follow.
        self.submit("--hold")
        wait_until(lambda: saved.stat().st_mtime > changed_at, 20, "the queue is saved")

    def bring_back_primary(self):
        """Returns true if the backup returned control by itself. slurmctld 22.05 often hangs when a backup is to
        stand by again, with or without a plugin: its main thread waits for the one that purges jobs'
        files, which nothing wakes any more. Then it is killed, and a new one waits on standby."""
        primary = subprocess.Popen(
            [SCRIPT, "restart-controller", self.slurm], env=self.environment,
            stdin=subprocess.DEVNULL,
        )
        try:
            self.assertEqual(primary.wait(75), 0)
            return True
        except subprocess.TimeoutExpired:
            self.kill_backup()
            self.assertEqual(primary.wait(75), 0)
            self.start_backup()
            return False

    def test_takes_over_gives_back_and_takes_over_again(self):
        self.begun_at = time.time()
        self.write_config({"mode": "enforce", "max_delay": "2h"}, ONE_CLEAN_HOUR)
        self.publish_for(self.folder)
        self.publish_for(self.backup)

        with self.subTest("the primary"):
            self.fill(CLEAN_DEVICES // 2)
        with self.subTest("the backup takes over from a primary that died"):
            self.cancel(3)
            os.kill(self.controller_pid(), signal.SIGKILL)
            killed_at = time.monotonic()
            self.run_command("sbatch", "--wrap=true", "--output=/dev/null")  # waits until then
            print(f"\nin charge {time.monotonic() - killed_at:.1f} s after the kill", end="")
            print(f"; filled {self.fill(3):.1f} s later")
        by_itself = False
        with self.subTest("the primary comes back"):
            self.cancel(2)
            by_itself = self.bring_back_primary()
            print(f"primary: filled in {self.fill(2):.1f} s")
        with self.subTest("the backup is told to take over again"):
            self.cancel(4)
            done = self.run_command("scontrol", "takeover")
            self.assertEqual(done.returncode, 0, done.stderr)
            knew = "with what it knew then" if by_itself else "a new one"
            print(f"backup, {knew}: filled in {self.fill(4):.1f} s")
        self.assertEqual(sum(self.in_clean_hour().values()), CLEAN_DEVICES)
        with self.subTest("each recognises what the other has promised"):
            for folder in (self.folder, self.backup):
                state = json.loads((folder / "snapshot" / "scarbond-status.json").read_text())
                codes = [finding["code"] for finding in state["findings"]]
                self.assertNotIn("marks-ignored", codes)


if __name__ == "__main__":
    unittest.main()
