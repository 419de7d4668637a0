#include "bench/placement/arrivals.h"

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "core/base/timestamp.h"

namespace carbon {
namespace {

// Calls `read(line)` for each line after the header; its result is the error of the line.
template <class Read>
absl::Status ForEachLine(absl::string_view csv, const Read& read) {
  int number = 0;
  for (absl::string_view line : absl::StrSplit(csv, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (++number == 1 || line.empty()) continue;
    if (const absl::Status status = read(line); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

absl::Time InYear(absl::Time time, int64_t years) {
  const absl::CivilSecond civil = absl::ToCivilSecond(time, absl::UTCTimeZone());
  return absl::FromCivil(absl::CivilSecond(civil.year() + years, civil.month(), civil.day(),
                                           civil.hour(), civil.minute(), civil.second()),
                         absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<std::vector<absl::Time>> ParseArrivals(absl::string_view csv) {
  std::vector<absl::Time> arrivals;
  const absl::Status status = ForEachLine(csv, [&](absl::string_view line) -> absl::Status {
    const absl::StatusOr<absl::Time> time = ParseTimestamp(line);
    if (!time.ok()) return time.status();
    if (!arrivals.empty() && *time < arrivals.back()) {
      return absl::InvalidArgumentError(absl::StrCat(line, " is before the line above"));
    }
    arrivals.push_back(*time);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return arrivals;
}

std::vector<absl::Time> ArrivalsWithin(const std::vector<absl::Time>& arrivals, Period period,
                                       int every) {
  std::vector<absl::Time> result;
  if (arrivals.empty()) return result;
  const auto year = [](absl::Time time) { return absl::ToCivilYear(time, absl::UTCTimeZone()); };
  const int64_t years = year(period.from) - year(arrivals.front());
  int index = 0;
  for (const absl::Time arrival : arrivals) {
    const absl::Time moved = InYear(arrival, years);
    if (moved < period.from || moved >= period.to) continue;
    if (index++ % every == 0) result.push_back(moved);
  }
  return result;
}

absl::StatusOr<std::vector<GaiaJob>> ParseTrace(absl::string_view csv, absl::Duration unit) {
  std::vector<GaiaJob> jobs;
  const absl::Status status = ForEachLine(csv, [&](absl::string_view line) -> absl::Status {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ',');
    double arrival = 0, length = 0;
    GaiaJob job;
    if (fields.size() != 3 || !absl::SimpleAtod(fields[0], &arrival) ||
        !absl::SimpleAtod(fields[1], &length) || !absl::SimpleAtoi(fields[2], &job.cpus) ||
        !(arrival >= 0 && arrival < 1e9) || !(length > 0 && length < 1e8) ||
        length * unit < absl::Seconds(1)) {
      return absl::InvalidArgumentError("is not arrival_time,length,cpus");
    }
    job.arrival = absl::Trunc(arrival * unit, absl::Seconds(1));
    job.length = absl::Ceil(length * unit, absl::Seconds(1));
    jobs.push_back(job);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return jobs;
}

}  // namespace carbon
