// No bytes crash the parser of carbon.json; the placement half of what it accepts survives being
// written and read again, and what it refuses it says something about.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<carbon::ConfigError> errors;
  const std::optional<carbon::Config> config = carbon::ParseConfig(text, &errors);
  if (config.has_value() != errors.empty()) abort();
  for (const carbon::ConfigError& error : errors) {
    if (!error.line.has_value() || error.message.empty()) abort();
  }
  if (!config.has_value()) return 0;
  const std::string once = carbon::SerializeConfig(config->placement);
  const std::optional<carbon::Config> again = carbon::ParseConfig(once, &errors);
  if (!again.has_value() || carbon::SerializeConfig(again->placement) != once) abort();
  return 0;
}
