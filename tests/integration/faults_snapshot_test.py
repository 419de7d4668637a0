"""The snapshot swapped in a storm, and publishes whose parts are missing, mixed or enormous."""

import json
import unittest

from faults import FaultTest, Storm
from private_slurm import CLEAN_OSLO, SCARBOND, wait_until

TWO_GIGABYTES = 2 << 30


class SnapshotFaultTest(FaultTest):
    def name_parts(self, **parts):
        """A manifest that names these parts in the place of its own."""
        path = self.snapshot / "manifest.json"
        manifest = json.loads(path.read_text())
        manifest["parts"].update(parts)
        edited = self.snapshot / "edited"
        edited.write_text(json.dumps(manifest))
        edited.chmod(0o644)
        edited.replace(path)

    def assert_refused(self, reason):
        wait_until(
            lambda: any(reason in line for line in self.new_lines()), 8,
            f"slurmctld's log says: {reason}",
        )
        answer, job = self.submit()
        self.assertEqual(answer.stderr, "")
        self.assertEqual(job["Partition"], "frankfurt")
        self.assertNotIn("AdminComment", job)

    def resident_mib(self):
        with open(f"/proc/{self.controller_pid()}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        raise AssertionError("slurmctld has no VmRSS")

    def test_each_part_missing(self):
        for kind, ending in (("config", "json"), ("forecast", "bin"), ("capacity", "json")):
            with self.subTest(kind):
                self.lines_before = self.our_lines()
                good = self.manifest()["parts"][kind]
                self.name_parts(**{kind: "0" * 64})
                self.assert_refused(f"{kind}-{'0' * 64}.{ending}: is missing")
                self.name_parts(**{kind: good})
                self.assert_placed_again()

    def test_parts_of_different_publishes(self):
        of_three = self.manifest()["parts"]
        config = self.write_config(
            {"mode": "enforce"}, {"frankfurt": [(0, 500)], "oslo": [(0, 30)]}
        )
        done = self.run_command(SCARBOND, "--once", "--config", str(config))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.wait_until_in_use()
        of_two = self.manifest()["parts"]
        self.assertNotEqual(of_two["capacity"], of_three["capacity"])
        # The queue of three sites with the configuration of two.
        self.lines_before = self.our_lines()
        self.name_parts(capacity=of_three["capacity"])
        self.assert_passes_unchanged('pool "lyon" is not known')
        self.name_parts(capacity=of_two["capacity"])
        self.assert_placed_again()

    def test_parts_of_two_gigabytes(self):
        before = self.resident_mib()
        for kind, ending in (("config", "json"), ("forecast", "bin"), ("capacity", "json")):
            with self.subTest(kind):
                self.lines_before = self.our_lines()
                good = self.manifest()["parts"][kind]
                part = self.snapshot / f"{kind}-{'f' * 64}.{ending}"
                with open(part, "wb") as file:
                    file.truncate(TWO_GIGABYTES)
                part.chmod(0o644)
                self.name_parts(**{kind: "f" * 64})
                self.assert_refused("the most that is read")
                self.name_parts(**{kind: good})
                self.assert_placed_again()
                part.unlink()
        self.assertLess(self.resident_mib() - before, 50)

    def test_a_manifest_of_two_gigabytes(self):
        path = self.snapshot / "manifest.json"
        good = path.read_bytes()
        with open(path, "r+b") as file:
            file.truncate(TWO_GIGABYTES)
        self.assert_passes_unchanged("the most that is read")
        path.write_bytes(good)
        self.assert_placed_again()

    def test_swapped_in_a_storm(self):
        pid = self.controller_pid()
        before = len(self.records())
        grids = (CLEAN_OSLO, {**CLEAN_OSLO, "oslo": [(0, 800)]})
        with Storm(self, "--clients", 4, "--seconds", 300, "--pause", 20, "--keep") as storm:
            for i in range(6):
                seen = len(storm.acknowledged())
                if i % 3 == 2:
                    self.name_parts(config="0" * 64)
                else:
                    self.publish({"mode": "enforce"}, grids[i % 2])
                wait_until(lambda: len(storm.acknowledged()) > seen + 10, 30, "jobs are acknowledged")
        self.publish({"mode": "enforce"}, CLEAN_OSLO)
        self.assert_decides_again()
        self.assertEqual(self.controller_pid(), pid)
        records, torn = self.whole_and_torn()
        self.assertEqual(torn, 0)
        # Each decision rests on one publish, and each job is as one record says.
        decisions = {f"{r['boot']}-{r['seq']}": r for r in records[before:] if r["type"] == "decision"}
        placed = 0
        for name, job in self.queue().items():
            if "carbon:id=" not in job["admin_comment"]:
                continue
            record = decisions[job["admin_comment"].split("carbon:id=")[1].split(",")[0]]
            self.assertEqual(record["job"]["name"], name)
            if record["outcome"] == "placed":
                self.assertEqual(job["partition"], record["chosen"]["runs"][0]["partition"])
                placed += 1
        self.assertGreater(placed, 0)


if __name__ == "__main__":
    unittest.main()
