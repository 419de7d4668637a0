#include "forecast/sources/static_value.h"

#include "forecast/sources/forecast_file.h"
#include "gtest/gtest.h"
#include "tests/forecast/providers/replies.h"

namespace carbon {
namespace {

TEST(StaticForecast, HoldsOneValueForAsFarAsForecastsReach) {
  const absl::Time now = At(13, 7) + absl::Milliseconds(250);
  absl::StatusOr<ProviderForecast> forecast =
      StaticForecast(SignalKind::kAverageDirect, GramsPerKilowattHour(350), now);
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->kind, SignalKind::kAverageDirect);
  EXPECT_EQ(forecast->issued_at, std::nullopt);
  EXPECT_EQ(forecast->series.begin(), At(13));
  EXPECT_GE(forecast->series.end(), now + kForecastReach);
  EXPECT_EQ(*forecast->series.Mean(forecast->series.begin(), forecast->series.end()),
            GramsPerKilowattHour(350));
  EXPECT_EQ(
      StaticForecast(SignalKind::kAverageDirect, GramsPerKilowattHour(-1), now).status().code(),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace carbon
