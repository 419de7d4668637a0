#include "cli/job_times.h"

#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/child_process.h"

namespace carbon {
namespace {

// A command line holds more, but no surprise.
constexpr size_t kMostAtOnce = 5000;

}  // namespace

std::map<int64_t, absl::Duration> ParseElapsed(absl::string_view printed) {
  std::map<int64_t, absl::Duration> ran;
  for (absl::string_view line : absl::StrSplit(printed, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, '|');
    int64_t job_id = 0, seconds = 0;
    // "17_3" is a task of an array, "17_[4-9]" what of it waits, "17+1" a component.
    if (fields.size() != 2 ||
        !absl::SimpleAtoi(fields[0].substr(0, fields[0].find_first_of("_+")), &job_id) ||
        !absl::SimpleAtoi(fields[1], &seconds)) {
      continue;
    }
    absl::Duration& longest = ran[job_id];
    longest = std::max(longest, absl::Seconds(seconds));
  }
  return ran;
}

std::map<int64_t, absl::Duration> AskHowLongJobsRan(const std::vector<int64_t>& job_ids) {
  std::map<int64_t, absl::Duration> all;
  for (size_t i = 0; i < job_ids.size(); i += kMostAtOnce) {
    const auto begin = job_ids.begin() + static_cast<std::ptrdiff_t>(i);
    const auto end =
        job_ids.begin() + static_cast<std::ptrdiff_t>(std::min(i + kMostAtOnce, job_ids.size()));
    const absl::StatusOr<std::string> printed = RunProgram(
        {"sacct", "--noheader", "--parsable2", "--allocations", "--allusers",
         "--format=JobID,ElapsedRaw", absl::StrCat("--jobs=", absl::StrJoin(begin, end, ","))});
    if (!printed.ok()) break;  // no accounting, or none that answers
    all.merge(ParseElapsed(*printed));
  }
  return all;
}

bool RestsOnAStatedRuntime(const LogRecord& record) {
  const std::string source = record.Text({"runtime_source"});
  return record.Has({"chosen"}) && (source == "hint" || source == "flops");
}

bool RanLongerThanStated(const LogRecord& record, absl::Duration ran) {
  const double rounds = std::max(1.0, record.Number({"chosen", "rounds"}).value_or(1));
  const absl::Duration stated =
      absl::Seconds(record.Number({"chosen", "runtime_s"}).value_or(0) / rounds);
  return ran > stated * 1.25 + absl::Minutes(1);
}

}  // namespace carbon
