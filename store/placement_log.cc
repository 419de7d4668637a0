#include "store/placement_log.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/record/record.h"
#include "core/record/record_reader.h"
#include "store/log_file.h"

namespace carbon {

absl::Status ReadPlacementLog(const std::string& path, SequencesByBoot* sequences,
                              const LogVisitor& visit,
                              const std::function<void(const std::string&)>& complain) {
  absl::StatusOr<LogFile> file = LogFile::Open(path);
  if (!file.ok()) return file.status();
  int64_t unreadable = 0, faulty = 0;
  std::string first_fault;
  for (std::string line; file->Next(&line);) {
    if (line.empty()) continue;
    absl::StatusOr<LogEntry> entry = ReadLogLine(line);
    if (!entry.ok()) {
      ++unreadable;
      continue;
    }
    const RecordHead& head = HeadOf(*entry);
    const auto [last, is_first] = sequences->emplace(head.id.boot, head.id.sequence);
    if (!is_first && head.id.sequence > last->second + 1) {
      const uint64_t missing = head.id.sequence - last->second - 1;
      complain(absl::StrCat(path, ": ", missing, missing == 1 ? " record" : " records",
                            " missing between ", head.id.boot, "-", last->second, " and ",
                            DecisionId(head.id)));
    }
    last->second = std::max(last->second, head.id.sequence);
    if (!head.fault.empty() && ++faulty == 1) {
      first_fault = absl::StrCat(DecisionId(head.id), ": ", head.fault);
    }
    visit(*std::move(entry), line);
  }
  if (!file->status().ok()) {
    if (!file->is_compressed()) return file->status();
    // What could be read of it is shown.
    complain(absl::StrCat(file->status().message(), "; what follows in it is left out"));
  }
  if (unreadable > 0) {
    complain(absl::StrCat(path, ": ", unreadable,
                          unreadable == 1 ? " line is not a record" : " lines are not records",
                          " of version ", kMinRecordVersion, " to ", kRecordVersion,
                          " and left out"));
  }
  if (faulty > 0) {
    complain(absl::StrCat(path, ": ", faulty, faulty == 1 ? " record has" : " records have",
                          " fields that cannot be read; the first is ", first_fault));
  }
  return absl::OkStatus();
}

}  // namespace carbon
