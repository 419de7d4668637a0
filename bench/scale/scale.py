#!/usr/bin/env python3
"""A queue of 100,000 jobs on 10,000 nodes: what it costs scarbond, the plugin and slurmctld.

One private slurmctld has fake nodes: all have the address of a single slurmd, which answers slurmctld's
first ping to each of them, so slurmctld regards them as idle. Running jobs are allocations, which launch
nothing. Nothing else is fake: the queue is slurmctld's own, scarbond reads it through libslurm, and the
plugin decides in slurmctld. Scheduling is postponed, so the queue stays unchanged and only our own work
is measured.

Needs root: jobs are submitted for 300 users.

If the machine does other work, only processor times and ratios are meaningful.
"""

import argparse
import contextlib
import datetime
import json
import math
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PARTITIONS = 60
SITES = 20
RUNNING, PLACED = 0.05, 0.02  # of all jobs
TICKS = os.sysconf("SC_CLK_TCK")

SLURM = """
GresTypes=gpu
NodeName=DEFAULT CPUs=256 RealMemory=2000000 Gres=gpu:h100:8
NodeName=n[1-{nodes}] NodeHostname=localhost NodeAddr=127.0.0.1 Port={port}
PartitionName=DEFAULT MaxTime=UNLIMITED DefaultTime=60 State=UP
{partitions}
TreeWidth=65533
# The first ping makes the nodes idle; there is to be no other while it is measured.
SlurmdTimeout=65533
MessageTimeout=60
# Nothing is to start: no scheduling beside the looks and the submissions.
SchedulerParameters={defer}default_queue_depth=1,sched_interval=3600,sched_min_interval=1800000000,bf_interval=3600
# The users have no names, which it would log for each of their jobs.
LaunchParameters=disable_send_gids
MaxJobCount=400000
MinJobAge=2
"""


def say(text):
    print(f"scale: {text}", file=sys.stderr, flush=True)


def wait_until(condition, seconds, what, pause=0.1):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"scale: not within {seconds} s: {what}")
        time.sleep(pause)


def processor_seconds(pid):
    """Processor seconds of a process, and of each live thread by name; the first includes ended threads."""
    def of(path):
        fields = path.read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    threads = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            name = (task / "comm").read_text().strip()
            threads[name] = threads.get(name, 0) + of(task / "stat")
    return of(pathlib.Path(f"/proc/{pid}/stat")), threads


def memory_mib(pid, field):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+) kB", status)[1]) / 1024


class Cluster:
    """The private slurmctld with its queue, and a scarbond that comes and goes."""

    def __init__(self, folder, build, nodes):
        self.folder, self.build, self.nodes = folder, build, nodes
        self.slurm = folder / "slurm"
        self.daemon = None
        self.next_job = 1
        self.up = 0
        self.environment = {
            name: value for name, value in os.environ.items()
            if not name.startswith(("SBATCH_", "SLURM_"))
        } | {
            "SLURM_CONF": str(self.slurm / "slurm.conf"),
            "SLURM_CARBON_SNAPSHOT_DIR": str(folder / "snapshot"),
            "PARTITIONS": str(PARTITIONS),
        }

    def run(self, *command, check=True, **options):
        return subprocess.run(
            [str(word) for word in command], env=self.environment, stdin=subprocess.DEVNULL,
            check=check, text=True, **options,
        )

    def start(self, stack):
        each = self.nodes // PARTITIONS
        partitions = "\n".join(
            f"PartitionName=p{i:02} Nodes=n[{i * each + 1}-{(i + 1) * each}]"
            + (" Default=YES" if i == 0 else "")
            for i in range(PARTITIONS)
        )
        extra = self.folder / "extra.conf"
        extra.write_text(
            SLURM.format(nodes=self.nodes, partitions=partitions, port=19990, defer=""))
        (self.slurm / "devices").mkdir(parents=True)
        for device in range(8):
            (self.slurm / "devices" / f"gpu{device}").touch()
        (self.slurm / "gres.conf").write_text(
            f"NodeName=n[1-{self.nodes}] Name=gpu Type=h100 Count=8 "
            f"File={self.slurm}/devices/gpu[0-7]\n")
        stack.callback(self.script, "stop", stderr=subprocess.DEVNULL, check=False)
        self.script("start", "--conf-extra", extra, "--fake-nodes", "n1",
                    "--plugin-dir", self.build / "plugin")
        self.await_nodes()

    def script(self, command, *arguments, **options):
        self.run(ROOT / "scripts" / "private-slurm", command, self.slurm, *arguments, **options)

    def await_nodes(self):
        self.slurmctld = int((self.slurm / "slurmctld.pid").read_text())
        say(f"waiting for {self.nodes} nodes")
        wait_until(self.are_up, 600, "slurmctld takes nearly all nodes for up", pause=3)

    def are_up(self):
        shown = self.run("sinfo", "--noheader", "--format=%T %D", stdout=subprocess.PIPE).stdout
        up = sum(int(count) for state, count in map(str.split, shown.splitlines())
                 if state in ("idle", "mixed", "allocated"))
        self.up, before = up, self.up
        # Some pings are lost, and not repeated.
        return up >= 0.9 * self.nodes and up == before

    def defer_jobs(self):
        """From now on no job starts when it is submitted."""
        conf = self.slurm / "slurm.conf"
        text = conf.read_text().replace("Parameters=default_", "Parameters=defer,default_")
        conf.write_text(text)
        self.script("restart-controller")
        self.await_nodes()

    def write_config(self):
        now = int(time.time())
        config = {
            "paths": {"snapshot": str(self.folder / "snapshot"),
                      "log": str(self.folder / "log" / "placements.jsonl")},
            "zones": {}, "sites": {}, "pools": {},
            "policies": [{"name": "place", "match": {"job_name": ["place-*"]}, "mode": "enforce",
                          "max_delay": "24h", "message": "none"},
                         {"name": "rest", "mode": "off"}],
        }
        for site in range(SITES):
            rows = []
            for step in range(-4, 14 * 96):
                day = math.sin(2 * math.pi * (step / 96 + site / SITES))
                at = datetime.datetime.fromtimestamp(now + 900 * step, datetime.timezone.utc)
                rows.append(f"{at:%FT%TZ},{(100 + 20 * site) * (1 + 0.3 * day):.1f}\n")
            csv = self.folder / f"s{site}.csv"
            csv.write_text("time,value\n" + "".join(rows))
            config["zones"][f"z{site}"] = {
                "kind": "average-lifecycle", "forecast": [{"file": str(csv), "format": "csv"}]}
            config["sites"][f"s{site}"] = {"zone": f"z{site}", "pue": 1.2}
        for i in range(PARTITIONS):
            config["pools"][f"p{i:02}"] = {
                "site": f"s{i % SITES}", "partition": f"p{i:02}", "hardware": "h100-sxm"}
        self.config = self.folder / "carbon.json"
        self.config.write_text(json.dumps(config))

    def start_scarbond(self):
        """Waits until the plugin decides on its publish."""
        started_at = int(time.time())
        self.daemon = subprocess.Popen(
            [self.build / "bin" / "scarbond", "--config", self.config, "--verbose"],
            env=self.environment, stdin=subprocess.DEVNULL,
            stderr=open(self.folder / "scarbond.log", "a"),
        )

        def is_in_use():
            snapshot = self.status().get("snapshot")
            return snapshot and self.part(snapshot["capacity"]).get("taken_at", 0) >= started_at

        wait_until(is_in_use, 120, "the plugin has what scarbond publishes")

    def stop_scarbond(self):
        if self.daemon is None:
            return
        self.daemon.terminate()
        self.daemon.wait()
        self.daemon = None

    def status(self):
        try:
            return json.loads((self.folder / "log" / "plugin-status.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}

    def part(self, name):
        """The first fields of a capacity part, which precede its lists."""
        try:
            with open(self.folder / "snapshot" / f"capacity-{name}.json", encoding="utf-8") as file:
                head = file.read(400)
        except FileNotFoundError:
            return {}
        return {key: int(value) for key, value in re.findall(r'"(\w+_at)":(\d+)', head)}

    def queue(self, command, count):
        done = self.run(self.build / "bench" / "large_queue", command, count, self.next_job,
                        stdout=subprocess.PIPE)
        accepted, seconds = done.stdout.split()
        self.next_job += max(int(accepted), count)
        return int(accepted), float(seconds)

    def submit_for(self, seconds):
        """Returns how many were accepted, in how many seconds, and the processor seconds of slurmctld."""
        before, _ = processor_seconds(self.slurmctld)
        client = subprocess.Popen(
            [self.build / "bench" / "large_queue", "submit", str(seconds), str(self.next_job)],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        accepted, took = client.stdout.readline().split()
        spent = processor_seconds(self.slurmctld)[0] - before
        # It cancels them now.
        if client.wait() != 0:
            sys.exit("scale: large_queue submit failed")
        self.next_job += int(accepted)
        return int(accepted), float(took), spent

    def fill(self, jobs):
        ran, _ = self.queue("run", int(jobs * RUNNING))
        say(f"{ran} jobs run")
        self.defer_jobs()
        self.start_scarbond()
        wait_until(lambda: self.status().get("error", "") is None, 60, "the plugin decides")
        self.queue("place", int(jobs * PLACED))
        self.stop_scarbond()
        left = jobs - ran - int(jobs * PLACED)
        while left > 0:
            accepted, seconds = self.queue("wait", min(10000, left))
            left -= accepted
            say(f"{jobs - left} jobs in the queue, {accepted / seconds:.0f}/s")
        return ran


def look_once(cluster, count):
    """Processor seconds and peak MiB of one scarbond that looks and publishes once."""
    seconds, peak = [], []
    for _ in range(count):
        process = subprocess.Popen(
            [cluster.build / "bin" / "scarbond", "--once", "--config", cluster.config],
            env=cluster.environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        if status != 0:
            sys.exit(f"scale: scarbond --once: exit status {status}")
        seconds.append(usage.ru_utime + usage.ru_stime)
        peak.append(usage.ru_maxrss / 1024)
    return seconds, peak


def watch_idle(cluster, seconds):
    """With scarbond up and nothing submitted: processor shares, ages and intervals."""
    plugin = "carbon"
    total, threads = processor_seconds(cluster.slurmctld)
    scarbond, _ = processor_seconds(cluster.daemon.pid)
    begin = time.monotonic()
    ages, watched = [], []
    while time.monotonic() < begin + seconds:
        snapshot = cluster.status().get("snapshot")
        if snapshot:
            part = cluster.part(snapshot["capacity"])
            if part:
                ages.append(time.time() - part["taken_at"])
                if part.get("watched_at") and part["watched_at"] not in watched:
                    watched.append(part["watched_at"])
        time.sleep(0.2)
    passed = time.monotonic() - begin
    total_after, threads_after = processor_seconds(cluster.slurmctld)
    scarbond_after, _ = processor_seconds(cluster.daemon.pid)
    return {
        "slurmctld_share": (total_after - total) / passed,
        "plugin_share": (threads_after.get(plugin, 0) - threads.get(plugin, 0)) / passed,
        "scarbond_share": (scarbond_after - scarbond) / passed,
        "looks": len(watched),
        "oldest_capacity_s": max(ages, default=None),
        "longest_between_looks_s": max(
            (b - a for a, b in zip(watched, watched[1:])), default=None),
        "scarbond_peak_mib": memory_mib(cluster.daemon.pid, "VmHWM"),
        "scarbond_resident_mib": memory_mib(cluster.daemon.pid, "VmRSS"),
    }


def submit_by_turns(cluster, rounds, seconds):
    """Jobs per second with scarbond and without, in pairs whose order alternates, and the processor
    milliseconds that slurmctld spends on each, what it does for scarbond included."""
    rates = {"with": [], "without": [], "processor_ms": {"with": [], "without": []}}

    def window(name):
        if name == "with":
            cluster.start_scarbond()
        accepted, took, spent = cluster.submit_for(seconds)
        cluster.stop_scarbond()
        rates[name].append(accepted / took)
        rates["processor_ms"][name].append(1000 * spent / accepted)
        say(f"{name} scarbond: {accepted / took:.0f} jobs/s, {1000 * spent / accepted:.2f} ms of slurmctld")
        time.sleep(5)  # until slurmctld has forgotten the cancelled

    for number in range(rounds):
        for name in ("with", "without")[::1 if number % 2 == 0 else -1]:
            window(name)
    rates["ratio"] = [a / b for a, b in zip(rates["with"], rates["without"])]
    return rates


def measure(cluster, options):
    result = {"nodes": options.nodes, "jobs": options.jobs}
    result["running"] = cluster.fill(options.jobs)
    result["nodes_up"] = cluster.up
    result["slurmctld_mib_before"] = memory_mib(cluster.slurmctld, "VmRSS")
    seconds, peak = look_once(cluster, 5)
    result["look"] = {"processor_s": seconds, "peak_mib": peak}
    reading = cluster.run(cluster.build / "bench" / "snapshot_reading", cluster.folder / "snapshot",
                          9, stdout=subprocess.PIPE)
    result["reading"] = json.loads(reading.stdout)
    quiet, _ = processor_seconds(cluster.slurmctld)
    time.sleep(options.idle)
    result["slurmctld_share_alone"] = (
        processor_seconds(cluster.slurmctld)[0] - quiet) / options.idle
    cluster.start_scarbond()
    result["idle"] = watch_idle(cluster, options.idle)
    cluster.stop_scarbond()
    result["slurmctld_mib"] = memory_mib(cluster.slurmctld, "VmRSS")
    if options.rounds > 0:
        result["submission"] = submit_by_turns(cluster, options.rounds, options.window)
    return result


def print_markdown(result):
    look, reading, idle = result["look"], result["reading"], result["idle"]
    mib = 1024 * 1024
    rows = [
        ("look and publish, processor s", f"{statistics.median(look['processor_s']):.2f}"),
        ("look and publish, peak MiB", f"{max(look['peak_mib']):.0f}"),
        ("scarbond that stays, peak MiB (resident)",
         f"{idle['scarbond_peak_mib']:.0f} ({idle['scarbond_resident_mib']:.0f})"),
        ("capacity part, KiB (uses)", f"{reading['part_bytes'] / 1024:.0f} ({reading['uses']})"),
        ("plugin reads a part, processor ms", f"{statistics.median(reading['processor_ms']):.1f}"),
        ("plugin holds for it, MiB (most while it reads)",
         f"{reading['held_bytes'] / mib:.1f} ({reading['most_bytes'] / mib:.1f})"),
        ("plugin's threads, share of a core", f"{100 * idle['plugin_share']:.2f}%"),
        ("slurmctld, share of a core (without scarbond)",
         f"{100 * idle['slurmctld_share']:.1f}% ({100 * result['slurmctld_share_alone']:.1f}%)"),
        ("scarbond, share of a core", f"{100 * idle['scarbond_share']:.1f}%"),
        ("slurmctld, MiB (before scarbond looked)",
         f"{result['slurmctld_mib']:.0f} ({result['slurmctld_mib_before']:.0f})"),
        ("oldest capacity in the plugin, s", f"{idle['oldest_capacity_s']:.0f}"),
        ("longest between two looks at a watched job, s", f"{idle['longest_between_looks_s']}"),
    ]
    if "submission" in result:
        rates = result["submission"]
        rows += [
            (f"submissions/s {name} scarbond", f"{statistics.median(rates[name]):.0f}")
            for name in ("with", "without")
        ] + [("the ratio, median (of the rounds)",
              f"{statistics.median(rates['ratio']):.2f} ({min(rates['ratio']):.2f}-"
              f"{max(rates['ratio']):.2f})"),
             ("slurmctld's processor ms a submission, with (without)",
              f"{statistics.median(rates['processor_ms']['with']):.2f} "
              f"({statistics.median(rates['processor_ms']['without']):.2f})")]
    print(f"{result['nodes']} nodes, {result['nodes_up']} of them up; {result['jobs']} jobs, of them {result['running']} run.\n")
    print("| figure | value |\n|:--|--:|")
    for name, value in rows:
        print(f"| {name} | {value} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--jobs", type=int, default=100000)
    parser.add_argument("--nodes", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=4, help="pairs of windows of submissions")
    parser.add_argument("--window", type=int, default=75, help="seconds of each")
    parser.add_argument("--idle", type=int, default=90, help="seconds without submissions")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", default="/dev/shm", help="where the Slurm keeps its state")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("scale: needs root, to submit in the name of many users")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("scale: told to stop"))  # and stops all
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="carbon-scale-", dir=options.folder))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)  # everyone must be able to reach munged's socket
        cluster = Cluster(folder, pathlib.Path(os.environ["CARBON_BUILD"]), options.nodes)
        cluster.start(stack)
        stack.callback(cluster.stop_scarbond)
        cluster.write_config()
        result = measure(cluster, options)
    if options.json:
        json.dump(result, sys.stdout, indent=2)
        print()
    else:
        print_markdown(result)


if __name__ == "__main__":
    main()
