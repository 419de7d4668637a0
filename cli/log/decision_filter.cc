#include "cli/log/decision_filter.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/log/fields.h"

namespace carbon {
namespace {

// Whether a run at home, or of the plan chosen, has one of the names.
bool HasRunIn(const Decision& decision, const std::string& (PlannedRun::*name)() const,
              const DecisionFilter::Names& names) {
  const auto is_in = [&](const PlannedRun& run) { return names.contains((run.*name)()); };
  const auto has_run = [&](const std::optional<Plan>& plan) {
    return plan.has_value() && std::any_of(plan->runs().begin(), plan->runs().end(), is_in);
  };
  return has_run(decision.home) || has_run(decision.chosen);
}

bool IsOfPartition(const PlacementRecord& record, const DecisionFilter::Names& partitions) {
  const auto is_in = [&partitions](const std::string& name) { return partitions.contains(name); };
  return std::any_of(record.job.partitions.begin(), record.job.partitions.end(), is_in) ||
         HasRunIn(record.decision, &PlannedRun::partition, partitions);
}

bool IsOfSite(const PlacementRecord& record, const DecisionFilter::Names& sites) {
  return HasRunIn(record.decision, &PlannedRun::site, sites);
}

}  // namespace

bool DecisionFilter::Admits(const PlacementRecord& record) const {
  if (record.time == absl::InfinitePast() || record.time < start || record.time > end) return false;
  const uint32_t uid = record.job.user_id;
  return (users.empty() || users.contains(UserName(uid)) || users.contains(absl::StrCat(uid))) &&
         (accounts.empty() || accounts.contains(record.job.account)) &&
         (partitions.empty() || IsOfPartition(record, partitions)) &&
         (sites.empty() || IsOfSite(record, sites)) &&
         (policies.empty() || policies.contains(record.decision.policy));
}

}  // namespace carbon
