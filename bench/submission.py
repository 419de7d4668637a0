#!/usr/bin/env python3
"""Submissions to a real slurmctld: jobs per second, and time inside job_submit.

Three private Slurms run at the same time, with their state in memory. They differ only in the plugin:
one has none, one has job_submit/carbon in enforce mode with scarbond at work, and one has
job_submit/lua with job_submit.lua, which sets the same three fields from a table. In each round all of
them get the same jobs, ten at a time, one Slurm after another in random order, so other work of the
machine slows all of them. Nothing is compared across rounds. The jobs begin after an hour or later, so
none starts; after each round they are cancelled.

The time inside is measured by the two plugins of stopwatch.c, which all three Slurms have. For the
Slurm without a plugin it is the cost of the stopwatch itself.

If the machine does other work, only the ratios are meaningful.
"""

import argparse
import array
import contextlib
import datetime
import json
import math
import os
import pathlib
import random
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONFIGURATIONS = {"none": [], "carbon": ["carbon"], "lua": ["lua"]}
SITES = {"frankfurt": 380, "lyon": 60, "oslo": 30, "austin": 420, "warsaw": 650}
MOST_SUBMISSIONS = 1 << 20
AT_A_TIME = 10

SLURM = """
NodeName={nodes} CPUs=256 RealMemory=2000000 Gres=gpu:h100:64
PartitionName=DEFAULT MaxTime=2-0 DefaultTime=60 State=UP
{partitions}
JobSubmitPlugins={plugins}
PluginDir={folders}
# Nothing is to start: no scheduling beside the submissions.
SchedulerParameters=defer,default_queue_depth=1,sched_interval=600,bf_interval=600
MaxJobCount=200000
MinJobAge=2
"""


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"submission: not within {seconds} s: {what}")
        time.sleep(0.05)


class Slurm:
    """One of the private Slurms, from start to stop."""

    def __init__(self, name, folder, build):
        self.name = name
        self.build = build
        self.folder = folder / name
        self.folder.mkdir()
        self.conf = self.folder / "slurm" / "slurm.conf"
        self.stopwatch = self.folder / "stopwatch"
        with open(self.stopwatch, "wb") as file:
            file.truncate(16 + 4 * MOST_SUBMISSIONS)
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SBATCH_", "SLURM_"))
        } | {
            "SLURM_CONF": str(self.conf),
            "SLURM_CARBON_SNAPSHOT_DIR": str(self.folder / "snapshot"),
            "CARBON_STOPWATCH": str(self.stopwatch),
        }

    def run(self, *command, **options):
        return subprocess.run(
            [str(word) for word in command], env=self.environment, stdin=subprocess.DEVNULL,
            check=True, text=True, **options,
        )

    def start(self, stack):
        script = ROOT / "scripts" / "private-slurm"
        system = self.run(script, "plugins", stdout=subprocess.PIPE).stdout.strip()
        partitions = "\n".join(
            f"PartitionName={site} Nodes={site}" + (" Default=YES" if i == 0 else "")
            for i, site in enumerate(SITES)
        )
        extra = self.folder / "extra.conf"
        plugins = ["stopwatch_start", *CONFIGURATIONS[self.name], "stopwatch_stop"]
        extra.write_text(
            SLURM.format(
                nodes=",".join(SITES), partitions=partitions, plugins=",".join(plugins),
                folders=f"{self.build}/bench:{self.build}/plugin:{system}",
            )
        )
        self.conf.parent.mkdir()
        shutil.copy(ROOT / "bench" / "job_submit.lua", self.conf.parent)
        stack.callback(self.run, script, "stop", self.conf.parent)
        self.run(script, "start", self.conf.parent, "--conf-extra", extra)
        if self.name == "carbon":
            self.start_scarbond(stack)

    def start_scarbond(self, stack):
        now = int(time.time())
        config = {
            "paths": {
                "snapshot": str(self.folder / "snapshot"),
                "log": str(self.folder / "placements.jsonl"),
            },
            "zones": {}, "sites": {}, "pools": {},
            "policies": [{"name": "all", "mode": "enforce", "max_delay": "24h"}],
        }
        for number, (site, level) in enumerate(SITES.items()):
            rows = []
            for step in range(-4, 14 * 96):
                day = math.sin(2 * math.pi * (step / 96 + number / len(SITES)))
                at = datetime.datetime.fromtimestamp(now + 900 * step, datetime.timezone.utc)
                rows.append(f"{at:%FT%TZ},{level * (1 + 0.3 * day):.1f}\n")
            csv = self.folder / f"{site}.csv"
            csv.write_text("time,value\n" + "".join(rows))
            config["zones"][site] = {
                "kind": "average-lifecycle", "forecast": [{"file": str(csv), "format": "csv"}],
            }
            config["sites"][site] = {"zone": site, "pue": 1.2}
            config["pools"][site] = {"site": site, "partition": site, "hardware": "h100-sxm"}
        path = self.folder / "carbon.json"
        path.write_text(json.dumps(config))
        log = open(self.folder / "scarbond.log", "w")
        daemon = subprocess.Popen(
            [f"{self.build}/bin/scarbond", "--config", path], env=self.environment,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )
        stack.callback(daemon.wait)
        stack.callback(daemon.terminate)
        status = self.folder / "plugin-status.json"

        def decides():
            if not status.exists():
                return False
            told = json.loads(status.read_text())
            return told["snapshot"] and told["error"] is None

        wait_until(decides, 30, "the plugin decides on the snapshot")

    def noted(self):
        with open(self.stopwatch, "rb") as file:
            return struct.unpack("Q", file.read(8))[0]

    def times(self, since):
        """Nanoseconds inside job_submit of each submission from number `since` on."""
        count = self.noted()
        with open(self.stopwatch, "rb") as file:
            file.seek(16 + 4 * since)
            nanoseconds = array.array("I")
            nanoseconds.fromfile(file, count - since)
        return list(nanoseconds)

    def begin_round(self, jobs, seed):
        self.since = self.noted()
        self.seconds = 0
        self.client = subprocess.Popen(
            [f"{self.build}/bench/submit_jobs", str(jobs), str(seed)], env=self.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def submit(self, jobs):
        print(jobs, file=self.client.stdin, flush=True)
        answer = self.client.stdout.readline()
        if not answer:
            sys.exit(f"submission: {self.name}: a job was refused")
        self.seconds += float(answer)

    def end_round(self, jobs):
        """Returns jobs per second and the times inside job_submit."""
        self.client.communicate()
        times = self.times(self.since)
        if len(times) != jobs:
            sys.exit(f"submission: {self.name}: {len(times)} of {jobs} submissions were timed")
        self.check(jobs)
        self.run("scancel", "--state=PENDING", f"--user={os.getuid()}", "--quiet")
        wait_until(lambda: not self.pending(), 30, f"{self.name}: the jobs are cancelled")
        return jobs / self.seconds, times

    def pending(self, column="JobID:20"):
        shown = self.run(
            "squeue", "--noheader", "--states=PENDING", f"--Format={column}",
            stdout=subprocess.PIPE,
        )
        return shown.stdout.splitlines()

    def check(self, jobs):
        """A plugin that did nothing would be fast. So every job must be there and have its mark."""
        comments = self.pending("admin_comment:200")
        prefix = {"none": "", "carbon": "carbon:id=", "lua": "table:"}[self.name]
        marked = [c for c in comments if prefix and c.startswith(prefix)]
        if len(comments) != jobs or len(marked) != (jobs if prefix else 0):
            sys.exit(
                f"submission: {self.name}: {len(marked)} of {len(comments)} jobs bear the plugin's "
                f"mark, of {jobs} submitted"
            )
        partitions = {p.strip() for p in self.pending("Partition:40")}
        if (partitions != {next(iter(SITES))}) != bool(prefix):
            sys.exit(f"submission: {self.name}: the jobs are in {sorted(partitions)}")


def measure(slurms, rounds, jobs, seed):
    results = {name: {"rate": [], "times": []} for name in slurms}
    dice = random.Random(seed)
    for number in range(-1, rounds):
        for slurm in slurms.values():
            slurm.begin_round(jobs, seed + number)
        for submitted in range(0, jobs, AT_A_TIME):
            for slurm in dice.sample(list(slurms.values()), len(slurms)):
                slurm.submit(min(AT_A_TIME, jobs - submitted))
        for name, slurm in slurms.items():
            rate, times = slurm.end_round(jobs)
            if number < 0:
                continue  # to warm up
            results[name]["rate"].append(rate)
            results[name]["times"].append(times)
    return results


def summarise(results):
    def spread(values):
        return {
            "median": statistics.median(values),
            "q1": quantile(values, 0.25),
            "q3": quantile(values, 0.75),
        }

    summary = {}
    for name, result in results.items():
        rounds = result["times"]
        every = [t for times in rounds for t in times]
        summary[name] = {
            "jobs_per_second": spread(result["rate"]),
            "inside_us": {
                "median": statistics.median(every) / 1000, "p99": quantile(every, 0.99) / 1000,
            },
            "rate_of_none": spread(
                [rate / none for rate, none in zip(result["rate"], results["none"]["rate"])]
            ),
            "inside_of_lua": spread(
                [
                    statistics.median(mine) / statistics.median(lua)
                    for mine, lua in zip(rounds, results["lua"]["times"])
                ]
            ),
        }
    return summary


def print_markdown(summary, rounds, jobs):
    def shown(value, digits):
        return f"{value['median']:.{digits}f} ({value['q1']:.{digits}f}-{value['q3']:.{digits}f})"

    print(f"{rounds} rounds of {jobs} jobs to each; median (quartiles over the rounds).\n")
    print(
        "| plugin | jobs/s | of no plugin | inside p50 us | inside p99 us | p50 inside, of lua |\n"
        "|:--|--:|--:|--:|--:|--:|"
    )
    for name, row in summary.items():
        print(
            f"| {name} | {shown(row['jobs_per_second'], 0)} | {shown(row['rate_of_none'], 3)} "
            f"| {row['inside_us']['median']:.1f} | {row['inside_us']['p99']:.1f} "
            f"| {shown(row['inside_of_lua'], 2)} |"
        )


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("submission: told to stop"))  # and stops all
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=300, help="in a batch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", default="/dev/shm", help="where the Slurms keep their state")
    arguments = parser.parse_args()
    build = pathlib.Path(os.environ["CARBON_BUILD"])
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="carbon-bench-", dir=arguments.folder))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)  # everyone must be able to reach munged's socket
        slurms = {name: Slurm(name, folder, build) for name in CONFIGURATIONS}
        for slurm in slurms.values():
            slurm.start(stack)
        results = measure(slurms, arguments.rounds, arguments.jobs, arguments.seed)
    summary = summarise(results)
    if arguments.json:
        json.dump(summary, sys.stdout, indent=2)
        print()
    else:
        print_markdown(summary, arguments.rounds, arguments.jobs)


if __name__ == "__main__":
    main()
