#include "core/runtime/expected_runtime.h"

namespace carbon {
namespace {

constexpr std::array<absl::string_view, kRuntimeLevels> kNames = {"cluster", "account", "user",
                                                                  "name"};

}  // namespace

absl::string_view RuntimeLevelName(RuntimeLevel level) {
  return kNames[static_cast<size_t>(level)];
}

std::optional<RuntimeLevel> RuntimeLevelOf(absl::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<RuntimeLevel>(i);
  }
  return std::nullopt;
}

}  // namespace carbon
