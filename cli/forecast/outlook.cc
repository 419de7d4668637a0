#include "cli/forecast/outlook.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/duration.h"
#include "core/decision/placement.h"
#include "forecast/own/forecast_error.h"
#include "forecast/own/own_forecast.h"

namespace carbon {
namespace {

constexpr double kShare = 0.8;

absl::Time FloorTo(absl::Time time, absl::Duration step) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), step);
}

// Returns the bounds of the central 80% of the draws.
std::pair<double, double> Middle(const ErrorScenarios::Draws& draws) {
  std::vector<double> ascending(draws.begin(), draws.end());
  std::sort(ascending.begin(), ascending.end());
  const IntensityRange range = CentralRange(ascending, kShare);
  return {range.low.value(), range.high.value()};
}

// One zone of a snapshot, with its scenarios.
class Zone {
 public:
  Zone(const Snapshot& snapshot, int index)
      : scenarios_(snapshot.scenarios()),
        index_(index),
        forecast_(snapshot.forecasts()[static_cast<size_t>(index)]) {}

  const ZoneForecast& forecast() const { return forecast_; }
  const IntensitySeries& series() const { return forecast_.series; }

  // Returns the mean intensity over [start, end) in each scenario, g/kWh.
  ErrorScenarios::Draws Draws(absl::Time start, absl::Time end) const {
    ErrorScenarios::Draws draws = scenarios_.Integrate(index_, series(), start, end - start);
    for (double& draw : draws) draw /= 1000 * absl::ToDoubleSeconds(end - start);
    return draws;
  }

  // start < end, and both must lie within the series.
  Band Over(absl::Time start, absl::Time end) const {
    const auto [low, high] = Middle(Draws(start, end));
    return {*series().Mean(start, end), GramsPerKilowattHour(low), GramsPerKilowattHour(high)};
  }

  Origin OriginAt(absl::Time time) const {
    if (time >= forecast_.horizon) return Origin::kClimatology;
    const bool is_own = absl::StartsWith(forecast_.source, kOwnPrefix) ||
                        (forecast_.own_from.has_value() && time >= *forecast_.own_from);
    return is_own ? Origin::kOwn : Origin::kSource;
  }

 private:
  const ErrorScenarios& scenarios_;
  int index_;
  const ZoneForecast& forecast_;
};

absl::Status OutOfRange(const ZoneForecast& forecast, absl::string_view fact) {
  return absl::OutOfRangeError(absl::StrCat("zone ", forecast.zone, ": ", fact));
}

absl::StatusOr<BestWindow> FindBest(const Zone& zone, absl::Time now, absl::Time to,
                                    absl::Duration duration) {
  if (now + duration > to) {
    return OutOfRange(zone.forecast(),
                      absl::StrCat("a run of ", DurationText(duration), " does not fit the ",
                                   DurationText(to - now), " looked at"));
  }
  const PlacementOption option = {.intensity = &zone.series(),
                                  .runtime = duration,
                                  .power = Watts(1),
                                  .starts = {{now, to - duration}}};
  const std::optional<Placement> best = BestStart(option);
  if (!best.has_value()) return OutOfRange(zone.forecast(), "no start of the run is covered");
  BestWindow window;
  window.duration = duration;
  window.start = best->start;
  window.band = zone.Over(best->start, best->start + duration);
  window.now = zone.Over(now, now + duration);
  // Both are computed in the same scenarios: what they share errs alike.
  const ErrorScenarios::Draws then = zone.Draws(best->start, best->start + duration);
  const ErrorScenarios::Draws at_once = zone.Draws(now, now + duration);
  ErrorScenarios::Draws shares;
  for (int s = 0; s < ErrorScenarios::kCount; ++s) {
    shares[s] = at_once[s] > 0 ? 1 - then[s] / at_once[s] : 0;
  }
  if (window.now.mean > GramsPerKilowattHour(0)) {
    window.saving = 1 - window.band.mean / window.now.mean;
  }
  std::tie(window.saving_low, window.saving_high) = Middle(shares);
  return window;
}

}  // namespace

absl::string_view OriginName(Origin origin) {
  switch (origin) {
    case Origin::kSource:
      return "source";
    case Origin::kOwn:
      return "own";
    case Origin::kClimatology:
      return "climatology";
  }
  return "";
}

absl::StatusOr<ZoneOutlook> LookAhead(const Snapshot& snapshot, int zone_index,
                                      const OutlookSpan& span) {
  const Zone zone(snapshot, zone_index);
  const IntensitySeries& series = zone.series();
  const absl::Time now = FloorTo(span.now, absl::Seconds(1));
  if (now < series.begin() || now >= series.end()) {
    return OutOfRange(zone.forecast(), now < series.begin() ? "the forecast begins only later"
                                                            : "the forecast has ended");
  }
  const absl::Time to = std::min(FloorTo(span.to, absl::Seconds(1)), series.end());
  if (to <= now) return OutOfRange(zone.forecast(), "the span ends before now");
  ZoneOutlook outlook;
  outlook.forecast = &zone.forecast();
  outlook.now = now;
  outlook.at_now = *series.Mean(now, now);
  for (absl::Time start = FloorTo(now, span.step); start < to; start += span.step) {
    const absl::Time first = std::max(start, series.begin());
    const absl::Time end = std::min(start + span.step, to);
    outlook.steps.push_back({first, end, zone.Over(first, end), zone.OriginAt(first)});
  }
  if (span.duration.has_value()) {
    absl::StatusOr<BestWindow> best = FindBest(zone, now, to, *span.duration);
    if (!best.ok()) return best.status();
    outlook.best = *std::move(best);
  }
  return outlook;
}

}  // namespace carbon
