#include "forecast/own/history_forecast.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using Rule = std::function<double(int64_t)>;

HistoryForecast Forecast(const IntensityHistory& history, absl::Time now) {
  absl::StatusOr<HistoryForecast> forecast = ForecastFromHistory(history, now);
  EXPECT_TRUE(forecast.ok()) << forecast.status();
  return *std::move(forecast);
}

double ValueAt(const IntensitySeries& series, absl::Time time) {
  absl::StatusOr<GramsPerKilowattHour> value = series.Mean(time, time);
  return value.ok() ? value->value() : -1;
}

// Root of the mean square, over the 14 days after `now`.
double Miss(const HistoryForecast& forecast, int64_t now, const Rule& truth) {
  double squares = 0;
  for (int64_t hour = now; hour < now + 14 * 24; ++hour) {
    const double miss = ValueAt(forecast.series, AtHour(hour)) - truth(hour);
    squares += miss * miss;
  }
  return std::sqrt(squares / (14 * 24));
}

TEST(ForecastFromHistory, FindsTheWaveUnderTheNoise) {
  for (const double noise : {1.0, 10.0, 30.0}) {
    const int64_t now = 200 * 24 + 13;
    const auto history = MakeHistory(0, now, [noise](int64_t h) { return NoisyWave(h, noise); });
    const HistoryForecast forecast = Forecast(history, AtHour(now));
    EXPECT_EQ(forecast.method, ForecastMethod::kRidge);
    EXPECT_LT(Miss(forecast, now, WeekWave), 0.7 * noise + 2) << noise;
  }
}

TEST(ForecastFromHistory, CoversFourteenDaysFromTheHourOfNow) {
  const auto history = MakeHistory(0, 24 * 100, WeekWave);
  const absl::Time now = AtHour(24 * 100) + absl::Minutes(40);
  const HistoryForecast forecast = Forecast(history, now);
  EXPECT_EQ(forecast.series.begin(), AtHour(24 * 100));
  EXPECT_GE(forecast.series.end(), now + kOwnForecastReach);
}

TEST(ForecastFromHistory, BridgesThePublicationLag) {
  for (const int64_t lag : {1, 5, 30, 24 * 6}) {
    const int64_t now = 24 * 150 + 7;
    const HistoryForecast forecast =
        Forecast(MakeHistory(0, now - lag, [](int64_t h) { return NoisyWave(h, 5); }), AtHour(now));
    EXPECT_EQ(forecast.known_until, AtHour(now - lag));
    EXPECT_EQ(forecast.series.begin(), AtHour(now));
    EXPECT_LT(Miss(forecast, now, WeekWave), 10) << lag;
  }
}

TEST(ForecastFromHistory, DegradesInStepsWithLessHistory) {
  const struct {
    int64_t hours;
    ForecastMethod method;
  } cases[] = {{24 * 61, ForecastMethod::kRidge},    {24 * 59, ForecastMethod::kProfile},
               {24 * 7, ForecastMethod::kProfile},   {24 * 7 - 1, ForecastMethod::kYesterday},
               {24 * 2, ForecastMethod::kYesterday}, {24, ForecastMethod::kYesterday}};
  for (const auto& [hours, method] : cases) {
    const HistoryForecast forecast = Forecast(MakeHistory(0, hours, WeekWave), AtHour(hours));
    EXPECT_EQ(forecast.method, method) << hours;
    EXPECT_GE(forecast.series.end(), AtHour(hours) + kOwnForecastReach);
  }
  for (const int64_t hours : {0, 1, 23}) {
    const auto forecast = ForecastFromHistory(MakeHistory(0, hours, WeekWave), AtHour(hours));
    EXPECT_EQ(forecast.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(forecast.status().message()), HasSubstr("at least 24 are needed"));
  }
}

TEST(ForecastFromHistory, RefusesAHistoryThatEndedLongAgo) {
  const auto forecast =
      ForecastFromHistory(MakeHistory(0, 24 * 100, WeekWave), AtHour(24 * 107 + 1));
  EXPECT_EQ(forecast.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(forecast.status().message()),
              HasSubstr("history: ends 2025-04-11T00:00:00Z, limit 168 h before now"));
}

TEST(ForecastFromHistory, DoesNotLookAheadWhenTheClockIsSetBack) {
  const Rule rule = [](int64_t h) { return NoisyWave(h, 10); };
  const int64_t now = 24 * 120;
  const HistoryForecast known = Forecast(MakeHistory(0, now, rule), AtHour(now));
  const HistoryForecast more = Forecast(MakeHistory(0, now + 30, rule), AtHour(now));
  EXPECT_EQ(known.series.step_milligrams(), more.series.step_milligrams());
}

TEST(ForecastFromHistory, GivesTheSameBitsAgain) {
  const auto history = MakeHistory(0, 24 * 300, [](int64_t h) { return NoisyWave(h, 30); });
  EXPECT_EQ(Forecast(history, AtHour(24 * 300)).series.step_milligrams(),
            Forecast(history, AtHour(24 * 300)).series.step_milligrams());
}

TEST(ForecastFromHistory, StandsHoles) {
  const int64_t now = 24 * 200;
  // Single hours, whole days, a month, and the last evening.
  const Rule rule = [](int64_t h) {
    const bool hole = h % 17 == 3 || (h / 24) % 31 == 5 || (h / 24 >= 80 && h / 24 < 110) ||
                      (h >= now - 6 && h < now - 2);
    return hole ? -1.0 : NoisyWave(h, 5);
  };
  const HistoryForecast forecast = Forecast(MakeHistory(0, now, rule), AtHour(now));
  EXPECT_EQ(forecast.method, ForecastMethod::kRidge);
  EXPECT_LT(Miss(forecast, now, WeekWave), 10);
}

TEST(ForecastFromHistory, IsNotMisledByADayOfEstimates) {
  const int64_t now = 24 * 150;
  const Rule rule = [](int64_t h) { return NoisyWave(h, 10); };
  // Nothing was measured from Sunday on, and Saturday replaces it: the forecast from Monday on is
  // that of a history that ends before Sunday.
  const int64_t sunday = 24 * 144;
  const auto estimated = MakeHistory(0, now, [&rule](int64_t h) {
    return h < sunday ? rule(h) : rule(sunday - 24 + (h - sunday) % 24);
  });
  EXPECT_EQ(Forecast(estimated, AtHour(now)).series.step_milligrams(),
            Forecast(MakeHistory(0, sunday, rule), AtHour(now)).series.step_milligrams());
}

TEST(ForecastFromHistory, TakesConstantsForWhatTheyAre) {
  for (const double value : {0.0, 24.0, 10000.0}) {
    for (const int64_t days : {1, 10, 100}) {
      const HistoryForecast forecast = Forecast(
          MakeHistory(0, 24 * days, [value](int64_t) { return value; }), AtHour(24 * days));
      for (const IntensitySeries::Step& step : forecast.series.steps()) {
        ASSERT_NEAR(step.value.value(), value, 1e-3 * value) << days;
      }
    }
  }
}

TEST(ForecastFromHistory, NeverFallsBelowZeroNorFarAboveWhatWas) {
  // Hours of zero at noon, and a sudden rise at the end.
  const Rule rule = [](int64_t h) {
    const double wave = std::max(0.0, 40 * std::sin(2 * M_PI * static_cast<double>(h % 24) / 24));
    return h > 24 * 190 ? wave + 30 * static_cast<double>(h - 24 * 190) : wave;
  };
  for (const int64_t days : {5, 30, 191, 192}) {
    const HistoryForecast forecast = Forecast(MakeHistory(0, 24 * days, rule), AtHour(24 * days));
    double most = 0;
    for (int64_t h = 0; h < 24 * days; ++h) most = std::max(most, rule(h));
    for (const IntensitySeries::Step& step : forecast.series.steps()) {
      ASSERT_GE(step.value.value(), 0);
      ASSERT_LE(step.value.value(), 2.5 * most);
    }
  }
}

TEST(ForecastFromHistory, LearnsANewHourWithinDaysOfAChangeOfClocks) {
  // Habits move one hour earlier in UTC from day 200 on.
  const Rule rule = [](int64_t h) { return NoisyWave(h >= 24 * 200 ? h + 1 : h, 3); };
  const auto miss = [&rule](int64_t days) {
    const HistoryForecast forecast = Forecast(MakeHistory(0, 24 * days, rule), AtHour(24 * days));
    double sum = 0;
    for (int64_t h = 24 * days; h < 24 * days + 24; ++h) {
      sum += std::abs(ValueAt(forecast.series, AtHour(h)) - WeekWave(h + 1)) / 24;
    }
    return sum;
  };
  // A clock's hour is worth 17 g/kWh on average.
  EXPECT_LT(miss(207), 9);
  EXPECT_LT(miss(230), 6);
}

TEST(ParseForecastMethod, KnowsItsNames) {
  for (const ForecastMethod method : {ForecastMethod::kRidge, ForecastMethod::kProfile,
                                      ForecastMethod::kYesterday, ForecastMethod::kPersistence}) {
    EXPECT_EQ(*ParseForecastMethod(ForecastMethodName(method)), method);
  }
  EXPECT_THAT(std::string(ParseForecastMethod("arima").status().message()),
              HasSubstr("\"arima\" is no method of forecasting"));
}

}  // namespace
}  // namespace carbon
