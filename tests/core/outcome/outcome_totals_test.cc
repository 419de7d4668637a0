#include "core/outcome/outcome_totals.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

ErrorDraws WattsFactor(const std::string& hardware) {
  return DrawFactor("watts/" + hardware, 0.05);
}

JobOutcome Saving(double predicted, double predicted_home, double actual, double at_home) {
  JobOutcome outcome;
  outcome.course = Course::kPlaced;
  EmissionOutcome& emission = outcome.attributional;
  emission.predicted = GramsCo2e(predicted);
  emission.predicted_home = GramsCo2e(predicted_home);
  emission.actual = EstimatedBy(GramsCo2e(actual), WattsFactor("h100"));
  emission.at_home = EstimatedBy(GramsCo2e(at_home), WattsFactor("h100"));
  emission.as_chosen = *emission.actual;
  emission.saved = *emission.at_home - *emission.actual;
  return outcome;
}

TEST(OutcomeTotals, SumsPredictedAndActualOfTheSameDecisions) {
  OutcomeTotals totals;
  totals.Add(Saving(10, 40, 12, 38));
  totals.Add(Saving(20, 50, 30, 25));
  JobOutcome unknown = Saving(1000, 2000, 0, 0);
  for (auto* figure : {&unknown.attributional.actual, &unknown.attributional.saved}) {
    *figure = WhyUnknown::kNotEnded;
  }
  totals.Add(unknown);
  EXPECT_EQ(totals.decisions, 3);
  const OutcomeTotals::EmissionSum& sum = totals.attributional;
  EXPECT_EQ(sum.decisions, 2);
  EXPECT_DOUBLE_EQ(sum.predicted.value(), 30);
  EXPECT_DOUBLE_EQ(sum.predicted_saving().value(), 60);
  EXPECT_DOUBLE_EQ(sum.actual.value.value(), 42);
  EXPECT_DOUBLE_EQ(sum.at_home.value.value(), 63);
  EXPECT_DOUBLE_EQ(sum.saved.value.value(), 21);
  EXPECT_THAT(totals.unknown, ElementsAre(Pair(WhyUnknown::kNotEnded, 1)));
  EXPECT_EQ(totals.consequential.decisions, 0);
}

// A hundred jobs on the same hardware err together: their sum is not more certain than each.
TEST(OutcomeTotals, KeepsErrorsThatJobsShare) {
  OutcomeTotals totals;
  for (int i = 0; i < 100; ++i) totals.Add(Saving(10, 40, 10, 40));
  const Estimated<GramsCo2e>& one = *Saving(10, 40, 10, 40).attributional.saved;
  EXPECT_NEAR(totals.attributional.saved.low().value(), 100 * one.low().value(), 1e-6);
  EXPECT_NEAR(totals.attributional.saved.high().value(), 100 * one.high().value(), 1e-6);
  EXPECT_LT(totals.attributional.saved.low().value(), 3000 * 0.96);
}

TEST(OutcomeTotals, ComparesNothingOfJobsThatWereLeftAlone) {
  OutcomeTotals totals;
  JobOutcome alone = Saving(0, 0, 7, 7);
  alone.course = Course::kLeftAlone;
  alone.attributional.predicted = WhyUnknown::kNothingPlanned;
  alone.attributional.predicted_home = WhyUnknown::kNothingPlanned;
  totals.Add(alone);
  EXPECT_EQ(totals.decisions, 1);
  EXPECT_EQ(totals.attributional.decisions, 0);
  EXPECT_TRUE(totals.unknown.empty());
}

TEST(OutcomeTotals, SumsWhatShadowWouldHaveSaved) {
  OutcomeTotals totals;
  JobOutcome shadow = Saving(10, 40, 38, 38);
  shadow.course = Course::kShadow;
  shadow.attributional.as_chosen = EstimatedBy(GramsCo2e(11), WattsFactor("h100"));
  totals.Add(shadow);
  EXPECT_DOUBLE_EQ(totals.attributional.saved.value.value(), 0);
  EXPECT_EQ(totals.attributional.in_shadow, 1);
  EXPECT_DOUBLE_EQ(totals.attributional.shadow_saving.value.value(), 27);
}

}  // namespace
}  // namespace carbon
