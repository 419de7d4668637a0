// Arbitrary bytes as the runtimes part. What parses comes out of its own serialisation unchanged,
// and whatever is looked up in it is a share and a spread.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "core/runtime/learnt_runtimes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<carbon::LearntRuntimes> runtimes =
      carbon::ParseRuntimes(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!runtimes.ok()) return 0;
  const std::string canonical = carbon::SerializeRuntimes(*runtimes);
  const absl::StatusOr<carbon::LearntRuntimes> again = carbon::ParseRuntimes(canonical);
  if (!again.ok() || carbon::SerializeRuntimes(*again) != canonical) std::abort();
  const std::string key(reinterpret_cast<const char*>(data), size < 4 ? size : 4);
  if (const auto found = runtimes->Find({key, key, key}); found.has_value()) {
    if (!(found->share > 0 && found->share <= 1)) std::abort();
    if (!(found->spread >= 0 && found->spread <= 1)) std::abort();
  }
  return 0;
}
