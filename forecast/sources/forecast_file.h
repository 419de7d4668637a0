// A zone's forecast out of the sources that carbon.json names for it.
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

// Larger forecast files are refused unread.
inline constexpr int64_t kMaxForecastFileBytes = 16 << 20;
// How far ahead climatology carries a forecast on, and how much of the past is kept.
inline constexpr absl::Duration kForecastReach = absl::Hours(14 * 24);
inline constexpr absl::Duration kForecastHistory = absl::Hours(24);
// Clocks of two machines differ a little.
inline constexpr absl::Duration kClockSkew = absl::Minutes(1);

// OutOfRange where the data ends before now, InvalidArgument where the forecast claims to be made
// in the future. Pure.
absl::Status CheckIsOfNow(const ProviderForecast& forecast, absl::Time now);

// The forecast that `bytes`, one of the zone's files fetched at `fetched_at`, holds:
//   - history older than a day is cut;
//   - with the zone's climatology, the series is carried on at that value to 14 days from now, and
//     `horizon` tells where the forecast itself ends;
//   - long_run_mean is the climatology, or the mean of all that the file says;
//   - where now falls within its hour does not matter, so that a file that did not change gives the
//     same forecast for an hour.
//
// Beyond the parser's errors: OutOfRange where the data ends before now, InvalidArgument where the
// file or its forecast claims to be made more than a minute in the future. A stale forecast is not
// an error: `valid_until` says so. Pure.
absl::StatusOr<ZoneForecast> BuildZoneForecast(const ZoneConfig& zone, const ForecastFile& file,
                                               absl::string_view bytes, absl::Time fetched_at,
                                               absl::Time now);

// The same of data that were parsed already, with `source` for people. InvalidArgument also where
// they are not of the zone's kind: only where the zone says any_kind do sources of another kind
// stand in. The forecast is then of theirs, and the zone's climatology does not carry it on.
absl::StatusOr<ZoneForecast> BuildZoneForecast(const ZoneConfig& zone, std::string source,
                                               const ProviderForecast& forecast,
                                               absl::Time fetched_at, absl::Time now);

// When the forecast's data were made: issued, or fetched where the issue is not known. Absent for a
// static value, which is of no age.
std::optional<absl::Time> MadeAt(const ZoneForecast& forecast);

// The source for people, and as the archive knows it: "csv:NO-1.csv", "neso:GB", "static".
std::string SourceName(const ForecastSource& source);

// What tells a zone's sources apart where people call them the same: files of one name in two
// folders, a provider at two URLs, or of two kinds.
std::string SourceKey(const ForecastSource& source, const ZoneConfig& zone);

// What of `data` a zone's forecast carries: from a day ago, and carried on at the climatology,
// where there is one, to a little more than 14 days from now.
absl::StatusOr<IntensitySeries> WithinReach(const IntensitySeries& data,
                                            std::optional<GramsPerKilowattHour> climatology,
                                            absl::Time now);

// What was fetched last with success from a provider, or read from a file.
struct FetchedForecast {
  ProviderForecast forecast;
  absl::Time fetched_at;
  absl::Status trouble;  // of the tries since; OK where there was none
  // What the log says of the forecast's remark: the first note while there is one in every reply.
  std::string note = {};
};

// Why a provider that has not answered yet has nothing. It is no trouble.
absl::Status NotFetchedYet();

// Who else may decide what a data file holds, and so where jobs run: "is owned by uid 1000, not by
// root or uid 64030", "is a link of uid 1000, …", "is writable by group or others, mode 666". Empty
// where nobody does, or there is no such file.
std::string WhoElseDecides(const std::string& path);

// The file's forecast as it was issued. The time it was last modified counts as when it was
// fetched. Errors as BuildZoneForecast and the disk have them. WhoElseDecides is
// noted. Blocks on the disk.
absl::StatusOr<FetchedForecast> ReadForecastFile(const ZoneConfig& zone, const ForecastFile& file,
                                                 absl::Time now);

// An error where nothing is there yet, saying why.
using FindFetched = std::function<absl::StatusOr<FetchedForecast>(const ForecastProvider&)>;

// Whether what the source gave can be true. An error where it is rejected, saying why. Single odd
// values it may change, and then says so in `fetched->trouble`.
using JudgeFetched = std::function<absl::Status(const ForecastSource&, FetchedForecast* fetched)>;

// How one source was found when the zone's forecast was made.
struct SourceLook {
  bool in_use = false;
  absl::Status trouble;         // why it was passed over, or why it goes on with older data
  bool is_implausible = false;  // `trouble` is the judge's
  ReplyRemark remark;           // of its data
  std::string note;             // as FetchedForecast has it
  // Of its data, where it has any.
  std::optional<absl::Time> issued_at;
  std::optional<absl::Time> fetched_at;
  std::optional<absl::Time> reaches;
};

// Reads the zone's sources in order and returns the first usable forecast, a fresh one before a
// stale one. Our own, where there is one, comes after all that is fresh but before a static value,
// and before what is stale. What `judge` rejects, where there is one, is passed over; a static
// value is not judged. Adds one line to `problems` for each source passed over or in trouble, and
// one where the forecast is stale or there is none: "zone NO-1: csv:NO-1.csv: line 3: value -4 is
// negative", but none as long as it waits for a provider's first answer; and to `looks`, where it
// is given, one for each source in their order, up to the one that was taken. Blocks on the disk.
std::optional<ZoneForecast> ReadZoneForecast(const ZoneConfig& zone, absl::Time now,
                                             std::vector<std::string>* problems,
                                             const FindFetched& find = nullptr,
                                             const ZoneForecast* own = nullptr,
                                             std::vector<SourceLook>* looks = nullptr,
                                             const JudgeFetched& judge = nullptr);

}  // namespace carbon

#endif  // FORECAST_SOURCES_FORECAST_FILE_H_
