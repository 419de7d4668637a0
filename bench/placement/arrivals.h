// When jobs arrive, as files say. Parsing is pure; no I/O, no clock.
#ifndef BENCH_PLACEMENT_ARRIVALS_H_
#define BENCH_PLACEMENT_ARRIVALS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

// [from, to)
struct Period {
  absl::Time from;
  absl::Time to;
};

// One RFC 3339 instant a line, ascending, below a header. InvalidArgument, "line 3: …", for a line
// that is not one.
absl::StatusOr<std::vector<absl::Time>> ParseArrivals(absl::string_view csv);

// The same arrivals in another year: each is moved by as many calendar years as `period` begins
// after the year of the first. Those outside the period are left out, and then all but every
// `every`th.
std::vector<absl::Time> ArrivalsWithin(const std::vector<absl::Time>& arrivals, Period period,
                                       int every);

// A job of GAIA's traces (Hanafy et al., "Going Green for Less Green", ASPLOS 2024): no deadline,
// one run of a length that is known.
struct GaiaJob {
  absl::Duration arrival;  // after the trace's begin, whole seconds
  absl::Duration length;   // whole seconds, above zero
  int cpus = 1;
};

// `arrival_time,length,cpus` a line, both times in `unit`, below a header. InvalidArgument, as
// "line 3: …", for a line that is not that, and for a length of less than a second.
absl::StatusOr<std::vector<GaiaJob>> ParseTrace(absl::string_view csv,
                                                absl::Duration unit = absl::Seconds(1));

}  // namespace carbon

#endif  // BENCH_PLACEMENT_ARRIVALS_H_
