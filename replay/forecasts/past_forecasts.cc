#include "replay/forecasts/past_forecasts.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/status/statusor.h"
#include "forecast/own/forecast_error.h"
#include "forecast/own/hourly_history.h"

namespace carbon {
namespace {

constexpr int64_t kDay = 24 * 3600;
// A regression is fitted to at most 56 days. The rest allows for gaps.
constexpr absl::Duration kLookBack = absl::Hours(24 * 90);

}  // namespace

absl::StatusOr<IntensityHistory> HistoryBetween(const IntensityHistory& history, absl::Time from,
                                                absl::Time to) {
  const std::vector<IntensityHistory::Interval>& all = history.intervals();
  const auto starts_before = [](const IntensityHistory::Interval& interval, absl::Time time) {
    return interval.start < time;
  };
  return IntensityHistory::Create({std::lower_bound(all.begin(), all.end(), from, starts_before),
                                   std::lower_bound(all.begin(), all.end(), to, starts_before)});
}

std::vector<ForecastPair> PastForecastStore::EndingBy(absl::Time end) {
  std::vector<ForecastPair> result;
  const auto most = static_cast<int64_t>(kMaxPastForecasts);
  for (int64_t day = most - 1; day >= 0; --day) {
    const std::optional<ForecastPair>& pair = At(end - absl::Hours(24 * (days_ahead_ + day)));
    if (pair.has_value()) result.push_back(*pair);
  }
  return result;
}

const std::optional<ForecastPair>& PastForecastStore::At(absl::Time origin) {
  const auto [entry, is_new] = pairs_.try_emplace(absl::ToUnixSeconds(origin));
  if (!is_new) return entry->second;
  const RidgeForecast* ridge = FitFor(origin);
  if (ridge == nullptr) return entry->second;
  const absl::Time end = origin + absl::Hours(24 * days_ahead_);
  const absl::StatusOr<IntensityHistory> recent = HistoryBetween(history_, origin - kLookBack, end);
  if (!recent.ok()) return entry->second;
  const HourlyHistory outcome = HourlyHistory::From(*recent, end);
  const HourlyHistory known = outcome.Until(origin);
  if (known.end() != origin) return entry->second;  // a regression is for one time of day
  ForecastPair pair{origin, ridge->Forecast(known), {}};
  const auto first = known.size();
  for (size_t i = 0; i < pair.forecast.size(); ++i) {
    const size_t hour = first + i;
    pair.actual.push_back(hour < outcome.size() && outcome.is_known(hour)
                              ? outcome.grams_per_kwh()[hour]
                              : std::numeric_limits<double>::quiet_NaN());
  }
  entry->second = std::move(pair);
  return entry->second;
}

std::vector<double> PastForecastStore::ForecastFrom(absl::Time origin) {
  const RidgeForecast* ridge = FitFor(origin);
  if (ridge == nullptr) return {};
  const absl::StatusOr<IntensityHistory> recent =
      HistoryBetween(history_, origin - kLookBack, origin);
  if (!recent.ok()) return {};
  const HourlyHistory known = HourlyHistory::From(*recent, origin);
  return known.end() == origin ? ridge->Forecast(known) : std::vector<double>();
}

void PastForecastStore::ForgetBefore(absl::Time now) {
  constexpr int64_t kSpareDays = 20;
  const auto days_before = [now](int64_t days) { return absl::ToUnixSeconds(now) - days * kDay; };
  const int64_t pairs = days_ahead_ + static_cast<int64_t>(kMaxPastForecasts) + kSpareDays;
  pairs_.erase(pairs_.begin(), pairs_.lower_bound(days_before(pairs)));
  // Older ones have made all past forecasts that they were needed for.
  const int64_t fits = days_ahead_ + refit_days_ + kSpareDays;
  fits_.erase(fits_.begin(), fits_.lower_bound(days_before(fits)));
}

// The first that can be fitted on or after the day, every `refit_days_`, on which one is due.
const RidgeForecast* PastForecastStore::FitFor(absl::Time origin) {
  const int64_t at = absl::ToUnixSeconds(origin);
  const int64_t day = at / kDay;
  for (int64_t due = day / refit_days_ * refit_days_; due <= day; ++due) {
    const int64_t second = due * kDay + at % kDay;
    const auto [entry, is_new] = fits_.try_emplace(second);
    if (is_new) {
      const absl::Time time = absl::FromUnixSeconds(second);
      const HourlyHistory known = HourlyHistory::From(history_, time);
      if (known.end() == time) entry->second = RidgeForecast::Fit(known, days_ahead_);
    }
    if (entry->second.has_value()) return &*entry->second;
  }
  return nullptr;
}

}  // namespace carbon
