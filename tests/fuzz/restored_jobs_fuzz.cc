// The file of restored jobs is refused or read, and what is read is written and read to the same
// text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "store/restored_jobs_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<std::vector<carbon::RestoredJob>> jobs =
      carbon::ParseRestoredJobs(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!jobs.ok()) return 0;
  const std::string text = carbon::SerializeRestoredJobs(*jobs);
  const absl::StatusOr<std::vector<carbon::RestoredJob>> again = carbon::ParseRestoredJobs(text);
  if (!again.ok() || carbon::SerializeRestoredJobs(*again) != text) abort();
  return 0;
}
