// The runs of a decision's job as accounting has them, and what they amount to. Pure.
#ifndef CORE_OUTCOME_RAN_JOB_H_
#define CORE_OUTCOME_RAN_JOB_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/outcome/energy_meter.h"
#include "core/record/decision_summary.h"

namespace carbon {

// One run of one task, from its start to its end or requeue.
struct ActualRun {
  std::string task;  // "17", "17_3"
  absl::Time submitted;
  absl::Time start, end;  // whole seconds
  std::string partition;
  std::string state;                            // as sacct writes it: "COMPLETED", "REQUEUED"
  std::optional<int64_t> nodes, cpus, devices;  // that it was given; absent: not known
  std::optional<double> joules;                 // measured, over all of its nodes and time
  // Why a meter that was to be asked has no `joules`.
  std::optional<WhyNotBelieved> why_no_joules = {};
  // The number that Slurm gave the task itself: 23 of "17_3". Absent: not known.
  std::optional<int64_t> own_id = {};
};

// The job of a decision, as accounting knows it.
struct RanJob {
  bool has_ended = false;       // all of it
  std::vector<ActualRun> runs;  // those that started, in order of their starts
  std::optional<absl::Time> submitted;
  bool was_restored = false;     // carbon gave it back what it had asked for
  bool had_nodes_alone = false;  // its partition gives whole nodes to jobs
};

// What runs amount to.
struct RunFacts {
  absl::Time start, end;   // of the first and of the last
  absl::Duration longest;  // of all runs of one task together
  absl::Duration total;    // of all runs of all tasks
  int64_t runs = 0;
  int64_t tasks = 0;          // that ran
  absl::Duration unfinished;  // of runs that did not complete: requeued, failed, cancelled …
  std::vector<std::string> partitions;  // each once
};

// `runs` has at least one.
RunFacts FactsOf(const std::vector<ActualRun>& runs);

// A start that is this much earlier than planned is in another hour of the grid.
inline constexpr absl::Duration kEarlyStart = absl::Minutes(5);

// Whether a later change of a placed job moved it to another partition, or started it early.
bool HasLeftThePlan(const DecisionSummary& decided, const std::vector<ActualRun>& runs);

// How a decision took effect.
enum class Course {
  kLeftAlone,
  kShadow,  // it was only recorded
  kKeptHome,
  kPlaced,
  kRestored,  // it was placed, and then given back
};
absl::string_view CourseName(Course course);

Course CourseOf(const DecisionSummary& decided, bool was_restored);

}  // namespace carbon

#endif  // CORE_OUTCOME_RAN_JOB_H_
