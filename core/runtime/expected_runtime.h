// How long a job is expected to run, learnt from jobs before it. Plain data.
//
// A runtime is learnt and kept as a share of the job's time limit. The share is between 0 and 1, so
// that its mean is well behaved however heavy the tail of runtimes is. A job that was stopped at
// its limit ran at least that long; its share is 1.
#ifndef CORE_RUNTIME_EXPECTED_RUNTIME_H_
#define CORE_RUNTIME_EXPECTED_RUNTIME_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace carbon {

// From which jobs a runtime was learnt, from the least specific to the most.
enum class RuntimeLevel {
  kCluster,  // all jobs
  kAccount,  // those of the account
  kUser,     // those of the user
  kName,     // those of the user with the same job name
};
inline constexpr size_t kRuntimeLevels = 4;

// "cluster", "account", "user", "name".
absl::string_view RuntimeLevelName(RuntimeLevel level);
std::optional<RuntimeLevel> RuntimeLevelOf(absl::string_view name);

struct ExpectedRuntime {
  double share = 1;   // mean of runtime / time limit; in (0, 1]
  double spread = 0;  // the standard deviation of one job's share around that mean; in [0, 1]
  int64_t jobs = 0;   // that were seen at `level`
  RuntimeLevel level = RuntimeLevel::kCluster;

  friend bool operator==(const ExpectedRuntime&, const ExpectedRuntime&) = default;
};

// What a job is recognised by at each level. An empty key is not known. Jobs of one user have the
// same key of the user, whatever their account. How the keys are made is the caller's business: in
// a snapshot they are keyed hashes (core/decision/runtime_keys.h).
struct RuntimeKeys {
  std::string account, user, name;

  friend bool operator==(const RuntimeKeys&, const RuntimeKeys&) = default;
};

}  // namespace carbon

#endif  // CORE_RUNTIME_EXPECTED_RUNTIME_H_
