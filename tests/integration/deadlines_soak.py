"""Deadlines kept under a random load: the same jobs go to several real Slurms, one or more plain
and one with the plugin in enforce and a scarbond that watches, and the same nodes fail and return in
all.

    deadlines_soak.py [--jobs N] [--rate JOBS_PER_SECOND] [--seed N] [--failures N] [--slack S,S…]
                      [--plain N] [--keep]

The promise: no job misses its deadline with us that plain Slurm would have kept. Broken, it exits 1
and names the jobs. A job whose node failed under it with us, as slurmctld's log says, is told apart:
in the other Slurm it ran on another node, and which node fails is chance. With --plain 2 there are two
plain Slurms, which tells how much else is chance: a job that one of them keeps and the other misses
is not one that plain Slurm would have kept.

Time is compressed as far as Slurm lets it: a time limit is a minute at least, so jobs of a few
seconds hold their nodes for a minute in every plan. What was built is found through the environment,
as tests/integration/CMakeLists.txt sets it, which also runs a short form. Run by scripts/soak.
"""

import argparse
import collections
import contextlib
import datetime
import json
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

SCRIPT = os.environ["CARBON_PRIVATE_SLURM"]
PLUGIN_DIR = os.environ["CARBON_PLUGIN_DIR"]
SCARBOND = os.environ["CARBON_SCARBOND"]

SITES = ("frankfurt", "lyon", "oslo")
NODES_PER_SITE = 4
DEVICES_PER_NODE = 8
MARGIN = 20  # seconds, the policy's
NODES = (
    "".join(
        f"NodeName={site}[1-{NODES_PER_SITE}] CPUs=64 RealMemory=100000"
        f" Gres=gpu:h100:{DEVICES_PER_NODE}\n"
        for site in SITES
    )
    + "PartitionName=DEFAULT MaxTime=2-0 DefaultTime=10 State=UP\n"
    + "".join(
        f"PartitionName={site} Nodes={site}[1-{NODES_PER_SITE}]"
        f"{' Default=YES' if site == SITES[0] else ''}\n"
        for site in SITES
    )
)

Job = collections.namedtuple("Job", "at arguments runtime deadline")
End = collections.namedtuple("End", "state end restarts reason comment")


def say(text):
    print(text, flush=True)


class Cluster:
    """A private Slurm in a folder of its own."""

    def __init__(self, name, folder, plugin):
        self.name = name
        self.folder = folder
        self.slurm = folder / name
        self.environment = {
            k: v for k, v in os.environ.items() if not k.startswith(("SBATCH_", "SLURM_JOB"))
        }
        self.environment["SLURM_CONF"] = str(self.slurm / "slurm.conf")
        self.environment["SLURM_CARBON_SNAPSHOT_DIR"] = str(folder / "snapshot")
        (folder / "nodes.conf").write_text(NODES)
        self.script("start", "--conf-extra", str(folder / "nodes.conf"),
                    *(["--plugin-dir", PLUGIN_DIR] if plugin else []))
        self.ids = {}
        self.ends = {}

    def lost_their_node(self):
        """The jobs that slurmctld requeued because their node failed under them."""
        log = (self.slurm / "slurmctld.log").read_text(errors="replace")
        ids = re.findall(r"requeue job JobId=(\d+) due to failure of node", log)
        return {self.ids[int(i)] for i in ids}

    def script(self, command, *arguments):
        subprocess.run([SCRIPT, command, str(self.slurm), *arguments], check=True,
                       env=self.environment, stdin=subprocess.DEVNULL)

    def run(self, *command):
        return subprocess.run(command, capture_output=True, text=True, env=self.environment,
                              cwd=self.folder, stdin=subprocess.DEVNULL, timeout=120)

    def submit(self, index, job, deadline):
        done = self.run(
            "sbatch", "--parsable", "--output=/dev/null", "--time=1", "--requeue",
            f"--deadline={datetime.datetime.fromtimestamp(deadline):%FT%T}",
            *job.arguments, f"--wrap=sleep {job.runtime}",
        )
        if done.returncode != 0:
            raise SystemExit(f"{self.name}: a job was refused: {done.stderr}")
        self.ids[int(done.stdout)] = index

    def set_node(self, node, state):
        self.run("scontrol", "update", f"NodeName={node}", f"State={state}", "Reason=soak")

    def collect(self):
        """Keeps how jobs ended, before Slurm forgets them. Returns how many have not."""
        shown = self.run("scontrol", "--oneliner", "show", "job").stdout
        for line in shown.splitlines():
            fields = dict(re.findall(r"(\S+?)=(.*?)(?=\s+[A-Z]\S*?=|$)", line))
            index = self.ids.get(int(fields.get("JobId", -1)))
            if index is None or fields["JobState"] in ("PENDING", "RUNNING", "COMPLETING"):
                continue
            self.ends[index] = End(
                fields["JobState"],
                datetime.datetime.fromisoformat(fields["EndTime"]).timestamp(),
                int(fields["Restarts"]), fields["Reason"], fields.get("AdminComment", ""),
            )
        return len(self.ids) - len(self.ends)


def make_jobs(rng, count, rate, slack):
    jobs, at = [], 0.0
    for _ in range(count):
        at += rng.expovariate(rate)
        arguments = [f"--gpus={rng.choice((1, 1, 1, 2, 2, 4, 8))}"]
        earliest = 0
        kind = rng.random()
        if kind < 0.15:
            arguments.append(f"--partition={rng.choice(SITES)}")  # may wait, but not move
        elif kind < 0.25:
            arguments.append("--comment=carbon:off")  # the plan does not know these jobs
        elif kind < 0.30:
            arguments = ["--nodes=1", "--exclusive", f"--gpus={DEVICES_PER_NODE}"]
        elif kind < 0.35:
            # Or the slack could be none, and who keeps the deadline a matter of half a second.
            earliest = 30
            arguments.append(f"--begin=now+{earliest}")
        runtime = rng.randint(2, 25)
        # The limit is a minute.
        jobs.append(Job(at, arguments, runtime, earliest + 60 + rng.choice(slack)))
    return jobs


def write_config(folder, now, seconds):
    """Each site is clean for a minute at a time, in turn; frankfurt never is."""
    config = {
        "paths": {"snapshot": str(folder / "snapshot"), "log": str(folder / "log/placements.jsonl")},
        "refresh": {"capacity": "1s"},
        "zones": {}, "sites": {}, "pools": {},
        "hardware": {"test-gpu": {"unit": "device", "busy_watts": {
            "value": 1000, "quality": "measured", "source": "made up"}}},
        "policies": [{"name": "soak", "mode": "enforce", "margin": f"{MARGIN}s",
                      "max_delay": "10m"}],
    }
    for number, site in enumerate(SITES):
        rows = []
        for minute in range(-60, seconds // 60 + 60):
            clean = number > 0 and minute % 4 == 2 * (number - 1)
            rows.append((now + 60 * minute, 30 + number if clean else 400 + number))
        csv = folder / f"{site}.csv"
        csv.write_text("time,value\n" + "".join(
            f"{datetime.datetime.fromtimestamp(t, datetime.timezone.utc):%FT%TZ},{v}\n"
            for t, v in rows))
        config["zones"][site] = {"kind": "average-lifecycle",
                                 "forecast": [{"file": str(csv), "format": "csv"}]}
        config["sites"][site] = {"zone": site, "pue": 1.1}
        config["pools"][site] = {"site": site, "partition": site, "hardware": "test-gpu"}
    path = folder / "carbon.json"
    path.write_text(json.dumps(config, indent=2))
    return path


def records(folder):
    try:
        return [json.loads(line) for line in
                (folder / "log/placements.jsonl").read_text().splitlines()]
    except FileNotFoundError:
        return []


def run(options, folder):
    rng = random.Random(options.seed)
    jobs = make_jobs(rng, options.jobs, options.rate, options.slack)
    span = jobs[-1].at
    nodes = [f"{site}{n + 1}" for site in SITES for n in range(NODES_PER_SITE)]
    events = []
    for _ in range(options.failures):
        at = rng.uniform(0, span)
        node = rng.choice(nodes)
        events += [(at, node, "DOWN"), (at + rng.uniform(20, 90), node, "RESUME")]
    events.sort()

    clusters = []
    daemon = None
    try:
        for number in range(options.plain):
            clusters.append(Cluster(f"plain-{number + 1}", folder, plugin=False))
        clusters.append(Cluster("carbon", folder, plugin=True))
        config = write_config(folder, int(time.time()) // 60 * 60, int(span) + 1200)
        with open(folder / "scarbond.log", "w") as log:
            daemon = subprocess.Popen([SCARBOND, "--config", str(config)], stderr=log,
                                      env=clusters[-1].environment, stdin=subprocess.DEVNULL)
        status = folder / "log/plugin-status.json"
        until = time.monotonic() + 60
        while not (status.exists() and json.loads(status.read_text())["error"] is None):
            if time.monotonic() > until:
                raise SystemExit(f"the plugin has no snapshot: {status.read_text()}")
            time.sleep(0.2)

        start = time.time()
        deadlines = {}
        collected = 0.0
        for index, job in enumerate(jobs):
            while events and start + events[0][0] <= max(time.time(), start + job.at):
                at, node, state = events.pop(0)
                time.sleep(max(0, start + at - time.time()))
                for cluster in clusters:
                    cluster.set_node(node, state)
            time.sleep(max(0, start + job.at - time.time()))
            deadlines[index] = int(time.time()) + job.deadline
            # Vary the order, so that none is always the first.
            first = index % len(clusters)
            for cluster in clusters[first:] + clusters[:first]:
                cluster.submit(index, job, deadlines[index])
            if time.time() > collected + 60:
                collected = time.time()
                for cluster in clusters:
                    cluster.collect()
        for at, node, state in events:
            time.sleep(max(0, min(90, start + at - time.time())))
            for cluster in clusters:
                cluster.set_node(node, state)
        until = time.time() + 900
        while sum([cluster.collect() for cluster in clusters]) > 0:
            if time.time() > until:
                raise SystemExit("jobs neither end nor miss their deadline")
            time.sleep(2)
        return jobs, deadlines, clusters, records(folder)
    finally:
        if daemon is not None:
            daemon.terminate()
            daemon.wait()
        for cluster in clusters:
            cluster.script("stop")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=1.0, help="jobs a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failures", type=int, default=20, help="nodes that fail and return")
    parser.add_argument("--slack", type=lambda text: [int(s) for s in text.split(",")],
                        default=[15, 45, 90, 180, 300],
                        help="seconds between a job's limit and its deadline: one of these")
    parser.add_argument("--plain", type=int, default=1, help="plain Slurms beside ours")
    parser.add_argument("--keep", action="store_true", help="keep logs, and say where")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))  # and stops what it started
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="carbon-", dir="/tmp"))
        if options.keep:
            say(f"logs are in {folder}")
        else:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        jobs, deadlines, (*plains, carbon), log = run(options, folder)
        lost_node = {cluster.name: cluster.lost_their_node() for cluster in (*plains, carbon)}

    def kept(cluster, index):
        end = cluster.ends[index]
        return end.state == "COMPLETED" and end.end <= deadlines[index]

    def missed(cluster):
        return [i for i in range(len(jobs)) if not kept(cluster, i)]

    ours = [i for i in missed(carbon) if all(kept(plain, i) for plain in plains)]
    by_node = [i for i in ours if i in lost_node[carbon.name]]
    broken = [i for i in ours if i not in by_node]
    decisions = [r for r in log if r["type"] == "decision"]
    returns = [r for r in log if r["type"] == "return"]
    placed = [d for d in decisions if d["outcome"] == "placed"]
    delayed = [d for d in placed if d["chosen"]["runs"][0]["start"] > d["home"]["runs"][0]["start"]]
    say(f"jobs {len(jobs)}, seed {options.seed}, {options.failures} node failures")
    say(f"decisions {len(decisions)}: placed {len(placed)}, of them delayed {len(delayed)}")
    reasons = collections.Counter(r["reason"] for r in returns if r["error"] is None)
    say(f"given back {sum(reasons.values())}: {dict(reasons)}; refused {len(returns) - sum(reasons.values())}")
    for plain in plains:
        alone = [i for i in missed(plain) if kept(carbon, i)]
        say(f"deadlines missed: {plain.name} {len(missed(plain))}, with us {len(missed(carbon))}; by "
            f"{plain.name} alone {len(alone)}, of them "
            f"{len([i for i in alone if i in lost_node[plain.name]])} whose node failed under them")
    if len(plains) > 1:
        chance = [i for i in range(len(jobs)) if len({kept(plain, i) for plain in plains}) > 1]
        say(f"kept by one plain Slurm and missed by another: {len(chance)}; with us missed "
            f"{len([i for i in chance if not kept(carbon, i)])} of those")
    say(f"by us alone {len(ours)}, of them {len(by_node)} whose node failed under them")
    for index in broken:
        say(f"  job {index} {jobs[index]}: plain {plains[0].ends[index]}, with us "
            f"{carbon.ends[index]}, deadline "
            f"{datetime.datetime.fromtimestamp(deadlines[index]):%T}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
