// Reads SchedulerParameters of slurm.conf as far as the simulated scheduler follows it. Pure.
#ifndef REPLAY_CLUSTER_SCHEDULER_PARAMETERS_H_
#define REPLAY_CLUSTER_SCHEDULER_PARAMETERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "replay/cluster/backfill.h"

namespace carbon {

struct SchedulerParameters {
  BackfillSettings backfill;
  // The names of the parameters that the simulated scheduler does not follow, as they are written:
  // those that are not modelled, and those that Slurm does not know either.
  std::vector<std::string> not_followed;
};

// Parses "bf_interval=60,bf_window=2880,defer", as slurm.conf and `scontrol show config` write it:
//
//   bf_interval                seconds, 1 to 10800
//   bf_resolution              seconds, 1 to 3600
//   bf_window                  minutes, 1 to 43200
//   bf_max_job_test            jobs, 1 to 1000000
//   bf_job_part_count_reserve  jobs, 1 to 100000; 0, as in Slurm, is no bound
//
// The line may begin with "SchedulerParameters =". The ranges are Slurm's, and so are the defaults
// of what `text` does not name: a day for bf_window. Of a parameter that is named twice the first
// counts. Other parameters are returned in `not_followed`. "(null)", which `scontrol`
// prints where nothing is set, is like an empty text. InvalidArgument for a number out of its range
// or no number, and for a bf_interval of -1, with which Slurm has no backfill scheduler.
absl::StatusOr<SchedulerParameters> ParseSchedulerParameters(absl::string_view text);

}  // namespace carbon

#endif  // REPLAY_CLUSTER_SCHEDULER_PARAMETERS_H_
