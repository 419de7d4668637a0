#include "core/outcome/chosen_actuals.h"

#include <cstdint>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace carbon {
namespace {

absl::Time At(int64_t second) { return absl::FromUnixSeconds(1795478400 + second); }

// 100 g/kWh in these seconds.
ActualIntensity Known100(const std::string& source, int64_t from, int64_t to) {
  return ActualIntensity(
      source, SignalKind::kAverageLifecycle,
      *IntensityHistory::Create({{At(from), At(to), GramsPerKilowattHour(100)}}));
}

TEST(ChosenActuals, CountsEachSecondThatIsNeededOnce) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    ActualsByZone actuals;
    actuals["NO"].push_back(Known100("all", 0, 100));
    ChosenActuals chosen(actuals, SignalKind::kAverageLifecycle);
    std::set<int64_t> seconds;
    for (int i = 0; i < 8; ++i) {
      const auto from = static_cast<int64_t>(random() % 80);
      const auto to = from + static_cast<int64_t>(random() % 20);
      chosen.Need("NO", At(from), At(to));
      for (int64_t second = from; second < to; ++second) seconds.insert(second);
    }
    EXPECT_EQ(chosen.Choose().at(0).needed, absl::Seconds(seconds.size())) << round;
  }
}

TEST(ChosenActuals, TakesTheSourceThatKnowsMostOfTheTime) {
  ActualsByZone actuals;
  actuals["NO"] = {Known100("begins", 0, 50), Known100("ends", 40, 100),
                   Known100("as much", 40, 100)};
  ChosenActuals chosen(actuals, SignalKind::kAverageLifecycle);
  chosen.Need("NO", At(0), At(100));
  chosen.Need("DE", At(0), At(100));
  const std::vector<ActualsUsed> used = chosen.Choose();
  EXPECT_EQ(used[0].zone, "DE");
  EXPECT_EQ(used[0].source, "");
  EXPECT_EQ(used[1].source, "ends");
  EXPECT_EQ(used[1].known, absl::Seconds(60));
  EXPECT_EQ(chosen.Mean("NO", At(50), At(60))->value(), 100);
  EXPECT_EQ(chosen.Mean("NO", At(30), At(60)).why(), WhyUnknown::kActualsMissing);
  EXPECT_EQ(chosen.Mean("DE", At(30), At(60)).why(), WhyUnknown::kNoActuals);
}

TEST(ChosenActuals, TakesNoSourceOfAnotherKind) {
  ActualsByZone actuals;
  actuals["NO"] = {Known100("average", 0, 100)};
  ChosenActuals chosen(actuals, SignalKind::kMarginal);
  chosen.Need("NO", At(0), At(100));
  EXPECT_EQ(chosen.Choose().at(0).source, "");
  EXPECT_EQ(chosen.Mean("NO", At(0), At(1)).why(), WhyUnknown::kNoActuals);
}

}  // namespace
}  // namespace carbon
