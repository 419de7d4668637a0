#include "forecast/plausibility/reported_reasons.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

const ReportedReasons::Key kKey = {"GB", "neso:GB"};

JudgedForecast Rejected(PlausibilityRule rule, double level, const std::string& reason) {
  return {*IntensitySeries::Create({{AtHour(0), GramsPerKilowattHour(level)}}, AtHour(1)), rule,
          GramsPerKilowattHour(level), reason, std::nullopt};
}

JudgedForecast Bridged(int64_t hour, const std::string& reason) {
  JudgedForecast judged = Rejected(PlausibilityRule::kOutlier, 300, reason);
  judged.rejected_by = std::nullopt;
  judged.bridged_at = AtHour(hour);
  return judged;
}

TEST(ReportedReasons, StayWhileTheTroubleDoesAlthoughItsFiguresChange) {
  ReportedReasons reported;
  EXPECT_EQ(reported.Report(kKey, Rejected(PlausibilityRule::kLevel, 3000, "about 10 times")),
            "about 10 times");
  EXPECT_EQ(reported.Report(kKey, Rejected(PlausibilityRule::kLevel, 2800, "about 9 times")),
            "about 10 times");
  EXPECT_EQ(
      reported.Report({"GB", "other"}, Rejected(PlausibilityRule::kLevel, 2800, "about 9 times")),
      "about 9 times");
  EXPECT_EQ(reported.Report(kKey, Bridged(5, "9000 at 5")), "9000 at 5");
  EXPECT_EQ(reported.Report(kKey, Bridged(5, "8999 at 5")), "9000 at 5");
}

TEST(ReportedReasons, AreNewWithAnotherTroubleAndAfterItsEnd) {
  ReportedReasons reported;
  reported.Report(kKey, Rejected(PlausibilityRule::kLevel, 3000, "about 10 times"));
  EXPECT_EQ(reported.Report(kKey, Rejected(PlausibilityRule::kLevel, 900, "about 3 times")),
            "about 3 times");
  EXPECT_EQ(reported.Report(kKey, Rejected(PlausibilityRule::kZero, 0, "zero")), "zero");
  EXPECT_EQ(reported.Report(kKey, Rejected(PlausibilityRule::kLevel, 900, "about 4 times")),
            "about 4 times");
  reported.Report(kKey, Bridged(5, "9000 at 5"));
  EXPECT_EQ(reported.Report(kKey, Bridged(6, "9000 at 6")), "9000 at 6");
  JudgedForecast sound = Bridged(0, "");
  sound.bridged_at = std::nullopt;
  EXPECT_EQ(reported.Report(kKey, sound), "");
  EXPECT_EQ(reported.Report(kKey, Bridged(6, "8999 at 6")), "8999 at 6");
}

}  // namespace
}  // namespace carbon
