// The part of scarbon status about zones: on which sources their forecasts rest, and the states of
// the sources as scarbond reports them. Only ReadDaemonState reads the disk.
#ifndef CLI_STATUS_STATUS_ZONES_H_
#define CLI_STATUS_STATUS_ZONES_H_

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/status/status.h"
#include "core/grid/zone_forecast.h"

namespace carbon {

// Reads scarbond's status file next to the snapshot and adds its findings, or a warning if the file
// is missing, unreadable or old. The report must have a snapshot of which nothing is withheld.
void ReadDaemonState(StatusReport* report);

// Adds an error for each zone whose forecast is missing or unusable, and a warning or a note for
// each source that fails or was not used in full.
void FindZoneProblems(StatusReport* report);

// Returns one entry for each zone of the configuration, with the states of its sources, in order of
// preference, if they are known.
nlohmann::ordered_json ZonesAsJson(const StatusReport& report);

// Returns a table: for each zone a row for the source in use, and below it one row for each other
// source.
std::string FormatZones(const StatusReport& report);

// Returns why no decision can rest on a zone's forecast. Empty: it is usable.
std::string WhyNotUsable(const ZoneForecast& forecast, absl::Time now);

}  // namespace carbon

#endif  // CLI_STATUS_STATUS_ZONES_H_
