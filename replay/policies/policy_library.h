// The policies to compare with, by name.
#ifndef REPLAY_POLICIES_POLICY_LIBRARY_H_
#define REPLAY_POLICIES_POLICY_LIBRARY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "replay/policies/comparison_policy.h"

namespace carbon {

struct PolicyName {
  std::string name;   // "lowest-window"
  std::string title;  // "Lowest-Window (GAIA)"
};

// All of them, run-now first, then by paper.
const std::vector<PolicyName>& PolicyNames();

// InvalidArgument, naming them all, for a name that is none of these.
absl::StatusOr<std::unique_ptr<const ComparisonPolicy>> MakePolicy(absl::string_view name);

}  // namespace carbon

#endif  // REPLAY_POLICIES_POLICY_LIBRARY_H_
