// What one look at the cluster shows: its capacity, the placed jobs that wait, and what is wrong.
// Plain data.
#ifndef CORE_DECISION_CLUSTER_LOOK_H_
#define CORE_DECISION_CLUSTER_LOOK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/cluster/cluster_state.h"
#include "core/decision/restored_jobs.h"
#include "core/decision/watch.h"
#include "core/finding/finding.h"
#include "core/runtime/accounted_job.h"

namespace carbon {

// A job of the queue on which our plugin decided. Tasks of an array may have entries of their own,
// with the same decision.
struct DecidedInQueue {
  uint32_t job_id = 0;
  std::string decision_id;
  bool runs = false;  // otherwise it waits
};

struct ClusterLook {
  CapacityState capacity;  // for decisions
  // The same without outages that may last only for moments; absent if there are none.
  std::optional<CapacityState> without_brief_outages;
  std::vector<WatchedJob> watched;       // jobs that wait for a run of their promise
  std::vector<MarkedJobState> restored;  // jobs that may have been restored (RestoredJobs::Note)
  bool may_update = false;               // this process's user may restore them
  std::string why_not_update;            // and if not, why not
  bool may_watch = true;                 // which jobs were placed is known
  uint32_t slurm_user = 0;               // as whom slurmctld runs
  bool has_slurmdbd = false;             // and so operators and administrators of its own
  std::string auth_info;                 // AuthInfo of slurm.conf
  // The jobs that completed or were stopped at their limit. slurmctld shows each for a while
  // (MinJobAge).
  std::vector<AccountedJob> ended;
  std::vector<DecidedInQueue> decided;
  absl::Duration answers;  // how long slurmctld took to answer, all requests together
  int64_t jobs = 0;        // in the queue, those that are over included
  // About nodes that slurmctld hides, or that take no jobs yet (core/cluster/unseen_nodes.h), and
  // about marks of jobs that do not count: warnings and notes.
  std::vector<Finding> findings;

  // What the watch uses.
  const CapacityState& lasting() const {
    return without_brief_outages.has_value() ? *without_brief_outages : capacity;
  }
};

}  // namespace carbon

#endif  // CORE_DECISION_CLUSTER_LOOK_H_
