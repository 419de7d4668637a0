"""Shared by the tests of faults: storms of submissions, and what must be true of a log and a queue
afterwards."""

import json
import os
import re
import subprocess

from fail_open import FailOpenTest
from private_slurm import wait_until

SUBMIT_STORM = os.environ["CARBON_SUBMIT_STORM"]


class Storm:
    """Clients that submit while the body of the `with` runs."""

    def __init__(self, test, *arguments):
        self.test = test
        self.arguments = arguments
        self.path = test.folder / "acknowledged"

    def __enter__(self):
        self.path.write_text("")
        self.file = open(self.path, "ab")
        self.process = subprocess.Popen(
            [SUBMIT_STORM, *map(str, self.arguments)],
            stdin=subprocess.DEVNULL, stdout=self.file, stderr=subprocess.PIPE, text=True,
            env=self.test.environment,
        )
        return self

    def acknowledged(self):
        # A client may be writing its line just now.
        lines = self.path.read_text().split("\n")[:-1]
        return [json.loads(line) for line in lines]

    def is_on(self):
        return self.process.poll() is None

    def wait(self, seconds):
        """Until all of --jobs are submitted, none of them refused."""
        _, errors = self.process.communicate(timeout=seconds)
        self.test.assertEqual(self.process.returncode, 0, errors)

    def __exit__(self, kind, error, _):
        # Clients only end early when a job was refused.
        if self.process.returncode == 0:
            self.file.close()
            return
        ended = not self.is_on()
        self.process.kill()
        _, errors = self.process.communicate()
        self.file.close()
        if ended:
            raise AssertionError(f"the storm ended: {errors}") from error


class FaultTest(FailOpenTest):
    def tearDown(self):
        # Thousands of jobs are cancelled by and by; wait, or the next test meets them.
        self.run_command("scancel", "--user", str(os.getuid()))
        wait_until(
            lambda: self.run_command("squeue", "--noheader", "--states=PENDING").stdout == "",
            60, "the queue is empty",
        )
        self.assert_controller_lives()

    def whole_and_torn(self):
        """The log's records, and how many of its lines are none. Its last line has an end."""
        text = self.log.read_bytes()
        self.assertTrue(text.endswith(b"\n"), text[-200:])
        records, torn = [], 0
        for line in text.splitlines():
            try:
                records.append(json.loads(line))
            except ValueError:
                torn += 1
        return records, torn

    def assert_decides_again(self, seconds=20):
        def is_placed():
            # slurmctld may just have taken charge: then only a new look at the queue counts.
            self.look_again()
            return self.submit()[1]["Partition"] == "oslo"

        wait_until(is_placed, seconds, "jobs are placed again")

    def queue(self):
        """Name -> what was set, of a storm's jobs that are not over."""
        shown = self.run_command("scontrol", "--oneliner", "show", "job")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        jobs = {}
        for line in shown.stdout.splitlines():
            job = dict(re.findall(r"(\S+?)=(.*?)(?=\s+\S+?=|$)", line.strip()))
            name = job.get("JobName", "")
            if not name.startswith("storm-") or job["JobState"] not in ("PENDING", "RUNNING"):
                continue
            jobs[name] = {
                "job_id": int(job.get("ArrayJobId", job["JobId"])),
                "partition": job["Partition"],
                "begin": job["EligibleTime"],
                "admin_comment": job.get("AdminComment", ""),
            }
        return jobs
