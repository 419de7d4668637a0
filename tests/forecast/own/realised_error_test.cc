#include "forecast/own/realised_error.h"

#include <vector>

#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

// Hours are counted from HistoryStart(); now is the end of the tenth day.
constexpr int64_t kNowHour = 240;

ArchivedForecast Forecast(int64_t made_at, double value, int64_t hours = 72) {
  return {std::nullopt, AtHour(made_at), AtHour(made_at),
          *IntensitySeries::Create({{AtHour(made_at), GramsPerKilowattHour(value)}},
                                   AtHour(made_at + hours))};
}

IntensityHistory Constant(double value) {
  return MakeHistory(0, kNowHour, [value](int64_t) { return value; });
}

TEST(MeasureRealisedError, IsOfTheForecastMadeADayBefore) {
  std::vector<ArchivedForecast> forecasts;
  // The later half of each day's hours is forecast by a better one, but too late.
  for (int64_t hour = 24; hour < kNowHour; hour += 12) {
    forecasts.push_back(Forecast(hour, hour % 24 == 0 ? 120 : 90));
  }
  const RealisedError error = MeasureRealisedError(forecasts, Constant(100), AtHour(kNowHour));
  EXPECT_EQ(error.hours, 7 * 24);
  EXPECT_NEAR(error.mape, 0.15, 1e-9);  // half of 20%, half of 10%
  EXPECT_NEAR(error.bias, 0.05, 1e-9);
}

TEST(MeasureRealisedError, LeavesOutHoursOfWhichOneIsNotKnown) {
  const std::vector<ArchivedForecast> forecasts = {Forecast(kNowHour - 72, 110, 36)};
  // 24 to 36 hours after it was made there is a forecast, and it is the day's.
  RealisedError error = MeasureRealisedError(forecasts, Constant(100), AtHour(kNowHour));
  EXPECT_EQ(error.hours, 12);
  EXPECT_NEAR(error.mape, 0.10, 1e-9);
  const IntensityHistory holes =
      MakeHistory(0, kNowHour, [](int64_t hour) { return hour == kNowHour - 48 ? -1.0 : 100.0; });
  EXPECT_EQ(MeasureRealisedError(forecasts, holes, AtHour(kNowHour)).hours, 11);
}

TEST(MeasureRealisedError, DoesNotJudgeAForecastThatWasOldByThen) {
  const std::vector<ArchivedForecast> forecasts = {Forecast(kNowHour - 100, 110, 100)};
  EXPECT_EQ(MeasureRealisedError(forecasts, Constant(100), AtHour(kNowHour)).hours, 25);
}

TEST(MeasureRealisedError, HasNoPercentageOfZero) {
  const std::vector<ArchivedForecast> forecasts = {Forecast(kNowHour - 48, 10)};
  const RealisedError error = MeasureRealisedError(forecasts, Constant(0), AtHour(kNowHour));
  EXPECT_EQ(error.hours, 24);
  EXPECT_EQ(error.mape, 0);
  EXPECT_EQ(error.bias, 0);
  EXPECT_EQ(MeasureRealisedError({}, Constant(100), AtHour(kNowHour)).hours, 0);
}

}  // namespace
}  // namespace carbon
