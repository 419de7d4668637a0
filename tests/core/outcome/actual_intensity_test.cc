#include "core/outcome/actual_intensity.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace carbon {
namespace {

absl::Time Second(int64_t second) { return absl::FromUnixSeconds(1795478400 + second); }

// Against a table with an entry for each second.
TEST(ActualIntensity, SumsWhatIsKnownOfAnyWindow) {
  std::mt19937 random(3);
  const auto draw = [&random](int from, int to) {
    return std::uniform_int_distribution<int>(from, to)(random);
  };
  constexpr int kSeconds = 400;
  for (int round = 0; round < 200; ++round) {
    std::vector<int64_t> milligrams(kSeconds, -1), fetched(kSeconds, 0);
    std::vector<bool> estimated(kSeconds, false);
    std::vector<IntensityHistory::Interval> intervals;
    std::vector<absl::Time> fetched_at;
    for (int second = draw(0, 50); second < kSeconds - 50;) {
      const int length = draw(1, 50), value = draw(0, 900000), stamp = draw(1000, 2000);
      const bool is_estimated = draw(0, 1) == 1;
      for (int i = second; i < second + length && i < kSeconds; ++i) {
        milligrams[i] = value;
        estimated[i] = is_estimated;
        fetched[i] = stamp;
      }
      intervals.push_back({Second(second), Second(std::min(second + length, kSeconds)),
                           GramsPerKilowattHour(value / 1000.0), is_estimated});
      fetched_at.push_back(Second(stamp));
      second += length + draw(0, 1) * draw(0, 40);
    }
    const ActualIntensity actual("test", SignalKind::kMarginal,
                                 *IntensityHistory::Create(intervals), fetched_at);
    for (int i = 0; i < 50; ++i) {
      const int from = draw(-10, kSeconds), to = from + draw(0, kSeconds + 10);
      int64_t integral = 0, known = 0, guessed = 0, newest = 0;
      for (int second = std::max(0, from); second < std::min(to, kSeconds); ++second) {
        if (milligrams[second] < 0) continue;
        integral += milligrams[second];
        ++known;
        guessed += estimated[second] ? 1 : 0;
        newest = std::max(newest, fetched[second]);
      }
      const ActualIntensity::Window window = actual.Over(Second(from), Second(to));
      ASSERT_EQ(window.integral.milligram_seconds_per_kwh, integral);
      ASSERT_EQ(window.known, absl::Seconds(known));
      ASSERT_EQ(window.estimated, absl::Seconds(guessed));
      ASSERT_EQ(window.fetched_at.has_value(), known > 0);
      ASSERT_EQ(window.fetched_at.value_or(Second(0)), Second(newest));
    }
  }
}

TEST(ActualIntensity, KnowsNothingOfAnEmptyHistory) {
  const ActualIntensity actual("test", SignalKind::kAverageDirect, *IntensityHistory::Create({}));
  const ActualIntensity::Window window = actual.Over(Second(0), Second(3600));
  EXPECT_EQ(window.known, absl::ZeroDuration());
  EXPECT_FALSE(window.fetched_at.has_value());
}

}  // namespace
}  // namespace carbon
