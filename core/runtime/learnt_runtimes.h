// The snapshot's runtimes part: what was learnt of runtimes, ready to be looked up. Each entry is
// complete: it already includes what the levels above it say (core/runtime/runtime_learner.h), so a
// reader computes nothing.
//
// The part is for the plugin alone. Keys are hashes with a key that is not in the part, so that a
// copy of it reveals neither users nor the names of their jobs. Plain data and pure functions of
// it; no I/O.
#ifndef CORE_RUNTIME_LEARNT_RUNTIMES_H_
#define CORE_RUNTIME_LEARNT_RUNTIMES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/runtime/expected_runtime.h"

namespace carbon {

struct LearntRuntimes {
  // Of each level. A hundred thousand names take 5 MB as bytes.
  static constexpr size_t kMaxEntries = 100'000;
  static constexpr size_t kMaxKey = 64;  // bytes
  // Shares are kept in millionths: a job of three days is known to a quarter of a second.
  static constexpr int64_t kScale = 1'000'000;

  struct Entry {
    std::string key;
    int64_t share = 0;   // millionths, 1 to kScale
    int64_t spread = 0;  // millionths, 0 to kScale
    int64_t jobs = 0;    // at least 1

    friend bool operator==(const Entry&, const Entry&) = default;
  };

  absl::Time newest;             // when the last of the jobs ended; whole seconds
  std::optional<Entry> cluster;  // its key is empty; absent: nothing was learnt
  // Each ascending by key, without duplicates.
  std::vector<Entry> accounts, users, names;

  // The entry of the most specific level that knows the job; absent where none does.
  std::optional<ExpectedRuntime> Find(const RuntimeKeys& keys) const;

  friend bool operator==(const LearntRuntimes&, const LearntRuntimes&) = default;
};

// The part as bytes and back; docs/snapshot.md describes them. ParseRuntimes trusts nothing: it
// returns DataLoss for bytes that break the format, and for more entries, longer keys or other
// numbers than those above; InvalidArgument for another version.
std::string SerializeRuntimes(const LearntRuntimes& runtimes);
absl::StatusOr<LearntRuntimes> ParseRuntimes(absl::string_view bytes);

}  // namespace carbon

#endif  // CORE_RUNTIME_LEARNT_RUNTIMES_H_
