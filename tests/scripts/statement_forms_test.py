"""The forms of a statement, as tests/core/statement compares them, are read by parsers of their formats,
and the sums in them are computed again from its runs."""

import csv
import json
import os
import unittest

try:
    import yaml
except ImportError:
    yaml = None

SAMPLES = os.path.join(os.environ["CARBON_ROOT"], "tests", "core", "statement", "samples")


def text_of(name):
    with open(os.path.join(SAMPLES, name), encoding="utf-8", newline="") as file:
        return file.read()


def total(runs, key, weight=lambda run: 1):
    return sum(run[key] * weight(run) for run in runs if run[key] is not None)


class StatementFormsTest(unittest.TestCase):

    def setUp(self):
        self.statement = json.loads(text_of("sample.json"))
        self.runs = self.statement["runs"]

    def test_sums_follow_from_the_runs(self):
        stated = self.statement
        self.assertAlmostEqual(stated["energy"]["it_kwh"], total(self.runs, "it_kwh"))
        self.assertAlmostEqual(stated["energy"]["at_meter_kwh"],
                               total(self.runs, "it_kwh", lambda run: run["pue"]))
        self.assertAlmostEqual(stated["location_based"]["g"], total(self.runs, "location_based_g"))
        self.assertAlmostEqual(stated["market_based"]["g"], total(self.runs, "market_based_g"))
        self.assertAlmostEqual(stated["embodied"]["g"], total(self.runs, "embodied_g"))
        self.assertAlmostEqual(
            stated["energy"]["it_kwh"],
            sum(method["it_kwh"] for method in stated["energy"]["methods"]))

        def hours(run):
            return run["units"] * run["ran_s"] / 3600

        self.assertAlmostEqual(sum(one["unit_hours"] for one in stated["hardware"]),
                               sum(map(hours, self.runs)))
        covered = [run for run in self.runs if run["it_kwh"] is not None]
        self.assertAlmostEqual(stated["energy"]["coverage"],
                               sum(map(hours, covered)) / sum(map(hours, self.runs)))

    def test_what_is_null_is_named(self):
        nothing = json.loads(text_of("nothing.json"))
        self.assertIsNone(nothing["energy"]["it_kwh"])
        self.assertIn("energy", nothing["unknown"])
        self.assertIsNone(self.statement["energy"]["network_share"])
        self.assertIn("energy.network_share", self.statement["unknown"])
        for field in self.statement["unknown"]:
            value = self.statement
            for key in field.split("."):
                value = value[0][key] if isinstance(value, list) else value[key]
            if isinstance(value, dict):
                self.assertLess(value["coverage"], 1, field)
            else:
                self.assertIsNone(value, field)

    def test_scores_follow_from_the_emission(self):
        sci = json.loads(text_of("covered-sci.json"))
        # 45 hours of 8 kW with PUE 1.25 at 50 g/kWh, and 10 g for each of 360 device-hours.
        grams = 45 * 8 * 1.25 * 50 + 10 * 360
        counts = {"FLOP": 6 * 1e9 * 2e9, "training token": 2e9, "parameter": 1e9}
        self.assertEqual(len(sci["scores"]), 3)
        for score in sci["scores"]:
            self.assertAlmostEqual(score["sci_g"] * counts[score["per"]] / grams, 1)

    def test_codecarbon_csv_has_a_line_for_each_run(self):
        rows = list(csv.DictReader(text_of("sample.csv").splitlines(keepends=True), strict=True))
        self.assertEqual(len(rows), len(self.runs))
        self.assertEqual(len({row["run_id"] for row in rows}), len(rows))
        for row, run in zip(rows, self.runs):
            self.assertNotIn(None, row)  # no line has more cells than the header
            self.assertEqual(row["project_name"], self.statement["name"])
            self.assertEqual(float(row["duration"]), run["ran_s"])
            if run["it_kwh"] is None:
                self.assertEqual((row["energy_consumed"], row["emissions"]), ("", ""))
                continue
            self.assertAlmostEqual(float(row["energy_consumed"]), run["it_kwh"] * run["pue"])
            self.assertAlmostEqual(float(row["emissions"]), run["location_based_g"] / 1000)
            self.assertAlmostEqual(float(row["emissions_rate"]) * run["ran_s"],
                                   run["location_based_g"] / 1000)

    @unittest.skipIf(yaml is None, "python3-yaml is not installed")
    def test_model_card_is_yaml(self):
        keys = ["emissions", "source", "training_type", "geographical_location", "hardware_used"]
        for name in ("sample.yaml", "covered.yaml", "nothing.yaml"):
            card = yaml.safe_load(text_of(name))["co2_eq_emissions"]
            self.assertEqual(list(card), keys, name)
        self.assertIsNone(card["hardware_used"])
        card = yaml.safe_load(text_of("covered.yaml"))["co2_eq_emissions"]
        self.assertAlmostEqual(card["emissions"], 45 * 8 * 1.25 * 50)
        self.assertEqual(card["geographical_location"], "Oslo, Norway")


if __name__ == "__main__":
    unittest.main()
