// Who decides in a replay: the Placer by the policies of carbon.json, or a policy to compare with.
// Pure.
#ifndef REPLAY_CONTENDER_H_
#define REPLAY_CONTENDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/config/placement_config.h"
#include "replay/policies/comparison_policy.h"

namespace carbon {

struct Contender {
  PlacementConfig config;
  std::shared_ptr<const ComparisonPolicy> policy;  // for ReplayOptions::comparison
};

// "placer", "run-now", "static-best", and those of replay/policies/policy_library.h that do not
// suspend jobs.
std::vector<std::string> ContenderNames();

// Who is called `name`, with `config` as it decides by it:
//   placer         as configured
//   static-best    the Placer with no plan but its fallback: the site with the cleanest long-run
//                  mean, where that has room no later than home and emits less by the forecast
//   a policy       decides when a job starts, in its home pool
// InvalidArgument, naming them all, for another name.
absl::StatusOr<Contender> MakeContender(absl::string_view name, PlacementConfig config);

}  // namespace carbon

#endif  // REPLAY_CONTENDER_H_
