"""As many looks, submissions, fetches, rotations and reconfigures as eight hours bring, five times as
fast: nothing may grow. Run by scripts/soak, which sets CARBON_SOAK_FILE.

A round is 60 looks of scarbond, five minutes' worth; 96 of them are eight hours. Each round samples
memory, open files, disk and latency into CARBON_SOAK_FILE, one JSON object a line. Interrupted, it
goes on behind the last round of that file; remove the file to begin anew. At the end the slope of
each figure is printed with its 95% interval, in its unit per eight hours.
"""

import json
import os
import pathlib
import signal
import statistics
import time
import unittest

from daemon import DaemonTest
from faults import Storm
from private_slurm import wait_until
from slopes import slope

LOOKS = int(os.environ.get("CARBON_LOOKS", "5760"))
LOOKS_A_ROUND = 60
EIGHT_HOURS = 5760 // LOOKS_A_ROUND  # rounds
SUBMISSIONS = 30  # in a round: a job every ten seconds
FETCH = "12s"  # once a minute, five times as fast
ROUNDS_A_ROTATION, ROUNDS_A_RECONFIGURE = 4, 4
SEED = int(os.environ.get("CARBON_SEED", "1"))
FILE = pathlib.Path(os.environ.get("CARBON_SOAK_FILE", "/tmp/carbon-day-soak.jsonl"))
WARM_UP = 3  # rounds at the start of a sitting in which what is kept is filled

# By figure: the unit, and the growth in eight hours beyond which a promise is broken if even the lower
# end of the interval shows it; None: it grows by design, and is only printed.
FIGURES = {
    "scarbond_mib": ("MiB", 16),
    "slurmctld_mib": ("MiB", 24),
    "scarbond_files": ("files", 1),
    "slurmctld_files": ("files", 1),
    "submission_ms": ("ms", 5),
    "look_ms": ("ms", 20),
    "log_kib": ("KiB", None),  # rotated, so a saw
    "archive_kib": ("KiB", None),
    "snapshot_kib": ("KiB", None),  # for an hour, or up to its bound
}
SNAPSHOT_KIB = (64 << 10) + (8 << 10)  # the old parts that are kept, and those in use


def kib(path):
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    total = 0
    for file in files:
        try:
            total += file.stat().st_size
        except FileNotFoundError:
            pass  # a part that was removed just now
    return total / 1024


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        (line,) = [line for line in status if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class DaySoak(DaemonTest):
    @classmethod
    def extra_conf(cls):
        # Jobs that are over are forgotten as soon as may be.
        return "MinJobAge=2\nMaxJobCount=200000\n"

    def earlier_rounds(self):
        """A torn last line is of a round that has to be repeated."""
        rounds = []
        for line in FILE.read_text().splitlines() if FILE.exists() else []:
            try:
                rounds.append(json.loads(line))
            except ValueError:
                break
        FILE.write_text("".join(json.dumps(one) + "\n" for one in rounds))
        return rounds

    def forgotten(self):
        return "No jobs in the system" in self.run_command("scontrol", "show", "job").stdout

    def looks(self):
        """How many this sitting's scarbond has published, and how long slurmctld took for the last."""
        lines = [line for line in self.lines() if " published: " in line]
        return len(lines), lines[-1].rsplit(" ", 1)[1] if lines else ""

    def round(self, number, daemon):
        before, _ = self.looks()
        begun = time.monotonic()
        with Storm(self, "--clients", 1, "--jobs", SUBMISSIONS,
                   "--seed", SEED * 1000 + number) as storm:
            storm.wait(300)
            took = [1000 * job["seconds"] for job in storm.acknowledged()]
        if number % ROUNDS_A_ROTATION == 0:
            rotated = self.log.with_suffix(".1")
            os.replace(self.log, rotated)
            self.sbatch()
            wait_until(self.log.exists, 20, "the plugin opens the log anew")
            rotated.unlink()
        if number % ROUNDS_A_RECONFIGURE == 0:
            self.run_command("scontrol", "reconfigure")
        daemon.send_signal(signal.SIGHUP)
        wait_until(lambda: self.looks()[0] - before >= LOOKS_A_ROUND, 600, "a round of looks")
        self.run_command("scancel", "--user", str(os.getuid()))
        wait_until(self.forgotten, 120, "slurmctld has forgotten the jobs")
        return {
            "round": number,
            "seconds": round(time.monotonic() - begun, 1),
            "asked": sum(self.provider.asked.values()),
            "scarbond_mib": resident_mib(daemon.pid),
            "slurmctld_mib": resident_mib(self.controller_pid()),
            "scarbond_files": open_files(daemon.pid),
            "slurmctld_files": open_files(self.controller_pid()),
            "submission_ms": statistics.median(took),
            "look_ms": milliseconds(self.looks()[1]),
            "log_kib": kib(self.log.parent),
            "archive_kib": sum(kib(p) for p in self.folder.glob("archive.sqlite*")),
            "snapshot_kib": kib(self.snapshot),
        }

    def test_nothing_grows_in_eight_hours(self):
        rounds = self.earlier_rounds()
        sitting = 1 + max((one["sitting"] for one in rounds), default=0)
        config = self.configure(
            {"NO": {"kind": "average-lifecycle", "forecast": [self.source("NO")]}}, forecast=FETCH,
            paths={"archive": str(self.folder / "archive.sqlite")})
        daemon = self.start(config, "--verbose")
        wait_until(lambda: self.log.exists() and self.plugin_status(), 60, "the plugin is at work")
        total = LOOKS // LOOKS_A_ROUND
        if rounds:
            print(f"\ngoes on behind round {len(rounds)} of {total}", flush=True)
        for number in range(len(rounds), total):
            one = {"sitting": sitting, **self.round(number, daemon)}
            with open(FILE, "a", encoding="ascii") as file:
                file.write(json.dumps(one) + "\n")
            rounds.append(one)
            print(" ".join(f"{key}={value:.6g}" for key, value in one.items()), flush=True)
            self.assertLess(one["snapshot_kib"], SNAPSHOT_KIB)
            self.assertGreater(one["asked"], 0)
        self.assertEqual(print_slopes(rounds), [])


def milliseconds(duration):
    """Converts Abseil's text, "12ms" or "1.25s"."""
    if duration.endswith("ms"):
        return float(duration[:-2])
    return 1000 * float(duration[:-1]) if duration.endswith("s") else 0.0


def print_slopes(rounds):
    """Returns the figures that grow by more than they may."""
    first = {}
    for one in rounds:
        first.setdefault(one["sitting"], one["round"])
    warm = [one for one in rounds if one["round"] - first[one["sitting"]] >= WARM_UP]
    print(f"\n{len(rounds)} rounds of {LOOKS_A_ROUND} looks in {len(first)} sittings; growth in eight"
          f" hours, 95% interval, without the first {WARM_UP} rounds of each sitting")
    grown = []
    for figure, (unit, most) in FIGURES.items():
        found = slope([(one["sitting"], one["round"], one[figure]) for one in warm])
        growth, margin = found.value * EIGHT_HOURS, found.margin * EIGHT_HOURS
        mean = statistics.mean([one[figure] for one in warm]) if warm else 0
        print(f"{figure:>16}: mean {mean:10.2f} {unit}, {growth:+9.2f} ({growth - margin:+.2f} to"
              f" {growth + margin:+.2f})" + ("" if most is None else f", at most {most}"), flush=True)
        if most is not None and growth - margin > most:
            grown.append(figure)
    return grown


if __name__ == "__main__":
    unittest.main()
