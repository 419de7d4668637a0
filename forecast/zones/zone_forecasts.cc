#include "forecast/zones/zone_forecasts.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"

namespace carbon {
namespace {

// A history that grows piece by piece does not need a new forecast each time.
constexpr absl::Duration kMinRenewalInterval = absl::Minutes(1);

}  // namespace

void ZoneForecasts::Configure(const DaemonConfig& config, absl::Time now) {
  if (config.paths.archive != archive_->path()) {
    archive_ =
        std::make_unique<ReconnectingArchive>(config.paths.archive, config.archive.retention);
  }
  archive_->set_retention(config.archive.retention);
  // A source may have become another one, so the archive is searched for it again.
  kept_ = ArchivedForecasts(archive_.get());
  std::map<std::string, int64_t> versions;
  for (const ZoneConfig& zone : zones_) versions[zone.name] = histories_.Of(zone.name).version;
  zones_ = config.zones;
  histories_.Configure(config, now, archive_.get());
  // A forecast made from another history, perhaps of another kind, must not be used even for a
  // moment. Nothing is kept for zones that are gone.
  std::map<std::string, Own> own = std::exchange(own_, {});
  std::map<std::string, Errors> errors = std::exchange(errors_, {});
  std::map<std::string, Errors> next_errors = std::exchange(next_errors_, {});
  for (const ZoneConfig& zone : zones_) {
    const auto made = own.find(zone.name);
    if (made == own.end() || versions[zone.name] != histories_.Of(zone.name).version) continue;
    own_.insert(std::move(*made));
    errors_.insert({zone.name, std::move(errors[zone.name])});
    next_errors_.insert({zone.name, std::move(next_errors[zone.name])});
  }
}

std::vector<ZoneForecast> ZoneForecasts::Make(absl::Time now, const Find& find,
                                              const HasTime& has_time,
                                              std::vector<std::string>* problems,
                                              const Note& note) {
  is_behind_ = false;
  histories_.ReadFiles(now, archive_.get());
  for (std::string& line : FormatFindings(histories_.Findings(), Severity::kWarning)) {
    problems->push_back(std::move(line));
  }
  std::vector<ZoneForecast> forecasts;
  for (const ZoneConfig& zone : zones_) {
    const auto find_here = [&](const ForecastProvider& source) {
      return FindOrRestore(zone, source, now, find);
    };
    for (const ForecastSource& source : zone.forecasts) {
      if (const auto* provider = std::get_if<ForecastProvider>(&source)) {
        const absl::StatusOr<FetchedForecast> fetched = find(zone, *provider);
        if (fetched.ok()) kept_.Keep(zone, *provider, *fetched, now);
      }
    }
    kept_.KeepFiles(zone, now);
    RenewOwn(zone, now, has_time);
    const std::optional<OwnForecast>& own = own_[zone.name].forecast;
    absl::StatusOr<ZoneForecast> stand_in = absl::NotFoundError("no history");
    if (own.has_value()) stand_in = StandIn(zone, *own, now);
    std::vector<SourceLook> looks;
    std::optional<ZoneForecast> forecast =
        ReadZoneForecast(zone, now, problems, find_here, stand_in.ok() ? &*stand_in : nullptr,
                         &looks, [&](const ForecastSource& source, FetchedForecast* fetched) {
                           return Judge(zone, source, now, fetched);
                         });
    if (note != nullptr) note(zone, looks);
    if (!forecast.has_value()) continue;
    // The history has the zone's kind, and says nothing about a forecast of another kind.
    if (own.has_value() && forecast->kind == zone.kind) CarryOn(zone, *own, now, &*forecast);
    RenewErrors(zone, *forecast, now, has_time);
    forecasts.push_back(*std::move(forecast));
  }
  AssignErrors(now, &forecasts);
  return forecasts;
}

bool ZoneForecasts::Advance(absl::Time now, const HasTime& has_time) {
  bool is_any_made = false;
  for (const ZoneConfig& zone : zones_) is_any_made |= RenewOwn(zone, now, has_time);
  return is_any_made;
}

bool ZoneForecasts::RenewOwn(const ZoneConfig& zone, absl::Time now, const HasTime& has_time) {
  Own& own = own_[zone.name];
  const ZoneHistories::History& history = histories_.Of(zone.name);
  const absl::Time hour = FloorToHour(now);
  const bool is_of_hour = FloorToHour(own.made_at) == hour;
  const bool is_young = now - own.made_at < kMinRenewalInterval && now >= own.made_at;
  if (is_of_hour && (own.version == history.version || (is_young && own.forecast.has_value()))) {
    return false;
  }
  if (!has_time()) {
    is_behind_ = true;
    return false;
  }
  own.made_at = now;
  own.version = history.version;
  absl::StatusOr<OwnForecast> made = MakeOwnForecast(history.hours, hour);
  own.forecast.reset();
  if (made.ok()) own.forecast = *std::move(made);
  return true;
}

void ZoneForecasts::RenewErrors(const ZoneConfig& zone, const ZoneForecast& forecast,
                                absl::Time now, const HasTime& has_time) {
  Errors& errors = next_errors_[forecast.zone];
  const absl::Time hour = FloorToHour(now);
  const std::optional<OwnForecast>& own = own_[forecast.zone].forecast;
  // A forecast of ours that appeared or was renewed within the hour counts too: less was known
  // before.
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
  if (forecast.kind != zone.kind) return;
  const HourlyHistory actuals = own.has_value()
                                    ? own->actuals
                                    : HourlyHistory::From(histories_.Of(forecast.zone).hours, hour);
  absl::StatusOr<ErrorFactors> factors =
      FitZoneErrors(forecast, PlausiblePast(zone, forecast, now), actuals,
                    own.has_value() ? &*own : nullptr, hour);
  if (factors.ok()) errors.factors = *std::move(factors);
}

// Zones share their scenarios if their errors are of the same hour (FitErrorFactors). So the errors
// of a new hour are published once all zones have them.
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

absl::StatusOr<FetchedForecast> ZoneForecasts::FindOrRestore(const ZoneConfig& zone,
                                                             const ForecastProvider& source,
                                                             absl::Time now, const Find& find) {
  absl::StatusOr<FetchedForecast> fetched = find(zone, source);
  if (fetched.ok()) return fetched;
  std::optional<FetchedForecast> restored = kept_.Restore(zone, source, now);
  if (!restored.has_value()) return fetched;
  restored->trouble = fetched.status();
  return *std::move(restored);
}

JudgedForecast ZoneForecasts::JudgeByHistory(const ZoneConfig& zone, SignalKind kind,
                                             const IntensitySeries& series, absl::Time at) const {
  static const ZoneHabits kUnknown;
  const ZoneHabits& habits = kind == zone.kind ? histories_.Of(zone.name).habits : kUnknown;
  return JudgeForecast(series, at, habits, zone.plausibility);
}

absl::Status ZoneForecasts::Judge(const ZoneConfig& zone, const ForecastSource& source,
                                  absl::Time now, FetchedForecast* fetched) {
  const SignalKind kind = fetched->forecast.kind;
  JudgedForecast judged = JudgeByHistory(zone, kind, fetched->forecast.series, now);
  const auto past = [&](absl::Time at) -> std::optional<JudgedForecast> {
    const std::optional<IntensitySeries> series = kept_.InForce(zone, source, at, now);
    if (!series.has_value()) return std::nullopt;
    return JudgeByHistory(zone, kind, *series, at);
  };
  const SuspectSources::Key key = {zone.name, SourceKey(source, zone)};
  const std::string& reason = reasons_.Report(key, judged);
  if (!suspects_.Believes(key, judged, now, past)) return absl::FailedPreconditionError(reason);
  if (judged.rejected_by.has_value() || judged.reason.empty()) return absl::OkStatus();
  fetched->forecast.series = std::move(judged.series);
  if (fetched->trouble.ok()) fetched->trouble = absl::DataLossError(reason);
  return absl::OkStatus();
}

std::vector<PastForecast> ZoneForecasts::PlausiblePast(const ZoneConfig& zone,
                                                       const ZoneForecast& forecast,
                                                       absl::Time now) {
  std::vector<PastForecast> past = kept_.PastOf(forecast, now);
  const auto is_rejected = [&](const IntensitySeries& series, absl::Time at) {
    return JudgeByHistory(zone, forecast.kind, series, at).rejected_by.has_value();
  };
  if (is_rejected(forecast.series, now)) return past;
  std::erase_if(past,
                [&](const PastForecast& before) { return is_rejected(before.series, before.at); });
  return past;
}

std::vector<Finding> ZoneForecasts::Findings() const {
  std::vector<Finding> findings = archive_->Findings();
  for (Finding& finding : histories_.Findings()) findings.push_back(std::move(finding));
  for (const ZoneConfig& zone : zones_) {
    const bool has_source =
        std::any_of(zone.forecasts.begin(), zone.forecasts.end(), [](const ForecastSource& source) {
          return !std::holds_alternative<GramsPerKilowattHour>(source);
        });
    const ZoneHabits& habits = histories_.Of(zone.name).habits;
    if (!has_source || habits.AreKnown()) continue;
    findings.push_back(
        {Severity::kNote, FindingCode::kHistoryShort, absl::StrCat("zone ", zone.name),
         absl::StrCat(habits.known_hours, " hours of history are known",
                      zone.plausibility.accept_from.has_value() ? " since accept_from" : "", ", ",
                      kMinHabitHours,
                      " are needed to judge its sources by: only absolute bounds are checked")});
  }
  return findings;
}

std::vector<ZoneForecasts::SourceError> ZoneForecasts::RealisedErrors(const ZoneConfig& zone,
                                                                      absl::Time now) {
  std::vector<SourceError> errors;
  std::set<std::string> told;
  for (const ForecastSource& source : zone.forecasts) {
    if (KindOf(source, zone) != zone.kind) continue;
    // The archive cannot distinguish sources of one name and kind.
    if (!told.insert(SourceName(source)).second) continue;
    const std::optional<RealisedError> error =
        kept_.ErrorOf(zone, source, histories_.Of(zone.name).hours, now);
    if (error.has_value()) errors.push_back({SourceName(source), *error});
  }
  return errors;
}

}  // namespace carbon
