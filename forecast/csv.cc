#include "forecast/csv.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forecast/timestamp.h"

namespace carbon {
namespace {

// A longer step is a hole in the data: what is absent must not be bridged by an old value.
constexpr absl::Duration kLongestStep = absl::Hours(24);

// Messages quote what was found, but not a megabyte of it.
absl::string_view Quotable(absl::string_view field) { return field.substr(0, 40); }

absl::Status AtLine(int line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

absl::StatusOr<GramsPerKilowattHour> ParseValue(absl::string_view field) {
  if (field.empty() || absl::EqualsIgnoreCase(field, "null")) {
    return absl::InvalidArgumentError("the value is missing");
  }
  double value = 0;
  // SimpleAtod also reads hexadecimal.
  if (field.find_first_of("xX") != absl::string_view::npos || !absl::SimpleAtod(field, &value)) {
    return absl::InvalidArgumentError(
        absl::StrCat("value \"", Quotable(field), "\" is not a number"));
  }
  const absl::string_view quoted = Quotable(field);
  if (!std::isfinite(value)) {
    return absl::InvalidArgumentError(absl::StrCat("value ", quoted, " is not finite"));
  }
  if (value < 0) return absl::InvalidArgumentError(absl::StrCat("value ", quoted, " is negative"));
  if (GramsPerKilowattHour(value) > IntensitySeries::kMaxValue) {
    return absl::InvalidArgumentError(absl::StrCat(
        "value ", quoted, " is above ", IntensitySeries::kMaxValue.value(), " gCO2e/kWh"));
  }
  return GramsPerKilowattHour(value);
}

absl::StatusOr<IntensitySeries::Step> ParseLine(absl::string_view line) {
  const std::pair<absl::string_view, absl::string_view> fields =
      absl::StrSplit(line, absl::MaxSplits(',', 1));
  if (line.find(',') == absl::string_view::npos ||
      fields.second.find(',') != absl::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat("\"", Quotable(line), "\" is not time,value"));
  }
  absl::StatusOr<absl::Time> start = ParseTimestamp(absl::StripAsciiWhitespace(fields.first));
  if (!start.ok()) return start.status();
  absl::StatusOr<GramsPerKilowattHour> value =
      ParseValue(absl::StripAsciiWhitespace(fields.second));
  if (!value.ok()) return value.status();
  return IntensitySeries::Step{*start, *value};
}

}  // namespace

absl::StatusOr<IntensitySeries> ParseCsv(absl::string_view text) {
  std::vector<IntensitySeries::Step> steps;
  bool header_allowed = true;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    const bool header = header_allowed && absl::ascii_isalpha(line[0]);
    header_allowed = false;
    if (header) continue;

    absl::StatusOr<IntensitySeries::Step> step = ParseLine(line);
    if (!step.ok()) return AtLine(number, step.status().message());
    if (!steps.empty() && step->start <= steps.back().start) {
      const bool again = step->start == steps.back().start;
      return AtLine(number, absl::StrCat("time ", FormatTimestamp(step->start),
                                         again ? " occurs twice" : " is before the line above"));
    }
    if (!steps.empty() && step->start - steps.back().start > kLongestStep) {
      return AtLine(number, absl::StrCat("nothing from ", FormatTimestamp(steps.back().start),
                                         " to ", FormatTimestamp(step->start),
                                         ": a value holds for 24 hours at most"));
    }
    steps.push_back(*step);
  }
  if (steps.size() < 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        steps.size(), " values: at least 2 are needed to tell how long the last one holds"));
  }
  const absl::Time last = steps.back().start;
  return IntensitySeries::Create(steps, last + (last - steps[steps.size() - 2].start));
}

}  // namespace carbon
