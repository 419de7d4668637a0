#include "replay/cluster/scheduler_parameters.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"

namespace carbon {
namespace {

constexpr absl::string_view kName = "SchedulerParameters";

absl::StatusOr<int64_t> ParseCount(absl::string_view name, absl::string_view value, int64_t least,
                                   int64_t most) {
  int64_t count = 0;
  if (!absl::SimpleAtoi(value, &count) || count < least || count > most) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, "=", value, " is not a whole number from ", least, " to ", most));
  }
  return count;
}

}  // namespace

absl::StatusOr<SchedulerParameters> ParseSchedulerParameters(absl::string_view text) {
  SchedulerParameters parameters;
  BackfillSettings& settings = parameters.backfill;
  settings.window = absl::Hours(24);
  settings.max_reservations = std::numeric_limits<size_t>::max();
  text = absl::StripAsciiWhitespace(text);
  // As a line of slurm.conf or of scontrol begins.
  if (absl::StartsWithIgnoreCase(text, kName)) {
    const absl::string_view rest = absl::StripLeadingAsciiWhitespace(text.substr(kName.size()));
    if (absl::StartsWith(rest, "=")) text = absl::StripAsciiWhitespace(rest.substr(1));
  }
  if (text == "(null)") return parameters;
  std::set<std::string> seen;
  for (const absl::string_view parameter : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(parameter, absl::MaxSplits('=', 1));
    const std::string name = absl::AsciiStrToLower(absl::StripAsciiWhitespace(parts.first));
    const absl::string_view value = absl::StripAsciiWhitespace(parts.second);
    if (!seen.insert(name).second) continue;  // Slurm takes the first
    const auto count = [&](int64_t least, int64_t most) {
      return ParseCount(name, value, least, most);
    };
    std::optional<absl::StatusOr<int64_t>> read;
    if (name == "bf_interval") {
      read = count(1, 10800);
      if (read->ok()) settings.interval = absl::Seconds(**read);
    } else if (name == "bf_resolution") {
      read = count(1, 3600);
      if (read->ok()) settings.resolution = absl::Seconds(**read);
    } else if (name == "bf_window") {
      read = count(1, 43200);
      if (read->ok()) settings.window = absl::Minutes(**read);
    } else if (name == "bf_max_job_test") {
      read = count(1, 1'000'000);
      if (read->ok()) settings.max_jobs = static_cast<size_t>(**read);
    } else if (name == "bf_job_part_count_reserve") {
      read = count(0, 100'000);
      if (read->ok() && **read > 0) settings.max_reservations = static_cast<size_t>(**read);
    } else {
      parameters.not_followed.emplace_back(absl::StripAsciiWhitespace(parts.first));
    }
    if (read.has_value() && !read->ok()) return read->status();
  }
  return parameters;
}

}  // namespace carbon
