#include "scarbond/job_figures.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <variant>

#include "absl/status/statusor.h"
#include "core/decision/decision.h"
#include "core/decision/decision_id.h"
#include "core/decision/plan.h"
#include "core/record/record_reader.h"

namespace carbon {
namespace {

// By decision: its first job in the queue, and whether one of its jobs runs.
std::map<std::string, DecidedInQueue> ByDecision(const std::vector<DecidedInQueue>& queue) {
  std::map<std::string, DecidedInQueue> by_decision;
  for (const DecidedInQueue& job : queue) {
    const auto [found, is_new] = by_decision.emplace(job.decision_id, job);
    if (is_new) continue;
    found->second.job_id = std::min(found->second.job_id, job.job_id);
    found->second.runs = found->second.runs || job.runs;
  }
  return by_decision;
}

}  // namespace

absl::Status JobFigures::Look(const std::vector<DecidedInQueue>& queue, absl::Time now) {
  const std::map<std::string, DecidedInQueue> by_decision = ByDecision(queue);
  const absl::StatusOr<bool> followed =
      follower_.Follow(kMaxBytesPerLook, now, [&](absl::string_view line) {
        // Another reader reports what is wrong with the log.
        if (const absl::StatusOr<LogEntry> entry = ReadLogLine(line); entry.ok()) {
          Visit(*entry, by_decision, now);
        }
        return absl::OkStatus();
      });
  std::erase_if(decisions_, [&](const auto& one) {
    return !by_decision.contains(one.first) && one.second.decided < now - kShownWithin;
  });
  jobs_.clear();
  for (const auto& [id, shown] : by_decision) {
    const auto found = decisions_.find(id);
    if (found == decisions_.end()) continue;
    const Figures& figures = found->second;
    const bool is_placed = !figures.placed.pool.empty() && !figures.was_restored;
    const Use& use = is_placed ? figures.placed : figures.home;
    if (use.pool.empty()) continue;
    const uint32_t job_id = figures.job_id != 0 ? figures.job_id : shown.job_id;
    jobs_.push_back({job_id, use.pool, shown.runs, use.energy, use.emission});
  }
  std::sort(jobs_.begin(), jobs_.end(),
            [](const JobFigure& a, const JobFigure& b) { return a.job_id < b.job_id; });
  // Numbers begin anew after MaxJobId. A number with two figures would be one series twice.
  jobs_.erase(
      std::unique(jobs_.begin(), jobs_.end(),
                  [](const JobFigure& a, const JobFigure& b) { return a.job_id == b.job_id; }),
      jobs_.end());
  return followed.status();
}

void JobFigures::Visit(const LogEntry& entry, const std::map<std::string, DecidedInQueue>& queue,
                       absl::Time now) {
  if (const auto* record = std::get_if<PlacementRecord>(&entry)) {
    const std::string id = DecisionId(record->id);
    if (!queue.contains(id) && record->time < now - kShownWithin) return;
    const Decision& decision = record->decision;
    if (decision.outcome == Outcome::kLeftAlone) return;
    const auto use_of = [](const std::optional<Plan>& plan) -> Use {
      if (!plan.has_value() || !std::isfinite(plan->energy().value()) ||
          !std::isfinite(plan->gross().value())) {
        return {};
      }
      return {std::string(plan->first().pool()), plan->energy(), plan->gross()};
    };
    Figures& figures = decisions_[id];
    figures.decided = record->time;
    figures.home = use_of(decision.home);
    if (decision.outcome == Outcome::kPlaced && decision.mode == Mode::kEnforce) {
      figures.placed = use_of(decision.chosen);
    }
  } else if (const auto* booking = std::get_if<BookingRecord>(&entry)) {
    const auto found = decisions_.find(booking->event.decision_id);
    if (found != decisions_.end() && booking->event.job_id != 0) {
      found->second.job_id = booking->event.job_id;
    }
  } else if (const auto* restored = std::get_if<ReturnRecord>(&entry)) {
    const auto found = decisions_.find(restored->given_back.decision_id);
    if (found != decisions_.end() && restored->error.empty()) found->second.was_restored = true;
  }
}

}  // namespace carbon
