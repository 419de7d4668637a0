// Runs a history of jobs through a simulated cluster twice: at home, as it was submitted; and with
// the policies enforced, by the same Placer as in slurmctld. At each submission only what was known
// then is used: the forecast of that hour, and the last look at the queue.
//
// Both runs use the jobs' real runtimes, which the Placer does not know unless
// ReplayOptions::runtimes says so. On other hardware they are scaled as in the decision. The
// simulated cluster determines the waits in both runs, and how much a full machine leaves to shift.
//
// What it does not do:
//   - Nothing watches over delayed jobs. A job whose planned nodes are busy waits for them, where
//     scarbond would restore it.
//   - Limits of associations, QOS and partitions are not in a history. Every pool is assumed to
//     admit every job that fits on its nodes.
//   - A job that became eligible later than it was submitted is left alone: the history does not
//     say whether --begin, a dependency or a hold was the reason.
//
// Deterministic: the same arguments give the same result. It reads no clock; the forecasts may
// block on the disk. One thread.
#ifndef REPLAY_REPLAY_H_
#define REPLAY_REPLAY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/config/daemon_config.h"
#include "core/config/placement_config.h"
#include "core/decision/decision.h"
#include "core/snapshot/snapshot.h"
#include "replay/cluster/backfill.h"
#include "replay/cluster/pool_shapes.h"
#include "replay/forecasts/known_forecasts.h"
#include "replay/known_runtimes.h"
#include "replay/policies/comparison_policy.h"
#include "replay/trace/trace.h"

namespace carbon {

// What the enforced run is busy with.
enum class ReplayStep { kOther, kCluster, kForecast, kLook, kDecision, kScore };

struct ReplayOptions {
  // If true, policies in shadow count as enforced; otherwise they change nothing.
  bool enforce_shadow = true;
  // How often the queue is read: whole seconds above zero, at most ten minutes.
  absl::Duration look_every = RefreshConfig().capacity;
  // Jobs submitted outside [from, to) are left out.
  absl::Time from = absl::InfinitePast();
  absl::Time to = absl::InfiniteFuture();
  // The shapes that the user states, by pool.
  std::map<std::string, PoolShape> shapes;
  // How the simulated cluster's scheduler is set, in both runs.
  BackfillSettings backfill;
  // What decisions know of how long jobs run.
  RuntimeKnowledge runtimes = RuntimeKnowledge::kConfigured;
  // Decides when jobs start, in their home pools, instead of the Placer: all jobs but those that
  // the Placer leaves alone. It must not suspend. nullptr: the Placer decides.
  std::shared_ptr<const ComparisonPolicy> comparison;
  // If true, each look is made of the whole queue, as scarbond makes it, instead of what has
  // changed. The decisions are the same. It is slow, and for tests.
  bool rebuild_looks = false;
  // Told now and then how much of the work is done, from 0 to 1.
  std::function<void(double)> progress;
  // How many threads may make forecasts before the first decision (KnownForecasts::Prepare).
  int threads = 1;
  // Told each step that begins, several for each job: for benchmarks.
  std::function<void(ReplayStep)> on_step;
};

// What one run drew and emitted, by the measured values.
struct RunFootprint {
  KilowattHours energy;  // PUE included
  GramsCo2e gross;
  std::optional<GramsCo2e> consequential;  // absent: unknown (Figure)
};

// Why a run has no footprint.
enum class Unscored {
  kNoUnits,  // the job asks for nothing of which its hardware's watts are known
  kNoGrid    // what was measured does not reach from the begin to the end of the run
};

struct ReplayedRun {
  int pool = -1;  // index into PlacementConfig::pools
  absl::Time start;
  absl::Duration runtime;
  std::optional<RunFootprint> footprint;
  std::optional<Unscored> unscored;  // present if there is no footprint
};

struct ReplayedJob {
  uint32_t job = 0;  // index into Trace::jobs
  int policy = -1;   // index into PlacementConfig::policies; -1: no policy applies
  Outcome outcome = Outcome::kLeftAlone;
  absl::Time eligible;  // from when it waits, in both runs
  // Its decision took the time limit for its runtime: no hint and nothing learnt says how long it
  // runs.
  bool is_planned_by_limit = false;
  // The start that was planned for it; `eligible` if none was.
  absl::Time planned;
  ReplayedRun home;
  ReplayedRun enforced;
};

struct ReplayResult {
  std::vector<ReplayedJob> jobs;  // in order of submission
  TraceReport report;             // the trace's report, and what the replay left out in addition
  std::map<std::string, RowCount> unknown_partitions;
  std::vector<PoolShape> shapes;  // by pool
  // Why jobs were left alone: decisions by reason. The tasks of an array that ran in one pool are
  // one decision.
  std::map<std::string, int64_t> left_alone;
  int64_t decisions = 0;
  int64_t looks = 0;
};

// Returns InvalidArgument if no job is left to replay, with the reasons for which rows were left
// out, or if no pool has nodes. Other errors are those of the forecasts.
absl::StatusOr<ReplayResult> Replay(const Trace& trace, const PlacementConfig& config,
                                    const std::vector<ZoneActuals>& actuals,
                                    KnownForecasts* forecasts, const ReplayOptions& options);

}  // namespace carbon

#endif  // REPLAY_REPLAY_H_
