#include "scarbond/ended_jobs.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace carbon {
namespace {

// Names of jobs may contain any printable character; none contains the unit separator.
constexpr char kDelimiter = '\x1f';
constexpr size_t kFields = 8;

bool IsLearntFrom(absl::string_view state) { return state == "COMPLETED" || state == "TIMEOUT"; }

}  // namespace

std::vector<std::string> SacctCommand(absl::Time from, absl::Time to) {
  const auto text = [](absl::Time time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%S", time, absl::UTCTimeZone());
  };
  return {"sacct",
          "--noheader",
          "--parsable2",
          "--allocations",
          "--duplicates",
          "--allusers",
          "--state=COMPLETED,TIMEOUT",
          absl::StrCat("--delimiter=", std::string(1, kDelimiter)),
          "--format=JobIDRaw,UID,Account,State,End,ElapsedRaw,TimelimitRaw,JobName",
          absl::StrCat("--starttime=", text(from)),
          absl::StrCat("--endtime=", text(to))};
}

std::vector<AccountedJob> ParseAccountedJobs(absl::string_view printed, absl::Time from,
                                             absl::Time to) {
  std::vector<AccountedJob> jobs;
  for (const absl::string_view line : absl::StrSplit(printed, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, kDelimiter);
    AccountedJob job;
    int64_t end = 0, seconds = 0, minutes = 0;
    // A job without a limit has a word there.
    if (fields.size() != kFields || !IsLearntFrom(fields[3]) ||
        !absl::SimpleAtoi(fields[0], &job.job_id) || !absl::SimpleAtoi(fields[1], &job.user_id) ||
        !absl::SimpleAtoi(fields[4], &end) || !absl::SimpleAtoi(fields[5], &seconds) ||
        !absl::SimpleAtoi(fields[6], &minutes) || seconds < 0 || minutes <= 0) {
      continue;
    }
    job.account = std::string(fields[2]);
    job.name = std::string(fields[7]);
    job.end = absl::FromUnixSeconds(end);
    job.ran = absl::Seconds(seconds);
    job.limit = absl::Minutes(minutes);
    if (job.end >= from && job.end < to) jobs.push_back(std::move(job));
  }
  std::sort(jobs.begin(), jobs.end(), [](const AccountedJob& a, const AccountedJob& b) {
    return std::tie(a.end, a.job_id) < std::tie(b.end, b.job_id);
  });
  return jobs;
}

}  // namespace carbon
