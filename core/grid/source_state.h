// How one of a zone's sources is doing: for `scarbon status`, for metrics, for whoever looks after
// scarbond. Plain data; no I/O. Holds no secret.
#ifndef CORE_GRID_SOURCE_STATE_H_
#define CORE_GRID_SOURCE_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "core/grid/intensity.h"

namespace carbon {

// The code of a forecast that was read, and with values that cannot be true.
inline constexpr char kImplausible[] = "implausible";

struct SourceState {
  std::string zone;      // as carbon.json calls it
  std::string source;    // for people: "neso:GB", "csv:NO-1.csv", "static"
  std::string provider;  // "neso"; empty for files and static values
  SignalKind kind = SignalKind::kAverageLifecycle;
  bool in_use = false;  // the zone's forecast is made of it

  // Of what it gave last; absent where it gave nothing yet, or was not looked at.
  std::optional<absl::Time> issued_at;
  std::optional<absl::Time> fetched_at;
  std::optional<absl::Time> reaches;  // where its data end

  // Absent: at once, or never for what does not change.
  std::optional<absl::Time> next_refresh;

  // What of its last data was not used although the rest is: how many records, and why.
  int64_t left_out = 0;
  std::string note;

  // What is wrong with it; empty: nothing is.
  std::string error;
  std::optional<absl::Time> error_at;  // when that was seen last
  int failures = 0;                    // in a row

  // Since scarbond started. Requests sent, or times that the file was read.
  int64_t requests = 0;
  // By code: the HTTP status ("429"), "timeout", "no-reply", "bad-reply" for a reply that cannot be
  // read, "request" for one that cannot be made, "file", kImplausible.
  std::map<std::string, int64_t> errors;
};

}  // namespace carbon

#endif  // CORE_GRID_SOURCE_STATE_H_
