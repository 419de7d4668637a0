#include "core/statement/statement.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/core/statement/sample_runs.h"

namespace carbon {
namespace {

const UnknownFigure* FindUnknown(const TrainingStatement& statement, const std::string& field) {
  const auto found =
      std::find_if(statement.unknown.begin(), statement.unknown.end(),
                   [&](const UnknownFigure& unknown) { return unknown.field == field; });
  return found == statement.unknown.end() ? nullptr : &*found;
}

TEST(Statement, CountsEveryRunOfEveryJob) {
  const TrainingStatement statement = SampleStatement();
  EXPECT_EQ(statement.runs.size(), 6u);
  EXPECT_EQ(statement.jobs, (std::set<std::string>{"17", "18", "19", "20", "21"}));
  EXPECT_EQ(statement.array_tasks, 2);
  EXPECT_EQ(statement.restarts, 1);
  EXPECT_EQ(statement.still_running, 1);
  EXPECT_EQ(statement.never_ran, std::vector<std::string>{"19"});
  const std::map<std::string, int64_t> states = {{"COMPLETED", 3}, {"FAILED", 1}, {"NODE_FAIL", 1}};
  EXPECT_EQ(statement.states, states);
}

TEST(Statement, AJobThatShrankDidNotStartAgain) {
  std::vector<StatedRun> runs = {
      RunInOslo("17", "RESIZING", "2026-11-01T00:00:00Z", absl::Hours(1)),
      RunInOslo("17", "COMPLETED", "2026-11-01T01:00:00Z", absl::Hours(1))};
  EXPECT_EQ(MakeStatement(runs, {}, {}).restarts, 0);
  runs[0].state = "REQUEUED";
  EXPECT_EQ(MakeStatement(runs, {}, {}).restarts, 1);
}

// 6 + 24 + 12 + 3 hours in Oslo and 10 in Lyon at 8 kW: 440 kWh.
TEST(Statement, SumsOverAllRunsThatAreCovered) {
  const TrainingStatement statement = SampleStatement();
  ASSERT_TRUE(statement.it.sum.has_value());
  EXPECT_NEAR(statement.it.sum->value.value(), 440, 1e-9);
  EXPECT_NEAR(statement.at_meter.sum->value.value(), 550, 1e-9);
  EXPECT_NEAR(statement.location_based.sum->value.value(), 27500, 1e-9);
  EXPECT_NEAR(statement.mean_intensity->value(), 50, 1e-9);
  // Of 550 kWh, 30 are half actual.
  EXPECT_NEAR(statement.actual_share, 535.0 / 550, 1e-12);
  // Device-hours: 45 x 8 and 10 x 16. 5 x 4 node-hours are not covered.
  const Coverage& coverage = statement.it.coverage;
  EXPECT_DOUBLE_EQ(coverage.hours.at(AllocationUnit::kDevice).reserved, 520);
  EXPECT_DOUBLE_EQ(coverage.hours.at(AllocationUnit::kDevice).covered, 520);
  EXPECT_DOUBLE_EQ(coverage.hours.at(AllocationUnit::kNode).reserved, 20);
  EXPECT_DOUBLE_EQ(coverage.hours.at(AllocationUnit::kNode).covered, 0);
  EXPECT_EQ(coverage.covered_runs, 5);
  EXPECT_NEAR(statement.market_based.sum->value.value(), 450 * 10, 1e-9);
  EXPECT_DOUBLE_EQ(statement.market_based.coverage.hours.at(AllocationUnit::kDevice).covered, 360);
  EXPECT_EQ(statement.market_based.coverage.covered_runs, 4);
  EXPECT_NEAR(statement.embodied.sum->value.value(), 3600, 1e-9);
  EXPECT_FALSE(statement.is_complete());
}

// 8 device-hours are covered, and 100 node-hours are not. No number says how much of both that is.
TEST(Statement, CoverageIsOfEachUnit) {
  StatedRun on_nodes = RunInOslo("2", "COMPLETED", "2026-11-01T00:00:00Z", absl::Hours(10));
  on_nodes.unit = AllocationUnit::kNode;
  on_nodes.units = 10;
  on_nodes.energy.reset();
  on_nodes.emission.reset();
  const TrainingStatement statement = MakeStatement(
      {RunInOslo("1", "COMPLETED", "2026-11-01T00:00:00Z", absl::Hours(1)), on_nodes}, {}, {});
  EXPECT_EQ(CoverageText(statement.it.coverage),
            "1 of 2 runs, with 100% of the device-hours and 0% of the node-hours reserved");
  EXPECT_FALSE(statement.is_complete());
  EXPECT_NE(FindUnknown(statement, "energy"), nullptr);
}

TEST(Statement, IsCompleteWithoutARunThatEndedAtOnce) {
  StatedRun at_once = RunInOslo("2", "CANCELLED", "2026-11-01T00:00:00Z", absl::ZeroDuration());
  at_once.energy.reset();
  at_once.emission.reset();
  std::vector<StatedRun> runs = CoveredRuns();
  runs.push_back(at_once);
  EXPECT_TRUE(MakeStatement(runs, {}, {}).is_complete());
  runs.back().ran = absl::Seconds(1);
  EXPECT_FALSE(MakeStatement(runs, {}, {}).is_complete());
}

TEST(Statement, ErrorsThatRunsShareStayShared) {
  const TrainingStatement statement = CoveredStatement();
  EXPECT_NEAR(statement.at_meter.sum->low->value(), 450 * 0.9, 1e-9);
  EXPECT_NEAR(statement.at_meter.sum->high->value(), 450 * 1.1, 1e-9);
  EXPECT_FALSE(statement.market_based.sum->low.has_value());

  std::vector<StatedRun> opposite = {
      RunInOslo("1", "COMPLETED", "2026-11-01T00:00:00Z", absl::Hours(1)),
      RunInOslo("2", "COMPLETED", "2026-11-01T00:00:00Z", absl::Hours(1))};
  opposite[1].energy->it = EstimatedBy(KilowattHours(8), PlusMinus(-0.1));
  EXPECT_NEAR(MakeStatement(opposite, {}, {}).it.sum->low->value(), 16, 1e-9);
}

TEST(Statement, TimesAreOfAllRunsAndOverlapsCountOnce) {
  const TrainingStatement statement = SampleStatement();
  EXPECT_EQ(statement.start, At("2026-11-01T00:00:00Z"));
  EXPECT_EQ(statement.end, At("2026-11-03T11:00:00Z"));
  EXPECT_EQ(statement.elapsed, absl::Hours(59));
  // 6 h; then 24 + 12 h in which 18_1 runs as well; then from 00:00 to 11:00.
  EXPECT_EQ(statement.active, absl::Hours(6 + 36 + 11));
}

TEST(Statement, HardwareHasItsMostAtOnceAndItsHours) {
  const TrainingStatement statement = SampleStatement();
  ASSERT_EQ(statement.hardware.size(), 3u);
  EXPECT_EQ(statement.hardware[0].name, "");
  EXPECT_EQ(statement.hardware[0].most_at_once, 4);
  EXPECT_EQ(statement.hardware[1].name, "a100-sxm");
  EXPECT_DOUBLE_EQ(statement.hardware[1].unit_hours, 160);
  // 17 ends when 18_0 begins, and 18_1 runs beside 18_0.
  EXPECT_EQ(statement.hardware[2].name, "h100-sxm");
  EXPECT_EQ(statement.hardware[2].most_at_once, 16);
  EXPECT_DOUBLE_EQ(statement.hardware[2].unit_hours, 360);
}

TEST(Statement, MethodsAndSitesAreApart) {
  const TrainingStatement statement = SampleStatement();
  ASSERT_EQ(statement.methods.size(), 2u);
  EXPECT_EQ(statement.methods[0].basis, EnergyBasis::kBmc);
  EXPECT_NEAR(statement.methods[0].it.value(), 80, 1e-9);
  EXPECT_EQ(statement.methods[1].basis, EnergyBasis::kProfile);
  EXPECT_NEAR(statement.methods[1].it.value(), 360, 1e-9);
  ASSERT_EQ(statement.sites.size(), 2u);
  EXPECT_EQ(statement.sites[1].site, "oslo");
  EXPECT_EQ(statement.sites[1].pue.source, "the building's meter, 2025");
}

TEST(Statement, AvoidedKeepsItsSignAndIsNotSubtracted) {
  const TrainingStatement statement = SampleStatement();
  ASSERT_TRUE(statement.avoided.has_value());
  EXPECT_DOUBLE_EQ(statement.avoided->attributional.value.value(), 8500);
  EXPECT_DOUBLE_EQ(statement.avoided->attributional.low->value(), 7300);
  EXPECT_DOUBLE_EQ(statement.avoided->consequential->value.value(), 5600);
  EXPECT_EQ(statement.avoided->mean_delay, absl::Hours(2));
  EXPECT_EQ(statement.avoided->longest_delay, absl::Hours(3));
  EXPECT_EQ(statement.avoided->actual, 1);
  EXPECT_EQ(statement.location_based.sum->value,
            MakeStatement(SampleRuns(), {}, {}).location_based.sum->value);

  Provenance provenance = SampleProvenance();
  provenance.avoided[0].consequential.reset();
  const TrainingStatement unknown = MakeStatement(SampleRuns(), SampleFacts(), provenance);
  EXPECT_FALSE(unknown.avoided->consequential.has_value());
  EXPECT_NE(FindUnknown(unknown, "avoided.consequential"), nullptr);
}

TEST(Statement, NamesWhatIsNotKnown) {
  const TrainingStatement statement = CoveredStatement();
  EXPECT_TRUE(statement.is_complete());
  for (const char* field :
       {"name", "training.type", "training.location", "training.precision", "training.tokens",
        "training.parameters", "training.flops", "embodied.lifetime_years", "energy.network_share",
        "sites.pue_period", "avoided", "snapshot_parts"}) {
    EXPECT_NE(FindUnknown(statement, field), nullptr) << field;
  }
  EXPECT_EQ(statement.unknown.size(), 12u);
  const TrainingStatement sample = SampleStatement();
  EXPECT_EQ(FindUnknown(sample, "name"), nullptr);
  EXPECT_NE(FindUnknown(sample, "location_based"), nullptr);
}

TEST(Statement, OfNothingHasNoFigures) {
  const TrainingStatement statement = MakeStatement({}, {}, {});
  EXPECT_FALSE(statement.start.has_value());
  EXPECT_FALSE(statement.it.sum.has_value());
  EXPECT_FALSE(statement.is_complete());
  ASSERT_NE(FindUnknown(statement, "energy"), nullptr);
  EXPECT_EQ(FindUnknown(statement, "energy")->why, "none of the jobs has run");
}

TEST(TrainingFacts, FlopsAreTheUsersOrFollowFromTokensAndParameters) {
  TrainingFacts facts;
  EXPECT_FALSE(WorkOf(facts).has_value());
  facts.tokens = 300e9;
  EXPECT_FALSE(WorkOf(facts).has_value());
  facts.parameters = 175e9;
  EXPECT_DOUBLE_EQ(WorkOf(facts)->flops.value(), 3.15e23);
  EXPECT_EQ(WorkOf(facts)->source, "6 x parameters x tokens");
  facts.active_parameters = 10e9;
  EXPECT_DOUBLE_EQ(WorkOf(facts)->flops.value(), 1.8e22);
  EXPECT_EQ(WorkOf(facts)->source, "6 x active parameters x tokens");
  EXPECT_EQ(WorkOf(facts)->kind, ValueKind::kEffective);
  facts.flops = Flops(1e22);
  EXPECT_DOUBLE_EQ(WorkOf(facts)->flops.value(), 1e22);
  EXPECT_EQ(WorkOf(facts)->source, "stated by the user");
  EXPECT_FALSE(WorkOf(facts)->kind.has_value());
  facts.flops_kind = ValueKind::kGross;
  EXPECT_EQ(WorkOf(facts)->kind, ValueKind::kGross);
}

// The Commission's guidelines (Annex A.3, model G) count 61e9 tokens in 164 passes as 10e12, which
// with 2.6e9 parameters are 1.6e23 operations.
TEST(TrainingFacts, EachPassOverTheDataCountsAsWorkButNotAsData) {
  TrainingFacts facts;
  EXPECT_FALSE(facts.data_tokens().has_value());
  facts.tokens = 61e9 * 164;
  EXPECT_DOUBLE_EQ(*facts.data_tokens(), 61e9 * 164);
  facts.epochs = 164;
  EXPECT_DOUBLE_EQ(*facts.data_tokens(), 61e9);
  facts.parameters = 2.6e9;
  EXPECT_NEAR(WorkOf(facts)->flops.value(), 1.56e23, 0.01e23);
}

TEST(Statement, AsksWhatTheNumbersOfTheUserCount) {
  TrainingFacts facts;
  facts.tokens = 2e9;
  facts.flops = Flops(1e20);
  const TrainingStatement statement = CoveredStatement(facts);
  for (const char* field : {"training.epochs", "training.tokens_kind", "training.flops_kind"}) {
    EXPECT_NE(FindUnknown(statement, field), nullptr) << field;
  }
  facts.epochs = 1;
  facts.tokens_kind = facts.flops_kind = ValueKind::kEffective;
  const TrainingStatement told = CoveredStatement(facts);
  for (const char* field : {"training.epochs", "training.tokens_kind", "training.flops_kind"}) {
    EXPECT_EQ(FindUnknown(told, field), nullptr) << field;
  }
}

}  // namespace
}  // namespace carbon
