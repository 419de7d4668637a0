// Makes a zone's forecast from the sources that carbon.json names for it.
#ifndef FORECAST_SOURCES_FORECAST_FILE_H_
#define FORECAST_SOURCES_FORECAST_FILE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/grid/zone_forecast.h"
#include "forecast/providers/provider.h"

namespace carbon {

// Larger forecast files are refused without being read.
inline constexpr int64_t kMaxForecastFileBytes = 16 << 20;
// How far ahead climatology continues a forecast, and how much of the past is kept.
inline constexpr absl::Duration kForecastReach = absl::Hours(14 * 24);
inline constexpr absl::Duration kForecastHistory = absl::Hours(24);
// Clocks of two machines may differ by this much.
inline constexpr absl::Duration kClockSkew = absl::Minutes(1);

// Returns OutOfRange if the data ends before now, InvalidArgument if the forecast claims to be made
// in the future. Pure.
absl::Status CheckIsOfNow(const ProviderForecast& forecast, absl::Time now);

// Makes the forecast from `bytes`, one of the zone's files, fetched at `fetched_at`:
//   - History older than a day is cut.
//   - With the zone's climatology, the series is continued at that value to 14 days from now, and
//     `horizon` says where the forecast itself ends.
//   - long_run_mean is the climatology, or the mean of all that the file says.
//   - The position of now within its hour does not matter, so a file that did not change gives the
//     same forecast for an hour.
//
// Errors beyond the parser's: OutOfRange if the data ends before now, InvalidArgument if the file
// or its forecast claims to be made more than a minute in the future. A stale forecast is not an
// error: `valid_until` says so. Pure.
absl::StatusOr<ZoneForecast> BuildZoneForecast(const ZoneConfig& zone, const ForecastFile& file,
                                               absl::string_view bytes, absl::Time fetched_at,
                                               absl::Time now);

// Does the same with parsed data; `source` is its name for people. Also returns InvalidArgument if
// the data do not have the zone's kind: only if the zone says any_kind may sources of another kind
// replace them. The forecast then has their kind, and the zone's climatology does not continue it.
absl::StatusOr<ZoneForecast> BuildZoneForecast(const ZoneConfig& zone, std::string source,
                                               const ProviderForecast& forecast,
                                               absl::Time fetched_at, absl::Time now);

// Returns when the forecast's data were made: issued, or fetched if the issue is not known. Absent
// for a static value, which has no age.
std::optional<absl::Time> MadeAt(const ZoneForecast& forecast);

// Returns the source's name for people and for the archive: "csv:NO-1.csv", "neso:GB", "static".
std::string SourceName(const ForecastSource& source);

// Returns a key that distinguishes sources of a zone with the same name: files of one name in two
// folders, a provider at two URLs, or of two kinds.
std::string SourceKey(const ForecastSource& source, const ZoneConfig& zone);

// Returns the part of `data` that a zone's forecast has: from a day ago, continued at the
// climatology, if there is one, to a little more than 14 days from now.
absl::StatusOr<IntensitySeries> WithinReach(const IntensitySeries& data,
                                            std::optional<GramsPerKilowattHour> climatology,
                                            absl::Time now);

// The last forecast that was fetched from a provider with success, or read from a file.
struct FetchedForecast {
  ProviderForecast forecast;
  absl::Time fetched_at;
  absl::Status trouble;  // of the attempts since; OK if there was none
  // The remark on the forecast as the log reports it: the first note while every reply has one.
  std::string note = {};
};

// Describes who else may decide the content of a data file, and so where jobs run: "is owned by uid
// 1000, not by root or uid 64030", "is a link of uid 1000, …", "is writable by group or others,
// mode 666". Empty if nobody else may, or if there is no such file.
std::string WhoElseDecides(const std::string& path);

// Reads the file's forecast as it was issued. The time of its last modification counts as the time
// of fetching. Errors are those of BuildZoneForecast and of the disk. The result of WhoElseDecides
// is noted. Blocks on the disk.
absl::StatusOr<FetchedForecast> ReadForecastFile(const ZoneConfig& zone, const ForecastFile& file,
                                                 absl::Time now);

}  // namespace carbon

#endif  // FORECAST_SOURCES_FORECAST_FILE_H_
