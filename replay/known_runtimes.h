// What the decisions of a replay know of how long a job runs, if no hint says it.
//
//   KnownRuntimes runtimes(RuntimeKnowledge::kLearnt, &config);
//   request.learnt_runtime = runtimes.Of(job, now, cluster);
//   …
//   runtimes.NoteSubmitted(cluster.Submit(simulated), job, simulated);
//
// Deterministic. Pure; not thread-safe.
#ifndef REPLAY_KNOWN_RUNTIMES_H_
#define REPLAY_KNOWN_RUNTIMES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/config/placement_config.h"
#include "core/runtime/expected_runtime.h"
#include "core/runtime/runtime_learner.h"
#include "replay/cluster/simulated_cluster.h"
#include "replay/trace/trace.h"

namespace carbon {

enum class RuntimeKnowledge {
  kConfigured,  // as each job's policy says: kLearnt if it has learnt_runtime, otherwise kLimit
  kLimit,       // its time limit
  kLearnt,      // what the jobs say that had ended by the last full hour, as scarbond learns it
  kExact,       // how long it really runs: a bound that no site could reach
};

// The names are "configured", "limit", "learnt" and "known". ParseRuntimeKnowledge returns
// InvalidArgument, which lists them, for another name.
absl::string_view RuntimeKnowledgeName(RuntimeKnowledge knowledge);
absl::StatusOr<RuntimeKnowledge> ParseRuntimeKnowledge(absl::string_view name);

class KnownRuntimes {
 public:
  // Sets learnt_runtime of all policies as `knowledge` needs it.
  KnownRuntimes(RuntimeKnowledge knowledge, PlacementConfig* config);

  // Notes a job that was submitted to the cluster, as its job number `number`. `traced` must
  // outlive this object.
  void NoteSubmitted(uint32_t number, const TraceJob& traced, const SimulatedJob& job);

  // Returns what is known at `now`, the cluster's time; absent: nothing but the limit. `now` must
  // not decrease from call to call.
  std::optional<ExpectedRuntime> Of(const TraceJob& job, absl::Time now,
                                    const SimulatedCluster& cluster);

 private:
  struct Submitted {
    absl::Time earliest_end;  // it ends no earlier
    uint32_t number;
    const TraceJob* traced;
    absl::Duration runtime, limit;

    friend bool operator>(const Submitted& a, const Submitted& b) {
      return a.earliest_end != b.earliest_end ? a.earliest_end > b.earliest_end
                                              : a.number > b.number;
    }
  };

  // Learns from the jobs that ended before `time`, in the order in which they ended.
  void LearnUntil(absl::Time time, const SimulatedCluster& cluster);

  const RuntimeKnowledge knowledge_;
  bool is_learning_ = false;
  absl::Time learnt_until_ = absl::InfinitePast();
  RuntimeLearner learner_;
  std::priority_queue<Submitted, std::vector<Submitted>, std::greater<>> submitted_;
};

}  // namespace carbon

#endif  // REPLAY_KNOWN_RUNTIMES_H_
