"""Partitions that the plugin regards as proven admit the job, on a real slurmctld with slurmdbd and
MariaDB.

Slurm is the oracle: for each kind of limit and each shape of job, the job is submitted directly to the
partitions that the plugin regards as proven. Each must accept the job, and the job must run to its end.
"""

import concurrent.futures
import os
import signal
import subprocess
import unittest

from private_slurm import SCARBON, PrivateSlurmTest, slurm_release, wait_until

# Accounts that every Debian has.
GAMES, NEWS, BACKUP = "games", "news", "backup"

QOS = {
    "long": "",
    "over": "Flags=OverPartQOS MaxTRESPerJob=gres/gpu=2",
    "lift": "MaxTRESPerJob=gres/gpu=100 MaxWall=600",
    "gpu2": "MaxTRESPerJob=gres/gpu=2",
    "wall": "MaxWall=30",
    "min2": "MinTRESPerJob=gres/gpu=2",
    "user": "MaxTRESPerUser=gres/gpu=1",
    "group": "GrpTRES=gres/gpu=1",
    "submit": "MaxSubmitJobsPerUser=0",
    "deny": "Flags=DenyOnLimit",
    "node": "MaxTRESPerNode=gres/gpu=2",
    "mins": "MaxTRESMinsPerJob=gres/gpu=5",
    "runmins": "GrpTRESRunMins=cpu=1",
    "cpu4": "MaxTRESPerJob=cpu=4",
    "mem": "MaxTRESPerJob=mem=4000",
}

# The purpose of each partition besides "home", where jobs go by default.
PARTITIONS = {
    "plain": "",
    "account": "AllowAccounts=physics",
    "noaccount": "DenyAccounts=physics",
    "ingroup": "AllowGroups=games",
    "outgroup": "AllowGroups=staff",
    "allowqos": "AllowQos=normal",
    "denyqos": "DenyQos=normal",
    "resv": "ReqResv=YES",
    "rootonly": "RootOnly=YES",
    "hidden": "Hidden=YES",
    "alloc": "AllocNodes=elsewhere",
    "minnodes": "MinNodes=2",
    "maxnodes": "MaxNodes=1",
    "maxtime": "MaxTime=30",
    "maxcpus": "MaxCPUsPerNode=4",
    "maxmem": "MaxMemPerNode=4000",
    "maxmemcpu": "MaxMemPerCPU=1000",
    "defmem": "DefMemPerNode=3000",
    "gpucpus": "DefCpuPerGPU=6",
    "gpumem": "DefMemPerGPU=1000",
    "billing": "TRESBillingWeights=GRES/gpu=1000",
    "exclusive": "OverSubscribe=EXCLUSIVE",
    "tier": "PriorityTier=0",
    "down": "State=DOWN",
    "assoc": "",  # NEWS has an association of its own here, with limits
    "onlyassoc": "",  # BACKUP has one here and at home, and no other
    "onenode": "Nodes=n1",
    "small": "Nodes=small1",
    "threads": "Nodes=threads1",
    "lifted": "QOS=lift",
    **{f"q{name}": f"QOS={name}" for name in QOS if name not in ("long", "over", "lift")},
}
HAS_MAX_CPUS_PER_SOCKET = slurm_release() >= (23, 2)
HAS_EXCLUSIVE_TOPO = slurm_release() >= (24, 5)
# Fixed in 26.05.5; 26.05.4 was not at hand.
TASKS_SET_MAX_NODES = (26, 5, 0) <= slurm_release() < (26, 5, 4)
if HAS_MAX_CPUS_PER_SOCKET:
    PARTITIONS["socket"] = "Nodes=socket1 MaxCPUsPerSocket=4"
if HAS_EXCLUSIVE_TOPO:
    PARTITIONS["topo"] = "ExclusiveTopo=YES"

CONF = """
AccountingStorageEnforce=associations,limits,qos
AccountingStorageTRES=gres/gpu
SelectTypeParameters=CR_Core_Memory
DefMemPerNode=500
NodeName=n[1-4] CPUs=16 RealMemory=16000 Gres=gpu:h100:4
NodeName=socket1 CPUs=16 Sockets=1 CoresPerSocket=16 RealMemory=16000 Gres=gpu:h100:4
NodeName=small1 CPUs=4 RealMemory=2000 Gres=gpu:h100:1
NodeName=threads1 CPUs=16 Sockets=1 CoresPerSocket=8 ThreadsPerCore=2 RealMemory=16000 \
Gres=gpu:h100:4
PartitionName=DEFAULT MaxTime=2-0 DefaultTime=10 State=UP PriorityTier=1 Nodes=n[1-4]
PartitionName=home Default=YES
"""

# By name: who, and what for.
SHAPES = {
    "one": (GAMES, "--gpus=1"),
    "four": (GAMES, "--gpus=4 --nodes=1"),
    "six": (GAMES, "--gpus=6"),
    "nodes": (GAMES, "--nodes=2 --gpus-per-node=2"),
    "manycpus": (GAMES, "--gpus=1 --ntasks=3 --cpus-per-task=9"),
    "range": (GAMES, "--nodes=1-2 --ntasks=2 --gpus=2"),
    "cpus": (GAMES, "--gpus=1 --ntasks=1 --cpus-per-task=7"),
    "tasks": (GAMES, "--gpus=1 --ntasks=6"),
    "mem": (GAMES, "--gpus=1 --mem=5000"),
    "mempercpu": (GAMES, "--gpus=1 --ntasks=3 --mem-per-cpu=1500"),
    "hour": (GAMES, "--gpus=1 --time=60"),
    "untimed": (GAMES, "--gpus=1 --time-min=1"),
    "pernodetasks": (GAMES, "--gpus=1 --ntasks-per-node=5"),
    "pertask": (GAMES, "--ntasks=2 --gpus-per-task=2"),
    "pergpu": (GAMES, "--gpus=4 --cpus-per-gpu=3 --mem-per-gpu=700"),
    "uneven": (GAMES, "--nodes=3 --ntasks=4 --cpus-per-task=3 --gpus-per-node=1 --mem-per-cpu=700"),
    "pernode": (GAMES, "--nodes=2 --ntasks-per-node=4 --gpus-per-node=1 --cpus-per-task=2"),
    "over": (GAMES, "--gpus=2 --qos=over"),
    "whole": (GAMES, "--gpus=1 --exclusive"),
    "array": (GAMES, "--gpus=1 --array=0-2"),
    "qos": (GAMES, "--gpus=1 --qos=long"),
    "biology": (GAMES, "--gpus=2 --account=biology"),
    "biology3": (GAMES, "--gpus=3 --account=biology"),
    "news": (NEWS, "--gpus=1"),
    "news2": (NEWS, "--gpus=2 --time=20"),
    "backup": (BACKUP, "--gpus=1"),
    "liftedhome": (GAMES, "--gpus=3 --account=biology --partition=lifted"),
}

# Slurm lets these wait at home because of a limit that applies everywhere.
HELD_AT_HOME = {"biology3"}

# The cases that must be proven: proving nothing must not pass the test.
MUST_PROVE = {
    "one": "plain account ingroup allowqos maxnodes maxtime maxcpus maxmem assoc onlyassoc small "
    "onenode lifted qgpu2 qwall qnode qcpu4 qmem",
    "four": "plain account maxcpus onenode qmin2",
    "six": "plain qmin2",
    "nodes": "plain qnode",
    "manycpus": "plain",
    "pertask": "plain",
    "pernode": "plain qgpu2 qnode",
    # A limit in its QOS is not looked for in the partition's.
    "over": "plain qgpu2",
    "mem": "plain defmem",
    "hour": "plain",
    "qos": "plain denyqos",
    # Nothing limits what they are billed.
    "biology": "plain noaccount billing threads maxmemcpu qdeny qgpu2",
    "whole": "plain",
    "array": "plain maxnodes",
    "news": "plain assoc",
    "backup": "onlyassoc",
}
# The cases in which Slurm would refuse or hold the job.
MUST_NOT_PROVE = {
    "one": "gpucpus gpumem noaccount outgroup denyqos resv rootonly alloc minnodes down qmin2 qsubmit qrunmins "
    "exclusive defmem tier hidden quser qgroup",
    "four": "small qgpu2 qnode",
    "range": "maxnodes",
    "cpus": "maxcpus small qcpu4",
    "mem": "maxmem small qmem",
    "six": "maxnodes small onenode",
    "manycpus": "maxnodes small onenode maxcpus",
    "uneven": "maxnodes onenode maxcpus maxmem",
    "nodes": "maxnodes onenode",
    "hour": "maxtime qwall",
    "biology": "account",
    "news2": "assoc",
    "backup": "plain account",
    "liftedhome": "plain",
}
if HAS_MAX_CPUS_PER_SOCKET:
    MUST_PROVE["one"] += " socket"
    MUST_NOT_PROVE["cpus"] += " socket"
if HAS_EXCLUSIVE_TOPO:
    MUST_NOT_PROVE["one"] += " topo"
for shape in ("tasks", "pernodetasks"):
    if TASKS_SET_MAX_NODES:
        MUST_NOT_PROVE[shape] = "maxnodes"
    elif slurm_release()[:2] != (26, 5) or slurm_release() >= (26, 5, 5):
        MUST_PROVE[shape] = "maxnodes"


@unittest.skipUnless(os.geteuid() == 0, "only root can submit as several users")
class AdmissionTest(PrivateSlurmTest):
    configuration = CONF
    start_options = ("--accounting",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sacctmgr(
            *(f"add qos {name} {limits}" for name, limits in QOS.items()),
            "add account physics GrpTRES=gres/gpu=1000 GrpTRESMins=billing=99999999",
            "add account biology MaxTRESPerJob=gres/gpu=2",
            f"add user {GAMES} account=physics QOS=normal,long,over DefaultQOS=normal",
            f"add user {GAMES} account=biology",
            f"add user {NEWS} account=physics",
            f"add user {NEWS} account=physics partition=assoc MaxTRESPerJob=gres/gpu=1",
            f"add user {BACKUP} account=physics partition=home",
            f"add user {BACKUP} account=physics partition=onlyassoc",
        )
        # slurmctld does not start with partitions whose QOS is not there yet.
        with open(cls.slurm / "slurm.conf", "a") as conf:
            conf.write("PartitionName=DEFAULT Default=NO\n")
            conf.writelines(f"PartitionName={name} {rule}\n" for name, rule in PARTITIONS.items())
        cls.private_slurm("restart-controller")
        wait_until(
            lambda: "games" in subprocess.run(
                ["scontrol", "show", "assoc_mgr", "users=games"],
                capture_output=True, text=True, env=cls.environment, check=True,
            ).stdout,
            10,
            "slurmctld knows the users",
        )

    @classmethod
    def sacctmgr(cls, *commands):
        # Without a terminal it reads them one by one, and ends with success whatever went wrong.
        done = subprocess.run(
            ["sacctmgr", "--immediate", "--quiet"], input="\n".join(commands) + "\nquit\n",
            capture_output=True, text=True, env=cls.environment, check=True,
        )
        for word in ("error", "Unknown", "Problem", "Nothing"):
            if word in done.stdout + done.stderr:
                raise AssertionError(f"sacctmgr: {done.stdout}{done.stderr}")

    def tearDown(self):
        self.cancel_all()
        super().tearDown()

    def cancel_all(self):
        for user in (GAMES, NEWS, BACKUP):
            self.run_command("scancel", "--user", user)
        wait_until(lambda: not self.queue(), 20, "the queue is empty")

    def queue(self):
        shown = self.run_command("squeue", "--noheader", "--all", "--format=%i|%j|%P|%T|%r")
        return [line.split("|") for line in shown.stdout.splitlines()]

    def sbatch_as(self, user, *arguments):
        return self.run_command(
            "sbatch", "--parsable", "--output=/dev/null", "--chdir=/tmp", "--wrap=true", *arguments,
            user=user, group=user, extra_groups=[],
        )

    def sbatch_shape(self, shape, *more):
        user, options = SHAPES[shape]
        options = options.split()
        if not any(option.startswith("--time") for option in options):
            options.append("--time=1")
        return self.sbatch_as(user, *options, *more)

    def decisions(self):
        """Without the records of what becomes of earlier tests' bookings."""
        return [record for record in self.records() if record["type"] == "decision"]

    def proven(self, partitions):
        """For each shape, the partitions to which the plugin would move it, near home or not."""
        grids = {"home": [(0, 500)], "lifted": [(0, 400)]}
        grids.update({name: [(0, 100)] for name in partitions})
        self.publish({"mode": "shadow"}, grids)
        before = len(self.decisions())
        for shape, (_, options) in SHAPES.items():
            more = [f"--job-name={shape}"]
            if "--partition=" in options:
                more.append("--partition=lifted," + ",".join(partitions))
            self.sbatch_shape(shape, *more)
        records = wait_until(
            lambda: (records := self.decisions()[before:])[len(SHAPES) - 1:] and records,
            10,
            "every shape's decision is in the log",
        )
        self.excluded.update(phrase for record in records for phrase in record["excluded"])
        return {
            record["job"]["name"]: {run["partition"] for plan in record["candidates"]
                                    for run in plan["runs"]}
            for record in records
        }

    def test_what_is_proven_is_admitted_and_runs(self):
        self.excluded = set()
        proven = {shape: set() for shape in SHAPES}
        names = [name for name in PARTITIONS if name != "lifted"]
        # A record names eight candidates at most, of which home and the other home are two.
        for start in range(0, len(names), 6):
            part = names[start:start + 6]
            for shape, partitions in self.proven(part).items():
                proven[shape] |= partitions - {"home"}
        self.cancel_all()

        # Slurm itself, asked directly.
        def ask(case):
            shape, partition = case
            answer = self.sbatch_shape(
                shape, "--comment=carbon:off", f"--job-name={shape}", f"--partition={partition}",
            )
            return case, answer

        cases = [(shape, partition) for shape in SHAPES for partition in sorted(proven[shape])]
        cases += [(shape, "home") for shape in HELD_AT_HOME]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(ask, cases))
        refused = [(case, answer.stderr) for case, answer in answers if answer.returncode != 0]
        self.assertEqual(refused, [], "proven, but refused")
        # If its home does not let it run either, Slurm decides.
        self.waiting = None

        def has_run():
            self.waiting = [job for job in self.queue() if job[1] not in HELD_AT_HOME]
            return not self.waiting

        try:
            wait_until(has_run, 60, "all that is proven has run")
        except AssertionError:
            self.fail(f"proven, but held: {self.waiting}")
        held = {(name, partition) for _, name, partition, _, _ in self.queue()}
        self.assertLessEqual({(shape, "home") for shape in HELD_AT_HOME}, held)

        for shape, partitions in MUST_PROVE.items():
            self.assertEqual(set(partitions.split()) - proven[shape], set(), f"{shape}: unproven")
        for shape, partitions in MUST_NOT_PROVE.items():
            self.assertEqual(set(partitions.split()) & proven[shape], set(), f"{shape}: proven")
        self.assertIn("its partition limits accounts", self.excluded)

    def place(self, user, *arguments):
        """Submits, and returns the partition where the job then ran."""
        answer = self.sbatch_as(user, "--gpus=1", "--time=1", *arguments)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        done = self.wait_for_state(answer.stdout.strip(), "COMPLETED", 20)
        return done["Partition"]

    def publish_enforced(self):
        self.publish(
            {"mode": "enforce"},
            {"home": [(0, 500)], "plain": [(0, 60)], "noaccount": [(0, 30)], "outgroup": [(0, 20)],
             "assoc": [(0, 50)]},
        )

    def test_moves_each_job_to_the_cleanest_partition_that_admits_it(self):
        self.publish_enforced()
        self.assertEqual(self.place(GAMES), "assoc")
        self.assertEqual(self.place(GAMES, "--account=biology"), "noaccount")
        self.assertEqual(self.place(NEWS), "assoc")
        self.assertEqual(self.place(NEWS, "--gpus=2"), "plain")
        self.assertEqual(self.place(BACKUP), "home")
        status = self.run_command(SCARBON, "status", "--config", str(self.folder / "carbon.json"))
        self.assertRegex(status.stdout, r"outgroup .* by group, account\n")

    def moved_away(self, partition, *arguments):
        """To where the job goes that would emit least in `partition`."""
        self.publish({"mode": "enforce"}, {"home": [(0, 500)], "plain": [(0, 60)], partition: [(0, 10)]})
        return self.place(GAMES, *arguments)

    @unittest.skipUnless(HAS_MAX_CPUS_PER_SOCKET, "Slurm has MaxCPUsPerSocket from 23.02 on")
    def test_moves_no_job_to_a_partition_whose_sockets_give_it_too_few_cpus(self):
        too_many = ("--ntasks=1", "--cpus-per-task=7")
        refused = self.sbatch_as(
            GAMES, "--gpus=1", "--comment=carbon:off", "--partition=socket", *too_many,
        )
        self.assertNotEqual(refused.returncode, 0, "Slurm itself takes the job")
        self.assertEqual(self.moved_away("socket", *too_many), "plain")
        self.assertEqual(self.moved_away("socket", "--ntasks=1", "--cpus-per-task=4"), "socket")

    @unittest.skipUnless(TASKS_SET_MAX_NODES, "Slurm 26.05.0 to 26.05.3 hold a job for its number of tasks")
    def test_moves_no_job_to_a_partition_with_fewer_nodes_than_its_tasks(self):
        held = self.sbatch_as(
            GAMES, "--gpus=1", "--comment=carbon:off", "--partition=maxnodes", "--ntasks=6",
        )
        self.assertEqual(held.returncode, 0, held.stderr)
        wait_until(
            lambda: self.job(held.stdout.strip())["Reason"] == "PartitionNodeLimit",
            10,
            "Slurm itself holds the job",
        )
        self.run_command("scancel", held.stdout.strip())
        self.assertEqual(self.moved_away("maxnodes", "--ntasks=6"), "plain")
        self.assertEqual(self.moved_away("maxnodes", "--ntasks=6", "--nodes=1"), "maxnodes")
        self.assertEqual(self.moved_away("maxnodes"), "maxnodes")

    # Last by its name: slurmdbd does not come back.
    def test_without_slurmdbd_goes_by_what_slurmctld_knows(self):
        pid_file = self.slurm / "slurmdbd.pid"
        os.kill(int(pid_file.read_text()), signal.SIGTERM)
        wait_until(lambda: not pid_file.exists(), 10, "slurmdbd has ended")
        self.publish_enforced()
        self.assertEqual(self.place(GAMES), "assoc")
        self.assertEqual(self.place(GAMES, "--account=biology"), "noaccount")
        self.assertEqual(self.place(BACKUP), "home")


if __name__ == "__main__":
    unittest.main()
