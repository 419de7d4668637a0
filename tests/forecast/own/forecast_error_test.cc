#include "forecast/own/forecast_error.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/standard_draws.h"
#include "forecast/own/interval_coverage.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

constexpr size_t kHours = 96;

double Normal(const std::string& name, size_t index) { return StandardDraw(DrawKey(name), index); }

// Forecasts of 100 g/kWh that miss by one error for all hours, shared between zones to a part, and
// by one for each hour.
std::vector<ForecastPair> Forecasts(const std::string& zone, size_t days, double common, double own,
                                    double hourly) {
  std::vector<ForecastPair> pairs;
  for (size_t day = 0; day < days; ++day) {
    ForecastPair pair;
    pair.origin = AtHour(static_cast<int64_t>(24 * day));
    const double level = common * Normal("common", day) + own * Normal(zone, day);
    for (size_t hour = 0; hour < kHours; ++hour) {
      pair.forecast.push_back(100);
      pair.actual.push_back(100 + level + hourly * Normal(zone + "/hour", day * kHours + hour));
    }
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

struct Scenarios {
  ErrorFactors factors;
  std::vector<ErrorDraws> draws;
};

Scenarios Fit(const std::string& zone, const std::vector<ForecastPair>& past) {
  absl::StatusOr<ErrorFactors> factors =
      FitErrorFactors(past, std::vector<double>(kHours, 200), AtHour(9000), AtHour(9000));
  EXPECT_TRUE(factors.ok()) << factors.status();
  return {*factors, DrawErrors(*factors, zone)};
}

double Deviation(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  for (const double value : values) sum += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - sum) * (value - sum);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

TEST(FitErrorFactors, GivesWindowsTheSpreadOfThePast) {
  const Scenarios fit = Fit("DE", Forecasts("DE", 365, 8, 6, 20));
  const std::vector<double> forecast(kHours, 200);
  const struct {
    size_t hours;
    double deviation;  // of 100 g/kWh: the level's 10 and the hours' 20, fewer the more there are
  } cases[] = {{1, std::sqrt(100 + 400.0)},
               {6, std::sqrt(100 + 400.0 / 6)},
               {24, std::sqrt(117)},
               {72, std::sqrt(106)}};
  for (const auto& [hours, deviation] : cases) {
    double mean = 0;
    for (const size_t from : {0, 10, 20}) {
      mean += Deviation(WindowScenarios(fit.draws, fit.factors, forecast, from, hours)) / 3;
    }
    // The forecast is twice as high, and so are its errors.
    EXPECT_NEAR(mean / (2 * deviation), 1, 0.15) << hours;
  }
}

TEST(FitErrorFactors, KeepsTheCorrelationBetweenZones) {
  const auto correlation = [](double common, double own) {
    const Scenarios a = Fit("DE", Forecasts("DE", 365, common, own, 2));
    const Scenarios b = Fit("FR", Forecasts("FR", 365, common, own, 2));
    double ab = 0, aa = 0, bb = 0;
    for (size_t s = 0; s < ErrorFactors::kScenarios; ++s) {
      double x = 0, y = 0;
      for (size_t hour = 0; hour < kHours; ++hour) {
        x += a.draws[hour][s] - 1;
        y += b.draws[hour][s] - 1;
      }
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    return ab / std::sqrt(aa * bb);
  };
  EXPECT_NEAR(correlation(10, 0.1), 1, 0.1);
  EXPECT_NEAR(correlation(8, 6), 0.64, 0.25);
  EXPECT_NEAR(correlation(0, 10), 0, 0.35);
}

TEST(FitErrorFactors, SharesDaysBetweenZonesWhoseHistoriesEndHoursApart) {
  // One zone's forecasts are made at midnight, the other's three hours before: on the same days.
  std::vector<ForecastPair> early = Forecasts("DE", 180, 10, 0.1, 2);
  const std::vector<ForecastPair> late = Forecasts("DE", 180, 10, 0.1, 2);
  for (ForecastPair& pair : early) pair.origin -= absl::Hours(3);
  const std::vector<double> forecast(kHours, 200);
  for (const int64_t hour : {0, 1, 6}) {
    const absl::Time now = AtHour(24 * 200 + hour);
    EXPECT_EQ(FitErrorFactors(early, forecast, AtHour(24 * 200 - 3), now)->scores,
              FitErrorFactors(late, forecast, AtHour(24 * 200), now)->scores)
        << hour;
  }
}

TEST(FitErrorFactors, FollowsTheErrorsOfTheLastWeeks) {
  std::vector<ForecastPair> past = Forecasts("DE", 365, 0, 10, 1);
  for (size_t day = 300; day < 365; ++day) {
    for (double& actual : past[day].actual) actual = 100 + (actual - 100) * 3;
  }
  const std::vector<double> forecast(kHours, 200);
  const Scenarios calm = Fit("DE", Forecasts("DE", 365, 0, 10, 1));
  const Scenarios wild = Fit("DE", past);
  EXPECT_GT(Deviation(WindowScenarios(wild.draws, wild.factors, forecast, 0, 24)),
            1.5 * Deviation(WindowScenarios(calm.draws, calm.factors, forecast, 0, 24)));
}

TEST(FitErrorFactors, IsSmallAndTheSameBitsAgain) {
  std::vector<ForecastPair> past = Forecasts("DE", 365, 8, 6, 20);
  for (ForecastPair& pair : past) {
    while (pair.forecast.size() < 14 * 24) {
      pair.forecast.push_back(100);
      pair.actual.push_back(pair.actual[pair.actual.size() - kHours]);
    }
  }
  const std::vector<double> forecast(14 * 24, 100);
  const auto factors = FitErrorFactors(past, forecast, AtHour(9000), AtHour(9000));
  const auto again = FitErrorFactors(past, forecast, AtHour(9000), AtHour(9000));
  ASSERT_TRUE(factors.ok());
  EXPECT_EQ(factors->loadings, again->loadings);
  EXPECT_EQ(factors->scores, again->scores);
  const size_t floats =
      factors->loadings.size() + factors->scores.size() + factors->remainder.size();
  // A hundred zones within 2 of the snapshot's 8 MB.
  EXPECT_LT(floats * sizeof(float) + factors->buckets() * sizeof(uint16_t), 20000u);
}

TEST(FitErrorFactors, NeedsFortyForecastsOfKnownOutcome) {
  std::vector<ForecastPair> past = Forecasts("DE", 40, 8, 6, 20);
  const std::vector<double> forecast(kHours, 200);
  EXPECT_TRUE(FitErrorFactors(past, forecast, AtHour(9000), AtHour(9000)).ok());
  std::fill_n(past[7].actual.begin(), kHours / 4, std::nan(""));
  const auto factors = FitErrorFactors(past, forecast, AtHour(9000), AtHour(9000));
  EXPECT_EQ(factors.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(factors.status().message()),
              HasSubstr("39 past forecasts are known, at least 40 are needed"));
  EXPECT_EQ(FitErrorFactors(past, {}, AtHour(9000), AtHour(9000)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(FitErrorFactors, StandsZeros) {
  std::vector<ForecastPair> past = Forecasts("DE", 60, 0, 0, 0);
  for (ForecastPair& pair : past) {
    std::fill(pair.forecast.begin(), pair.forecast.end(), 0);
    std::fill(pair.actual.begin(), pair.actual.end(), 0);
  }
  const auto factors =
      FitErrorFactors(past, std::vector<double>(kHours, 0), AtHour(9000), AtHour(9000));
  ASSERT_TRUE(factors.ok()) << factors.status();
  for (const ErrorDraws& draws : DrawErrors(*factors, "NO")) {
    for (const double draw : draws) EXPECT_NEAR(draw, 1, 1e-3);
  }
}

// One zone's factors that a reader refuses would make the snapshot of all zones unreadable.
TEST(FitErrorFactors, IsSoundForALongForecastAndRefusesWhatIsNotFinite) {
  std::vector<ForecastPair> past = Forecasts("DE", 60, 8, 6, 20);
  constexpr size_t kLong = 24 * 100;
  for (ForecastPair& pair : past) {
    pair.forecast.resize(kLong, 100);
    pair.actual.resize(kLong, 110);
  }
  const std::vector<double> forecast(kLong, 200);
  const auto factors = FitErrorFactors(past, forecast, AtHour(9000), AtHour(9000));
  ASSERT_TRUE(factors.ok()) << factors.status();
  EXPECT_TRUE(CheckErrorFactors(*factors).ok()) << CheckErrorFactors(*factors);
  EXPECT_EQ(factors->bucket_end_hours.back(), 24 * 28);

  std::fill(past[3].forecast.begin(), past[3].forecast.end(), 1e-300);
  EXPECT_EQ(FitErrorFactors(past, forecast, AtHour(9000), AtHour(9000)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(PastForecasts, EndsWhereTheHistoryDoesAndKnowsNoMoreThanItWould) {
  const auto rule = [](int64_t hour) { return NoisyWave(hour, 20); };
  const int64_t end = 24 * 200 + 5;
  const HourlyHistory history = HourlyHistory::From(MakeHistory(0, end, rule), AtHour(end));
  const auto pairs = PastForecasts(history, ForecastMethod::kRidge, 3);
  ASSERT_EQ(pairs.back().origin, AtHour(end - 72));
  EXPECT_EQ(pairs.size(), 200u - 60 - 3 + 1);
  const HourlyHistory then = history.Until(pairs.front().origin);
  EXPECT_EQ(pairs.front().forecast, *ForecastHours(then, ForecastMethod::kRidge, 3));
  // The noise of 20 is what is left of the truth.
  EXPECT_NEAR(AccuracyOfDay(pairs, 0).normalised_mae, 0.8 * 20 / 283, 0.02);
}

TEST(CentralRange, LiesBetweenOrderStatistics) {
  std::vector<double> values;
  for (int i = 1; i <= 19; ++i) values.push_back(i);
  EXPECT_DOUBLE_EQ(CentralRange(values, 0.8).low.value(), 2);
  EXPECT_DOUBLE_EQ(CentralRange(values, 0.8).high.value(), 18);
  EXPECT_DOUBLE_EQ(CentralRange(values, 0.75).low.value(), 2.5);
  EXPECT_DOUBLE_EQ(CentralRange(values, 0.999).high.value(), 19);
}

TEST(CountHits, CoversWhatItSaysOfErrorsThatStayAsTheyAre) {
  std::vector<IntervalHits> all;
  for (const std::string zone : {"A", "B", "C", "D"}) {
    const auto hits = CountHits(Forecasts(zone, 500, 6, 8, 15), AtHour(24 * 250), zone);
    EXPECT_EQ(hits.size(), 250u);
    all.insert(all.end(), hits.begin(), hits.end());
  }
  for (size_t window = 0; window < kWindowHours.size(); ++window) {
    for (size_t nominal = 0; nominal < kNominalShares.size(); ++nominal) {
      const Coverage coverage = PooledCoverage(all, nominal, window);
      EXPECT_NEAR(coverage.share, kNominalShares[nominal], 0.04);
      EXPECT_LT(coverage.low, coverage.share);
      EXPECT_GT(coverage.high, coverage.share);
    }
  }
  EXPECT_EQ(PooledCoverage(all, 0, 0).windows, 4 * 250 * 96);
  EXPECT_EQ(PooledCoverage(all, 0, 3).windows, 4 * 250 * 2);
}

TEST(CountHits, NeedsForecastsThatAreOverBeforeTheFirst) {
  const auto hits = CountHits(Forecasts("A", 100, 6, 8, 15), AtHour(0), "A");
  ASSERT_FALSE(hits.empty());
  EXPECT_EQ(hits.front().origin, AtHour(24 * (40 + 3)));
}

}  // namespace
}  // namespace carbon
