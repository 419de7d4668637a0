// What the simulated scheduler would have done next, at each step of what a real slurmctld did.
//
// Two schedulers that differ by a second here and there soon have other jobs running, and from then
// on their starts differ by much: small causes, large effects. So each decision is also compared
// alone. The cluster is at each instant as slurmctld had it: what runs where, and what waits. The
// simulated scheduler says which jobs it would start now, but they start when and where slurmctld
// started them.
//
// Pure.
#ifndef BENCH_REPLAY_EXPECTED_STARTS_H_
#define BENCH_REPLAY_EXPECTED_STARTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "replay/cluster/backfill.h"
#include "replay/cluster/pool_shapes.h"
#include "replay/cluster/simulated_cluster.h"

namespace carbon {

// What slurmctld did.
struct SchedulerEvent {
  enum class Kind { kSubmit, kStart, kEnd, kPass };
  absl::Time time;
  Kind kind = Kind::kPass;
  size_t job = 0;              // index into the jobs; not of a pass
  std::vector<int32_t> nodes;  // of a start: within the pool
};

// From lines "SECONDS submit JOBID", "SECONDS start JOBID NODE,NODE…", "SECONDS end JOBID" and
// "SECONDS pass", in order of time. `job_ids` are the jobs' numbers; events of others are passed
// over. InvalidArgument, quoting the line.
absl::StatusOr<std::vector<SchedulerEvent>> ParseEvents(absl::string_view text,
                                                        const std::vector<int64_t>& job_ids);

// When each job would have started by the first decision that would have started it, not later than
// it really did. Absent: no decision up to then would have.
std::vector<std::optional<absl::Time>> ExpectedStarts(const std::vector<SchedulerEvent>& events,
                                                      const std::vector<SimulatedJob>& jobs,
                                                      const std::vector<PoolShape>& shapes,
                                                      const BackfillSettings& settings);

}  // namespace carbon

#endif  // BENCH_REPLAY_EXPECTED_STARTS_H_
