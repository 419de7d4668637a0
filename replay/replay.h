// Runs a history of jobs through a simulated cluster twice: at home, as it was submitted; and with
// the policies enforced, by the same Placer as in slurmctld. At each submission only what was known
// then is used: the forecast of that hour, and the last look at the queue.
//
// Both runs have the jobs' real runtimes, which the Placer does not know; on other hardware they
// are scaled as the decision scaled them. Waits, and what a full machine leaves nothing of, follow
// from the simulated cluster in both.
//
// What it does not do:
//   - Nothing watches over delayed jobs: a job whose planned nodes turn out busy waits for them,
//     where scarbond would give it back what it had asked for.
//   - Limits of associations, QOS and partitions are not in a history: every pool is taken to admit
//     every job that its nodes hold.
//   - A job whose history shows that it became eligible later than it was submitted is left alone,
//     since nothing says whether it was for --begin, a dependency or a hold.
//
// Deterministic: the same arguments give the same result. No clock; the forecasts may block on the
// disk. It has threads of its own for the run at home and for the forecasts: the functions of the
// options are called in the caller's thread, and `forecasts` in one thread at a time.
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
#include "replay/cluster/pool_shapes.h"
#include "replay/forecasts/known_forecasts.h"
#include "replay/trace/trace.h"

namespace carbon {

// What the enforced run is busy with.
enum class ReplayStep { kOther, kCluster, kForecast, kLook, kDecision, kScore };

struct ReplayOptions {
  // Policies in shadow count as enforced; else they change nothing.
  bool enforce_shadow = true;
  // How often the queue is looked at: whole seconds above zero, ten minutes at most.
  absl::Duration look_every = RefreshConfig().capacity;
  // Jobs submitted outside [from, to) are left out.
  absl::Time from = absl::InfinitePast();
  absl::Time to = absl::InfiniteFuture();
  // Given by the user, by pool.
  std::map<std::string, PoolShape> shapes;
  // Each look is made of the whole queue, as scarbond makes it, and not of what has changed. The
  // decisions are the same; it is slow, and for tests.
  bool rebuild_looks = false;
  // Told now and then how much of the work is done, from 0 to 1.
  std::function<void(double)> progress;
  // How many threads may make forecasts before the first decision (KnownForecasts::Prepare).
  int threads = 1;
  // Told each step that begins, several for each job: for benchmarks.
  std::function<void(ReplayStep)> on_step;
};

// What one run drew and emitted, by what was measured.
struct RunFootprint {
  KilowattHours energy;  // PUE included
  GramsCo2e gross;
  std::optional<GramsCo2e> consequential;  // absent: not known (Figure)
};

struct ReplayedRun {
  int pool = -1;  // index into PlacementConfig::pools
  absl::Time start;
  absl::Duration runtime;
  std::optional<RunFootprint> footprint;  // absent: its hardware or the grid of its time is unknown
};

struct ReplayedJob {
  uint32_t job = 0;  // index into Trace::jobs
  int policy = -1;   // index into PlacementConfig::policies; -1: none is about it
  Outcome outcome = Outcome::kLeftAlone;
  absl::Time eligible;  // from when it waits, in both runs
  // The start that was planned for it; `eligible` where none was.
  absl::Time planned;
  ReplayedRun home;
  ReplayedRun enforced;
};

struct ReplayResult {
  std::vector<ReplayedJob> jobs;  // in order of submission
  TraceReport report;             // the trace's, with what the replay left out besides
  std::map<std::string, RowCount> unknown_partitions;
  std::vector<PoolShape> shapes;  // by pool
  // Why jobs were left alone: decisions by reason. An array is one decision.
  std::map<std::string, int64_t> left_alone;
  int64_t decisions = 0;
  int64_t looks = 0;
};

// InvalidArgument where no job is left to replay, or no pool has nodes; errors of the forecasts.
absl::StatusOr<ReplayResult> Replay(const Trace& trace, const PlacementConfig& config,
                                    const std::vector<ZoneActuals>& actuals,
                                    KnownForecasts* forecasts, const ReplayOptions& options);

}  // namespace carbon

#endif  // REPLAY_REPLAY_H_
