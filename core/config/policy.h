// What the administrator allows carbon to do with whose jobs. Plain data and the rule that picks
// one.
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

// off: look away. shadow: decide and record, change nothing that affects scheduling. enforce: also
// set the job's start and partition.
enum class Mode { kOff, kShadow, kEnforce };

absl::string_view ModeName(Mode mode);

// What a job gets where no plan is likely enough to save more. static-best: the pool with the
// cleanest long-run mean, where it has room no later than home and the same hardware, and the
// forecast says that it emits less; else home. home: always home. Where the user's hint leaves home
// out, the cleanest of the others in either case.
enum class Fallback { kStaticBest, kHome };

absl::string_view FallbackName(Fallback fallback);

// Who gets the answer in sbatch: nobody; those whose job is moved, delayed or changed, or whose
// hint is wrong; everybody whose job was looked at.
enum class Notice { kNone, kPlaced, kAll };

absl::string_view NoticeName(Notice notice);

// What is counted as a job's emission. attributional: all that its hardware draws while it runs.
// consequential: what it draws more than if the job were not there, which is the same less what the
// nodes would draw without jobs, where they stay powered then.
enum class Figure { kAttributional, kConsequential };

absl::string_view FigureName(Figure figure);

// Each empty list matches everything; several lists must all match.
struct PolicyMatch {
  // At most so many '*' in one pattern: what a pattern may cost grows with a power of them.
  static constexpr int kMaxStars = 4;

  std::vector<std::string> partitions;
  std::vector<std::string> job_names;  // shell patterns, as fnmatch(3) reads them
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
  // Kept free between the latest planned end (by the time limit) and the deadline; half of it for
  // Slurm to start the job as planned, half for the home that it gets back where that fails.
  absl::Duration margin = absl::Seconds(120);
  // Absent: not said, which is static-best.
  std::optional<Fallback> fallback;
  // Which figure is made least. Absent: not said, which is consequential. That needs the watts of
  // free nodes wherever the job may run, or nodes that power down; else it is attributional.
  std::optional<Figure> minimise;
  // Another plan than the fallback is taken only if it is expected to save at least this share of
  // the fallback's emission …
  double saving_floor = 0;
  // … and the probability that it saves anything is at least this.
  double confidence = 0.55;
  bool may_change_time = true;
  bool may_change_site = true;
  bool may_change_hardware = false;
  // Whether a job that goes to slower hardware gets a longer time limit there, in proportion.
  bool may_change_time_limit = false;
  // Whether a job that names a single partition may be moved out of it.
  bool may_change_named_partition = false;
};

// The first policy that matches, or nullptr. `partition` is the one the job would run in without
// us. A policy that names accounts or QOS never matches a job submitted without one: the default is
// not known here.
const Policy* MatchPolicy(const std::vector<Policy>& policies, const JobRequest& job,
                          absl::string_view partition);

}  // namespace carbon

#endif  // CORE_CONFIG_POLICY_H_
