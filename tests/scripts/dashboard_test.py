"""docs/grafana-dashboard.json asks for metrics that scarbond writes, by labels that they have, and leaves none
out. What scarbond writes is what scarbond(8), METRICS, says, which is checked against its source."""

import json
import os
import pathlib
import re
import unittest

ROOT = pathlib.Path(os.environ["CARBON_ROOT"])
# Of every scraped series: Prometheus adds it.
ADDED_LABELS = {"instance"}


def documented_metrics():
    """By metric, its labels: of *slurm_carbon_findings*{severity,code}."""
    text = (ROOT / "docs" / "scarbond.8.scd").read_text()
    text = text[text.index("# METRICS"):]
    text = text[:text.index("# SYSTEMD")]
    found = re.findall(r"\*(slurm_carbon_\w+)\*(?:\{([\w,]+)\})?", text)
    return {name: set(filter(None, labels.split(","))) for name, labels in found}


def expressions():
    board = json.loads((ROOT / "docs" / "grafana-dashboard.json").read_text())
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"], target["legendFormat"]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]["query"], ""


class DashboardTest(unittest.TestCase):
    def test_the_manual_names_what_the_source_writes(self):
        source = (ROOT / "scarbond" / "metrics.cc").read_text()
        written = re.findall(r'Family(?: \w+)?\(\s*"(\w+)",\s*MetricType', source)
        self.assertEqual(sorted("slurm_carbon_" + name for name in written),
                         sorted(documented_metrics()))

    def test_every_metric_is_shown_by_labels_that_it_has(self):
        metrics = documented_metrics()
        shown = set()
        for title, expression, legend in expressions():
            names = re.findall(r"slurm_carbon_\w+", expression)
            self.assertEqual(len(names), 1, title)
            self.assertIn(names[0], metrics, title)
            shown.add(names[0])
            labels = re.findall(r"(\w+)=~", expression) + re.findall(r"\{\{(\w+)\}\}", legend)
            for by in re.findall(r"by \(([^)]*)\)", expression):
                labels += by.split(", ")
            labels += re.findall(r"label_values\(\w+, (\w+)\)", expression)
            self.assertLessEqual(set(labels), metrics[names[0]] | ADDED_LABELS, title)
        self.assertEqual(shown, set(metrics))

    def test_panels_do_not_overlap_and_have_a_description(self):
        board = json.loads((ROOT / "docs" / "grafana-dashboard.json").read_text())
        taken = set()
        for panel in board["panels"]:
            self.assertGreater(len(panel["description"]), 10, panel["title"])
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            taken |= cells


if __name__ == "__main__":
    unittest.main()
