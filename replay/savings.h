// Summarises a replay: sums of energy and CO2e at home and with the policies enforced, waits, and
// how full the pools were. Pure.
//
// A saved share has an interval: what other weeks like these might have given, by a bootstrap over
// the weeks in which jobs were submitted (replay/block_bootstrap.h). It does not include the error
// of the simulated cluster or of the hardware's figures.
#ifndef REPLAY_SAVINGS_H_
#define REPLAY_SAVINGS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/config/placement_config.h"
#include "replay/block_bootstrap.h"
#include "replay/replay.h"
#include "replay/trace/trace.h"

namespace carbon {

// kSite and kPool are where a job ran, which differs between the two runs. The others are
// properties of the job.
enum class GroupBy { kTotal, kPolicy, kAccount, kUser, kSite, kPool, kMonth };

// The names are "total", "policy", "account", "user", "site", "pool" and "month". Returns
// InvalidArgument, which lists them.
absl::StatusOr<GroupBy> ParseGroupBy(absl::string_view name);
absl::string_view GroupByName(GroupBy by);

// The sums over jobs whose footprint is known in both runs.
struct RunSums {
  int64_t jobs = 0;
  KilowattHours energy;
  GramsCo2e gross;
  // The sums over jobs whose consequential emission is known in both runs.
  int64_t consequential_jobs = 0;
  GramsCo2e consequential;
};

struct SavingsRow {
  std::string name;
  RunSums home;
  RunSums enforced;
  // The 95% interval of the share of the home's gross emission that is saved. Absent where fewer
  // than kMinBlocks blocks have a job.
  std::optional<BootstrapInterval> saved_share;
};

// Submissions are drawn by the week where they span kMinBlocks weeks at least, else by the day.
inline constexpr int kMinBlocks = 8;

// By name; one row, "total", for kTotal. A job without a policy is in the row "none". Months are of
// the submission, in UTC.
std::vector<SavingsRow> SumSavings(const Trace& trace, const PlacementConfig& config,
                                   const ReplayResult& result, GroupBy by);

struct WaitSummary {
  absl::Duration mean, p95, max;
};

struct WaitReport {
  WaitSummary home;
  WaitSummary enforced;
  // As the history has them; only for jobs whose start it states.
  int64_t recorded_jobs = 0;
  WaitSummary recorded;
  // Jobs delayed on purpose: the planned start is later than the start at home.
  int64_t delayed = 0;
  absl::Duration delayed_mean, delayed_max;
  // Harmed jobs: they start later than at home, and later than planned, by more than kUnnoticed.
  int64_t harmed = 0;
  absl::Duration harmed_mean, harmed_max;
  // Of the jobs with a deadline: those that end after it.
  int64_t deadlines = 0;
  int64_t missed_home = 0, missed_enforced = 0;
  // They emit more than at home, by more than a rounding: how many, and how much more.
  int64_t dearer = 0;
  GramsCo2e dearer_by;
};
inline constexpr absl::Duration kUnnoticed = absl::Minutes(1);

// Summarises the waits from when a job was eligible to its start.
WaitReport SummarizeWaits(const Trace& trace, const ReplayResult& result);

// How far the time limits of the jobs that a policy places are above their runtimes.
struct LimitReport {
  int64_t jobs = 0;
  int64_t planned_by_limit = 0;  // of these, ReplayedJob::is_planned_by_limit
  // The sum of the limits over the sum of the runtimes, weighted by devices, or by CPUs if no job
  // has a device. 1 if there is no job.
  double ratio = 1;
};
LimitReport SummarizeLimits(const Trace& trace, const ReplayResult& result);

// The share of a pool's devices (or of its CPUs if it has no devices) that is in use, averaged from
// the first submission to the last.
struct PoolUtilisation {
  double home = 0;
  double enforced = 0;
  // What the nodes that are not in use draw in that time, PUE included; one that is in use in part
  // counts in part. Absent where carbon.json does not say what a free node draws.
  std::optional<KilowattHours> idle_home, idle_enforced;
};
std::vector<PoolUtilisation> Utilisation(const Trace& trace, const PlacementConfig& config,
                                         const ReplayResult& result);

// The energy of all jobs whose footprint is known in both runs, by the hour of the day in `zone` in
// which it is drawn.
struct HourlyProfile {
  std::array<KilowattHours, 24> home;
  std::array<KilowattHours, 24> enforced;
};
HourlyProfile ProfileByHour(const ReplayResult& result, absl::TimeZone zone);

}  // namespace carbon

#endif  // REPLAY_SAVINGS_H_
