#!/usr/bin/env python3
"""Draws what each rule saves against how often it harms, from what placement_bench printed.

  draw_tradeoff.py REPORT OUT.svg

One panel for each runtime with the report's least slack: the mean share of the oracle over the share of
the shifted jobs that end worse than at home, a point for each rule. Rules whose names are "FLOOR CONFIDENCE",
such as "0.01 .8", are joined by floor, and the points of the least floor bear their confidence. The table
that is read is "Mean share and harm". Exits 1 where the report has none.
"""
import pathlib
import re
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (after the choice of what draws)


def rows_of(report):
    """[(runtime, slack, rule, share, shifted, worse, harm)], in percent."""
    section = re.search(r"^## Mean share and harm.*?$(.*?)(?=^## |\Z)", report, re.M | re.S)
    if section is None:
        sys.exit("draw_tradeoff.py: the report has no table \"Mean share and harm\"")
    rows = []
    for line in section.group(1).splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 6 or not re.fullmatch(r"\d+/\d+", cells[0]):
            continue
        runtime, slack = map(int, cells[0].split("/"))
        rows.append((runtime, slack, cells[1], *(float(cell) if cell != "-" else 0.0 for cell in cells[2:])))
    if not rows:
        sys.exit("draw_tradeoff.py: the table \"Mean share and harm\" is empty")
    return rows


def main():
    report, out = (pathlib.Path(argument) for argument in sys.argv[1:])
    rows = rows_of(report.read_text(encoding="utf-8"))
    slack = min(row[1] for row in rows)
    runtimes = sorted({row[0] for row in rows})
    # The same bytes for the same figures.
    matplotlib.rcParams["svg.hashsalt"] = "placement"
    matplotlib.rcParams["svg.fonttype"] = "none"
    figure, panels = plt.subplots(1, len(runtimes), figsize=(4 * len(runtimes), 4), layout="constrained",
                                  squeeze=False)
    for panel, runtime in zip(panels[0], runtimes):
        points = {row[2]: (row[5], row[3]) for row in rows if row[:2] == (runtime, slack)}
        floors = {}
        for rule, point in points.items():
            named = re.fullmatch(r"([\d.]+) ([\d.]+)", rule)
            if named:
                floors.setdefault(named.group(1), []).append((float(named.group(2)), point))
            else:
                panel.plot(*point, "o", color="black")
                panel.annotate(rule, point, textcoords="offset points", xytext=(5, -10), fontsize=8)
        for floor, named in sorted(floors.items()):
            named.sort()
            panel.plot(*zip(*(point for _, point in named)), "o-", markersize=4, label=f"floor {floor}")
            # The others' lie close by.
            for confidence, point in named if floor == min(floors) else []:
                panel.annotate(f"{confidence:g}", point, textcoords="offset points", xytext=(4, 4), fontsize=7)
        panel.set_title(f"jobs of {runtime} h, slack {slack} h", fontsize=10)
        panel.set_xlabel("shifted jobs that end worse than at home, %")
        panel.grid(alpha=0.3)
    panels[0][0].set_ylabel("share of what the oracle adds, %")
    if panels[0][0].get_legend_handles_labels()[1]:
        panels[0][0].legend(fontsize=8)
    figure.savefig(out, metadata={"Date": None})


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {pathlib.Path(sys.argv[0]).name} REPORT OUT.svg")
    main()
