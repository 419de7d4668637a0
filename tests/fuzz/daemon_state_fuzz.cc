// scarbond's state is refused or read, and what is read is written and read to the same text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "store/daemon_state.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<carbon::DaemonState> state =
      carbon::ParseDaemonState(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!state.ok()) return 0;
  const std::string text = carbon::SerializeDaemonState(*state);
  const absl::StatusOr<carbon::DaemonState> again = carbon::ParseDaemonState(text);
  if (!again.ok() || carbon::SerializeDaemonState(*again) != text) abort();
  return 0;
}
