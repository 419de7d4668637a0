// The texts of a statement, each compared as a whole with a file in samples/.
// CARBON_WRITE_SAMPLES=1 writes the files anew. tests/scripts/statement_forms_test.py reads the
// same files with parsers of their formats, and computes their sums again.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "core/statement/codecarbon.h"
#include "core/statement/eu_form.h"
#include "core/statement/hugging_face.h"
#include "core/statement/methodology.h"
#include "core/statement/sci.h"
#include "core/statement/statement_json.h"
#include "core/statement/statement_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/statement/sample_runs.h"

namespace carbon {
namespace {

void ExpectSample(const std::string& name, const std::string& text) {
  const std::string path = absl::StrCat(CARBON_STATEMENT_SAMPLES, "/", name);
  if (std::getenv("CARBON_WRITE_SAMPLES") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path;
  EXPECT_EQ(text, std::string(std::istreambuf_iterator<char>(file), {})) << path;
}

TrainingStatement Nothing() {
  Provenance provenance;
  provenance.program = "scarbon 1.2.3";
  return MakeStatement({}, {}, provenance);
}
TrainingStatement CoveredWithFacts() { return CoveredStatement(SampleFacts()); }

TEST(Forms, TextIsAsInTheSample) {
  ExpectSample("sample.txt", StatementText(SampleStatement()));
  ExpectSample("covered.txt", StatementText(CoveredStatement()));
  ExpectSample("nothing.txt", StatementText(Nothing()));
}

TEST(Forms, JsonIsAsInTheSample) {
  ExpectSample("sample.json", StatementJson(SampleStatement()));
  ExpectSample("nothing.json", StatementJson(Nothing()));
}

TEST(Forms, SciIsAsInTheSample) {
  ExpectSample("sample-sci.json", SciJson(SampleStatement()));
  ExpectSample("covered-sci.json", SciJson(CoveredWithFacts()));
}

TEST(Forms, HuggingFaceIsAsInTheSample) {
  ExpectSample("sample.yaml", HuggingFaceYaml(SampleStatement()));
  ExpectSample("covered.yaml", HuggingFaceYaml(CoveredWithFacts()));
  ExpectSample("nothing.yaml", HuggingFaceYaml(Nothing()));
}

TEST(Forms, HuggingFaceHasNoExponent) {
  std::vector<StatedRun> runs = CoveredRuns();
  runs.resize(1);
  runs[0].emission->location_based.value = GramsCo2e(1e9);
  EXPECT_EQ(HuggingFaceYaml(MakeStatement(runs, {}, {})).substr(0, 52),
            "co2_eq_emissions:\n  emissions: 1000000000  # grams\n ");
}

TEST(Forms, CodecarbonIsAsInTheSample) {
  ExpectSample("sample.csv", CodecarbonCsv(SampleStatement()));
  ExpectSample("nothing.csv", CodecarbonCsv(Nothing()));
}

TEST(Forms, EuFormIsAsInTheSample) {
  ExpectSample("sample-eu.txt", EuForm(SampleStatement()));
  ExpectSample("covered-eu.txt", EuForm(CoveredStatement()));
  ExpectSample("nothing-eu.txt", EuForm(Nothing()));
}

// Returns the value below a field's name in the EU's form, as one line.
std::string FieldOf(const std::string& form, const std::string& name) {
  const size_t at = form.find(absl::StrCat("\n", name, "\n"));
  if (at == form.npos) return absl::StrCat("no field ", name);
  std::string value;
  for (absl::string_view line : absl::StrSplit(form.substr(at + name.size() + 2), '\n')) {
    if (!absl::ConsumePrefix(&line, "  ")) break;
    absl::StrAppend(&value, value.empty() ? "" : " ", line);
  }
  return value;
}

TEST(EuForm, TrainingTimeIsInOneOfTheFormsRanges) {
  struct Case {
    int days;
    const char* range;
  };
  for (const Case& one :
       {Case{30, "Less than 1 month"}, Case{31, "1-3 months"}, Case{91, "1-3 months"},
        Case{92, "3-6 months"}, Case{182, "3-6 months"}, Case{183, "More than 6 months"}}) {
    std::vector<StatedRun> runs = {
        RunInOslo("1", "COMPLETED", "2026-01-01T00:00:00Z", absl::Hours(24) * one.days)};
    const auto range = [&runs] {
      return FieldOf(EuForm(MakeStatement(runs, {}, {})),
                     "Training time (range, for national competent authorities)");
    };
    EXPECT_EQ(range(), one.range) << one.days;
    runs[0].has_ended = false;
    EXPECT_EQ(range(), absl::StrCat(one.range, ", so far")) << one.days;
  }
}

// 9.97 x 10^24 are rounded to 1.0 x 10^25, so both fields have the same order of magnitude.
TEST(EuForm, ComputationHasTwoFiguresAndItsOrderOfMagnitude) {
  TrainingFacts facts;
  facts.flops = Flops(9.97e24);
  const std::string form = EuForm(CoveredStatement(facts));
  EXPECT_EQ(FieldOf(form, "Amount of computation used for training (for the AI Office)"),
            "1.0x10^25 floating point operations");
  EXPECT_EQ(FieldOf(form,
                    "Amount of computation used for training (order of magnitude, for national "
                    "competent authorities)"),
            "10^25 floating point operations");
}

TEST(EuForm, HardwareDaysAreOfEachKindOfHardware) {
  std::vector<StatedRun> runs = {
      RunInOslo("1", "COMPLETED", "2026-11-01T00:00:00Z", absl::Hours(24)),
      RunInOslo("2", "COMPLETED", "2026-11-01T00:00:00Z", absl::Hours(12))};
  runs[1].unit = AllocationUnit::kNode;
  runs[1].hardware = "cpu-genoa";
  runs[1].units = 4;
  EXPECT_THAT(FieldOf(EuForm(MakeStatement(runs, {}, {})), "Training time (for the AI Office)"),
              ::testing::EndsWith("hardware days: 2.0 node days of cpu-genoa, 8.0 h100-sxm days"));
}

TEST(EuForm, DoesNotGiveAPartOfTheEnergyAsAll) {
  EXPECT_THAT(
      FieldOf(EuForm(SampleStatement()), "Amount of energy used for training"),
      ::testing::StartsWith("not known of the whole training; of 5 of 6 runs, with 100% of "
                            "the device-hours and 0% of the node-hours reserved: 0.550 MWh"));
  EXPECT_THAT(FieldOf(EuForm(CoveredStatement()), "Amount of energy used for training"),
              ::testing::StartsWith("0.450 MWh (90%: 0.405 to 0.495), estimated"));
}

// The EU's form recommends 100 words. More are needed if several methods and sources were used.
TEST(Methodology, HasAboutAHundredWords) {
  for (const TrainingStatement& statement : {SampleStatement(), CoveredStatement()}) {
    const std::string text = Methodology(statement);
    const std::vector<std::string> words = absl::StrSplit(text, ' ');
    EXPECT_GE(words.size(), 80u) << text;
    EXPECT_LE(words.size(), 150u) << text;
  }
}

TEST(Methodology, OfTheEnergyDoesNotSpeakOfEmission) {
  for (const TrainingStatement& statement : {SampleStatement(), CoveredStatement()}) {
    const std::string text = EnergyMethodology(statement);
    const std::vector<std::string> words = absl::StrSplit(text, ' ');
    EXPECT_GE(words.size(), 50u) << text;
    EXPECT_LE(words.size(), 110u) << text;
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("emission")));
  }
}

TEST(Methodology, CountsASingleRunInPlainWords) {
  const TrainingStatement statement =
      MakeStatement({RunInOslo("1", "COMPLETED", "2026-11-01T00:00:00Z", absl::Hours(1))}, {}, {});
  EXPECT_THAT(Methodology(statement),
              ::testing::StartsWith("The one run in Slurm's accounting counts. Energy was "));
}

TEST(Codecarbon, ColumnsThatReadersNeedAreNeverEmpty) {
  const std::string csv = CodecarbonCsv(CoveredStatement());  // without a name
  const std::vector<std::string> lines = absl::StrSplit(csv, '\n');
  const std::vector<std::string> cells = absl::StrSplit(lines[1], ',');
  EXPECT_EQ(cells[1], "scarbon");
  EXPECT_EQ(cells[2], "17");
  EXPECT_EQ(cells[35], "N");
}

// 22.5 kg, and 3.6 kg embodied. 10^9 tokens were read twice.
TEST(Sci, IsEmissionPerFlopTokenAndParameter) {
  const auto scores = SciScores(CoveredWithFacts());
  EXPECT_DOUBLE_EQ(scores[0].total->value(), 26100 / 1.2e19);
  EXPECT_EQ(SciText(scores[0]),
            "2.17 kg CO2e per 10^18 FLOP, effective (operational 1.88 kg, embodied 300 g)");
  EXPECT_DOUBLE_EQ(scores[1].total->value(), 26100 / 1e9);
  EXPECT_EQ(scores[1].kind, ValueKind::kEffective);
  EXPECT_DOUBLE_EQ(scores[2].total->value(), 26100 / 1e9);
  EXPECT_EQ(scores[2].kind, ValueKind::kGross);
}

// SCI for AI, 9.1.2: 180 t operational, 20 t embodied and 5 x 10^22 FLOP are 4 g per 10^15 FLOP.
TEST(Sci, IsThatOfTheStandardsExample) {
  std::vector<StatedRun> runs = CoveredRuns();
  runs.resize(1);
  runs[0].emission->location_based = EstimatedBy(GramsCo2e(180e6), PlusMinus(0));
  runs[0].embodied->value = GramsCo2e(20e6);
  TrainingFacts facts;
  facts.flops = Flops(5e22);
  const auto scores = SciScores(MakeStatement(runs, facts, {}));
  EXPECT_NEAR(scores[0].total->value() * 1e15, 4, 1e-12);
  EXPECT_FALSE(scores[0].kind.has_value());
}

TEST(Sci, IsNotKnownOfAPartOfTheRuns) {
  for (const SciScore& score : SciScores(SampleStatement())) {
    EXPECT_FALSE(score.total.has_value());
    EXPECT_FALSE(score.operational.has_value());
    EXPECT_EQ(SciText(score), "unknown: the emission of some runs is not known");
  }
}

TEST(Sci, WithoutEmbodiedEmissionIsOperationalAlone) {
  std::vector<StatedRun> runs = CoveredRuns();
  runs[0].embodied.reset();
  const auto scores = SciScores(MakeStatement(runs, SampleFacts(), {}));
  EXPECT_FALSE(scores[1].total.has_value());
  EXPECT_EQ(SciText(scores[1]),
            "unknown: the embodied emission of the hardware is not known; operational alone 22.5 g "
            "CO2e per million training tokens, effective");
}

}  // namespace
}  // namespace carbon
