#!/usr/bin/env python3
"""Runs two builds of decision_bench alternately and prints how much longer this one's decisions take.

  beside.py OURS THEIRS [--rounds N] [--benchmark_filter=REGEX]

OURS and THEIRS are the programs. A round runs each once, and the next round in the other order, so other
work of the machine affects both. A ratio is OURS / THEIRS within a round. The table has the median of the
rounds, their minimum and their maximum. Exits 1 if a program fails or if they have no measurement in
common.
"""
import argparse
import json
import re
import statistics
import subprocess
import sys

FIGURES = ("p50_us", "p99_processor_us")
ARGUMENTS = ("sites", "step_min", "window_h", "bookings")


def measure(program, regex):
    """{row: {figure: median over the repetitions}} of one run of the program."""
    ran = subprocess.run([program, "--json", f"--benchmark_filter={regex}"], stdout=subprocess.PIPE,
                         check=True, text=True)
    rows = {}
    for run in json.loads(ran.stdout)["benchmarks"]:
        if run["run_type"] != "iteration":
            continue
        row = tuple(int(run[name]) for name in ARGUMENTS)
        for figure in FIGURES:
            rows.setdefault(row, {}).setdefault(figure, []).append(run[figure])
    return {row: {f: statistics.median(v) for f, v in figures.items()} for row, figures in rows.items()}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("ours")
    parser.add_argument("theirs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--benchmark_filter", default="^DecideJobs/")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"--rounds: {options.rounds} is not a number from 1")

    rounds = []
    for i in range(options.rounds):
        order = [options.ours, options.theirs][:: 1 if i % 2 == 0 else -1]
        taken = {program: measure(program, options.benchmark_filter) for program in order}
        rounds.append((taken[options.ours], taken[options.theirs]))
    rows = [row for row in rounds[0][0] if all(row in ours and row in theirs for ours, theirs in rounds)]
    if not rows:
        sys.exit("beside.py: the programs have no row in common")

    print("| " + " | ".join(name.replace("_", " ") for name in ARGUMENTS) +
          " | theirs p50 us | ours p50 us | ratio | of the rounds | p99 processor ratio | of the rounds |")
    print("|" + "--:|" * (len(ARGUMENTS) + 6))
    all_ratios = {figure: [] for figure in FIGURES}
    for row in rows:
        cells = [str(value) for value in row]
        for which in (1, 0):
            cells.append(f"{statistics.median(r[which][row]['p50_us'] for r in rounds):.1f}")
        for figure in FIGURES:
            ratios = [ours[row][figure] / theirs[row][figure] for ours, theirs in rounds]
            all_ratios[figure].append(statistics.median(ratios))
            cells += [f"{all_ratios[figure][-1]:.2f}", f"{min(ratios):.2f}-{max(ratios):.2f}"]
        print("| " + " | ".join(cells) + " |")
    print()
    for figure, ratios in all_ratios.items():
        print(f"{re.sub('_us$', '', figure).replace('_', ' ')} ratio: geometric mean "
              f"{statistics.geometric_mean(ratios):.2f}, at most {max(ratios):.2f}")


if __name__ == "__main__":
    main()
