// Whatever is in a placement log (a torn line, another version, somebody else's file): it is read
// to its end, what is no record is told of, and each field of what is one can be shown.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/job_times.h"
#include "cli/log_fields.h"
#include "cli/placement_log.h"

namespace carbon {
namespace {

const std::vector<LogColumn>& AllFields() {
  static const auto& columns = *new std::vector<LogColumn>([] {
    std::string names = ListLogFields();
    for (char& c : names) {
      if (c == '\n') c = ' ';
    }
    std::string format;
    for (absl::string_view name : absl::StrSplit(names, ' ', absl::SkipEmpty())) {
      absl::StrAppend(&format, format.empty() ? "" : ",", name);
    }
    std::string error;
    std::optional<std::vector<LogColumn>> all = ParseLogFormat(format, &error);
    if (!all.has_value()) std::abort();
    return *std::move(all);
  }());
  return columns;
}

}  // namespace
}  // namespace carbon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace carbon;
  // The reader wants a file with a name; this one is in memory.
  static const int file = memfd_create("placements", MFD_CLOEXEC);
  static const std::string path = absl::StrCat("/proc/self/fd/", file);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) {
    std::abort();
  }
  SequencesByBoot sequences;
  const absl::Status status = ReadPlacementLog(
      path, &sequences,
      [](const LogRecord& record) {
        for (const LogColumn& column : AllFields()) column.field->text(record);
        RestsOnAStatedRuntime(record);
        RanLongerThanStated(record, absl::Hours(1));
      },
      [](const std::string& complaint) {
        if (complaint.empty()) std::abort();
      });
  if (!status.ok()) std::abort();
  // A format comes from the command line, and the times of jobs from sacct.
  std::string error;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!ParseLogFormat(text, &error).has_value() && error.empty()) std::abort();
  for (const auto& [job_id, ran] : ParseElapsed(text)) {
    if (ran < absl::ZeroDuration()) std::abort();
  }
  return 0;
}
