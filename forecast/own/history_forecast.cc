#include "forecast/own/history_forecast.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/base/timestamp.h"
#include "forecast/own/ridge_forecast.h"

namespace carbon {
namespace {

constexpr size_t kDay = 24;
constexpr size_t kWeek = 7 * kDay;
constexpr int kMaxDays = RidgeForecast::kMaxDaysAhead;

// Returns the weight of the last day, against the week's mean, for each of the days ahead.
double LastDaysShare(size_t hours_ahead) { return hours_ahead < kDay ? 0.5 : 0.25; }
// The share of the last hours' error that remains after each hour.
constexpr double kErrorKept = 0.9;
constexpr size_t kErrorHours = 3;

struct NamedMethod {
  ForecastMethod method;
  absl::string_view name;
  size_t fewest_hours;
};
constexpr NamedMethod kMethods[] = {
    {ForecastMethod::kRidge, "ridge", RidgeForecast::kMinDays* kDay},
    {ForecastMethod::kProfile, "profile", kWeek},
    {ForecastMethod::kYesterday, "yesterday", kDay},
    {ForecastMethod::kPersistence, "persistence", 1},
};

const NamedMethod& Named(ForecastMethod method) {
  return *std::find_if(std::begin(kMethods), std::end(kMethods),
                       [method](const NamedMethod& named) { return named.method == method; });
}

std::vector<double> Yesterday(const std::vector<double>& grams, size_t hours) {
  std::vector<double> result(hours);
  const size_t last_day = grams.size() - kDay;
  for (size_t i = 0; i < hours; ++i) result[i] = grams[last_day + i % kDay];
  return result;
}

std::vector<double> Profile(const std::vector<double>& grams, size_t hours) {
  std::vector<double> mean(kDay);
  const size_t week = grams.size() - kWeek;
  for (size_t i = 0; i < kWeek; ++i) mean[i % kDay] += grams[week + i] / 7;
  double error = 0;
  for (size_t i = 1; i <= kErrorHours; ++i) {
    const double usual = 0.5 * (mean[kDay - i] + grams[grams.size() - i - kDay]);
    error += (grams[grams.size() - i] - usual) / kErrorHours;
  }
  std::vector<double> result(hours);
  for (size_t i = 0; i < hours; ++i) {
    const double share = LastDaysShare(i);
    const double last = grams[grams.size() - kDay + i % kDay];
    error *= kErrorKept;
    result[i] = std::max(0.0, (1 - share) * mean[i % kDay] + share * last + error);
  }
  return result;
}

}  // namespace

absl::string_view ForecastMethodName(ForecastMethod method) { return Named(method).name; }

absl::StatusOr<ForecastMethod> ParseForecastMethod(absl::string_view name) {
  for (const NamedMethod& named : kMethods) {
    if (named.name == name) return named.method;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", name, "\" is no method of forecasting: ridge, profile, yesterday and persistence are"));
}

absl::StatusOr<ForecastMethod> BestMethod(const HourlyHistory& history) {
  size_t recent = 0;
  for (size_t i = history.size() - std::min(history.size(), 2 * kDay); i < history.size(); ++i) {
    recent += history.is_known(i) ? 1 : 0;
  }
  if (history.size() < kDay || recent < kDay) {
    return absl::FailedPreconditionError(absl::StrCat(
        "history: ", recent, " hours of the last two days are known, at least 24 are needed"));
  }
  for (const NamedMethod& named : kMethods) {
    if (history.known_hours() >= named.fewest_hours) return named.method;
  }
  return ForecastMethod::kYesterday;
}

absl::StatusOr<std::vector<double>> ForecastHours(const HourlyHistory& history,
                                                  ForecastMethod method, int days) {
  if (days < 1 || days > kMaxDays) {
    return absl::InvalidArgumentError(
        absl::StrCat("forecast: ", days, " days ahead are not in [1, ", kMaxDays, "]"));
  }
  const NamedMethod& named = Named(method);
  if (history.known_hours() < named.fewest_hours) {
    return absl::FailedPreconditionError(absl::StrCat("history: ", history.known_hours(),
                                                      " hours are known, method ", named.name,
                                                      " needs ", named.fewest_hours));
  }
  const std::vector<double>& grams = history.grams_per_kwh();
  const size_t hours = static_cast<size_t>(days) * kDay;
  switch (method) {
    case ForecastMethod::kRidge: {
      const std::optional<RidgeForecast> ridge = RidgeForecast::Fit(history, days);
      if (ridge.has_value()) return ridge->Forecast(history);
      return absl::FailedPreconditionError("history: too full of holes for method ridge");
    }
    case ForecastMethod::kProfile:
      return Profile(grams, hours);
    case ForecastMethod::kYesterday:
      return Yesterday(grams, hours);
    case ForecastMethod::kPersistence:
      return std::vector<double>(hours, grams.back());
  }
  return absl::InternalError("forecast: no such method");
}

absl::StatusOr<HistoryForecast> ForecastFromHistory(const IntensityHistory& history,
                                                    absl::Time now) {
  const HourlyHistory hourly = HourlyHistory::From(history, now);
  absl::StatusOr<ForecastMethod> method = BestMethod(hourly);
  if (!method.ok()) return method.status();
  if (now - hourly.end() > kOldestHistoryEnd) {
    return absl::FailedPreconditionError(
        absl::StrCat("history: ends ", FormatTimestamp(hourly.end()), ", limit ",
                     absl::ToInt64Hours(kOldestHistoryEnd), " h before now"));
  }
  const int64_t age = absl::ToInt64Hours(now - hourly.end());
  const int64_t hours = age + absl::ToInt64Hours(kOwnForecastReach) + 1;
  const int days = static_cast<int>((hours + 23) / 24);
  absl::StatusOr<std::vector<double>> values = ForecastHours(hourly, *method, days);
  if (!values.ok() && *method == ForecastMethod::kRidge) {
    method = ForecastMethod::kProfile;
    values = ForecastHours(hourly, *method, days);
  }
  if (!values.ok()) return values.status();
  std::vector<IntensitySeries::Step> steps;
  for (int64_t hour = age; hour < hours; ++hour) {
    const GramsPerKilowattHour value((*values)[static_cast<size_t>(hour)]);
    steps.push_back(
        {hourly.end() + absl::Hours(hour), std::min(value, IntensitySeries::kMaxValue)});
  }
  absl::StatusOr<IntensitySeries> series =
      IntensitySeries::Create(steps, hourly.end() + absl::Hours(hours));
  if (!series.ok()) return series.status();
  values->resize(static_cast<size_t>(hours));
  return HistoryForecast{*method, hourly.end(), *std::move(values), *std::move(series)};
}

}  // namespace carbon
