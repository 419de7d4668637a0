#include "bench/placement/kept_fits.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/grid/forecast_codec.h"
#include "forecast/own/own_forecast.h"
#include "forecast/own/zone_errors.h"
#include "replay/forecasts/known_forecasts.h"
#include "replay/forecasts/zone_forecaster.h"

namespace carbon {
namespace {

// As ZoneForecasts does for a zone without other sources, through the format of a snapshot.
absl::StatusOr<ZoneForecast> PublishedForecast(const ZoneRecord& record, absl::Time hour) {
  ZoneConfig zone;
  zone.name = record.zone();
  const absl::StatusOr<OwnForecast> own = MakeOwnForecast(record.history(), hour);
  if (!own.ok()) return own.status();
  absl::StatusOr<ZoneForecast> forecast = StandIn(zone, *own, hour);
  if (!forecast.ok()) return forecast.status();
  absl::StatusOr<ErrorFactors> errors = FitZoneErrors(*forecast, {}, own->actuals, &*own, hour);
  if (errors.ok()) forecast->errors = *std::move(errors);
  absl::StatusOr<std::vector<ZoneForecast>> parsed =
      ParseForecasts(SerializeForecasts({*std::move(forecast)}));
  if (!parsed.ok()) return parsed.status();
  return std::move(parsed->front());
}

// The mean of relative differences, as they are added.
class MeanDifference {
 public:
  void Add(const ZoneForecast& kept, const ZoneForecast& published) {
    const absl::Time end = std::min(kept.horizon, published.horizon);
    for (absl::Time hour = published.series.begin(); hour + absl::Hours(1) <= end;
         hour += absl::Hours(1)) {
      const auto one = kept.series.Mean(hour, hour + absl::Hours(1));
      const auto other = published.series.Mean(hour, hour + absl::Hours(1));
      if (!one.ok() || !other.ok() || *other <= GramsPerKilowattHour(0)) continue;
      sum_ += std::abs(one->value() - other->value()) / other->value();
      ++hours_;
    }
  }
  double value() const { return hours_ == 0 ? 0 : sum_ / static_cast<double>(hours_); }

 private:
  double sum_ = 0;
  int64_t hours_ = 0;
};

}  // namespace

absl::StatusOr<KeptFitsComparison> CompareKeptFits(const StudyPlan& plan,
                                                   const ZoneRecords& records) {
  KeptFitsComparison comparison;
  std::map<std::pair<std::string, absl::Time>, ZoneForecast> published;
  std::vector<StudyDecision> decisions;
  absl::StatusOr<StudyResult> result = RunStudy(
      plan, records,
      [&](const ZoneRecord& zone, absl::Time hour) {
        absl::StatusOr<ZoneForecast> forecast = PublishedForecast(zone, hour);
        if (forecast.ok()) published.insert_or_assign({zone.zone(), hour}, *forecast);
        return forecast;
      },
      [&](const StudyDecision& decision) { decisions.push_back(decision); });
  if (!result.ok()) return result.status();
  comparison.published = *std::move(result);

  ZoneForecaster::Options options;
  options.fit_serves_days = OwnForecasts::kFitServesDays;
  options.errors_serve_days = OwnForecasts::kErrorsServeDays;
  std::map<std::string, ZoneForecaster> forecasters;
  MeanDifference difference;
  size_t next = 0;
  result = RunStudy(
      plan, records,
      [&](const ZoneRecord& zone, absl::Time hour) {
        ZoneForecaster& forecaster =
            forecasters.try_emplace(zone.zone(), zone, "", options).first->second;
        absl::StatusOr<ZoneForecast> forecast = forecaster.At(hour);
        const auto other = published.find({zone.zone(), hour});
        if (forecast.ok() && other != published.end()) {
          difference.Add(*forecast, other->second);
          ++comparison.forecasts;
        }
        return forecast;
      },
      [&](const StudyDecision& decision) {
        ++comparison.decisions;
        if (next >= decisions.size() || !(decisions[next++] == decision)) ++comparison.different;
      });
  if (!result.ok()) return result.status();
  if (next != decisions.size() || comparison.decisions != static_cast<int64_t>(next)) {
    return absl::InternalError("kept fits: not the same jobs were decided");
  }
  comparison.kept = *std::move(result);
  comparison.mean_difference = difference.value();
  return comparison;
}

}  // namespace carbon
