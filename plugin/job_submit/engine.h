// The part of the plugin that lives in slurmctld and knows nothing of Slurm: has submissions placed
// (core/placer/placer.h) and hands records to the log. A thread of its own reads the snapshot and
// writes files, so that Submit never waits for a disk.
//
// Thread-safe. Submit takes one lock, for the length of a decision.
#ifndef PLUGIN_JOB_SUBMIT_ENGINE_H_
#define PLUGIN_JOB_SUBMIT_ENGINE_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "core/decision/decision.h"
#include "core/job/job.h"
#include "core/placer/placer.h"
#include "core/placer/record_budget.h"
#include "plugin/job_submit/complaints.h"

namespace carbon {

// carbon.json's own default of paths.log.
inline constexpr char kDefaultLog[] = "/var/log/slurm-carbon/placements.jsonl";

struct EngineOptions {
  std::string snapshot_folder;
  std::string state_folder;  // Slurm's StateSaveLocation, where the cluster's seal is kept
  std::string cluster;       // ClusterName
  // The user whose snapshot is believed besides root's and this process's own, "USER" or
  // "USER:GROUP"; empty: nobody's. That group, or the user's primary one, may then read the
  // cluster's seal and append to the log, and a snapshot may name `log` alone as the log: whoever
  // publishes must not choose which of SlurmUser's files is written to and shared.
  std::string publisher = {};
  std::string log = kDefaultLog;
  absl::Duration poll = absl::Seconds(1);
  // Since when this controller has been the one in charge, as far as it knows; nullptr: always.
  // Called from any thread.
  absl::Time (*in_charge_since)() = nullptr;
  // How much of the log each user may fill.
  RecordBudget::Options budget = {};
  // What decides; tests put in one that fails.
  Placer::DecideFunction decide = &Decide;
  // Called from any thread with one line for slurmctld's log; the engine limits the rate.
  Complaints::WriteLine log_line = nullptr;
};

class Engine {
 public:
  explicit Engine(EngineOptions options);  // starts the thread; never throws beyond bad_alloc
  ~Engine();                               // stops and joins it, writing what is queued

  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Fails open: the verdict is empty without a usable snapshot or the cluster's seal, while the log
  // cannot be written or has no room for this record (no decision without a trace), where the job's
  // user fills the log (core/placer/record_budget.h), and when anything is thrown. A look at the
  // queue from before this controller was in charge is not usable: bookings made by the one before
  // are in no look yet.
  Verdict Submit(JobRequest job, absl::Time now);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace carbon

#endif  // PLUGIN_JOB_SUBMIT_ENGINE_H_
