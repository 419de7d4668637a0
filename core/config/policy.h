// A policy says what carbon may do with which jobs. Plain data, and the rule that picks a policy
// for a job.
#ifndef CORE_CONFIG_POLICY_H_
#define CORE_CONFIG_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/job/job.h"

namespace carbon {

// off: do nothing. shadow: decide and record, but change nothing that affects scheduling. enforce:
// also set the job's start and partition.
enum class Mode { kOff, kShadow, kEnforce };

absl::string_view ModeName(Mode mode);

// Where a job goes if no plan is likely enough to save more.
// static-best: the pool with the cleanest long-run mean, if it has room no later than home, has the
// same hardware, and emits less by the forecast; otherwise home.
// home: always home.
// If the user's hint excludes home, both mean the cleanest of the other pools.
enum class Fallback { kStaticBest, kHome };

absl::string_view FallbackName(Fallback fallback);

// Who gets a message from sbatch. none: no user. placed: users whose job is moved, delayed or
// changed, or whose hint is wrong. all: all users whose job was looked at.
enum class Notice { kNone, kPlaced, kAll };

absl::string_view NoticeName(Notice notice);

// What counts as a job's emission. attributional: everything that its hardware draws while it runs.
// consequential: what the hardware draws in addition because of the job. That is the same minus
// what the nodes would draw without jobs, if they stay powered then.
enum class Figure { kAttributional, kConsequential };

absl::string_view FigureName(Figure figure);

// An empty list matches everything. If several lists are set, all must match.
struct PolicyMatch {
  // The maximum of '*' in one pattern: the cost of a pattern grows with a power of their number.
  static constexpr int kMaxStars = 4;

  std::vector<std::string> partitions;
  std::vector<std::string> job_names;  // shell patterns, as in fnmatch(3)
  std::vector<std::string> accounts;
  std::vector<std::string> qos;
  std::vector<std::string> users;  // names as written; resolved to `uids` before publishing
  std::vector<uint32_t> uids;

  friend bool operator==(const PolicyMatch&, const PolicyMatch&) = default;
};

struct Policy {
  std::string name;
  PolicyMatch match;
  Mode mode = Mode::kShadow;
  Notice message = Notice::kAll;
  absl::Duration max_delay = absl::Hours(24);
  // The time kept free between the latest planned end (by the time limit) and the deadline. Half of
  // it is for Slurm to start the job as planned. The other half is for the home, where the job is
  // restored if that fails.
  absl::Duration margin = absl::Seconds(120);
  // Absent: not stated, which means static-best.
  std::optional<Fallback> fallback;
  // The figure that is minimised. Absent: not stated, which means consequential. That figure needs
  // the watts of free nodes wherever the job may run, or nodes that power down; without them the
  // attributional figure is minimised.
  std::optional<Figure> minimise;
  // A plan is taken instead of the fallback only if its expected saving is at least this share of
  // the fallback's emission …
  double saving_floor = 0;
  // … and the probability that it saves anything is at least this.
  double confidence = 0.55;
  bool may_change_time = true;
  bool may_change_site = true;
  bool may_change_hardware = false;
  // If true, a job that goes to slower hardware gets a longer time limit there, in proportion.
  bool may_change_time_limit = false;
  // If true, a job that names a single partition may be moved out of it.
  bool may_change_named_partition = false;
  // Whether a job without a hint about its runtime is planned with the runtime that was learnt from
  // jobs like it, if there is one. What is booked and promised is still its time limit.
  bool learnt_runtime = false;
  // The share of jobs that are left at home by lot, of those that the policy would change: at most
  // kMaxExempt. What they emit, beside what the others emit, shows what the policy saves. Only with
  // Mode::kEnforce.
  double exempt = 0;
};

// Returns the first policy that matches, or nullptr. `partition` is the one in which the job would
// run without us. A policy that names accounts or QOS never matches a job that was submitted
// without one: its default is unknown here.
const Policy* MatchPolicy(const std::vector<Policy>& policies, const JobRequest& job,
                          absl::string_view partition);

}  // namespace carbon

#endif  // CORE_CONFIG_POLICY_H_
