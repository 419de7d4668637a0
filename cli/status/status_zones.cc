#include "cli/status/status_zones.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/text/slurm_time.h"
#include "cli/text/table.h"
#include "forecast/sources/forecast_file.h"
#include "store/file.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kMaxDaemonStateBytes = 16 << 20;
// scarbond writes its file again every minute even if nothing changes.
constexpr absl::Duration kMaxDaemonSilence = absl::Minutes(3);

// The name that SourceName returns.
constexpr absl::string_view kStaticSource = "static";

std::string LocalTime(absl::Time time) { return FormatSlurmTime(time, absl::LocalTimeZone()); }

std::string LocalTime(std::optional<absl::Time> time) {
  return time.has_value() ? LocalTime(*time) : "";
}

Json UtcTime(std::optional<absl::Time> time) {
  if (!time.has_value()) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", *time, absl::UTCTimeZone());
}

std::map<std::string, const ZoneForecast*> ForecastsByZone(const StatusReport& report) {
  std::map<std::string, const ZoneForecast*> forecasts;
  for (const ZoneForecast& forecast : report.snapshot->forecasts()) {
    forecasts[forecast.zone] = &forecast;
  }
  return forecasts;
}

std::vector<const SourceState*> SourcesOf(const StatusReport& report, const std::string& zone) {
  std::vector<const SourceState*> sources;
  if (!report.daemon.has_value()) return sources;
  for (const SourceState& source : report.daemon->sources) {
    if (source.zone == zone) sources.push_back(&source);
  }
  return sources;
}

// Returns "status 429 (3 times, 00:01:00 ago)"; empty if there is no error.
std::string ErrorOf(const SourceState& source, absl::Time now) {
  if (source.error.empty()) return "";
  std::string when;
  if (source.failures > 1) absl::StrAppend(&when, source.failures, " times in a row");
  if (source.error_at.has_value()) {
    absl::StrAppend(&when, when.empty() ? "" : ", ", FormatDistance(*source.error_at, now));
  }
  return when.empty() ? source.error : absl::StrCat(source.error, " (", when, ")");
}

std::string NextOf(const SourceState& source, absl::Time now) {
  if (!source.next_refresh.has_value()) return "";
  return *source.next_refresh <= now ? "now" : FormatDistance(*source.next_refresh, now);
}

Json SourceAsJson(const SourceState& source) {
  Json json = {{"source", source.source},
               {"kind", std::string(SignalKindName(source.kind))},
               {"in_use", source.in_use},
               {"issued_at", UtcTime(source.issued_at)},
               {"fetched_at", UtcTime(source.fetched_at)},
               {"reaches", UtcTime(source.reaches)},
               {"next_refresh", UtcTime(source.next_refresh)},
               {"left_out", source.left_out},
               {"note", source.note.empty() ? Json(nullptr) : Json(source.note)},
               {"error", source.error.empty() ? Json(nullptr) : Json(source.error)},
               {"error_at", UtcTime(source.error_at)},
               {"failures", source.failures},
               {"requests", source.requests},
               {"errors", Json::object()}};
  for (const auto& [code, count] : source.errors) json["errors"][code] = count;
  return json;
}

}  // namespace

std::string WhyNotUsable(const ZoneForecast& forecast, absl::Time now) {
  if (forecast.valid_until < now) {
    return absl::StrCat("stale since ", LocalTime(forecast.valid_until));
  }
  if (forecast.series.end() <= now) {
    return absl::StrCat("ended at ", LocalTime(forecast.series.end()));
  }
  if (forecast.series.begin() > now) {
    return absl::StrCat("begins only at ", LocalTime(forecast.series.begin()));
  }
  return "";
}

void ReadDaemonState(StatusReport* report) {
  const std::string path = DaemonStatePath(report->folder);
  const auto warn = [report](FindingCode code, std::string fact) {
    report->Add(Severity::kWarning, code, "scarbond", std::move(fact));
  };
  const absl::StatusOr<std::string> bytes = ReadFile(path, kMaxDaemonStateBytes);
  if (absl::IsNotFound(bytes.status())) {
    warn(FindingCode::kScarbondStatusMissing,
         absl::StrCat("no status file at ", path, ": does a scarbond of another release publish?"));
    return;
  }
  if (!bytes.ok()) {
    warn(FindingCode::kScarbondStatusUnreadable, std::string(bytes.status().message()));
    return;
  }
  absl::StatusOr<DaemonState> state = ParseDaemonState(*bytes);
  if (!state.ok()) {
    warn(FindingCode::kScarbondStatusUnreadable,
         absl::StrCat(path, ": is not scarbond's status: ", state.status().message()));
    return;
  }
  // If the last publish is as old, the snapshot's finding already says so.
  const absl::Time published_at = report->snapshot->manifest().published_at;
  const absl::Time updated_at = *state->updated_at;
  if (report->now - updated_at > kMaxDaemonSilence &&
      published_at - updated_at > kMaxDaemonSilence) {
    warn(FindingCode::kScarbondStatusOld,
         absl::StrCat(path, ": not written since ", LocalTime(updated_at),
                      ", although the snapshot was"));
    return;
  }
  report->findings.insert(report->findings.end(), state->findings.begin(), state->findings.end());
  report->daemon = *std::move(state);
}

void FindZoneProblems(StatusReport* report) {
  const auto add = [report](Severity severity, FindingCode code, const std::string& zone,
                            std::string fact) {
    report->Add(severity, code, absl::StrCat("zone ", zone), std::move(fact));
  };
  const auto forecasts = ForecastsByZone(*report);
  for (const GridZone& zone : report->snapshot->config().zones) {
    if (forecasts.contains(zone.name)) continue;
    add(Severity::kError, FindingCode::kZoneWithoutForecast, zone.name, "has no forecast");
  }
  for (const auto& [zone, forecast] : forecasts) {
    const std::string why = WhyNotUsable(*forecast, report->now);
    if (why.empty()) continue;
    add(Severity::kError, FindingCode::kZoneForecastUnusable, zone, absl::StrCat("forecast ", why));
  }
  if (!report->daemon.has_value()) return;
  for (const SourceState& source : report->daemon->sources) {
    if (!source.note.empty()) {
      add(Severity::kNote, FindingCode::kSourceDataLeftOut, source.zone,
          absl::StrCat(source.source, ": ", source.note));
    }
    const std::string error = ErrorOf(source, report->now);
    if (error.empty()) continue;
    add(Severity::kWarning, FindingCode::kSourceFailing, source.zone,
        absl::StrCat(source.source, ": ", error));
  }
}

Json ZonesAsJson(const StatusReport& report) {
  Json zones = Json::array();
  const auto forecasts = ForecastsByZone(report);
  for (const GridZone& zone : report.snapshot->config().zones) {
    Json json = {
        {"zone", zone.name}, {"source", nullptr}, {"kind", std::string(SignalKindName(zone.kind))}};
    const auto found = forecasts.find(zone.name);
    if (found != forecasts.end()) {
      const ZoneForecast& forecast = *found->second;
      json["source"] = forecast.source;
      json["kind"] = std::string(SignalKindName(forecast.kind));
      json["issued_at"] = UtcTime(forecast.issued_at);
      json["fetched_at"] = UtcTime(forecast.fetched_at);
      json["valid_until"] = UtcTime(forecast.valid_until);
      json["own_from"] = UtcTime(forecast.own_from);
      json["horizon"] = UtcTime(forecast.horizon);
    }
    json["usable"] = found != forecasts.end() && WhyNotUsable(*found->second, report.now).empty();
    json["sources"] = Json::array();
    for (const SourceState* source : SourcesOf(report, zone.name)) {
      json["sources"].push_back(SourceAsJson(*source));
    }
    zones.push_back(std::move(json));
  }
  return zones;
}

std::string FormatZones(const StatusReport& report) {
  Table table({{"ZONE"},
               {"SOURCE"},
               {"KIND"},
               {"MADE"},
               {"VALID UNTIL"},
               {"HORIZON"},
               {"USABLE"},
               {"NEXT REFRESH"},
               {"LAST ERROR"}});
  const auto forecasts = ForecastsByZone(report);
  const absl::Time now = report.now;
  for (const GridZone& zone : report.snapshot->config().zones) {
    const std::vector<const SourceState*> sources = SourcesOf(report, zone.name);
    const SourceState* in_use = nullptr;
    for (const SourceState* source : sources) {
      if (source->in_use && in_use == nullptr) in_use = source;
    }
    const std::string next = in_use == nullptr ? "" : NextOf(*in_use, now);
    const std::string error = in_use == nullptr ? "" : ErrorOf(*in_use, now);
    const auto found = forecasts.find(zone.name);
    if (found != forecasts.end()) {
      const ZoneForecast& forecast = *found->second;
      const std::string why = WhyNotUsable(forecast, now);
      const std::optional<absl::Time> made_at = MadeAt(forecast);
      table.AddRow({zone.name, forecast.source, std::string(SignalKindName(forecast.kind)),
                    made_at.has_value() ? FormatDistance(*made_at, now) : "",
                    made_at.has_value() ? LocalTime(forecast.valid_until) : "",
                    LocalTime(forecast.own_from.value_or(forecast.horizon)),
                    why.empty() ? "yes" : why, next, error});
    } else {
      table.AddRow({zone.name, "", std::string(SignalKindName(zone.kind)), "", "", "",
                    "no forecast", next, error});
    }
    if (found != forecasts.end() && found->second->own_from.has_value()) {
      const ZoneForecast& forecast = *found->second;
      table.AddRow({" ", "own", std::string(SignalKindName(forecast.kind)), "", "",
                    LocalTime(forecast.horizon), "carries on", "", ""});
    }
    bool is_passed_over = true;
    for (const SourceState* source : sources) {
      // Our own forecast is not in this list. It comes before a static value.
      if (source == in_use || (in_use == nullptr && source->source == kStaticSource)) {
        is_passed_over = false;
      }
      if (source == in_use) continue;
      const std::optional<absl::Time> made_at =
          source->issued_at.has_value() ? source->issued_at : source->fetched_at;
      table.AddRow({" ", source->source, std::string(SignalKindName(source->kind)),
                    made_at.has_value() ? FormatDistance(*made_at, now) : "", "",
                    LocalTime(source->reaches), is_passed_over ? "passed over" : "not needed",
                    NextOf(*source, now), ErrorOf(*source, now)});
    }
  }
  return table.Format(Table::Style::kAligned, true);
}

}  // namespace carbon
