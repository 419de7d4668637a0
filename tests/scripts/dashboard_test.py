"""docs/grafana-dashboard.json asks for metrics that scarbond writes, by labels that they have, and leaves none
out. What scarbond writes is what scarbond(8), METRICS, says, which is checked against its source. A real Prometheus
answers its queries, if one is installed."""

import json
import os
import pathlib
import re
import sys
import time
import unittest

ROOT = pathlib.Path(os.environ["CARBON_ROOT"])
sys.path.insert(0, str(ROOT / "tests"))
import prometheus_server  # pylint: disable=wrong-import-position
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

    @unittest.skipUnless(prometheus_server.is_installed(), prometheus_server.WHY_SKIPPED)
    def test_a_real_prometheus_answers_every_panel(self):
        end = int(time.time()) // 3600 * 3600 - 3600
        lines = []
        for name, labels in documented_metrics().items():
            shown = ",".join(f'{label}="some"' for label in sorted(labels | ADDED_LABELS))
            lines += [f"{name}{{{shown}}} {at - end + 10_000} {at}"
                      for at in range(end - 7200, end + 1, 60)]
        server = prometheus_server.PrometheusServer("\n".join(lines) + "\n# EOF\n")
        self.addCleanup(server.stop)
        for title, expression, legend in expressions():
            if expression.startswith("label_values("):
                continue
            asked = re.sub(r"\$(instance|zone)", ".*", expression)
            result = server.query(asked, end)
            self.assertEqual(len(result), 1, title)
            for label in re.findall(r"\{\{(\w+)\}\}", legend):
                self.assertEqual(result[0]["metric"].get(label), "some", title)

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
