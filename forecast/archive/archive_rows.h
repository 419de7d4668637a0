// What reading and writing the archive have in common: rows, in the form that they are kept in. For
// the archive's sources only.
#ifndef FORECAST_ARCHIVE_ARCHIVE_ROWS_H_
#define FORECAST_ARCHIVE_ARCHIVE_ROWS_H_

#include <cstdint>
#include <map>
#include <optional>

#include "absl/status/statusor.h"
#include "forecast/archive/archive.h"
#include "forecast/archive/sqlite.h"

namespace carbon {

// The key of the feed's rows; nothing where there are none.
absl::StatusOr<std::optional<int64_t>> FindFeed(Database* database, const Feed& feed);

// The value of an interval whose start is its key. Times are seconds since the Unix epoch.
struct Actual {
  int64_t end = 0;
  int64_t milligrams = 0;
  bool is_estimated = false;
  int64_t fetched_at = 0;
};

using ActualsByStart = std::map<int64_t, Actual>;

// What was known at `known_at` of [from, to) and of what reaches into it: disjoint, of each instant
// the value fetched last.
absl::StatusOr<ActualsByStart> ReadActuals(Database* database, int64_t feed, int64_t from,
                                           int64_t to, int64_t known_at);

}  // namespace carbon

#endif  // FORECAST_ARCHIVE_ARCHIVE_ROWS_H_
