// Arbitrary bytes as what sacct printed: whatever is read ended in the hours that were asked for,
// in order, and has a length and a limit.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "scarbond/ended_jobs.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::Time from = absl::FromUnixSeconds(0), to = absl::FromUnixSeconds(2'000'000'000);
  absl::Time last = from;
  for (const carbon::AccountedJob& job : carbon::ParseAccountedJobs(
           absl::string_view(reinterpret_cast<const char*>(data), size), from, to)) {
    if (job.end < last || job.end >= to) std::abort();
    if (job.ran < absl::ZeroDuration() || job.limit <= absl::ZeroDuration()) std::abort();
    last = job.end;
  }
  return 0;
}
