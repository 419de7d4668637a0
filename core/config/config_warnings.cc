#include "core/config/config_warnings.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace carbon {
namespace {

bool MatchesEveryJob(const PolicyMatch& match) { return match == PolicyMatch(); }

void WarnOfPolicies(const PlacementConfig& config, std::vector<std::string>* warnings) {
  if (config.policies.empty()) warnings->push_back("no policies: every job is left alone");
  const auto last = std::find_if(config.policies.begin(), config.policies.end(),
                                 [](const Policy& p) { return MatchesEveryJob(p.match); });
  for (auto policy = last; policy != config.policies.end(); ++policy) {
    if (policy == last) continue;
    warnings->push_back(absl::StrCat("policy ", policy->name, ": is never reached: policy ",
                                     last->name, " before it matches every job"));
  }
}

// Warns of a policy of an older release, whose numbers now have another meaning. A policy that
// states a fallback was written for this release.
void WarnOfOldRule(const PlacementConfig& config, std::vector<std::string>* warnings) {
  for (const Policy& policy : config.policies) {
    if (policy.fallback.has_value() || policy.mode == Mode::kOff) continue;
    if (policy.saving_floor == Policy{}.saving_floor && policy.confidence == Policy{}.confidence) {
      continue;
    }
    warnings->push_back(absl::StrCat("policy ", policy.name,
                                     ": saving_floor now applies to the expected saving over the "
                                     "fallback, and confidence to the "
                                     "probability of any such saving; if that is intended, set "
                                     "\"fallback\" to \"static-best\" or "
                                     "\"home\": see carbon.json(5)"));
  }
}

// Only enforcing changes jobs, so only then is there a difference to measure.
void WarnOfExempt(const PlacementConfig& config, std::vector<std::string>* warnings) {
  for (const Policy& policy : config.policies) {
    if (policy.exempt == 0 || policy.mode == Mode::kEnforce) continue;
    warnings->push_back(absl::StrCat("policy ", policy.name, ": exempt has no effect: its mode is ",
                                     ModeName(policy.mode),
                                     ", and jobs are exempted only where it is enforce"));
  }
}

// Without free watts the consequential figure is unknown, and jobs that may run on the hardware are
// decided by the attributional figure.
void WarnOfFreeWatts(const PlacementConfig& config, std::vector<std::string>* warnings) {
  const auto wants = [](const Policy& policy) {
    return policy.mode != Mode::kOff && policy.minimise != Figure::kAttributional;
  };
  const auto insists = [](const Policy& policy) {
    return policy.mode != Mode::kOff && policy.minimise == Figure::kConsequential;
  };
  if (std::none_of(config.policies.begin(), config.policies.end(), wants)) return;
  std::set<std::string> with, without;
  for (const PoolConfig& pool : config.pools) {
    const auto hardware = config.hardware.find(pool.hardware);
    if (hardware == config.hardware.end()) continue;
    const bool is_known = pool.powers_down == true || hardware->second.free.has_value();
    (is_known ? with : without).insert(pool.hardware);
  }
  const bool is_asked = std::any_of(config.policies.begin(), config.policies.end(), insists);
  // If no hardware has free watts, the site uses the attributional figure, unless it says
  // otherwise.
  if (without.empty() || (with.empty() && !is_asked)) return;
  warnings->push_back(absl::StrCat(
      "hardware ", absl::StrJoin(without, ", "),
      ": has no free_watts: for jobs that may run there, the attributional emission is minimised "
      "instead of the consequential, unless Slurm powers the nodes down; set free_watts: see "
      "carbon.json(5)"));
}

}  // namespace

std::vector<std::string> FindWarnings(const PlacementConfig& config) {
  std::vector<std::string> warnings;
  WarnOfPolicies(config, &warnings);
  WarnOfOldRule(config, &warnings);
  WarnOfExempt(config, &warnings);
  WarnOfFreeWatts(config, &warnings);
  return warnings;
}

}  // namespace carbon
