// The plugin's status is refused or read, and what is read is written and read to the same text.
// Its pid is also found without the rest.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "store/plugin_status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view json(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<carbon::PluginStatus> status = carbon::ParsePluginStatus(json);
  const std::optional<pid_t> pid = carbon::PidInPluginStatus(json);
  if (pid.has_value() && *pid < 1) abort();
  if (!status.ok()) return 0;
  if (pid.has_value() && *pid != status->pid) abort();
  const std::string text = carbon::SerializePluginStatus(*status);
  const absl::StatusOr<carbon::PluginStatus> again = carbon::ParsePluginStatus(text);
  if (!again.ok() || carbon::SerializePluginStatus(*again) != text) abort();
  return 0;
}
