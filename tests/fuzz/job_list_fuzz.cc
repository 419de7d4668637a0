// Feeds JobList lists of jobs that users write, and jobs as sacct names them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/statement/job_list.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const std::pair<std::string, std::string> words = absl::StrSplit(text, absl::MaxSplits('\n', 1));
  const absl::StatusOr<carbon::JobList> list = carbon::JobList::Parse({words.first});
  if (!list.ok()) return 0;
  list->Has(words.second);
  for (const int64_t id : list->ids()) {
    // A list with all tasks of a job has each of them.
    if (list->HasWhole(id) && !list->Has(absl::StrCat(id, "_7"))) std::abort();
  }
  return 0;
}
