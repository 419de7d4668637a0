// The query by which a meter is asked for the energy of a run, with placeholders for the run:
//
//   avg_over_time(sum(uuid:ceems_host_power_watts:pue{uuid="$job_id"})[$range:30s]) * $seconds
//
//   $job_id   the number that Slurm gave the job; a task of an array has its own
//   $start    when the run began, and
//   $end      when it ended, in seconds since 1970
//   $seconds  how long it took, in seconds
//   $range    the same as a duration: "7200s"
//
// A $ that no letter follows means itself: "$1" and "${name}" are for label_replace(). Pure.
#ifndef CORE_CONFIG_METER_QUERY_H_
#define CORE_CONFIG_METER_QUERY_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

// A request for it, with three bytes for each, is within what servers accept.
inline constexpr size_t kMaxMeterQueryBytes = 2000;

// Returns what is wrong with a query: it is too long, it does not name the job, or it names a value
// of a run that does not exist. Returns an empty text if nothing is wrong.
std::string MeterQueryFault(absl::string_view query);

// Returns the query for one run, which took whole seconds. The query must have no fault.
std::string MeterQueryFor(absl::string_view query, int64_t job_id, absl::Time start,
                          absl::Time end);

}  // namespace carbon

#endif  // CORE_CONFIG_METER_QUERY_H_
