"""scarbon takes the energy of jobs from a real Prometheus, with series as CEEMS records them. Skipped
without Prometheus."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests"))
import prometheus_server  # pylint: disable=wrong-import-position

SCARBON = os.environ["CARBON_SCARBON"]
END = int(time.time()) // 3600 * 3600 - 24 * 3600
START = END - 2 * 3600  # of all jobs
STEP = 30
QUERY = ("avg_over_time((sum(uuid:ceems_host_power_watts:pue{uuid='$job_id'})"
         " + (sum(uuid:ceems_gpu_power_watts:pue{uuid='$job_id'}) or vector(0)))[$range:30s])"
         " * $seconds")
CONFIG = {
    "zones": {"NO": {"kind": "average-lifecycle", "forecast": [{"static": 30}]}},
    "sites": {"oslo": {"zone": "NO", "pue": 1.25}},
    "hardware": {"even": {
        "unit": "device",
        "busy_watts": {"value": 1000, "quality": "measured", "source": "test"},
        "idle_watts": {"value": 300, "quality": "measured", "source": "test"}}},
    "pools": {"oslo": {"site": "oslo", "partition": "oslo", "hardware": "even"}},
    "policies": [{"name": "all"}],
}
# By job number: the watts of each node, PUE included, and whether it is of two nodes.
# The profile's eight devices draw 2.4 kW at least and about 10.6 kW at most, before PUE.
METERED = {
    17: {"host": [2000, 2000], "gpu": [2000, 3000]},  # 9 kW: 7.2 kW before PUE
    18: {"host": [3000, 3000], "gpu": []},  # 4.8 kW before PUE
    19: {"host": [100], "gpu": []},
    20: {"host": [90000], "gpu": []},
    23: {"host": [4000, 4000], "gpu": []},  # the task 22_1
}


def openmetrics():
    lines = []
    for kind in ("host", "gpu"):
        name = f"uuid:ceems_{kind}_power_watts:pue"
        lines.append(f"# TYPE {name} gauge")
        for job, watts in METERED.items():
            for node, value in enumerate(watts[kind]):
                labels = f'{{uuid="{job}",instance="n{node}:9010",job="ceems"}}'
                lines += [f"{name}{labels} {value} {at}" for at in range(START, END + 1, STEP)]
    return "\n".join(lines) + "\n# EOF\n"


@unittest.skipUnless(prometheus_server.is_installed(), prometheus_server.WHY_SKIPPED)
class PrometheusTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="carbon-meter-")
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        server = prometheus_server.PrometheusServer(openmetrics())
        cls.addClassCleanup(server.stop)
        cls.url = server.url
        for name, script in {"sacct": cls.sacct(), "scontrol": cls.scontrol()}.items():
            (cls.folder / name).write_text("#!/bin/sh\n" + script)
            (cls.folder / name).chmod(0o755)

    @staticmethod
    def sacct():
        """What sacct prints of six jobs of eight devices, each with its nodes alone."""
        rows = []
        for task, own in (("17", 17), ("18", 18), ("19", 19), ("20", 20), ("21", 21),
                          ("22_1", 23)):
            rows.append(f"{task}|1000|{START}|{START}|{END - START}|oslo|COMPLETED|n[0-1]|2|"
                        f"cpu=64,gres/gpu=8,node=2|0|{own}")
        print_all = "cat <<END\n" + "\n".join(rows) + "\nEND\n"
        return f"case \"$*\" in *JobIDRaw*) {print_all};; esac\n"

    @staticmethod
    def scontrol():
        return ("case \"$*\" in\n'show config') echo 'AcctGatherEnergyType    = (null)'\n"
                "echo 'SLURM_VERSION           = 24.11.5';;\n"
                "*partitions) echo 'PartitionName=oslo OverSubscribe=EXCLUSIVE';;\nesac\n")

    def write_log(self):
        """A decision for each of the first four jobs, in the form of a synthetic one."""
        lines = subprocess.run([ROOT / "scripts" / "synthetic-log", "--jobs", "40"], check=True,
                               capture_output=True, text=True).stdout.splitlines()
        records = [json.loads(line) for line in lines]
        decision = next(one for one in records
                        if one.get("outcome") == "placed" and one.get("mode") == "enforce")
        booking = next(one for one in records
                       if one["type"] == "booking" and one["decision"] == decision["id"])
        made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START))
        decision["job"]["user_id"] = 1000
        for plan in (decision["home"], decision["chosen"]):
            plan["runs"][0].update(pool="oslo", site="oslo", zone="NO", partition="oslo",
                                   hardware="even", start=made, runtime_s=END - START, units=8,
                                   energy_kwh=20)
        with open(self.folder / "placements.jsonl", "w", encoding="ascii") as log:
            for number, job_id in enumerate((17, 18, 19, 20)):
                for record, sequence in ((decision, 2 * number + 1), (booking, 2 * number + 2)):
                    record.update(seq=sequence, id=f"{record['boot']}-{sequence}", time=made)
                booking.update(decision=decision["id"], job_id=job_id)
                log.write(json.dumps(decision) + "\n" + json.dumps(booking) + "\n")

    def outcomes(self, **meter):
        """What scarbon log --outcome says of the logged jobs, by job."""
        self.write_log()
        done = self.scarbon(("log", "--outcome", "--json"), meter)
        return {one["job_id"]: one["actual"] for one in json.loads(done.stdout)}, done.stderr

    def statement(self, *jobs, **meter):
        """What scarbon states of the jobs, and what it complains of."""
        (self.folder / "placements.jsonl").write_text("")
        done = self.scarbon(("statement", *map(str, jobs), "--format", "json"), meter)
        return json.loads(done.stdout), done.stderr

    def scarbon(self, command, meter):
        config = dict(CONFIG)
        config["paths"] = {"log": str(self.folder / "placements.jsonl"),
                           "snapshot": str(self.folder / "snapshot")}
        config["meter"] = {"prometheus": {"url": self.url, "query": QUERY, "unit": "J",
                                          "includes_pue": True, **meter}}
        path = self.folder / "carbon.json"
        path.write_text(json.dumps(config))
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", "TZ": "UTC"}
        done = subprocess.run([SCARBON, *command, "--config", path], capture_output=True, text=True,
                              env=environment, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def energy(self, run):
        """kWh of the computers, and whether a meter measured it."""
        return round(run["it_kwh"], 6), run["method"] == "meter"

    def test_the_query_is_the_one_of_the_manual(self):
        manual = (ROOT / "docs" / "carbon.json.5.scd").read_text()
        self.assertIn(json.dumps(QUERY), manual)

    def test_energy_is_that_of_the_meter_without_pue(self):
        stated, complaints = self.statement(17, 18, "22_1")
        self.assertNotIn("meter:", complaints)
        by_task = {run["job"]: run for run in stated["runs"]}
        self.assertEqual(self.energy(by_task["17"]), (14.4, True))
        self.assertEqual(self.energy(by_task["18"]), (9.6, True))
        # Its series have the task's own number.
        self.assertEqual(self.energy(by_task["22_1"]), (12.8, True))
        self.assertIn(self.url, json.dumps(stated["energy"]))
        self.assertIn("ceems_host_power_watts", json.dumps(stated["energy"]))

    def test_outcomes_say_where_energy_is_from_or_why_it_is_modelled(self):
        came, _ = self.outcomes()
        measured = came[17]
        self.assertEqual((measured["energy"]["method"], measured["energy"]["by"]),
                         ("measured", "prometheus"))
        self.assertAlmostEqual(measured["energy"]["it_kwh"]["mean"], 14.4)
        self.assertAlmostEqual(measured["energy"]["meter_kwh"]["mean"], 18)
        self.assertEqual(measured["measured"]["meter"], "prometheus")
        why = {job: one["measured"]["not_believed"] for job, one in came.items()}
        self.assertEqual(why, {17: None, 18: None, 19: "below-idle", 20: "above-maximum"})
        came, complaints = self.outcomes(url=f"http://127.0.0.1:{prometheus_server.free_port()}")
        for one in came.values():
            self.assertEqual(one["energy"]["method"], "modelled")
            self.assertEqual(one["measured"]["not_believed"], "no-answer")
            self.assertIsNone(one["measured"]["it_kwh"])
        self.assertIn("the energy of 4 runs is modelled instead of measured", complaints)

    def test_what_cannot_be_or_is_missing_is_modelled(self):
        stated, complaints = self.statement(19, 20, 21)
        self.assertNotIn("meter:", complaints)
        for run in stated["runs"]:
            self.assertEqual(self.energy(run), (16, False))
        sources = [method["source"] for method in stated["energy"]["methods"]]
        self.assertEqual(sorted(source.split("; not measured: ")[1] for source in sources),
                         ["it is less than the nodes draw when they are idle",
                          "it is more than the nodes can draw",
                          "the meter has no reading of the job"])

    def test_the_unit_and_pue_are_as_configured(self):
        kwh = QUERY + " / 3.6e6"
        stated, _ = self.statement(17, query=kwh, unit="kWh", includes_pue=False)
        self.assertEqual(self.energy(stated["runs"][0]), (18, True))

    def test_says_what_is_wrong_with_the_query(self):
        for query, text in (("sum(w{uuid=\"$job_id\"}", "parse error"),
                            ("uuid:ceems_host_power_watts:pue{uuid=\"$job_id\"}", "has 2 series"),
                            ("uuid:ceems_host_power_watts:pue{uuid=\"$job_id\"}[$range]",
                             "avg_over_time()")):
            stated, complaints = self.statement(17, query=query)
            self.assertEqual(self.energy(stated["runs"][0]), (16, False))
            self.assertIn(text, complaints)
            self.assertIn("the energy of 1 run is modelled instead of measured", complaints)

    def test_models_what_a_prometheus_that_is_away_has_measured(self):
        stated, complaints = self.statement(17, 18, url=f"http://127.0.0.1:{prometheus_server.free_port()}")
        for run in stated["runs"]:
            self.assertEqual(self.energy(run), (16, False))
        self.assertIn("the energy of 2 runs is modelled instead of measured", complaints)
        self.assertIn("not measured: the meter did not answer", json.dumps(stated["energy"]))

    def test_asks_for_the_newest_if_there_are_too_many(self):
        stated, complaints = self.statement(17, 18, max_queries=1)
        measured = [run for run in stated["runs"] if self.energy(run)[1]]
        self.assertEqual(len(measured), 1)
        self.assertIn("asked for the newest 1 of 2 runs", complaints)


if __name__ == "__main__":
    unittest.main()
