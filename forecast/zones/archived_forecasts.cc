#include "forecast/zones/archived_forecasts.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <variant>
#include <vector>

#include "core/base/timestamp.h"
#include "forecast/own/forecast_error.h"

namespace carbon {
namespace {

// Returns the part of a forecast that is useful later: as far back and ahead as it is published.
// The bounds move once a day, so that the same forecast fetched again is mostly equal.
absl::StatusOr<IntensitySeries> WorthKeeping(const IntensitySeries& series, absl::Time fetched_at) {
  constexpr absl::Duration kDay = absl::Hours(24);
  const absl::Time day = absl::UnixEpoch() + absl::Floor(fetched_at - absl::UnixEpoch(), kDay);
  const absl::Time from = day - kForecastHistory;
  const absl::Time to = day + kForecastReach + 2 * kDay;
  if (series.begin() >= from && series.end() <= to) return series;
  std::vector<IntensitySeries::Step> steps;
  for (const IntensitySeries::Step& step : series.steps()) {
    if (step.start >= to) break;
    if (step.start <= from) steps.clear();
    steps.push_back({std::max(step.start, from), step.value});
  }
  return IntensitySeries::Create(steps, std::min(series.end(), to));
}

}  // namespace

void ArchivedForecasts::Keep(const ZoneConfig& zone, const ForecastSource& source,
                             const FetchedForecast& fetched, absl::Time now) {
  const Key key{zone.name, SourceKey(source, zone)};
  const auto kept = kept_.find(key);
  if (kept != kept_.end() && kept->second == fetched.fetched_at) return;
  Archive* archive = archive_->Use(now);
  if (archive == nullptr) return;
  const Feed feed{zone.name, SourceName(source), fetched.forecast.kind};
  const absl::StatusOr<IntensitySeries> series =
      WorthKeeping(fetched.forecast.series, fetched.fetched_at);
  // A file may be of a completely different time.
  absl::Status status;
  if (series.ok()) {
    status = archive->AddForecast(feed, fetched.forecast.issued_at, *series, fetched.fetched_at)
                 .status();
    archive_->Observe(status, now);
  }
  // Data that the archive refuses are not offered again either.
  if (status.ok() || absl::IsInvalidArgument(status)) kept_[key] = fetched.fetched_at;
}

void ArchivedForecasts::KeepFiles(const ZoneConfig& zone, absl::Time now) {
  for (const ForecastSource& source : zone.forecasts) {
    const auto* file = std::get_if<ForecastFile>(&source);
    struct stat info;
    if (file == nullptr || stat(file->path.c_str(), &info) != 0) continue;
    const auto kept = kept_.find({zone.name, SourceKey(source, zone)});
    if (kept != kept_.end() && kept->second == absl::TimeFromTimespec(info.st_mtim)) continue;
    if (archive_->Use(now) == nullptr) return;
    const absl::StatusOr<FetchedForecast> read = ReadForecastFile(zone, *file, now);
    if (read.ok()) Keep(zone, source, *read, now);
  }
}

std::optional<FetchedForecast> ArchivedForecasts::Restore(const ZoneConfig& zone,
                                                          const ForecastProvider& source,
                                                          absl::Time now) {
  const Key key{zone.name, SourceKey(source, zone)};
  const SignalKind kind = KindOf(source, zone);
  if (const auto known = restored_.find(key); known != restored_.end()) return known->second;
  Archive* archive = archive_->Use(now);
  if (archive == nullptr) return std::nullopt;
  const absl::StatusOr<std::optional<ArchivedForecast>> last =
      archive->LastForecast({zone.name, SourceName(source), kind});
  archive_->Observe(last.status(), now);
  // A damaged forecast will not be better the next time.
  if (!last.ok() && !absl::IsInvalidArgument(last.status())) return std::nullopt;
  std::optional<FetchedForecast>& restored = restored_[key];
  // A forecast from the future, by a clock that was ahead, would seem fresh for too long.
  if (last.ok() && last->has_value() && (*last)->last_fetched_at <= now + kClockSkew) {
    restored = FetchedForecast{
        {kind, (*last)->issued_at, (*last)->series}, (*last)->last_fetched_at, absl::OkStatus()};
  }
  return restored;
}

std::vector<PastForecast> ArchivedForecasts::PastOf(const ZoneForecast& forecast, absl::Time now) {
  std::vector<PastForecast> past;
  const Feed feed{forecast.zone, forecast.source, forecast.kind};
  // The actual values for the latest forecasts are not all known yet.
  const int64_t days = static_cast<int64_t>(kMaxPastForecasts) + 15;
  for (int64_t day = days; day >= 1; --day) {
    Archive* archive = archive_->Use(now);
    if (archive == nullptr) return past;
    const absl::Time at = FloorToHour(now) - absl::Hours(24 * day);
    const absl::StatusOr<std::optional<ArchivedForecast>> found =
        archive->ForecastInForce(feed, at);
    if (!found.ok()) archive_->Observe(found.status(), now);
    if (found.ok() && found->has_value()) past.push_back({at, (*found)->series});
  }
  return past;
}

std::optional<IntensitySeries> ArchivedForecasts::InForce(const ZoneConfig& zone,
                                                          const ForecastSource& source,
                                                          absl::Time at, absl::Time now) {
  Archive* archive = archive_->Use(now);
  if (archive == nullptr) return std::nullopt;
  const absl::StatusOr<std::optional<ArchivedForecast>> found =
      archive->ForecastInForce({zone.name, SourceName(source), KindOf(source, zone)}, at);
  archive_->Observe(found.status(), now);
  if (!found.ok() || !found->has_value()) return std::nullopt;
  return (*found)->series;
}

std::optional<RealisedError> ArchivedForecasts::ErrorOf(const ZoneConfig& zone,
                                                        const ForecastSource& source,
                                                        const IntensityHistory& actuals,
                                                        absl::Time now) {
  Archive* archive = archive_->Use(now);
  if (archive == nullptr) return std::nullopt;
  const absl::StatusOr<std::vector<ArchivedForecast>> forecasts = archive->Forecasts(
      {zone.name, SourceName(source), zone.kind}, now - kRealisedSpan - 2 * kRealisedLead, now);
  archive_->Observe(forecasts.status(), now);
  if (!forecasts.ok() || forecasts->empty()) return std::nullopt;
  return MeasureRealisedError(*forecasts, actuals, now);
}

}  // namespace carbon
