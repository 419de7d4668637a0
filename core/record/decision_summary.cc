#include "core/record/decision_summary.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/decision/decision_reason.h"
#include "core/decision/plan.h"
#include "core/record/record.h"

namespace carbon {
namespace {

std::string NamesOf(const Plan& plan, const std::string& (PlannedRun::*name)() const) {
  std::vector<absl::string_view> names;
  for (const PlannedRun& run : plan.runs()) {
    const std::string& of_run = (run.*name)();
    if (std::find(names.begin(), names.end(), of_run) == names.end()) names.push_back(of_run);
  }
  return absl::StrJoin(names, ",");
}

std::optional<PlanSummary> SummaryOf(const std::optional<Plan>& plan) {
  if (!plan.has_value()) return std::nullopt;
  return PlanSummary{.pool = NamesOf(*plan, &PlannedRun::pool),
                     .partition = NamesOf(*plan, &PlannedRun::partition),
                     .site = NamesOf(*plan, &PlannedRun::site),
                     .zone = NamesOf(*plan, &PlannedRun::zone),
                     .hardware = NamesOf(*plan, &PlannedRun::hardware),
                     .start = plan->start(),
                     .runtime = plan->runtime(),
                     .task_runtime = plan->task_runtime(),
                     .energy = plan->energy(),
                     .intensity = plan->intensity(),
                     .gross = plan->gross(),
                     .consequential = plan->consequential(),
                     .net = plan->net(),
                     .embodied = plan->embodied(),
                     .wake_up = plan->first().wake_up,
                     .units = plan->first().units,
                     .stays_powered = plan->first().stays_powered};
}

std::optional<SavingSummary> SummaryOf(const std::optional<Saving>& saving) {
  if (!saving.has_value()) return std::nullopt;
  return SavingSummary{saving->mean, saving->share, saving->share_low, saving->share_high};
}

std::optional<int64_t> Unless(bool is_absent, int64_t count) {
  return is_absent ? std::nullopt : std::optional(count);
}

}  // namespace

DecisionSummary SummaryOf(const PlacementRecord& record) {
  const JobRequest& job = record.job;
  const Decision& decision = record.decision;
  DecisionSummary summary = {
      .id = record.id,
      .time = record.time,
      .user_id = job.user_id,
      .account = job.account,
      .qos = job.qos,
      .job_name = job.name,
      .comment = job.comment,
      .partitions = absl::StrJoin(job.partitions, ","),
      .time_limit = job.time_limit,
      .deadline = job.deadline,
      .nodes = Unless(record.absent.nodes, job.demand.nodes),
      .devices = Unless(record.absent.devices, job.demand.devices),
      .array_tasks = Unless(record.absent.array_tasks, job.array_tasks),
      .outcome = decision.outcome,
      .mode = record.absent.mode ? std::nullopt : std::optional(decision.mode),
      .policy = decision.policy,
      .minimised = decision.minimised,
      .reason = ReasonText(decision.reason),
      .runtime_source = std::string(RuntimeSource(decision)),
      .home = SummaryOf(decision.home),
      .chosen = SummaryOf(decision.chosen),
      .saving = SummaryOf(decision.saving),
      .consequential_saving = SummaryOf(decision.consequential_saving),
  };
  summary.signal = decision.signal;
  summary.exclusive = job.exclusive;
  if (decision.trial.has_value()) {
    summary.arm = decision.trial->arm;
    summary.exempt = decision.trial->exempt;
  }
  if (decision.static_best.has_value()) summary.static_gross = decision.static_best->gross();
  return summary;
}

std::vector<absl::string_view> NamesIn(absl::string_view joined) {
  return absl::StrSplit(joined, ',', absl::SkipEmpty());
}

}  // namespace carbon
