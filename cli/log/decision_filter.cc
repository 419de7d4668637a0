#include "cli/log/decision_filter.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/log/fields.h"

namespace carbon {
namespace {

bool IsOfPartition(const PlacementRecord& record, const DecisionFilter::Names& partitions) {
  const auto is_in = [&partitions](const std::string& name) { return partitions.contains(name); };
  const auto& home = record.decision.home;
  const auto& chosen = record.decision.chosen;
  return std::any_of(record.job.partitions.begin(), record.job.partitions.end(), is_in) ||
         (home.has_value() && is_in(home->partition())) ||
         (chosen.has_value() && is_in(chosen->partition()));
}

bool IsOfSite(const PlacementRecord& record, const DecisionFilter::Names& sites) {
  const auto& home = record.decision.home;
  const auto& chosen = record.decision.chosen;
  return (home.has_value() && sites.contains(home->site())) ||
         (chosen.has_value() && sites.contains(chosen->site()));
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
