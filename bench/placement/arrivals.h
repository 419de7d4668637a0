// Reads from files when jobs arrive. Parsing is pure; no I/O, no clock.
#ifndef BENCH_PLACEMENT_ARRIVALS_H_
#define BENCH_PLACEMENT_ARRIVALS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

// The interval [from, to).
struct Period {
  absl::Time from;
  absl::Time to;
};

// Parses one RFC 3339 instant per line, ascending, below a header. Returns InvalidArgument, "line
// 3: …", for any other line.
absl::StatusOr<std::vector<absl::Time>> ParseArrivals(absl::string_view csv);

// Moves the arrivals to another year: by as many calendar years as `period` begins after the year
// of the first arrival. Arrivals outside the period are left out. Of the rest every `every`th
// stays.
std::vector<absl::Time> ArrivalsWithin(const std::vector<absl::Time>& arrivals, Period period,
                                       int every);

// A job of GAIA's traces (Hanafy et al., "Going Green for Less Green", ASPLOS 2024): without a
// deadline, one run of known length.
struct GaiaJob {
  absl::Duration arrival;  // after the begin of the trace, whole seconds
  absl::Duration length;   // whole seconds, above zero
  int cpus = 1;
};

// `arrival_time,length,cpus` a line, both times in `unit`, below a header. InvalidArgument, as
// "line 3: …", for a line that is not that, and for a length of less than a second.
absl::StatusOr<std::vector<GaiaJob>> ParseTrace(absl::string_view csv,
                                                absl::Duration unit = absl::Seconds(1));

}  // namespace carbon

#endif  // BENCH_PLACEMENT_ARRIVALS_H_
