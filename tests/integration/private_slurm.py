"""A private Slurm with the built plugin, and a grid of three sites to publish to it.

Every test file starts one (setUpClass) and stops it again. What was built is found through the
environment, as CMakeLists.txt sets it.
"""

import collections
import datetime
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

SCRIPT = os.environ["CARBON_PRIVATE_SLURM"]
PLUGIN_DIR = os.environ["CARBON_PLUGIN_DIR"]
PLUGIN = "job_submit_carbon.so"
SCARBOND = os.environ["CARBON_SCARBOND"]
SCARBOND_FETCH = os.environ.get("CARBON_SCARBOND_FETCH")
SCARBON = os.environ["CARBON_SCARBON"]
# An ordinary user's PATH lacks the folders of daemons.
SLURMCTLD = shutil.which("slurmctld", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")

NODES = """
NodeName=frankfurt[1-2] CPUs=64 RealMemory=100000 Gres=gpu:h100:8
NodeName=oslo[1-2] CPUs=64 RealMemory=100000 Gres=gpu:h100:8
NodeName=lyon1 CPUs=64 RealMemory=100000 Gres=gpu:h100:8
PartitionName=DEFAULT MaxTime=2-0 DefaultTime=10 State=UP
PartitionName=frankfurt Nodes=frankfurt[1-2] Default=YES
PartitionName=oslo Nodes=oslo[1-2]
PartitionName=lyon Nodes=lyon1
"""


# Independent of the tester's umask: scarbond warns of a carbon.json that the group may write.
os.umask(0o022)

# The default partition is the dirtiest; no hour is better than another.
CLEAN_OSLO = {"frankfurt": [(0, 500)], "oslo": [(0, 30)], "lyon": [(0, 60)]}


def seconds_since_epoch(slurm_time):
    return datetime.datetime.fromisoformat(slurm_time).timestamp()


def may_start_at_once(job):
    """Whether no begin time keeps it waiting. slurmctld calls a job eligible when it first considers
    it, which on a busy machine is some seconds after it was submitted."""
    waits = seconds_since_epoch(job["EligibleTime"]) - seconds_since_epoch(job["SubmitTime"])
    return waits < 30


def patience():
    """How many times as long things may take on a machine that has more to do than processors for it."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def wait_until(condition, seconds, what):
    """Polls, because neither slurmctld nor the plugin can be given a clock. `seconds` are those of a
    machine that has nothing else to do."""
    begin = time.monotonic()
    while True:
        value = condition()
        if value:
            return value
        waited = time.monotonic() - begin
        if waited > seconds * patience():
            raise AssertionError(f"not within {waited:.0f} s, {seconds} s on a free machine: {what}")
        time.sleep(0.05)


@functools.cache
def slurm_release():
    """The release of the Slurm under test, (24, 11, 5); 26.05.0-0rc1 is (26, 5, 0)."""
    shown = subprocess.run([SLURMCTLD, "-V"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in re.search(r"(\d+)\.(\d+)\.(\d+)", shown).groups())


def has_ended(pid):
    """Whether anybody has collected it yet or not."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):  # the latter while it is read
        return True
    return stat.rsplit(")", 1)[1].split()[0] == "Z"


class Answer:
    """The output of sbatch."""

    def __init__(self, process):
        self.code = process.returncode
        self.stdout = process.stdout
        self.stderr = process.stderr
        self.job_id = self.stdout.strip() if re.fullmatch(r"\d+\n", self.stdout) else None


class PrivateSlurmTest(unittest.TestCase):
    # Lines for slurm.conf: nodes, partitions and other settings of the test. They override those of
    # private-slurm.
    configuration = NODES
    # job_submit.lua, for a configuration that loads job_submit/lua.
    job_submit_lua = None
    start_options = ()  # options of private-slurm
    scarbond = SCARBOND
    scarbond_as = {}  # who it runs as, where that is somebody else: user, group, extra_groups of Popen

    @classmethod
    def setUpClass(cls):
        # A short path: the name of a Unix socket has at most 107 bytes.
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="carbon-", dir="/tmp"))
        cls.addClassCleanup(subprocess.run, ["rm", "-rf", cls.folder], check=True)
        # munged wants its socket within everyone's reach.
        cls.folder.chmod(0o755)
        cls.slurm = cls.folder / "slurm"
        # A copy, because other users submit too, and those must read all of PluginDir, wherever it was
        # built.
        cls.plugins = cls.folder / "plugins"
        cls.plugins.mkdir()
        cls.plugins.chmod(0o755)
        shutil.copy(pathlib.Path(PLUGIN_DIR) / PLUGIN, cls.plugins)
        (cls.plugins / PLUGIN).chmod(0o755)
        cls.snapshot = cls.folder / "snapshot"
        cls.log = cls.folder / "log" / "placements.jsonl"
        (cls.folder / "nodes.conf").write_text(cls.configuration + cls.extra_conf())
        if cls.job_submit_lua is not None:
            cls.slurm.mkdir()
            (cls.slurm / "job_submit.lua").write_text(cls.job_submit_lua)
        cls.environment = dict(
            os.environ,
            SLURM_CARBON_SNAPSHOT_DIR=str(cls.snapshot),
            SLURM_CONF=str(cls.slurm / "slurm.conf"),
        )
        cls.environment.update(cls.extra_environment())
        for name in list(cls.environment):
            if name.startswith(("SBATCH_", "SLURM_JOB")):
                del cls.environment[name]
        cls.addClassCleanup(cls.private_slurm, "stop")
        cls.private_slurm(
            "start", "--plugin-dir", str(cls.plugins), "--conf-extra", str(cls.folder / "nodes.conf"),
            *cls.start_options,
        )

    @classmethod
    def extra_conf(cls):
        """More lines for slurm.conf."""
        return ""

    @classmethod
    def extra_environment(cls):
        """More variables, for slurmctld too."""
        return {}

    @classmethod
    def private_slurm(cls, command, *arguments):
        subprocess.run(
            [SCRIPT, command, str(cls.slurm), *arguments],
            check=True,
            env=cls.environment,
            stdin=subprocess.DEVNULL,
        )

    def tearDown(self):
        self.run_command("scancel", "--user", str(os.getuid()))
        self.assert_controller_lives()

    # Slurm.

    def run_command(self, *command, **options):
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            timeout=60,
            **options,
        )

    def sbatch(self, *arguments, wrap="true", time_limit="1", gpus="1"):
        """With `gpus` or `time_limit` None, the job says nothing of it but what is in arguments."""
        options = [f"--gpus={gpus}"] if gpus else []
        options += [f"--time={time_limit}"] if time_limit else []
        return Answer(
            self.run_command(
                "sbatch", "--parsable", *options, "--output=/dev/null", *arguments,
                f"--wrap={wrap}",
            )
        )

    def submit(self, *arguments, **options):
        """Submits a job that must be accepted, and returns sbatch's answer and the job."""
        answer = self.sbatch(*arguments, **options)
        self.assertEqual(answer.code, 0, answer.stderr)
        self.assertIsNotNone(answer.job_id, f"standard output is not clean: {answer.stdout!r}")
        return answer, self.job(answer.job_id)

    def jobs(self, *job_id):
        """All jobs that slurmctld knows, or one."""
        shown = self.run_command("scontrol", "--oneliner", "show", "job", *job_id)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        return [
            dict(re.findall(r"(\S+?)=(.*?)(?=\s+\S+?=|$)", line.strip()))
            for line in shown.stdout.splitlines() if line.startswith("JobId=")
        ]

    def job(self, job_id):
        return self.jobs(job_id)[0]

    def update_job(self, job_id, *changes, as_user=()):
        """`scontrol update`, which must succeed. Without associations, Slurm itself answers a
        change of the partition with EAGAIN at random, on 26.05 more often than not; such a change is
        repeated."""
        for _ in range(100):
            done = self.run_command(*as_user, "scontrol", "update", f"job={job_id}", *changes)
            if "Resource temporarily unavailable" not in done.stderr:
                break
            time.sleep(0.1)
        self.assertEqual(done.returncode, 0, f"{changes}: {done.stderr}")

    def wait_for_state(self, job_id, state, seconds):
        return wait_until(
            lambda: (job := self.job(job_id))["JobState"] == state and job,
            seconds,
            f"job {job_id} is {state}",
        )

    def controller_pid(self):
        return int((self.slurm / "slurmctld.pid").read_text())

    def assert_controller_lives(self):
        self.assertIn("is UP", self.run_command("scontrol", "ping").stdout)

    # The snapshot.

    def write_config(self, policy, grids, pools=None, hardware=None, down_after=None):
        """grids: partition -> [(seconds from now, g/kWh), ...]; the last value holds on. pools and
        hardware: what else is to be said of a partition's pool, or pools beside those, and profiles
        beside test-gpu.
        down_after: of the watch; None: as long as it is by default."""
        now = int(time.time())
        config = {
            "paths": {"snapshot": str(self.snapshot), "log": str(self.log)},
            "refresh": {"capacity": "1s"},
            "zones": {},
            "sites": {},
            "pools": {},
            "hardware": {
                "test-gpu": {
                    "unit": "device",
                    "busy_watts": {"value": 1000, "quality": "measured", "source": "made up"},
                },
                **(hardware or {}),
            },
            "policies": [{"name": "test", **policy}],
        }
        if down_after is not None:
            config["watch"] = {"down_after": down_after}
        for partition, steps in grids.items():
            rows = [(now - 3600, steps[0][1])] + [(now + lead, value) for lead, value in steps[1:]]
            # A value holds for a day at most.
            rows += [(rows[-1][0] + day * 24 * 3600, rows[-1][1]) for day in range(1, 8)]
            csv = self.folder / f"{partition}.csv"
            csv.write_text(
                "time,value\n"
                + "".join(
                    f"{datetime.datetime.fromtimestamp(t, datetime.timezone.utc):%FT%TZ},{value}\n"
                    for t, value in rows
                )
            )
            zone = f"zone-{partition}"
            config["zones"][zone] = {
                "kind": "average-lifecycle",
                "forecast": [{"file": str(csv), "format": "csv"}],
            }
            config["sites"][partition] = {"zone": zone, "pue": 1.1}
            config["pools"][partition] = {
                "site": partition,
                "partition": partition,
                "hardware": "test-gpu",
                **(pools or {}).get(partition, {}),
            }
        for name, pool in (pools or {}).items():
            if "partition" in pool:
                config["pools"].setdefault(name, {"hardware": "test-gpu", **pool})
        path = self.folder / "carbon.json"
        path.write_text(json.dumps(config, indent=2))
        return path

    def publish(self, policy, grids, **details):
        """Publishes, and waits until the plugin decides on it."""
        self.write_config(policy, grids, **details)
        self.look_again()

    def look_again(self):
        """Publishes what was configured last, until the plugin takes the look at the queue for newer
        than its slurmctld's taking charge: both are known to the second."""
        while True:
            done = self.run_command(
                SCARBOND, "--once", "--config", str(self.folder / "carbon.json")
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            self.wait_until_in_use()
            if "took charge" not in (self.plugin_status()["error"] or ""):
                return

    def watch(self, policy, grids, **details):
        """Publishes from a scarbond that stays and watches over delayed jobs until the test ends.
        Returns its process."""
        started = time.time()
        daemon = self.start_scarbond(self.write_config(policy, grids, **details))

        def is_watched():
            status = self.plugin_status()
            if not status or status["pid"] != self.controller_pid() or status["error"]:
                return False
            try:
                watched_at = self.capacity(status["snapshot"]["capacity"])["watched_at"]
            except FileNotFoundError:
                return False  # the plugin has not yet seen that its part is gone
            return watched_at and watched_at > started

        wait_until(is_watched, 20, "the plugin sees the watch alive")
        return daemon

    def start_scarbond(self, config):
        with open(self.folder / "scarbond.log", "a") as log:
            daemon = subprocess.Popen(
                [self.scarbond, "--config", str(config)], env=self.environment,
                stdin=subprocess.DEVNULL, stderr=log, **self.scarbond_as,
            )
        self.addCleanup(daemon.wait, 30)
        self.addCleanup(daemon.terminate)
        return daemon

    def publish_clean_oslo(self, **policy):
        self.publish({"mode": "enforce", **policy}, CLEAN_OSLO)
        self.count = len(self.records())

    def queued_uses(self, job_id):
        """Returns the uses of a job in the capacity after a new look at the queue."""
        self.look_again()
        return self.uses_in_snapshot(job_id)

    def uses_in_snapshot(self, job_id):
        """The uses that are not empty: a held or ended job of ours is shown with a use of nothing."""
        uses = self.capacity(self.manifest()["parts"]["capacity"])["uses"]
        return [use for use in uses if use["job_id"] == int(job_id) and any(use["amount"].values())]

    def manifest(self):
        return json.loads((self.snapshot / "manifest.json").read_text())

    def capacity(self, part):
        """The part, with its uses as objects; an amount has all dimensions."""
        capacity = json.loads((self.snapshot / f"capacity-{part}.json").read_text())
        dimensions = ("nodes", "devices", "cpus", "memory_mib", "full_nodes", "half_nodes",
                      "quarter_nodes", "halves", "quarters", "apart")
        uses = []
        for group, start, end, amount, *job in capacity["uses"]:
            job_id, decision_id = (job + [0, ""])[:2] if len(job) != 1 else (job[0], "")
            uses.append({
                "job_id": job_id, "decision_id": decision_id,
                "group": capacity["groups"][group]["name"], "start": start, "end": end,
                "amount": collections.Counter(dict(zip(dimensions, amount))),
            })
        capacity["uses"] = uses
        return capacity

    def plugin_status(self):
        try:
            return json.loads((self.log.parent / "plugin-status.json").read_text())
        except FileNotFoundError:
            return None

    def wait_until_in_use(self):
        parts = set(re.findall(r"[0-9a-f]{64}", json.dumps(self.manifest())))

        def in_use():
            status = self.plugin_status()
            if not status or status["pid"] != self.controller_pid() or not status["snapshot"]:
                return False
            return parts == set(re.findall(r"[0-9a-f]{64}", json.dumps(status["snapshot"])))

        wait_until(in_use, 10, "the plugin uses the snapshot as published")

    # The placement log.

    def records(self):
        """The records that are whole: the last line may be in the middle of being written."""
        try:
            lines = self.log.read_text().splitlines(keepends=True)
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def why(self, answer):
        """What sbatch printed, and why pools were left out of the last decision: for messages."""
        decisions = [record for record in self.records() if record["type"] == "decision"]
        return f"{answer.stderr}{decisions[-1]['excluded'] if decisions else ''}"

    def last_record(self, count_before):
        """The last decision, of the records behind so many. What names earlier jobs may follow it."""
        return wait_until(
            lambda: ([None] + [record for record in self.records()[count_before:]
                               if record["type"] == "decision"])[-1],
            5,
            "the decision is in the log",
        )

    def controller_log(self):
        return (self.slurm / "slurmctld.log").read_text(errors="replace")
