// SourceState describes the state of one of a zone's sources: for `scarbon status`, for metrics,
// and for the administrators of scarbond. Plain data; no I/O. Contains no secret.
#ifndef CORE_GRID_SOURCE_STATE_H_
#define CORE_GRID_SOURCE_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "core/grid/intensity.h"

namespace carbon {

// The code of a forecast that was read, but has values that cannot be true.
inline constexpr char kImplausible[] = "implausible";

struct SourceState {
  std::string zone;      // its name in carbon.json
  std::string source;    // for people: "neso:GB", "csv:NO-1.csv", "static"
  std::string provider;  // "neso"; empty for files and static values
  SignalKind kind = SignalKind::kAverageLifecycle;
  bool in_use = false;  // the zone's forecast is made from it

  // The times of its last data; absent if it gave nothing yet, or was not looked at.
  std::optional<absl::Time> issued_at;
  std::optional<absl::Time> fetched_at;
  std::optional<absl::Time> reaches;  // where its data end

  // Absent: at once, or never for a source that does not change.
  std::optional<absl::Time> next_refresh;

  // The part of its last data that was not used although the rest is: how many records, and why.
  int64_t left_out = 0;
  std::string note;

  // Its fault; empty: there is none.
  std::string error;
  std::optional<absl::Time> error_at;  // when the fault was seen last
  int failures = 0;                    // in a row

  // The number of requests sent, or of times that the file was read, since scarbond started.
  int64_t requests = 0;
  // The errors by code: the HTTP status ("429"), "timeout", "no-reply", "bad-reply" for a reply
  // that cannot be read, "request" for a request that cannot be made, "file", kImplausible.
  std::map<std::string, int64_t> errors;
};

}  // namespace carbon

#endif  // CORE_GRID_SOURCE_STATE_H_
