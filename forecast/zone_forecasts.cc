#include "forecast/zone_forecasts.h"

#include <sys/stat.h>

#include <algorithm>
#include <variant>

#include "forecast/forecast_error.h"

namespace carbon {
namespace {

// A history that grows piece by piece is not worth a new forecast each time.
constexpr absl::Duration kShortestRenewal = absl::Minutes(1);
// Clocks of two machines, and of one before and after it was set, differ a little.
constexpr absl::Duration kClockSkew = absl::Minutes(1);

absl::Time FloorToHour(absl::Time time) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), absl::Hours(1));
}

}  // namespace

void ZoneForecasts::Configure(const Config& config, absl::Time now) {
  if (config.paths.archive != archive_.path()) {
    archive_ = KeptArchive(config.paths.archive, config.archive.retention);
    kept_.clear();
  }
  archive_.set_retention(config.archive.retention);
  zones_ = config.zones;
  restored_.clear();
  histories_.Configure(config, now, &archive_);
  // What was made of another history, perhaps of another kind, is not to stand in for a moment.
  for (const ZoneConfig& zone : zones_) {
    const auto own = own_.find(zone.name);
    if (own == own_.end() || own->second.version == histories_.Of(zone.name).version) continue;
    own_.erase(own);
    errors_.erase(zone.name);
    next_errors_.erase(zone.name);
  }
}

std::vector<ZoneForecast> ZoneForecasts::Make(absl::Time now, const Find& find,
                                              const HasTime& has_time,
                                              std::vector<std::string>* problems) {
  is_behind_ = false;
  histories_.ReadFiles(now, &archive_);
  for (const std::string& problem : histories_.Problems()) problems->push_back(problem);
  std::vector<ZoneForecast> forecasts;
  for (const ZoneConfig& zone : zones_) {
    const auto find_here = [&](const ForecastProvider& source) {
      return FindOrRestore(zone, source, now, find);
    };
    for (const ForecastSource& source : zone.forecasts) {
      if (const auto* provider = std::get_if<ForecastProvider>(&source)) {
        const absl::StatusOr<FetchedForecast> fetched = find(zone, *provider);
        if (fetched.ok()) Keep(zone, SourceName(source), *fetched, now);
      }
    }
    KeepFiles(zone, now);
    RenewOwn(zone, now, has_time);
    const std::optional<OwnForecast>& own = own_[zone.name].forecast;
    absl::StatusOr<ZoneForecast> stand_in = absl::NotFoundError("no history");
    if (own.has_value()) stand_in = StandIn(zone, *own, now);
    std::optional<ZoneForecast> forecast =
        ReadZoneForecast(zone, now, problems, find_here, stand_in.ok() ? &*stand_in : nullptr);
    if (!forecast.has_value()) continue;
    if (own.has_value()) CarryOn(zone, *own, now, &*forecast);
    RenewErrors(*forecast, now, has_time);
    forecasts.push_back(*std::move(forecast));
  }
  AssignErrors(now, &forecasts);
  return forecasts;
}

void ZoneForecasts::RenewOwn(const ZoneConfig& zone, absl::Time now, const HasTime& has_time) {
  Own& own = own_[zone.name];
  const ZoneHistories::History& history = histories_.Of(zone.name);
  const absl::Time hour = FloorToHour(now);
  const bool is_of_hour = FloorToHour(own.made_at) == hour;
  const bool is_young = now - own.made_at < kShortestRenewal && now >= own.made_at;
  if (is_of_hour && (own.version == history.version || (is_young && own.forecast.has_value()))) {
    return;
  }
  if (!has_time()) {
    is_behind_ = true;
    return;
  }
  own.made_at = now;
  own.version = history.version;
  absl::StatusOr<OwnForecast> made = MakeOwnForecast(history.hours, hour);
  own.forecast.reset();
  if (made.ok()) own.forecast = *std::move(made);
}

void ZoneForecasts::RenewErrors(const ZoneForecast& forecast, absl::Time now,
                                const HasTime& has_time) {
  Errors& errors = next_errors_[forecast.zone];
  const absl::Time hour = FloorToHour(now);
  const std::optional<OwnForecast>& own = own_[forecast.zone].forecast;
  // Ours that came or was renewed within the hour counts too: there was less to know before.
  const absl::Time own_made_at = own.has_value() ? own_[forecast.zone].made_at : hour;
  if (errors.AreOf(forecast) && FloorToHour(errors.made_at) == hour &&
      errors.made_at >= own_made_at) {
    return;
  }
  if (!has_time()) {
    is_behind_ = true;
    return;
  }
  errors = {now, forecast.source, forecast.own_from.has_value(), std::nullopt};
  const HourlyHistory actuals = own.has_value()
                                    ? own->actuals
                                    : HourlyHistory::From(histories_.Of(forecast.zone).hours, hour);
  absl::StatusOr<ErrorFactors> factors = FitZoneErrors(forecast, PastOf(forecast, hour), actuals,
                                                       own.has_value() ? &*own : nullptr, hour);
  if (factors.ok()) errors.factors = *std::move(factors);
}

std::vector<PastForecast> ZoneForecasts::PastOf(const ZoneForecast& forecast, absl::Time hour) {
  std::vector<PastForecast> past;
  const Feed feed{forecast.zone, forecast.source, forecast.kind};
  // The latest ones have not come to their end yet.
  const int64_t days = static_cast<int64_t>(kMostPastForecasts) + 15;
  for (int64_t day = days; day >= 1; --day) {
    Archive* archive = archive_.Use(hour);
    if (archive == nullptr) return past;
    const absl::Time at = hour - absl::Hours(24 * day);
    absl::StatusOr<std::optional<ArchivedForecast>> found = archive->ForecastInForce(feed, at);
    if (!found.ok()) {
      archive_.Heed(found.status(), hour);
      return past;
    }
    if (found->has_value()) past.push_back({at, (*found)->series});
  }
  return past;
}

// Zones share their scenarios where their errors are of the same hour (FitErrorFactors): those of a
// new hour are published once all are there.
void ZoneForecasts::AssignErrors(absl::Time now, std::vector<ZoneForecast>* forecasts) {
  const absl::Time hour = FloorToHour(now);
  const bool all_there =
      std::all_of(forecasts->begin(), forecasts->end(), [&](const ZoneForecast& forecast) {
        const Errors& errors = next_errors_[forecast.zone];
        return errors.AreOf(forecast) && FloorToHour(errors.made_at) == hour;
      });
  for (ZoneForecast& forecast : *forecasts) {
    const Errors& next = next_errors_[forecast.zone];
    Errors& errors = errors_[forecast.zone];
    if (all_there || !errors.AreOf(forecast) || !errors.factors.has_value()) errors = next;
    if (errors.AreOf(forecast)) forecast.errors = errors.factors;
  }
}

void ZoneForecasts::Keep(const ZoneConfig& zone, const std::string& source,
                         const FetchedForecast& fetched, absl::Time now) {
  const SourceKey key{zone.name, source};
  const auto kept = kept_.find(key);
  if (kept != kept_.end() && kept->second == fetched.fetched_at) return;
  Archive* archive = archive_.Use(now);
  if (archive == nullptr) return;
  const absl::Status status =
      archive
          ->AddForecast({zone.name, source, fetched.forecast.kind}, fetched.forecast.issued_at,
                        fetched.forecast.series, fetched.fetched_at)
          .status();
  archive_.Heed(status, now);
  // What the archive does not take is not offered again either.
  if (status.ok() || absl::IsInvalidArgument(status)) kept_[key] = fetched.fetched_at;
}

void ZoneForecasts::KeepFiles(const ZoneConfig& zone, absl::Time now) {
  if (archive_.path().empty()) return;
  for (const ForecastSource& source : zone.forecasts) {
    const auto* file = std::get_if<ForecastFile>(&source);
    struct stat info;
    if (file == nullptr || stat(file->path.c_str(), &info) != 0) continue;
    const auto kept = kept_.find({zone.name, SourceName(source)});
    if (kept != kept_.end() && kept->second == absl::TimeFromTimespec(info.st_mtim)) continue;
    const absl::StatusOr<FetchedForecast> read = ReadForecastFile(zone, *file, now);
    if (read.ok()) Keep(zone, SourceName(source), *read, now);
  }
}

absl::StatusOr<FetchedForecast> ZoneForecasts::FindOrRestore(const ZoneConfig& zone,
                                                             const ForecastProvider& source,
                                                             absl::Time now, const Find& find) {
  absl::StatusOr<FetchedForecast> fetched = find(zone, source);
  if (fetched.ok()) return fetched;
  const SourceKey key{zone.name, SourceName(source)};
  auto restored = restored_.find(key);
  if (restored == restored_.end()) {
    Archive* archive = archive_.Use(now);
    if (archive == nullptr) return fetched;
    absl::StatusOr<std::optional<ArchivedForecast>> last =
        archive->LastForecast({zone.name, key.second, zone.kind});
    archive_.Heed(last.status(), now);
    if (!last.ok()) return fetched;
    restored = restored_.emplace(key, std::nullopt).first;
    // One of a time to come, by a clock that was ahead, would seem fresh for too long.
    if (last->has_value() && (*last)->last_fetched_at <= now + kClockSkew) {
      restored->second = FetchedForecast{{zone.kind, (*last)->issued_at, (*last)->series},
                                         (*last)->last_fetched_at,
                                         absl::OkStatus()};
    }
  }
  if (!restored->second.has_value()) return fetched;
  FetchedForecast found = *restored->second;
  found.trouble = fetched.status();
  return found;
}

std::vector<ZoneForecasts::SourceError> ZoneForecasts::RealisedErrors(absl::Time now) {
  std::vector<SourceError> errors;
  for (const ZoneConfig& zone : zones_) {
    for (const ForecastSource& source : zone.forecasts) {
      Archive* archive = archive_.Use(now);
      if (archive == nullptr) return errors;
      const absl::StatusOr<std::vector<ArchivedForecast>> forecasts = archive->Forecasts(
          {zone.name, SourceName(source), zone.kind}, now - kRealisedSpan - 2 * kRealisedLead, now);
      archive_.Heed(forecasts.status(), now);
      if (!forecasts.ok() || forecasts->empty()) continue;
      errors.push_back({zone.name, SourceName(source),
                        MeasureRealisedError(*forecasts, histories_.Of(zone.name).hours, now)});
    }
  }
  return errors;
}

}  // namespace carbon
