#include "forecast/plausibility/suspect_sources.h"

#include <optional>

#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

const SuspectSources::Key kKey = {"GB", "neso:GB"};

JudgedForecast Judged(std::optional<PlausibilityRule> rule, double level) {
  return {*IntensitySeries::Create({{AtHour(0), GramsPerKilowattHour(level)}}, AtHour(1)), rule,
          GramsPerKilowattHour(level), "x"};
}

std::optional<JudgedForecast> NoPast(absl::Time) { return std::nullopt; }

TEST(SuspectSources, BelieveALevelThatIsKeptFor7Days) {
  for (const PlausibilityRule rule : {PlausibilityRule::kLevel, PlausibilityRule::kConstant}) {
    SuspectSources suspects;
    for (int64_t hour = 0; hour < 7 * 24; ++hour) {
      const double weather = hour % 2 == 0 ? 1 : 1.4;
      EXPECT_FALSE(suspects.Believes(kKey, Judged(rule, 2000 * weather), AtHour(hour), NoPast));
    }
    EXPECT_TRUE(suspects.Believes(kKey, Judged(rule, 2000), AtHour(7 * 24), NoPast));
    EXPECT_TRUE(suspects.Believes(kKey, Judged(rule, 2000), AtHour(9 * 24), NoPast));
    EXPECT_FALSE(suspects.Believes({"GB", "other"}, Judged(rule, 2000), AtHour(9 * 24), NoPast));
  }
}

TEST(SuspectSources, StartAgainWhereTheLevelChangesOrWasPlausibleForTwoDays) {
  SuspectSources suspects;
  const auto believes = [&](std::optional<PlausibilityRule> rule, double level, int64_t day) {
    return suspects.Believes(kKey, Judged(rule, level), AtHour(24 * day), NoPast);
  };
  for (int64_t day = 0; day < 5; ++day) EXPECT_FALSE(believes(PlausibilityRule::kLevel, 2000, day));
  for (int64_t day = 5; day < 12; ++day) EXPECT_FALSE(believes(PlausibilityRule::kLevel, 20, day));
  EXPECT_TRUE(believes(PlausibilityRule::kLevel, 20, 12));
  for (int64_t day = 13; day < 15; ++day) EXPECT_TRUE(believes(std::nullopt, 300, day));
  EXPECT_FALSE(believes(PlausibilityRule::kLevel, 20, 15));
}

TEST(SuspectSources, BelieveALevelAtTheEdgeOfWhatIsPlausible) {
  SuspectSources suspects;
  for (int64_t day = 0; day < 7; ++day) {
    EXPECT_FALSE(
        suspects.Believes(kKey, Judged(PlausibilityRule::kLevel, 600), AtHour(24 * day), NoPast));
    EXPECT_TRUE(suspects.Believes(kKey, Judged(std::nullopt, 500), AtHour(24 * day + 12), NoPast));
  }
  EXPECT_TRUE(
      suspects.Believes(kKey, Judged(PlausibilityRule::kLevel, 600), AtHour(24 * 7), NoPast));
}

TEST(SuspectSources, NeverBelieveZerosOrValuesOutOfBoundsForLasting) {
  SuspectSources suspects;
  for (int64_t day = 0; day < 20; ++day) {
    for (const PlausibilityRule rule : {PlausibilityRule::kZero, PlausibilityRule::kBounds}) {
      EXPECT_FALSE(suspects.Believes(kKey, Judged(rule, 0), AtHour(24 * day), NoPast));
    }
  }
}

TEST(SuspectSources, KnowFromThePastForHowLongTheLevelWasKept) {
  const auto since = [](int64_t day) {
    return [=](absl::Time at) -> std::optional<JudgedForecast> {
      if (at < AtHour(24 * day)) return Judged(std::nullopt, 300);
      return Judged(PlausibilityRule::kLevel, 2100);
    };
  };
  const JudgedForecast judged = Judged(PlausibilityRule::kLevel, 2000);
  SuspectSources restarted;
  EXPECT_FALSE(restarted.Believes(kKey, judged, AtHour(24 * 20), since(15)));
  EXPECT_TRUE(restarted.Believes(kKey, judged, AtHour(24 * 22), NoPast))
      << "five days before, two after the restart";
  SuspectSources later;
  EXPECT_TRUE(later.Believes(kKey, judged, AtHour(24 * 22), since(15)));
}

}  // namespace
}  // namespace carbon
