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
#include "core/statement/codecarbon.h"
#include "core/statement/eu_form.h"
#include "core/statement/hugging_face.h"
#include "core/statement/methodology.h"
#include "core/statement/sci.h"
#include "core/statement/statement_json.h"
#include "core/statement/statement_text.h"
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

// The EU's form recommends 100 words. More are needed if several methods and sources were used.
TEST(Methodology, HasAboutAHundredWords) {
  for (const TrainingStatement& statement : {SampleStatement(), CoveredStatement()}) {
    const std::string text = Methodology(statement);
    const std::vector<std::string> words = absl::StrSplit(text, ' ');
    EXPECT_GE(words.size(), 80u) << text;
    EXPECT_LE(words.size(), 140u) << text;
  }
}

// 22.5 kg, and 3.6 kg embodied.
TEST(Sci, IsEmissionPerFlopTokenAndParameter) {
  const auto scores = SciScores(CoveredWithFacts());
  EXPECT_DOUBLE_EQ(scores[0].total->value(), 26100 / 1.2e19);
  EXPECT_EQ(SciText(scores[0]),
            "2.17 kg CO2e per 10^18 FLOP (operational 1.88 kg, embodied 300 g)");
  EXPECT_DOUBLE_EQ(scores[1].total->value(), 26100 / 2e9);
  EXPECT_DOUBLE_EQ(scores[2].total->value(), 26100 / 1e9);
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
            "unknown: the embodied emission of the hardware is not known; operational alone 11.2 g "
            "CO2e per million training tokens");
}

}  // namespace
}  // namespace carbon
