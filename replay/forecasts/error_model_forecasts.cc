#include "replay/forecasts/error_model_forecasts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/duration.h"
#include "core/base/standard_draws.h"
#include "core/base/timestamp.h"
#include "forecast/own/history_forecast.h"
#include "forecast/sources/forecast_file.h"

namespace carbon {
namespace {

constexpr double kMinFactor = 0.05;
constexpr absl::Duration kHour = absl::Hours(1);

// One for each hour from the issue on.
std::vector<double> DrawFactors(const ErrorModel& model, absl::string_view zone, absl::Time issue,
                                size_t hours) {
  const uint64_t key = DrawKey(
      absl::StrCat("replay-error/", model.seed, "/", zone, "/", absl::ToUnixSeconds(issue)));
  const double growth = absl::ToDoubleHours(model.spread.growth);
  const double kept = growth / (growth + 1);
  const double fresh = std::sqrt(1 - kept * kept);
  std::vector<double> factors;
  double noise = StandardDraw(key, 0);
  for (size_t hour = 0; hour < hours; ++hour) {
    if (hour > 0) noise = kept * noise + fresh * StandardDraw(key, hour);
    const double lead = static_cast<double>(hour) + 0.5;
    const double spread =
        model.spread.near + (model.spread.far - model.spread.near) * (lead / (lead + growth));
    factors.push_back(std::max(kMinFactor, 1 + spread * noise));
  }
  return factors;
}

absl::Time FloorTo(absl::Time time, absl::Duration step) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), step);
}

}  // namespace

absl::StatusOr<ErrorModel> ParseErrorModel(absl::string_view text) {
  ErrorModel model;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> sides =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    const auto& [name, value] = sides;
    const auto wrong = [part = part](absl::string_view expected) {
      return absl::InvalidArgumentError(absl::StrCat("\"", part, "\": is not ", expected));
    };
    if (name == "near" || name == "far") {
      double& share = name == "near" ? model.spread.near : model.spread.far;
      if (!absl::SimpleAtod(value, &share) || !(share >= 0 && share <= 1)) {
        return wrong("a share in [0, 1]");
      }
    } else if (name == "growth" || name == "every") {
      const absl::StatusOr<absl::Duration> duration = ParseDuration(value);
      if (!duration.ok()) return wrong("a duration, as 24h");
      if (name == "growth") {
        if (*duration <= absl::ZeroDuration() || *duration > absl::Hours(24 * 400)) {
          return wrong("above zero and at most 400 days");
        }
        model.spread.growth = *duration;
      } else {
        if (*duration < kHour || *duration > 168 * kHour || *duration % kHour != kHour * 0) {
          return wrong("whole hours, from 1h to 168h");
        }
        model.every = *duration;
      }
    } else if (name == "seed") {
      if (!absl::SimpleAtoi(value, &model.seed)) return wrong("a whole number");
    } else {
      return wrong("near=, far=, growth=, every= or seed=");
    }
  }
  if (model.spread.far < model.spread.near) {
    return absl::InvalidArgumentError(
        absl::StrCat("far=", model.spread.far, ": is less than near=", model.spread.near));
  }
  return model;
}

std::string FormatErrorModel(const ErrorModel& model) {
  return absl::StrCat("near=", model.spread.near, ",far=", model.spread.far,
                      ",growth=", DurationText(model.spread.growth),
                      ",every=", absl::ToInt64Hours(model.every), "h,seed=", model.seed);
}

absl::StatusOr<std::vector<ZoneForecast>> ErrorModelForecasts::At(absl::Time hour) {
  const absl::Time issue = FloorTo(hour, model_.every);
  const absl::Time until = issue + model_.every + kOwnForecastReach;
  std::vector<ZoneForecast> forecasts;
  for (const ZoneActuals& zone : zones_) {
    const std::vector<IntensityHistory::Interval>& known = zone.record->history().intervals();
    // From the hour on without a gap; the factors count from the issue.
    auto next = std::lower_bound(
        known.begin(), known.end(), hour,
        [](const IntensityHistory::Interval& one, absl::Time time) { return one.start < time; });
    const std::vector<double> factors = DrawFactors(
        model_, zone.zone->name, issue, static_cast<size_t>(absl::ToInt64Hours(until - issue)));
    std::vector<IntensitySeries::Step> steps;
    absl::Time end = hour;
    for (; next != known.end() && next->start == end && end < until; ++next) {
      const auto lead = static_cast<size_t>(absl::ToInt64Hours(next->start - issue));
      steps.push_back(
          {next->start, std::min(next->value * factors[lead], IntensitySeries::kMaxValue)});
      end = next->end;
    }
    if (steps.empty()) continue;
    const absl::StatusOr<IntensitySeries> series = IntensitySeries::Create(steps, end);
    if (!series.ok()) return series.status();
    absl::StatusOr<ZoneForecast> forecast = BuildZoneForecast(
        *zone.zone, "error-model", {zone.zone->kind, issue, *series}, issue, hour);
    if (!forecast.ok()) return forecast.status();
    forecast->valid_until = std::max(forecast->valid_until, issue + model_.every);
    forecast->spread = model_.spread;
    forecasts.push_back(*std::move(forecast));
  }
  return forecasts;
}

}  // namespace carbon
