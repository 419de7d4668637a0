// Chooses which of a zone's sources gives its forecast.
#ifndef FORECAST_SOURCES_SOURCE_CHOICE_H_
#define FORECAST_SOURCES_SOURCE_CHOICE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/grid/zone_forecast.h"
#include "forecast/providers/provider.h"
#include "forecast/sources/forecast_file.h"

namespace carbon {

// Returns the reason why a provider that has not answered yet has no forecast. It is not a problem.
absl::Status NotFetchedYet();

// Returns the provider's last forecast, or an error that says why there is none yet.
using FindFetched = std::function<absl::StatusOr<FetchedForecast>(const ForecastProvider&)>;

// Decides whether the source's data can be true. Returns an error that says why they are rejected.
// It may change single odd values, and then says so in `fetched->trouble`.
using JudgeFetched = std::function<absl::Status(const ForecastSource&, FetchedForecast* fetched)>;

// How one source was found when the zone's forecast was made.
struct SourceLook {
  bool in_use = false;
  absl::Status trouble;         // why it was passed over, or why older data are used
  bool is_implausible = false;  // `trouble` comes from the judge
  ReplyRemark remark;           // of its data
  std::string note;             // as FetchedForecast has it
  // The times of its data, if it has any.
  std::optional<absl::Time> issued_at;
  std::optional<absl::Time> fetched_at;
  std::optional<absl::Time> reaches;
};

// Reads the zone's sources in order and returns the first usable forecast, a fresh one before a
// stale one. Our own forecast, if given, comes after all fresh ones but before a static value and
// before stale ones. A forecast that `judge`, if given, rejects is passed over; a static value is
// not judged.
//
// Adds one line to `problems` for each source passed over or in trouble, and one if the forecast is
// stale or missing: "zone NO-1: csv:NO-1.csv: line 3: value -4 is negative". It adds no line while
// it waits for a provider's first answer. Adds to `looks`, if given, one entry for each source in
// their order, up to the one that was taken. Blocks on the disk.
std::optional<ZoneForecast> ReadZoneForecast(const ZoneConfig& zone, absl::Time now,
                                             std::vector<std::string>* problems,
                                             const FindFetched& find = nullptr,
                                             const ZoneForecast* own = nullptr,
                                             std::vector<SourceLook>* looks = nullptr,
                                             const JudgeFetched& judge = nullptr);

}  // namespace carbon

#endif  // FORECAST_SOURCES_SOURCE_CHOICE_H_
