// The plugin's status is refused or read, and what is read is written and read to the same text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "store/plugin_status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<carbon::PluginStatus> status =
      carbon::ParsePluginStatus(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!status.ok()) return 0;
  const std::string text = carbon::SerializePluginStatus(*status);
  const absl::StatusOr<carbon::PluginStatus> again = carbon::ParsePluginStatus(text);
  if (!again.ok() || carbon::SerializePluginStatus(*again) != text) abort();
  return 0;
}
