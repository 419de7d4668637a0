#include "forecast/own/evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "forecast/own/ridge_forecast.h"

namespace carbon {
namespace {

constexpr size_t kDay = 24;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool AllKnown(const std::vector<double>& values, size_t from, size_t count) {
  if (from + count > values.size()) return false;
  return std::none_of(values.begin() + static_cast<ptrdiff_t>(from),
                      values.begin() + static_cast<ptrdiff_t>(from + count),
                      [](double value) { return std::isnan(value); });
}

// Returns ranks from 1. Equal values share the mean of their ranks.
std::vector<double> Ranks(const double* values, size_t count) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [values](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(count);
  for (size_t i = 0; i < count;) {
    size_t end = i;
    while (end < count && values[order[end]] == values[order[i]]) ++end;
    const double rank = static_cast<double>(i + 1 + end) / 2;
    for (; i < end; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

// Returns Pearson's correlation; 0 if one of the two does not vary.
double Correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double count = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / count;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / count;
  double ab = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

double Sum(const std::vector<double>& values, size_t from, size_t count) {
  double sum = 0;
  for (size_t i = from; i < from + count; ++i) sum += values[i];
  return sum;
}

size_t BestStart(const std::vector<double>& values, size_t runtime, size_t slack) {
  size_t best = 0;
  for (size_t start = 1; start <= slack; ++start) {
    if (Sum(values, start, runtime) < Sum(values, best, runtime)) best = start;
  }
  return best;
}

}  // namespace

std::vector<ForecastPair> RollingForecasts(const HourlyHistory& history, ForecastMethod method,
                                           const EvaluationPlan& plan) {
  const size_t hours = static_cast<size_t>(plan.days_ahead) * kDay;
  std::vector<ForecastPair> pairs;
  std::optional<RidgeForecast> ridge;
  absl::Time fitted_at = absl::InfinitePast();
  for (absl::Time origin = plan.from; origin + absl::Hours(static_cast<int64_t>(hours)) <= plan.to;
       origin += plan.every) {
    const HourlyHistory known = history.Until(origin);
    const int64_t lag = absl::ToInt64Hours(origin - known.end());
    if (known.size() == 0 || lag >= 24) continue;
    const int days = plan.days_ahead + (lag > 0 ? 1 : 0);
    std::vector<double> values;
    if (method == ForecastMethod::kRidge && plan.refit_every > plan.every) {
      if (lag > 0) continue;  // weights belong to one time of day
      if (origin - fitted_at >= plan.refit_every) {
        ridge = RidgeForecast::Fit(known, days);
        if (ridge.has_value()) fitted_at = origin;
      }
      if (!ridge.has_value()) continue;
      values = ridge->Forecast(known);
    } else {
      absl::StatusOr<std::vector<double>> forecast = ForecastHours(known, method, days);
      if (!forecast.ok()) continue;
      values = *std::move(forecast);
    }
    ForecastPair pair;
    pair.origin = origin;
    pair.forecast.assign(values.begin() + lag,
                         values.begin() + lag + static_cast<ptrdiff_t>(hours));
    const int64_t first = absl::ToInt64Hours(origin - history.begin());
    for (size_t i = 0; i < hours; ++i) {
      const size_t hour = static_cast<size_t>(first) + i;
      pair.actual.push_back(
          hour < history.size() && history.is_known(hour) ? history.grams_per_kwh()[hour] : kNan);
    }
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

DayAccuracy AccuracyOfDay(const std::vector<ForecastPair>& pairs, int day) {
  const size_t first = static_cast<size_t>(day) * kDay;
  DayAccuracy accuracy;
  double error = 0, total = 0, relative = 0, correlation = 0;
  int64_t positive = 0, days = 0;
  for (const ForecastPair& pair : pairs) {
    const size_t end = std::min(first + kDay, pair.forecast.size());
    for (size_t i = first; i < end; ++i) {
      if (std::isnan(pair.actual[i])) continue;
      const double miss = std::abs(pair.forecast[i] - pair.actual[i]);
      error += miss;
      total += pair.actual[i];
      ++accuracy.hours;
      if (pair.actual[i] > 0) {
        relative += miss / pair.actual[i];
        ++positive;
      }
    }
    if (!AllKnown(pair.actual, first, kDay)) continue;
    const auto [least, greatest] =
        std::minmax_element(pair.actual.begin() + static_cast<ptrdiff_t>(first),
                            pair.actual.begin() + static_cast<ptrdiff_t>(end));
    if (*least == *greatest) continue;
    correlation +=
        Correlation(Ranks(&pair.forecast[first], kDay), Ranks(&pair.actual[first], kDay));
    ++days;
  }
  accuracy.mape = positive > 0 ? relative / static_cast<double>(positive) : kNan;
  accuracy.normalised_mae = total > 0 ? error / total : kNan;
  accuracy.rank_correlation = days > 0 ? correlation / static_cast<double>(days) : kNan;
  return accuracy;
}

double SavingCaptured(const std::vector<ForecastPair>& pairs, absl::Duration runtime,
                      absl::Duration slack) {
  const size_t run = static_cast<size_t>(absl::ToInt64Hours(runtime));
  const size_t wait = static_cast<size_t>(absl::ToInt64Hours(slack));
  double captured = 0, possible = 0;
  for (const ForecastPair& pair : pairs) {
    if (!AllKnown(pair.actual, 0, run + wait)) continue;
    const double at_once = Sum(pair.actual, 0, run);
    captured += at_once - Sum(pair.actual, BestStart(pair.forecast, run, wait), run);
    possible += at_once - Sum(pair.actual, BestStart(pair.actual, run, wait), run);
  }
  return possible > 0 ? captured / possible : kNan;
}

}  // namespace carbon
