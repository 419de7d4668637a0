#include "forecast/own/ridge_forecast.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

using Row = std::vector<double>;

// a x = b by Gauss-Jordan elimination with pivoting: neither factorisation nor library.
Row Solve(std::vector<Row> a, Row b) {
  const size_t n = b.size();
  for (size_t column = 0; column < n; ++column) {
    size_t pivot = column;
    for (size_t row = column; row < n; ++row) {
      if (std::abs(a[row][column]) > std::abs(a[pivot][column])) pivot = row;
    }
    std::swap(a[pivot], a[column]);
    std::swap(b[pivot], b[column]);
    for (size_t row = 0; row < n; ++row) {
      if (row == column) continue;
      const double factor = a[row][column] / a[column][column];
      for (size_t i = column; i < n; ++i) a[row][i] -= factor * a[column][i];
      b[row] -= factor * b[column];
    }
  }
  for (size_t i = 0; i < n; ++i) b[i] /= a[i][i];
  return b;
}

double LevelAt(const Row& grams, size_t origin, size_t days, size_t hour) {
  double sum = 0;
  for (size_t day = 1; day <= days; ++day) sum += grams[origin - 24 * day + hour];
  return days > 0 ? sum / static_cast<double>(days) : 0;
}

// The inputs that the header and docs/forecast.md describe, for an origin on day `day` of 2025.
Row Inputs(const Row& grams, size_t origin, size_t level_days) {
  Row row;
  for (const size_t lag : {1, 2, 3, 7}) {
    for (size_t hour = 0; hour < 24; ++hour) {
      row.push_back(grams[origin - 24 * lag + hour] - LevelAt(grams, origin, level_days, hour));
    }
  }
  for (size_t hour = 21; hour < 24; ++hour) {
    row.push_back(grams[origin - 24 + hour] - LevelAt(grams, origin, level_days, hour));
  }
  const int64_t day =
      absl::ToInt64Hours(AtHour(static_cast<int64_t>(origin)) - absl::UnixEpoch()) / 24;
  for (int64_t weekday = 0; weekday < 7; ++weekday) row.push_back(day % 7 == weekday ? 1 : 0);
  for (const double turns : {1.0, 2.0}) {
    const double angle = turns * 2 * M_PI * static_cast<double>(day) / 365.25;
    row.push_back(std::cos(angle));
    row.push_back(std::sin(angle));
  }
  return row;
}

double Scale(size_t column) {
  if (column < 24) return 1.4;
  if (column < 48) return 0.8;
  if (column < 96) return 0.6;
  return column < 99 ? 4.0 : 1.0;
}

// One regression, for hour `target` ahead of the end of `grams`.
double Regress(const Row& grams, size_t level_days, size_t target) {
  const size_t end = grams.size();
  std::vector<size_t> origins;
  for (size_t origin = end % 24; origin + 24 <= end; origin += 24) {
    if (origin >= 24 * std::max<size_t>(7, level_days)) origins.push_back(origin);
  }
  std::vector<Row> x;
  for (const size_t origin : origins) x.push_back(Inputs(grams, origin, level_days));
  Row now = Inputs(grams, end, level_days);
  const size_t features = now.size();
  for (size_t column = 0; column < features; ++column) {
    double mean = 0, square = 0;
    for (const Row& row : x) mean += row[column] / static_cast<double>(x.size());
    for (const Row& row : x) square += std::pow(row[column] - mean, 2);
    const double deviation = std::sqrt(square / static_cast<double>(x.size()));
    const double scale = deviation > 1e-9 ? Scale(column) / deviation : 0;
    for (Row& row : x) row[column] = (row[column] - mean) * scale;
    now[column] = (now[column] - mean) * scale;
  }
  const size_t hour = target % 24;
  const double penalty = 30 + 20 * static_cast<double>(target / 24);
  std::vector<Row> normal(features + 1, Row(features + 1));
  Row right(features + 1);
  for (size_t i = 0; i < x.size(); ++i) {
    if (origins[i] + 24 * (target / 24 + 1) > end) continue;
    Row row = x[i];
    row.push_back(1);
    const double y = grams[origins[i] + target] - LevelAt(grams, origins[i], level_days, hour);
    for (size_t a = 0; a < row.size(); ++a) {
      right[a] += row[a] * y;
      for (size_t b = 0; b < row.size(); ++b) normal[a][b] += row[a] * row[b];
    }
  }
  for (size_t a = 0; a < features; ++a) normal[a][a] += penalty;
  normal[features][features] += 1e-6;
  now.push_back(1);
  const Row weights = Solve(normal, right);
  double result = LevelAt(grams, end, level_days, hour);
  for (size_t a = 0; a < now.size(); ++a) result += weights[a] * now[a];
  return result;
}

TEST(RidgeForecast, AgreesWithTheNormalEquationsSolvedAnotherWay) {
  const int64_t end = 24 * 65 + 9;
  const auto rule = [](int64_t hour) { return NoisyWave(hour, 25); };
  const HourlyHistory history = HourlyHistory::From(MakeHistory(0, end, rule), AtHour(end));
  const std::optional<RidgeForecast> ridge = RidgeForecast::Fit(history, 3);
  ASSERT_TRUE(ridge.has_value());
  const std::vector<double> forecast = ridge->Forecast(history);
  ASSERT_EQ(forecast.size(), 72u);
  for (const size_t target : {0, 5, 23, 30, 71}) {
    // 65 days are enough for the levels of none and of 14 days, not for those of 28 and 56.
    const double expected = (Regress(history.grams_per_kwh(), 0, target) +
                             Regress(history.grams_per_kwh(), 14, target)) /
                            2;
    EXPECT_NEAR(forecast[target], expected, 1e-6 * expected) << target;
  }
}

TEST(RidgeForecast, NeedsSixtyKnownDaysAndDaysWithoutHoles) {
  const auto fit = [](int64_t end, const std::function<double(int64_t)>& rule) {
    return RidgeForecast::Fit(HourlyHistory::From(MakeHistory(0, end, rule), AtHour(end)), 3);
  };
  EXPECT_TRUE(fit(24 * 60, WeekWave).has_value());
  EXPECT_FALSE(fit(24 * 60 - 1, WeekWave).has_value());
  // Every day lacks a third: enough hours, no day to learn from.
  EXPECT_FALSE(fit(24 * 200, [](int64_t h) { return h % 3 == 0 ? -1 : WeekWave(h); }).has_value());
}

TEST(RidgeForecast, FollowsAnotherHistoryOfItsZone) {
  const auto rule = [](int64_t hour) { return NoisyWave(hour, 10); };
  const HourlyHistory whole = HourlyHistory::From(MakeHistory(0, 24 * 130, rule), AtHour(24 * 130));
  const std::optional<RidgeForecast> ridge = RidgeForecast::Fit(whole.Until(AtHour(24 * 100)), 2);
  ASSERT_TRUE(ridge.has_value());
  const std::vector<double> forecast = ridge->Forecast(whole.Until(AtHour(24 * 120)));
  for (size_t hour = 0; hour < 48; ++hour) {
    EXPECT_NEAR(forecast[hour], WeekWave(24 * 120 + static_cast<int64_t>(hour)), 25) << hour;
  }
}

}  // namespace
}  // namespace carbon
