// The half of carbon.json that only scarbond and the commands need: paths, rhythms, and where each
// zone's forecast and history come from. No placement decision depends on it, and it is not
// published (core/config/placement_config.h is). Plain data; immutable once parsed. Pure; no I/O.
#ifndef CORE_CONFIG_DAEMON_CONFIG_H_
#define CORE_CONFIG_DAEMON_CONFIG_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/grid/intensity.h"
#include "core/grid/zone_forecast.h"

namespace carbon {

enum class ForecastFormat { kCsv, kCarbonAwareSdk };

// The units that the values of a CSV file may have.
enum class IntensityUnit {
  kGramsPerKilowattHour,
  kKilogramsPerKilowattHour,
  kGramsPerMegawattHour,
  kKilogramsPerMegawattHour,
  kTonnesPerMegawattHour,
  kPoundsPerMegawattHour,
};

// "gCO2e/kWh", "kgCO2e/kWh", "gCO2e/MWh", "kgCO2e/MWh", "tCO2e/MWh", "lbCO2e/MWh".
absl::string_view IntensityUnitName(IntensityUnit unit);

// What a CSV file does not say itself.
struct CsvFormat {
  std::string
      time_column;  // its name in the header; empty: as forecast/sources/csv_columns.h finds it
  std::string value_column;  // likewise
  IntensityUnit unit = IntensityUnit::kGramsPerKilowattHour;
  std::string time_zone;  // of times without an offset, as the tz database names it; empty: none

  friend bool operator==(const CsvFormat&, const CsvFormat&) = default;
};

struct ForecastFile {
  std::string path;  // absolute, or relative to carbon.json's folder
  ForecastFormat format = ForecastFormat::kCsv;
  std::string location;  // Carbon Aware SDK only: which location of the file; empty: its only one
  std::optional<SignalKind> kind;  // absent: the zone's
  CsvFormat csv;                   // CSV only
};

// A provider that scarbond asks over HTTP. Which providers there are, and what each can give, is
// not known here: whoever loads the file checks it.
struct ForecastProvider {
  std::string provider;     // "electricity-maps"
  std::string zone;         // as the provider names it
  std::string url;          // in place of the provider's own; empty: that
  std::string user;         // for providers with a login
  std::string secret_file;  // the path of a token or password, absolute or as of a forecast file
  std::optional<absl::Duration> refresh;  // absent: the provider's own rhythm
  std::optional<SignalKind> kind;         // absent: the zone's

  friend bool operator==(const ForecastProvider&, const ForecastProvider&) = default;
};

// What was measured, as a CSV file that may have gaps (forecast/sources/csv.h).
struct HistoryFile {
  std::string path;  // as of a forecast file
  CsvFormat csv;

  friend bool operator==(const HistoryFile&, const HistoryFile&) = default;
};

using HistorySource = std::variant<HistoryFile, ForecastProvider>;

// The last is one value for all times.
using ForecastSource = std::variant<ForecastFile, ForecastProvider, GramsPerKilowattHour>;

// What scarbond checks of what a zone's sources and histories say: forecast/plausibility has the
// rules.
struct PlausibilityConfig {
  bool bounds = true;
  bool zero = true;
  bool constant = true;
  bool level = true;
  bool outlier = true;
  // What sources say from then on is judged only by what was measured from then on.
  std::optional<absl::Time> accept_from;

  friend bool operator==(const PlausibilityConfig&, const PlausibilityConfig&) = default;
};

// All that carbon.json says of a zone, of which scarbond makes its forecast.
struct ZoneConfig {
  std::string name;
  SignalKind kind = SignalKind::kAverageLifecycle;
  bool any_kind = false;  // sources of other kinds may stand in; the forecast is then of theirs
  std::vector<ForecastSource> forecasts;     // in order of preference; the first usable is used
  absl::Duration max_age = absl::Hours(24);  // of the data; beyond it the forecast is stale
  std::optional<GramsPerKilowattHour> climatology;  // mean to assume beyond the forecast's horizon
  LeadTimeSpread spread;
  // Who tells the past, in order of preference. Absent: those forecast providers that can.
  std::optional<std::vector<HistorySource>> history;
  PlausibilityConfig plausibility;
};

// What a source of the zone counts: what it says itself, or else what the zone does.
SignalKind KindOf(const ForecastSource& source, const ZoneConfig& zone);

struct PathsConfig {
  std::string snapshot;  // folder; default CARBON_SNAPSHOT_DIR
  std::string log;       // placements.jsonl
  std::string metrics;   // a .prom file for node_exporter; empty: none
  std::string archive;   // of forecasts and actuals, a file; empty: none is kept
  std::string parts;     // folder of the archive of parts; empty: beside the snapshot's folder
  // The file that scarbond-fetch writes and scarbond reads (store/fetched_forecasts.h). Empty:
  // scarbond fetches itself.
  std::string forecasts;
};

struct RefreshConfig {
  absl::Duration capacity = absl::Seconds(5);
  absl::Duration forecast = absl::Seconds(60);
  absl::Duration history = absl::Hours(1);
};

struct WatchConfig {
  // How long a node or a partition must be out of service before placed jobs are restored for it.
  absl::Duration down_after = absl::Minutes(1);
};

struct ArchiveConfig {
  absl::Duration retention = absl::Hours(24 * 400);  // of forecasts and actuals
  double parts_gb = 10;  // the most that archived parts take, in 10^9 bytes; 0: none are archived
};

struct DaemonConfig {
  std::vector<ZoneConfig> zones;
  PathsConfig paths;
  RefreshConfig refresh;
  WatchConfig watch;
  ArchiveConfig archive;
};

}  // namespace carbon

#endif  // CORE_CONFIG_DAEMON_CONFIG_H_
