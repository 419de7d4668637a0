// No comment crashes the parser of hints or makes it say more than a line.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "core/base/duration.h"
#include "core/job/hints.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<carbon::Hints> hints = carbon::ParseHints(text);
  if (!hints.ok()) {
    const absl::string_view message = hints.status().message();
    if (message.empty() || message.size() > 1000 || absl::StrContains(message, "\n")) abort();
  } else if (hints->wait.value_or(absl::Seconds(1)) <= absl::ZeroDuration() ||
             hints->runtime.value_or(absl::Seconds(1)) <= absl::ZeroDuration()) {
    abort();
  }
  const absl::StatusOr<absl::Duration> duration = carbon::ParseDuration(text);
  if (duration.ok() && carbon::ParseDuration(carbon::DurationText(*duration)) != duration) abort();
  return 0;
}
