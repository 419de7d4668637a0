// The half of carbon.json that only scarbond and the commands need: paths, periods, where each
// zone's forecast and history come from, and the meter. No placement decision depends on it, and it
// is not published; the other half is core/config/placement_config.h. Plain data; immutable once
// parsed. Pure; no I/O.
#ifndef CORE_CONFIG_DAEMON_CONFIG_H_
#define CORE_CONFIG_DAEMON_CONFIG_H_

#include <cstdint>
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

// The facts that a CSV file does not state itself.
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
  std::string location;  // Carbon Aware SDK only: a location of the file; empty: its only one
  std::optional<SignalKind> kind;  // absent: the zone's
  CsvFormat csv;                   // CSV only
};

// A provider that scarbond asks over HTTP. settings/load_config.h checks whether the provider
// exists, and what it can give.
struct ForecastProvider {
  std::string provider;     // "electricity-maps"
  std::string zone;         // as the provider names it
  std::string url;          // replaces the provider's own; empty: the provider's own
  std::string user;         // for providers with a login
  std::string secret_file;  // path of a token or password; absolute, or as for a forecast file
  std::optional<absl::Duration> refresh;  // absent: the provider's own period
  std::optional<SignalKind> kind;         // absent: the zone's

  friend bool operator==(const ForecastProvider&, const ForecastProvider&) = default;
};

// A CSV file of measured values, which may have gaps (forecast/sources/csv.h).
struct HistoryFile {
  std::string path;  // as for a forecast file
  CsvFormat csv;

  friend bool operator==(const HistoryFile&, const HistoryFile&) = default;
};

using HistorySource = std::variant<HistoryFile, ForecastProvider>;

// The last type is one value for all times.
using ForecastSource = std::variant<ForecastFile, ForecastProvider, GramsPerKilowattHour>;

// The checks of a zone's sources and histories in scarbond: forecast/plausibility has the rules.
struct PlausibilityConfig {
  bool bounds = true;
  bool zero = true;
  bool constant = true;
  bool level = true;
  bool outlier = true;
  // Values of sources from then on are judged only by measurements from then on.
  std::optional<absl::Time> accept_from;

  friend bool operator==(const PlausibilityConfig&, const PlausibilityConfig&) = default;
};

// Everything that carbon.json says of a zone. scarbond makes the zone's forecast from it.
struct ZoneConfig {
  std::string name;
  SignalKind kind = SignalKind::kAverageLifecycle;
  // Sources of other kinds may replace the zone's; the forecast then has their kind.
  bool any_kind = false;
  std::vector<ForecastSource> forecasts;     // in order of preference; the first usable is used
  absl::Duration max_age = absl::Hours(24);  // of the data; beyond it the forecast is stale
  std::optional<GramsPerKilowattHour> climatology;  // mean to assume beyond the forecast's horizon
  LeadTimeSpread spread;
  // The sources of measured history, in order of preference. Absent: those forecast providers that
  // can give it.
  std::optional<std::vector<HistorySource>> history;
  PlausibilityConfig plausibility;
};

// Returns the kind of a source: what the source states itself, or otherwise the zone's kind.
SignalKind KindOf(const ForecastSource& source, const ZoneConfig& zone);

// The default of paths.log. The plugin expects the log there too if its environment does not set
// it.
inline constexpr char kDefaultLog[] = "/var/log/slurm-carbon/placements.jsonl";

struct PathsConfig {
  std::string snapshot;  // folder; the default is CARBON_SNAPSHOT_DIR
  std::string log;       // placements.jsonl; the default is kDefaultLog
  std::string metrics;   // a .prom file for node_exporter; empty: none
  std::string archive;   // file of forecasts and actual values; empty: none is kept
  std::string parts;     // folder of the archive of parts; empty: next to the snapshot's folder
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
  // How long a node or a partition must be out of service before placed jobs are restored because
  // of it.
  absl::Duration down_after = absl::Minutes(1);
};

struct ArchiveConfig {
  absl::Duration retention = absl::Hours(24 * 400);  // of forecasts and actual values
  // The maximum size of archived parts, in 10^9 bytes. 0: none are archived.
  double parts_gb = 10;
};

// Where scarbond answers scarbon on other machines (scarbond/query).
struct ListenConfig {
  int port = 0;         // 0: it does not listen
  std::string address;  // of this machine; empty: all

  friend bool operator==(const ListenConfig&, const ListenConfig&) = default;
};

// The units in which a meter may give energy.
enum class EnergyUnit { kJoules, kWattHours, kKilowattHours };

// "J", "Wh", "kWh".
absl::string_view EnergyUnitName(EnergyUnit unit);

// A Prometheus that has measured the energy of jobs. The commands ask it, scarbond does not.
struct PrometheusMeter {
  std::string url;    // what "/api/v1/query" is appended to
  std::string query;  // with the placeholders of core/config/meter_query.h
  EnergyUnit unit = EnergyUnit::kJoules;
  bool includes_pue = false;  // its figures are those of the datacenter's meter
  std::string user;           // of a login; empty: the secret is a token
  std::string secret_file;    // path of a token or password; as for a provider; empty: none
  absl::Duration timeout = absl::Seconds(10);  // of one query
  int64_t max_queries = 1000;                  // of one command
};

struct MeterConfig {
  std::optional<PrometheusMeter> prometheus;  // absent: Slurm's own meter is used
};

struct MetricsConfig {
  int64_t jobs = 0;  // the most jobs of the queue that have metrics of their own; 0: none has
};

struct DaemonConfig {
  std::vector<ZoneConfig> zones;
  PathsConfig paths;
  RefreshConfig refresh;
  WatchConfig watch;
  ArchiveConfig archive;
  ListenConfig listen;
  MeterConfig meter;
  MetricsConfig metrics;
};

}  // namespace carbon

#endif  // CORE_CONFIG_DAEMON_CONFIG_H_
