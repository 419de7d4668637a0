#!/usr/bin/env python3
"""The simulated cluster of scarbon replay beside a real slurmctld: do jobs start when they really did?

Submits an invented trace of jobs to a private Slurm with slurmdbd, at their times, and waits until the
last has ended. Nothing of Slurm Carbon is active there. The jobs sleep. The history that sacct prints
then goes through the simulated cluster with the same nodes and the same settings of the scheduler, and
the two are compared. Time is compressed: a job runs for half a minute, and the backfill scheduler
passes every few seconds.

The same seed makes the same trace. What slurmctld makes of it differs a little each time.
"""

import argparse
import contextlib
import datetime
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# By partition: nodes, devices and CPUs of each.
POOLS = {"gpu": (24, 4, 8), "cpu": (12, 0, 16)}

SLURM = """
NodeName=gpu[01-{gpu}] CPUs=8 RealMemory=1000 Gres=gpu:4
NodeName=cpu[01-{cpu}] CPUs=16 RealMemory=1000
PartitionName=DEFAULT MaxTime=60 DefaultTime=10 State=UP
PartitionName=gpu Nodes=gpu[01-{gpu}] Default=YES
PartitionName=cpu Nodes=cpu[01-{cpu}]
AccountingStorageTRES=gres/gpu
PriorityType={priority}
SchedulerParameters={parameters}
PriorityWeightJobSize=100000
PriorityFavorSmall=NO
# Says when the backfill scheduler passes.
DebugFlags=Backfill
"""

# As the manual has it.
COLUMNS = ("JobID,JobIDRaw,UID,User,Account,QOS,Partition,State,Submit,Eligible,Start,ElapsedRaw,"
           "TimelimitRaw,NNodes,ReqTRES,AllocTRES,Priority,Reservation,JobName,SubmitLine")


def say(text):
    print(f"beside-slurm: {text}", file=sys.stderr, flush=True)


def wait_until(condition, seconds, what, pause=1.0):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"beside-slurm: not within {seconds} s: {what}")
        time.sleep(pause)


class Job:
    """When it comes, where, what it takes, how long it runs and how long it may."""

    def __init__(self, rng, partition):
        self.partition = partition
        nodes, self.devices, cpus = POOLS[partition]
        self.nodes, self.whole = 1, rng.random() < 0.45
        if not self.whole and partition == "gpu":
            self.devices = rng.choice([1, 1, 2])
            self.cpus = 2 * self.devices
        elif not self.whole:
            self.cpus = rng.choice([1, 2, 2, 4, 4, 8])
        else:
            self.cpus = cpus
            self.nodes = rng.choice([1] * 9 + [2] * 5 + [4] * 4 + [nodes // 3] * 2)
        self.seconds = rng.lognormvariate(0, 0.9)
        self.slack = rng.choice([1.2, 2, 4, 8])
        self.nice = 100 if rng.random() < 0.1 else 0
        self.at = rng.random()

    def node_seconds(self):
        return self.nodes * self.cpus / POOLS[self.partition][2] * self.seconds

    def command(self):
        minutes = min(60, max(1, -int(-self.seconds * self.slack // 60)))
        words = ["sbatch", "--parsable", "--output=/dev/null", f"--partition={self.partition}",
                 f"--time={minutes}", f"--nodes={self.nodes}", f"--cpus-per-task={self.cpus}"]
        words.append("--ntasks-per-node=1" if self.nodes > 1 else "--ntasks=1")
        if self.devices:
            words.append(f"--gres=gpu:{self.devices}")
        if self.nice:
            words.append(f"--nice={self.nice}")
        return words + [f"--wrap=exec sleep {max(1, round(self.seconds))}"]


def make_trace(options):
    """Runtimes are scaled so that each partition would be busy for the share `load` of the time in
    which jobs arrive. Arrivals come in waves."""
    rng = random.Random(options.seed)
    jobs = [Job(rng, rng.choices(list(POOLS), [6, 4])[0]) for _ in range(options.jobs)]
    seconds = 60 * options.minutes
    for partition, (nodes, _, _) in POOLS.items():
        mine = [job for job in jobs if job.partition == partition]
        scale = options.load * nodes * seconds / sum(job.node_seconds() for job in mine)
        for job in mine:
            job.seconds = min(300, max(3, scale * job.seconds))
    for job in jobs:
        # Two waves: twice as many jobs in the middle of each as at its edges.
        wave = rng.choice([0, 1])
        job.at = seconds * (wave + (job.at + rng.random()) / 2) / 2
    return sorted(jobs, key=lambda job: job.at)


class Slurm:
    def __init__(self, folder, options):
        self.folder, self.options = folder, options
        self.slurm = folder / "slurm"
        self.environment = {
            name: value for name, value in os.environ.items()
            if not name.startswith(("SBATCH_", "SLURM_"))
        } | {"SLURM_CONF": str(self.slurm / "slurm.conf")}

    def run(self, *command, check=True, **options):
        return subprocess.run([str(word) for word in command], env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, check=check, **options)

    def output(self, *command):
        return self.run(*command, stdout=subprocess.PIPE).stdout

    def script(self, command, *arguments, **options):
        self.run(ROOT / "scripts" / "private-slurm", command, self.slurm, *arguments, **options)

    def start(self, stack):
        extra = self.folder / "extra.conf"
        extra.write_text(SLURM.format(
            gpu=POOLS["gpu"][0], cpu=POOLS["cpu"][0], priority=self.options.priority,
            parameters=",".join([
                f"bf_interval={self.options.bf_interval}",
                f"bf_resolution={self.options.bf_resolution}",
                "bf_window=1440", "bf_max_job_test=1000", "default_queue_depth=1000"])))
        stack.callback(self.script, "stop", stderr=subprocess.DEVNULL, check=False)
        self.script("start", "--conf-extra", extra, "--accounting")

    def submit(self, jobs):
        began = time.monotonic()
        for number, job in enumerate(jobs, 1):
            time.sleep(max(0, began + job.at - time.monotonic()))
            self.run(*job.command(), stdout=subprocess.DEVNULL, cwd=self.folder)
            if number % 50 == 0:
                waiting = len(self.output("squeue", "--noheader", "--states=PENDING").splitlines())
                say(f"{number} of {len(jobs)} jobs submitted, {waiting} wait")

    def is_idle(self):
        return not self.output("squeue", "--noheader")

    def history(self, since):
        self.environment |= {"TZ": "UTC", "SLURM_TIME_FORMAT": "%s"}
        return self.output(
            "sacct", "--allusers", "--allocations", "--duplicates", "--parsable2",
            f"--starttime={since:%Y-%m-%dT%H:%M:%S}", "--endtime=now", f"--format={COLUMNS}")

    def log(self):
        return (self.slurm / "slurmctld.log").read_text(errors="replace")


def node_numbers(expression):
    """gpu[01-02,07] -> 0, 1, 6."""
    for part in re.sub(r"^[a-z]+\[?|\]$", "", expression).split(","):
        first, _, last = part.partition("-")
        yield from range(int(first) - 1, int(last or first))


def read_log(text):
    """What slurmctld did, as beside_slurm reads it."""
    patterns = [
        (re.compile(r"_slurm_rpc_submit_batch_job: JobId=(\d+)"), "submit"),
        (re.compile(r"sched: Allocate JobId=(\d+) NodeList=(\S+)"), "start"),
        (re.compile(r"_start_job: Started JobId=(\d+) in \S+ on (\S+)"), "start"),
        (re.compile(r"_job_complete: JobId=(\d+) done"), "end"),
        (re.compile(r"_attempt_backfill: beginning"), "pass"),
    ]
    events = []
    for line in text.splitlines():
        stamp = re.match(r"\[([0-9T:.-]+)\] ", line)
        if not stamp:
            continue
        at = datetime.datetime.fromisoformat(stamp[1]).timestamp()
        for pattern, kind in patterns:
            found = pattern.search(line)
            if not found:
                continue
            words = [f"{at:.3f}", kind, *found.groups()]
            if kind == "start":
                words[3] = ",".join(map(str, node_numbers(words[3])))
            events.append(" ".join(words))
    return "\n".join(events) + "\n"


def record(options, keep):
    """Runs the trace on a real Slurm; leaves its history and slurmctld's log in `keep`."""
    jobs = make_trace(options)
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="carbon-beside-", dir=options.folder))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)  # munged wants its socket within everyone's reach
        slurm = Slurm(folder, options)
        slurm.start(stack)
        since = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=5)
        say(f"{len(jobs)} jobs arrive within {jobs[-1].at:.0f} s")
        slurm.submit(jobs)
        say("waiting for the last to end")
        wait_until(slurm.is_idle, 3600, "all jobs end")
        wait_until(lambda: all("|RUNNING|" not in line and "|PENDING|" not in line
                               for line in slurm.history(since).splitlines()), 60,
                   "slurmdbd knows their ends")
        (keep / "history").write_text(slurm.history(since))
        (keep / "slurmctld.log").write_text(slurm.log())


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=11, help="in which jobs arrive")
    parser.add_argument("--load", type=float, default=1.0, help="of each partition in that time")
    parser.add_argument("--bf-interval", type=int, default=5)
    parser.add_argument("--bf-resolution", type=int, default=10)
    parser.add_argument("--completing", type=int, default=1,
                        help="seconds until a job's nodes are free again, in the simulation")
    parser.add_argument("--priority", default="priority/basic", help="PriorityType of slurm.conf")
    parser.add_argument("--folder", default="/tmp", help="where the Slurm keeps its state")
    parser.add_argument("--keep", type=pathlib.Path, help="leave the history and slurmctld's log there")
    parser.add_argument("--compare", type=pathlib.Path, metavar="KEPT",
                        help="start no Slurm: compare what an earlier run left there")
    parser.add_argument("--again", type=pathlib.Path, metavar="KEPT",
                        help="compare also with another run of the same trace")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("beside-slurm: told to stop"))  # and stops all
    with contextlib.ExitStack() as stack:
        keep = options.compare or options.keep
        if keep is None:
            keep = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        keep.mkdir(parents=True, exist_ok=True)
        if options.compare is None:
            record(options, keep)
        (keep / "events").write_text(read_log((keep / "slurmctld.log").read_text()))
        if "CARBON_BUILD" not in os.environ:
            sys.exit("beside-slurm: CARBON_BUILD names no build: nothing is compared")
        subprocess.run([
            pathlib.Path(os.environ["CARBON_BUILD"]) / "bench" / "beside_slurm",
            keep / "history", "--events", keep / "events",
            *(["--again", options.again / "history"] if options.again else []),
            *(f"--pool={name}={'x'.join(map(str, shape))}" for name, shape in POOLS.items()),
            f"--bf-interval={options.bf_interval}", f"--bf-resolution={options.bf_resolution}",
            f"--completing={options.completing}",
        ], check=True)


if __name__ == "__main__":
    main()
