#include "replay/contender.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/config/policy.h"
#include "replay/policies/policy_library.h"

namespace carbon {
namespace {

// More than any plan can save, so that a decision takes its fallback.
constexpr double kUnreachableFloor = 2;

Contender WithFallback(Fallback fallback, PlacementConfig config) {
  for (Policy& policy : config.policies) {
    policy.fallback = fallback;
    policy.saving_floor = kUnreachableFloor;
  }
  return {std::move(config), nullptr};
}

}  // namespace

std::vector<std::string> ContenderNames() {
  std::vector<std::string> names = {"placer", "static-best"};
  for (const PolicyName& policy : PolicyNames()) {
    const auto made = MakePolicy(policy.name);
    if (made.ok() && !(*made)->suspends()) names.push_back(policy.name);
  }
  return names;
}

absl::StatusOr<Contender> MakeContender(absl::string_view name, PlacementConfig config) {
  if (name == "placer") return Contender{std::move(config), nullptr};
  if (name == "static-best") return WithFallback(Fallback::kStaticBest, std::move(config));
  absl::StatusOr<std::unique_ptr<const ComparisonPolicy>> policy = MakePolicy(name);
  if (policy.ok() && (*policy)->suspends()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", name,
                     "\" suspends jobs, which the simulated cluster cannot do; scripts/bench "
                     "policies runs it"));
  }
  if (!policy.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", name, "\" is not one of ", absl::StrJoin(ContenderNames(), ", ")));
  }
  // Jobs stay at home, and nothing is booked for them elsewhere.
  Contender contender = WithFallback(Fallback::kHome, std::move(config));
  contender.policy = *std::move(policy);
  return contender;
}

}  // namespace carbon
