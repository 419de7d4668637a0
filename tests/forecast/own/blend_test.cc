#include "forecast/own/blend.h"

#include <cstdint>
#include <functional>
#include <vector>

#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

double ValueAt(const IntensitySeries& series, absl::Time time) {
  absl::StatusOr<GramsPerKilowattHour> value = series.Mean(time, time);
  return value.ok() ? value->value() : -1;
}

using Rule = std::function<double(int64_t)>;

IntensitySeries Series(int64_t from, int64_t end, const Rule& rule) {
  std::vector<IntensitySeries::Step> steps;
  for (int64_t h = from; h < end; ++h) steps.push_back({AtHour(h), GramsPerKilowattHour(rule(h))});
  return *IntensitySeries::Create(steps, AtHour(end));
}

TEST(BlendOnto, CarriesOnWithoutAJumpAndComesToOurs) {
  const IntensitySeries provider = Series(0, 48, [](int64_t h) { return WeekWave(h) + 80; });
  const IntensitySeries own = Series(0, 14 * 24, WeekWave);
  const absl::StatusOr<IntensitySeries> blended = BlendOnto(provider, own);
  ASSERT_TRUE(blended.ok()) << blended.status();
  EXPECT_EQ(blended->end(), own.end());
  for (int64_t h = 0; h < 48; ++h) {
    EXPECT_EQ(ValueAt(*blended, AtHour(h)), ValueAt(provider, AtHour(h)));
  }
  double before = 80;
  for (int64_t h = 48; h < 14 * 24; ++h) {
    const double offset = ValueAt(*blended, AtHour(h)) - ValueAt(own, AtHour(h));
    EXPECT_NEAR(offset, before * 0.92, 2e-3) << h;
    before = offset;
  }
  EXPECT_LT(before, 0.01);
}

TEST(BlendOnto, StaysAtZeroWhereTheOffsetWouldGoBelow) {
  const auto blended = BlendOnto(Series(0, 24, [](int64_t) { return 0.0; }),
                                 Series(0, 48, [](int64_t h) { return h < 24 ? 100.0 : 5.0; }));
  ASSERT_TRUE(blended.ok());
  for (int64_t h = 24; h < 36; ++h) EXPECT_EQ(ValueAt(*blended, AtHour(h)), 0);
}

TEST(BlendOnto, LeavesTheProviderAloneWhereOursDoesNotMeetIt) {
  const IntensitySeries provider = Series(0, 24, WeekWave);
  for (const IntensitySeries& own : {Series(25, 60, WeekWave), Series(0, 24, WeekWave)}) {
    EXPECT_EQ(BlendOnto(provider, own)->end(), provider.end());
  }
  EXPECT_EQ(BlendOnto(provider, Series(24, 60, WeekWave))->end(), AtHour(60));
}

}  // namespace
}  // namespace carbon
