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
#include "cli/explain/past_bookings.h"
#include "cli/log/fields.h"
#include "cli/log/job_fates.h"
#include "cli/log/totals.h"
#include "core/cluster/ledger.h"
#include "core/record/record.h"
#include "core/record/record_reader.h"
#include "store/placement_log.h"

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
  std::vector<LogRecord> records;
  const absl::Status status = ReadPlacementLog(
      path, &sequences, [&](const LogRecord& record) { records.push_back(record); },
      [](const std::string& complaint) {
        if (complaint.empty()) std::abort();
      });
  if (!status.ok()) std::abort();
  // What scarbon explain reads of it: the typed record, which can be written again, and the
  // bookings.
  PastBookings past;
  std::string boot;
  for (const LogRecord& record : records) {
    const absl::StatusOr<PlacementRecord> read = ReadDecisionRecord(record.json());
    if (!read.ok()) continue;
    DecisionRecord(read->id, read->time, read->job, read->decision, read->snapshot,
                   read->ledger_digest, read->circumstances);
    past.Add(*read);
    boot = read->id.boot;
  }
  CapacityState capacity;
  capacity.groups = {{"oslo", {.nodes = 4, .devices = 32}, {.nodes = 1, .devices = 8}}};
  BookingLedger ledger;
  ledger.Rebase(LedgerBase(capacity), absl::UnixEpoch());
  for (const Booking& booking : past.Of(boot)) ledger.Book(booking);
  ledger.ViewAs(1000);
  // A format comes from the command line, and what became of jobs from sacct.
  const std::string text(reinterpret_cast<const char*>(data), size);
  JobRuns runs = ParseJobRuns(text);
  for (const int64_t job_id : JobsToAskFor(records)) {
    for (const LogRecord& record : records) {
      const double user_id = record.Number({"job", "user_id"}).value_or(0);
      JobRun run{.submitted = record.Time({"time"}).value_or(absl::Now()),
                 .elapsed = absl::Hours(1)};
      if (user_id >= 0 && user_id < 1e9) run.user_id = static_cast<uid_t>(user_id);
      run.start = run.submitted;
      runs[job_id].push_back(run);
    }
  }
  AddFates(runs, &records);
  for (const LogRecord& record : records) {
    for (const LogColumn& column : AllFields()) column.field->text(record);
  }
  if (LogTotal(records).empty()) std::abort();
  std::string error;
  if (!ParseLogFormat(text, &error).has_value() && error.empty()) std::abort();
  return 0;
}
