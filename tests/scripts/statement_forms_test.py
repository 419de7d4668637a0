"""The forms of a statement, as tests/core/statement compares them, are read by parsers of their formats
and compared with what each form's own source asks for. The sums in them are computed again from the runs."""

import csv
import json
import math
import os
import re
import unittest

try:
    import yaml
except ImportError:
    yaml = None

SAMPLES = os.path.join(os.environ["CARBON_ROOT"], "tests", "core", "statement", "samples")

# The fields of EmissionsData in codecarbon 3.3.0, codecarbon/output_methods/emissions_data.py. Its
# FileOutput writes them in this order, with pandas.
CODECARBON_COLUMNS = """timestamp project_name run_id experiment_id duration emissions emissions_rate
cpu_power gpu_power ram_power cpu_energy gpu_energy ram_energy energy_consumed water_consumed
country_name country_iso_code region cloud_provider cloud_region os python_version
codecarbon_version cpu_count cpu_model gpu_count gpu_model longitude latitude ram_total_size
tracking_mode cpu_utilization_percent gpu_utilization_percent ram_utilization_percent ram_used_gb
on_cloud pue wue""".split()

# Of these, the ones that hold numbers.
CODECARBON_NUMBERS = """duration emissions emissions_rate cpu_power gpu_power ram_power cpu_energy
gpu_energy ram_energy energy_consumed water_consumed cpu_count gpu_count longitude latitude
ram_total_size cpu_utilization_percent gpu_utilization_percent ram_utilization_percent ram_used_gb
pue wue""".split()

# huggingface/hub-docs, docs/hub/model-cards-co2.md.
HUGGING_FACE_KEYS = ["emissions", "source", "training_type", "geographical_location",
                     "hardware_used"]

# The Model Documentation Form's fields on these two subjects, in its order. A field that differs
# between the readers of the form says for whom it is.
EU_FIELDS = [
    "Training time (range, for national competent authorities)",
    "Training time (for the AI Office)",
    "Amount of computation used for training (order of magnitude, for national competent"
    " authorities)",
    "Amount of computation used for training (for the AI Office)",
    "Measurement methodology",
    "Amount of energy used for training",
    "Measurement methodology",
    "Benchmarked amount of computation used for inference",
    "Measurement methodology (of the computation used for inference)",
]


def text_of(name):
    with open(os.path.join(SAMPLES, name), encoding="utf-8", newline="") as file:
        return file.read()


def total(runs, key, weight=lambda run: 1):
    return sum(run[key] * weight(run) for run in runs if run[key] is not None)


def unit_hours(run):
    return run["units"] * run["ran_s"] / 3600


def eu_fields(name):
    """The fields of the form as pairs of name and value."""
    fields = []
    for paragraph in text_of(name).split("\n\n"):
        lines = paragraph.splitlines()
        if len(lines) > 1 and all(line.startswith("  ") for line in lines[1:]):
            fields.append((lines[0], " ".join(line.strip() for line in lines[1:])))
    return fields


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

    def test_coverage_is_of_each_unit(self):
        figures = {"energy": "it_kwh", "location_based": "location_based_g",
                   "market_based": "market_based_g", "embodied": "embodied_g"}
        units = sorted({run["unit"] for run in self.runs})
        self.assertEqual(units, ["device", "node"])
        for name, key in figures.items():
            coverage = self.statement[name]["coverage"]
            self.assertEqual(coverage["runs"], len(self.runs))
            known = [run for run in self.runs if run[key] is not None]
            self.assertEqual(coverage["covered_runs"], len(known), name)
            self.assertEqual([hours["unit"] for hours in coverage["hours"]], units)
            for hours in coverage["hours"]:
                reserved, covered = (
                    sum(unit_hours(run) for run in runs if run["unit"] == hours["unit"])
                    for runs in (self.runs, known))
                self.assertAlmostEqual(hours["reserved"], reserved)
                self.assertAlmostEqual(hours["covered"], covered)
                self.assertAlmostEqual(hours["share"], covered / reserved)
        for hardware in self.statement["hardware"]:
            self.assertAlmostEqual(hardware["unit_hours"], sum(
                unit_hours(run) for run in self.runs
                if (run["hardware"], run["unit"]) == (hardware["name"], hardware["unit"])))

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
                self.assertLess(value["coverage"]["covered_runs"], value["coverage"]["runs"], field)
            else:
                self.assertIsNone(value, field)

    def test_scores_follow_from_the_emission(self):
        sci = json.loads(text_of("covered-sci.json"))
        # 45 hours of 8 kW with PUE 1.25 at 50 g/kWh, and 10 g for each of 360 device-hours.
        kwh, intensity, embodied = 45 * 8 * 1.25, 50, 10 * 360
        self.assertAlmostEqual(sci["energy_kwh"], kwh)
        self.assertAlmostEqual(sci["intensity_g_per_kwh"], intensity)
        self.assertAlmostEqual(sci["operational_g"], kwh * intensity)
        self.assertAlmostEqual(sci["embodied_g"], embodied)
        # 10^9 tokens of data were read twice, and each time is work.
        counts = {"FLOP": 6 * 1e9 * 2e9, "training token": 1e9, "parameter": 1e9}
        self.assertEqual([score["per"] for score in sci["scores"]], list(counts))
        for score in sci["scores"]:
            self.assertEqual(score["count"], counts[score["per"]])
            expected = (kwh * intensity + embodied) / counts[score["per"]]
            self.assertTrue(math.isclose(score["sci_g"], expected, rel_tol=1e-12), score)

    def test_scores_have_what_the_standard_asks_a_provider_to_state(self):
        # SCI for AI, 8.2.2, and the last step of ISO/IEC 21031's procedure.
        sci = json.loads(text_of("covered-sci.json"))
        for score in sci["scores"]:
            self.assertTrue(score["reason"], score["per"])
            self.assertIn(score["values"], ("gross", "effective"), score["per"])
        self.assertEqual(sci["persona"], "provider")
        self.assertIn("only a part of the provider's boundary", sci["boundary"])
        self.assertGreater(len(sci["methodology"].split()), 50)

    def test_codecarbon_csv_has_its_columns_and_a_line_for_each_run(self):
        lines = list(csv.reader(text_of("sample.csv").splitlines(keepends=True), strict=True))
        self.assertEqual(lines[0], CODECARBON_COLUMNS)
        self.assertEqual({len(line) for line in lines}, {len(CODECARBON_COLUMNS)})
        rows = [dict(zip(lines[0], line)) for line in lines[1:]]
        self.assertEqual(len(rows), len(self.runs))
        self.assertEqual(len({row["run_id"] for row in rows}), len(rows))
        for row, run in zip(rows, self.runs):
            for column in CODECARBON_NUMBERS:
                self.assertTrue(row[column] == "" or math.isfinite(float(row[column])), column)
            self.assertRegex(row["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")
            self.assertEqual(row["project_name"], self.statement["name"])
            self.assertEqual(row["on_cloud"], "N")
            self.assertEqual(float(row["duration"]), run["ran_s"])
            if run["hardware"] is None:
                self.assertEqual(row["gpu_model"], "")
            else:
                self.assertEqual(row["gpu_model"], f"{row['gpu_count']} x {run['hardware']}")
            if run["it_kwh"] is None:
                self.assertEqual((row["energy_consumed"], row["emissions"]), ("", ""))
                continue
            # kWh with PUE, kg and kg/s.
            self.assertAlmostEqual(float(row["energy_consumed"]), run["it_kwh"] * run["pue"])
            self.assertAlmostEqual(float(row["emissions"]), run["location_based_g"] / 1000)
            self.assertAlmostEqual(float(row["emissions_rate"]) * run["ran_s"],
                                   run["location_based_g"] / 1000)

    def test_eu_form_has_the_forms_fields(self):
        for name in ("sample-eu.txt", "covered-eu.txt", "nothing-eu.txt"):
            fields = [field for field, _ in eu_fields(name) if field != "Model name"]
            self.assertEqual(fields, EU_FIELDS, name)

    def test_eu_form_follows_from_the_runs(self):
        values = [value for _, value in eu_fields("sample-eu.txt")][1:]
        jobs = self.statement["jobs"]
        self.assertEqual(values[0], "Less than 1 month, so far")
        self.assertTrue(values[1].startswith(f"{jobs['wall_clock_days']:.1f} wall clock days"))
        self.assertIn("15 h100-sxm days", values[1])
        self.assertIn("6.7 a100-sxm days", values[1])
        self.assertEqual(values[2], "10^19 floating point operations")
        self.assertEqual(values[3], "1.2x10^19 floating point operations")
        covered = [value for _, value in eu_fields("covered-eu.txt")]
        megawatt_hours = float(re.match(r"([0-9.]+) MWh ", covered[5]).group(1))
        self.assertAlmostEqual(megawatt_hours, 45 * 8 * 1.25 / 1000)

    @unittest.skipIf(yaml is None, "python3-yaml is not installed")
    def test_model_card_is_yaml(self):
        cards = {name: yaml.safe_load(text_of(name))["co2_eq_emissions"]
                 for name in ("sample.yaml", "covered.yaml", "nothing.yaml")}
        for name, card in cards.items():
            self.assertEqual(list(card), HUGGING_FACE_KEYS, name)
        self.assertIsNone(cards["nothing.yaml"]["hardware_used"])
        # A part of the runs is not the training.
        self.assertIsNone(cards["sample.yaml"]["emissions"])
        card = cards["covered.yaml"]
        grams = 45 * 8 * 1.25 * 50
        self.assertIsInstance(card["emissions"], (int, float))
        self.assertAlmostEqual(card["emissions"], grams)
        # huggingface_hub searches the text of the number with this expression, which would take
        # "2.25e+04" for 2.25.
        match = re.search(r"\d+\.\d+|\d+", str(card["emissions"]))
        self.assertAlmostEqual(float(match.group(0)), grams)
        self.assertIn(card["training_type"], ("pre-training", "fine-tuning"))
        self.assertEqual(card["geographical_location"], "Oslo, Norway")
        self.assertEqual(card["hardware_used"], "16 x h100-sxm")


if __name__ == "__main__":
    unittest.main()
