#include "core/outcome/ran_job.h"

#include <algorithm>
#include <map>
#include <set>

namespace carbon {

RunFacts FactsOf(const std::vector<ActualRun>& runs) {
  RunFacts facts = {.start = runs.front().start, .end = runs.front().end};
  std::map<std::string, absl::Duration> by_task;
  std::set<std::string> partitions;
  for (const ActualRun& run : runs) {
    const absl::Duration time = run.end - run.start;
    facts.start = std::min(facts.start, run.start);
    facts.end = std::max(facts.end, run.end);
    absl::Duration& task = by_task[run.task];
    task += time;
    facts.longest = std::max(facts.longest, task);
    facts.total += time;
    if (run.state != "COMPLETED") facts.unfinished += time;
    if (partitions.insert(run.partition).second) facts.partitions.push_back(run.partition);
  }
  facts.runs = static_cast<int64_t>(runs.size());
  facts.tasks = static_cast<int64_t>(by_task.size());
  return facts;
}

bool HasLeftThePlan(const DecisionSummary& decided, const std::vector<ActualRun>& runs) {
  if (!decided.chosen.has_value()) return false;
  const absl::Time planned = decided.chosen->start;  // InfinitePast: not recorded
  return std::any_of(runs.begin(), runs.end(), [&](const ActualRun& run) {
    return run.partition != decided.chosen->partition || run.start < planned - kEarlyStart;
  });
}

absl::string_view CourseName(Course course) {
  switch (course) {
    case Course::kLeftAlone:
      return "left-alone";
    case Course::kShadow:
      return "shadow";
    case Course::kKeptHome:
      return "kept-home";
    case Course::kPlaced:
      return "placed";
    case Course::kRestored:
      return "restored";
  }
  return "unknown";
}

Course CourseOf(const DecisionSummary& decided, bool was_restored) {
  if (decided.outcome == Outcome::kLeftAlone) return Course::kLeftAlone;
  if (decided.outcome == Outcome::kKeptHome) return Course::kKeptHome;
  if (decided.mode != Mode::kEnforce) return Course::kShadow;
  return was_restored ? Course::kRestored : Course::kPlaced;
}

}  // namespace carbon
