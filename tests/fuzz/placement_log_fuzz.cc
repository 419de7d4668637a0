// Any bytes as a placement log (a torn line, another version, another program's file): it is read
// to its end, lines that are not records are reported, and each field of a record can be shown.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/explain/past_bookings.h"
#include "cli/explain/search.h"
#include "cli/log/decision_filter.h"
#include "cli/log/fields.h"
#include "cli/log/job_fates.h"
#include "cli/log/log_contents.h"
#include "cli/log/logged_decision.h"
#include "cli/log/totals.h"
#include "cli/outcome/accounted_jobs.h"
#include "core/cluster/ledger.h"
#include "core/record/event_records.h"
#include "core/record/log_entry.h"
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

template <class Record>
std::string Written(const Record& record) {
  return WriteRecord(record);
}
std::string Written(PlacementRecord record) {
  record.decision.excluded.clear();  // the plugin's reasons are fixed phrases without escapes
  return WriteRecord(record);
}
std::string Written(const UnknownRecord&) { return ""; }

std::string Written(const LogEntry& entry) {
  return std::visit([](const auto& record) { return Written(record); }, entry);
}

void CheckWrittenAgain(const LogEntry& entry) {
  const std::string line = Written(entry);
  if (line.empty() || line.size() > kMaxLogLine) return;
  const absl::StatusOr<LogEntry> again = ReadLogLine(line.substr(0, line.size() - 1));
  if (!again.ok() || !HeadOf(*again).fault.empty() || again->index() != entry.index()) std::abort();
  if (Written(*again) != line) std::abort();
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
  const auto complain = [](const std::string& complaint) {
    if (complaint.empty()) std::abort();
  };
  // Makes the bookings from the records, as scarbon explain does. Each record can be written again,
  // and is then read as the same.
  PastBookings past;
  std::string boot;
  SequencesByBoot sequences;
  const absl::Status status = ReadPlacementLog(
      path, &sequences,
      [&](const LogEntry& entry, absl::string_view line) {
        if (line.empty()) std::abort();
        CheckWrittenAgain(entry);
        JobNamedIn(entry);
        const auto* decision = std::get_if<PlacementRecord>(&entry);
        if (decision == nullptr || !decision->fault.empty()) return;
        past.Add(*decision);
        boot = decision->id.boot;
      },
      complain);
  if (!status.ok()) std::abort();
  CapacityState capacity;
  capacity.groups = {{"oslo", {.nodes = 4, .devices = 32}, {.nodes = 1, .devices = 8}}};
  BookingLedger ledger;
  ledger.Rebase(LedgerBase(capacity), absl::UnixEpoch());
  for (const Booking& booking : past.Of(boot)) ledger.Book(booking);
  ledger.ViewAs(1000);
  // A format comes from the command line, and what became of jobs from sacct.
  const std::string text(reinterpret_cast<const char*>(data), size);
  absl::StatusOr<LogContents> contents =
      ReadLogs({path}, DecisionFilter(), /*keep_lines=*/true, complain);
  if (!contents.ok()) std::abort();
  std::vector<LoggedDecision>& decisions = contents->decisions;
  AccountedRuns runs = ParseAccountedRuns(text);
  for (const LoggedDecision& decision : decisions) {
    if (!decision.job_id.has_value() || decision.summary.time == absl::InfinitePast()) continue;
    AccountedRun run = {.user_id = decision.summary.user_id, .has_started = true};
    run.run.submitted = run.run.start = decision.summary.time;
    run.run.end = run.run.start + absl::Hours(1);
    runs[*decision.job_id].push_back(run);
  }
  JobsToAskFor(decisions);
  for (LoggedDecision& decision : decisions) AddFate(runs, &decision);
  for (const LoggedDecision& decision : decisions) {
    for (const LogColumn& column : AllFields()) column.field->text(decision);
    if (JsonOf(decision).empty()) std::abort();
  }
  LogTotals totals;
  for (const LoggedDecision& decision : decisions) totals.Add(decision);
  if (totals.Text().empty()) std::abort();
  std::string error;
  if (!ParseLogFormat(text, &error).has_value() && error.empty()) std::abort();
  return 0;
}
