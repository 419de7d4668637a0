// The engine is the part of the plugin that runs in slurmctld and does not use Slurm. It has
// submissions placed (core/placer/placer.h) and passes their records to the log. A thread of its
// own reads the snapshot and writes files, so Submit never waits for a disk.
//
// Thread-safe. Submit takes one lock, for the length of a decision.
#ifndef PLUGIN_JOB_SUBMIT_ENGINE_H_
#define PLUGIN_JOB_SUBMIT_ENGINE_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/decision/decision.h"
#include "core/job/job.h"
#include "core/placer/placer.h"
#include "core/placer/record_budget.h"
#include "plugin/job_submit/complaints.h"

namespace carbon {

struct EngineOptions {
  std::string snapshot_folder;
  std::string state_folder;  // Slurm's StateSaveLocation, which has the cluster's seal
  std::string cluster;       // ClusterName
  // A user whose snapshot is trusted besides root's and this process's own, "USER" or "USER:GROUP".
  // Empty: none. That group, or otherwise the user's primary one, may then read the cluster's seal
  // and append to the log. A snapshot may then name only `log` as the log: a publisher must not
  // choose which of SlurmUser's files is written and shared.
  std::string publisher = {};
  std::string log = kDefaultLog;
  absl::Duration poll = absl::Seconds(1);
  // Returns since when this controller has been in charge, as far as it knows. nullptr: always.
  // Called from any thread.
  absl::Time (*in_charge_since)() = nullptr;
  // How much of the log each user may fill.
  RecordBudget::Options budget = {};
  // The function that decides; tests replace it with one that fails.
  Placer::DecideFunction decide = &Decide;
  // Called from any thread with one line for slurmctld's log. The engine limits the rate.
  Complaints::WriteLine log_line = nullptr;
};

class Engine {
 public:
  explicit Engine(EngineOptions options);  // starts the thread; throws only bad_alloc
  ~Engine();                               // writes what is queued, stops the thread and joins it

  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Fails open. The verdict is empty in these cases: there is no usable snapshot or no seal of the
  // cluster; the log cannot be written or has no room for this record (no decision without a
  // record); the job's user fills the log (core/placer/record_budget.h); an exception is thrown. A
  // look at the queue from before this controller was in charge is not usable: it does not yet show
  // the bookings that the last controller made.
  Verdict Submit(JobRequest job, absl::Time now);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace carbon

#endif  // PLUGIN_JOB_SUBMIT_ENGINE_H_
