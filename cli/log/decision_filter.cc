#include "cli/log/decision_filter.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/log/fields.h"

namespace carbon {
namespace {

bool HasNameIn(absl::string_view joined, const DecisionFilter::Names& names) {
  const std::vector<absl::string_view> of = NamesIn(joined);
  return std::any_of(of.begin(), of.end(),
                     [&](absl::string_view name) { return names.contains(std::string(name)); });
}

// Whether a run at home, or of the plan chosen, has one of the names.
bool HasRunIn(const DecisionSummary& decision, std::string PlanSummary::* joined,
              const DecisionFilter::Names& names) {
  return (decision.home.has_value() && HasNameIn((*decision.home).*joined, names)) ||
         (decision.chosen.has_value() && HasNameIn((*decision.chosen).*joined, names));
}

bool IsOfPartition(const DecisionSummary& decision, const DecisionFilter::Names& partitions) {
  return HasNameIn(decision.partitions, partitions) ||
         HasRunIn(decision, &PlanSummary::partition, partitions);
}

}  // namespace

bool DecisionFilter::Admits(const DecisionSummary& decision) const {
  const absl::Time time = decision.time;
  if (time == absl::InfinitePast() || time < start || time > end) return false;
  if (drawn_only && !decision.arm.has_value()) return false;
  const uint32_t uid = decision.user_id;
  return (users.empty() || users.contains(UserName(uid)) || users.contains(absl::StrCat(uid))) &&
         (accounts.empty() || accounts.contains(decision.account)) &&
         (partitions.empty() || IsOfPartition(decision, partitions)) &&
         (sites.empty() || HasRunIn(decision, &PlanSummary::site, sites)) &&
         (policies.empty() || policies.contains(decision.policy));
}

}  // namespace carbon
