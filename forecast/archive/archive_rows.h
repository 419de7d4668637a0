// The rows of the archive in their stored form, which its reader and its writer share. For the
// archive's sources only.
#ifndef FORECAST_ARCHIVE_ARCHIVE_ROWS_H_
#define FORECAST_ARCHIVE_ARCHIVE_ROWS_H_

#include <cstdint>
#include <map>
#include <optional>

#include "absl/status/statusor.h"
#include "forecast/archive/archive.h"
#include "store/sqlite.h"

namespace carbon {

// Returns the key of the feed's rows; nullopt if there are none.
absl::StatusOr<std::optional<int64_t>> FindFeed(Database* database, const Feed& feed);

// The value of an interval whose start is its key. Times are seconds since the Unix epoch.
struct Actual {
  int64_t end = 0;
  int64_t milligrams = 0;
  bool is_estimated = false;
  int64_t fetched_at = 0;
};

using ActualsByStart = std::map<int64_t, Actual>;

// Returns what was known at `known_at` about [from, to) and about intervals that reach into it. The
// result is disjoint: for each instant the value fetched last.
absl::StatusOr<ActualsByStart> ReadActuals(Database* database, int64_t feed, int64_t from,
                                           int64_t to, int64_t known_at);

}  // namespace carbon

#endif  // FORECAST_ARCHIVE_ARCHIVE_ROWS_H_
