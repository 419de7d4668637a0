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

// What scarbond left beside the snapshot, with a trouble where that is missing, of no use or old. A
// snapshot is there, and nothing of it is withheld.
void ReadDaemonState(StatusFindings* findings);

// Adds what is wrong with the zones' forecasts, a problem, and with their sources, a trouble.
void FindZoneProblems(StatusFindings* findings);

// One for each zone of the configuration; with the state of each source, in order of preference,
// where it is known.
nlohmann::ordered_json ZonesAsJson(const StatusFindings& findings);

// A table: a row for the source in use, and beneath it one for each of the others.
std::string FormatZones(const StatusFindings& findings);

// Why no decision can rest on a zone's forecast; empty: it can.
std::string WhyNotUsable(const ZoneForecast& forecast, absl::Time now);

}  // namespace carbon

#endif  // CLI_STATUS_STATUS_ZONES_H_
