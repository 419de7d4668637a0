// The part of scarbon status that is about zones: what their forecasts rest on, and how scarbond
// says that their sources are doing. Reads the disk in ReadDaemonState only.
#ifndef CLI_STATUS_STATUS_ZONES_H_
#define CLI_STATUS_STATUS_ZONES_H_

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/status/status.h"
#include "core/grid/zone_forecast.h"

namespace carbon {

// Reads what scarbond left beside the snapshot and adds its findings, or a warning where that file
// is missing, unreadable or old. A snapshot is there, and nothing of it is withheld.
void ReadDaemonState(StatusReport* report);

// Adds an error for each zone whose forecast is missing or not usable, and a warning or a note for
// each source that fails or was not used in full.
void FindZoneProblems(StatusReport* report);

// One for each zone of the configuration; with the state of each source, in order of preference,
// where it is known.
nlohmann::ordered_json ZonesAsJson(const StatusReport& report);

// A table: a row for the source in use, and beneath it one for each of the others.
std::string FormatZones(const StatusReport& report);

// Why no decision can rest on a zone's forecast; empty: it can.
std::string WhyNotUsable(const ZoneForecast& forecast, absl::Time now);

}  // namespace carbon

#endif  // CLI_STATUS_STATUS_ZONES_H_
