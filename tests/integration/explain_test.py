"""scarbon explain makes decisions of a real slurmctld again, to the last bit, with the snapshot's parts,
the bookings and the circumstances that their records name."""

import json
import os
import unittest

from private_slurm import wait_until
from watching import CLEAN_LATER, WatchTest

SCARBON = os.environ["CARBON_SCARBON"]


class ExplainTest(WatchTest):
    def explain(self, what, *options):
        return self.run_command(SCARBON, "explain", str(what), "--file", str(self.log),
                                "--snapshot", str(self.snapshot), *options)

    def test_every_decision_of_a_burst_is_made_again_to_the_last_bit(self):
        self.watch({"mode": "enforce"}, CLEAN_LATER)
        count = len(self.records())
        # All jobs are of one user, without a pause: most decisions rest on bookings that the queue
        # does not show yet.
        job_ids = []
        for comment in ("", "carbon:now", "carbon:wait=10m", "carbon:wiat=3h", "carbon:off", "") * 4:
            answer = self.sbatch(f"--comment={comment}", "--nodes=1-2", wrap="sleep 1")
            job_ids.append(answer.job_id)

        def decisions_made():
            return [r for r in self.records()[count:] if r["type"] == "decision"]

        wait_until(lambda: len(decisions_made()) == len(job_ids), 30, "all decisions are logged")
        decisions = decisions_made()
        self.assertGreater(len({r["ledger"] for r in decisions}), 3)
        for decision in decisions:
            done = self.explain(decision["id"], "--json")
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            self.assertEqual(json.loads(done.stdout)["repeated"],
                             {"result": "same", "fact": "the same to the last bit"},
                             (decision["reason"], decision["ledger"]))
        # By the number that Slurm gave the job, once a look at the queue has named it.
        wait_until(lambda: self.explain(job_ids[0]).returncode == 0, 30, "the log names the job")
        text = self.explain(job_ids[0]).stdout
        self.assertIn(f"({job_ids[0]}) of user", text)
        self.assertIn("chosen", text)
        self.run_command("scancel", *job_ids)

    def test_a_decision_is_made_again_after_its_parts_have_left_the_snapshot(self):
        self.watch({"mode": "enforce"}, CLEAN_LATER)
        count = len(self.records())
        self.sbatch()
        decision = self.last_record(count)
        parts = self.folder / "snapshot-parts"
        names = {kind: f"{kind}-{decision['snapshot'][kind]}.{'bin' if kind == 'forecast' else 'json'}"
                 for kind in ("config", "forecast", "capacity", "admission")}
        wait_until(lambda: all((parts / f"{name}.zst").exists() for name in names.values()), 60,
                   "scarbond archives the parts")
        for kind, name in names.items():
            mode = (parts / f"{name}.zst").stat().st_mode & 0o7777
            self.assertEqual(mode, (self.snapshot / name).stat().st_mode & 0o7777, kind)
        # As after an hour. scarbond writes a part again that it still names, so the next look comes first.
        manifest = self.snapshot / "manifest.json"
        decided_on = decision["snapshot"]["capacity"]
        wait_until(lambda: json.loads(manifest.read_text())["parts"]["capacity"] != decided_on, 60,
                   "another look at the queue is published")
        (self.snapshot / names["capacity"]).unlink()
        done = self.explain(decision["id"], "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        told = json.loads(done.stdout)
        self.assertEqual(told["repeated"]["result"], "same", told["repeated"]["fact"])
        self.assertEqual(told["parts"], {"config": "snapshot", "forecast": "snapshot",
                                         "capacity": "archive", "admission": "snapshot"})
        # Only what a decision names is archived.
        self.assertLess(len(list(parts.glob("capacity-*"))),
                        len(list(self.snapshot.glob("capacity-*"))))

    def test_a_job_that_the_log_does_not_name_is_an_error(self):
        self.watch({"mode": "enforce"}, CLEAN_LATER)
        done = self.explain(999999)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr,
                         "scarbon: job 999999: the log names no decision about it; "
                         "--all reads rotated logs too\n")


if __name__ == "__main__":
    unittest.main()
