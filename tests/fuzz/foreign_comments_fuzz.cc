// Arbitrary bytes as the end of a placement log, and as what sacct printed of AdminComment: no more
// jobs are read than are asked for, and nothing is said of jobs about which there is no decision.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/doctor/foreign_comments.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  // The log comes first, and sacct's lines behind a NUL.
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('\0', 1));
  for (const size_t most : {size_t{0}, size_t{3}}) {
    if (carbon::DecisionsOfJobs(parts.first, most).size() > most) std::abort();
  }
  std::map<int64_t, std::string> decisions = carbon::DecisionsOfJobs(parts.first, 50);
  carbon::DescribeForeignComments(decisions, parts.second);
  if (!carbon::DescribeForeignComments({}, parts.second).empty()) std::abort();
  decisions.emplace(17, "3f9c21aa04d7be15-1");
  carbon::DescribeForeignComments(decisions, text);
  return 0;
}
