#include "forecast/csv.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
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

// One line; a value that is absent is an error or, for a history, is left out.
struct Line {
  int number;
  absl::Time start;
  std::optional<GramsPerKilowattHour> value;
};

absl::StatusOr<Line> ParseLine(absl::string_view line, int number, bool value_may_be_absent) {
  const std::pair<absl::string_view, absl::string_view> fields =
      absl::StrSplit(line, absl::MaxSplits(',', 1));
  if (line.find(',') == absl::string_view::npos ||
      fields.second.find(',') != absl::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat("\"", Quotable(line), "\" is not time,value"));
  }
  absl::StatusOr<absl::Time> start = ParseTimestamp(absl::StripAsciiWhitespace(fields.first));
  if (!start.ok()) return start.status();
  const absl::string_view field = absl::StripAsciiWhitespace(fields.second);
  if (value_may_be_absent && (field.empty() || absl::EqualsIgnoreCase(field, "null"))) {
    return Line{number, *start, std::nullopt};
  }
  absl::StatusOr<GramsPerKilowattHour> value = ParseValue(field);
  if (!value.ok()) return value.status();
  return Line{number, *start, *value};
}

// Every line that says something, in strict order of time.
absl::StatusOr<std::vector<Line>> ParseLines(absl::string_view text, bool values_may_be_absent) {
  std::vector<Line> lines;
  bool header_allowed = true;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    const bool header = header_allowed && absl::ascii_isalpha(line[0]);
    header_allowed = false;
    if (header) continue;

    absl::StatusOr<Line> parsed = ParseLine(line, number, values_may_be_absent);
    if (!parsed.ok()) return AtLine(number, parsed.status().message());
    if (!lines.empty() && parsed->start <= lines.back().start) {
      const bool again = parsed->start == lines.back().start;
      return AtLine(number, absl::StrCat("time ", FormatTimestamp(parsed->start),
                                         again ? " occurs twice" : " is before the line above"));
    }
    lines.push_back(*parsed);
  }
  return lines;
}

// The most frequent distance from a line to the next; of several, the least. No more than a day.
absl::Duration UsualStep(const std::vector<Line>& lines) {
  std::map<absl::Duration, int> counts;
  for (size_t i = 1; i < lines.size(); ++i) ++counts[lines[i].start - lines[i - 1].start];
  absl::Duration usual = absl::Hours(1);
  int most = 0;
  for (const auto& [step, count] : counts) {
    if (count > most && step <= kLongestStep) {
      usual = step;
      most = count;
    }
  }
  return usual;
}

}  // namespace

absl::StatusOr<IntensitySeries> ParseCsv(absl::string_view text) {
  absl::StatusOr<std::vector<Line>> lines = ParseLines(text, /*values_may_be_absent=*/false);
  if (!lines.ok()) return lines.status();
  std::vector<IntensitySeries::Step> steps;
  for (const Line& line : *lines) {
    if (!steps.empty() && line.start - steps.back().start > kLongestStep) {
      return AtLine(line.number, absl::StrCat("nothing from ", FormatTimestamp(steps.back().start),
                                              " to ", FormatTimestamp(line.start),
                                              ": a value holds for 24 hours at most"));
    }
    steps.push_back({line.start, *line.value});
  }
  if (steps.size() < 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        steps.size(), " values: at least 2 are needed to tell how long the last one holds"));
  }
  const absl::Time last = steps.back().start;
  return IntensitySeries::Create(steps, last + (last - steps[steps.size() - 2].start));
}

absl::StatusOr<IntensityHistory> ParseHistoryCsv(absl::string_view text) {
  absl::StatusOr<std::vector<Line>> lines = ParseLines(text, /*values_may_be_absent=*/true);
  if (!lines.ok()) return lines.status();
  const absl::Duration limit = std::max(UsualStep(*lines), absl::Hours(1));
  std::vector<IntensityHistory::Interval> intervals;
  absl::Duration step = std::min(UsualStep(*lines), limit);
  for (size_t i = 0; i < lines->size(); ++i) {
    const Line& line = (*lines)[i];
    if (i + 1 < lines->size() && (*lines)[i + 1].start - line.start <= limit) {
      step = (*lines)[i + 1].start - line.start;
    }
    if (line.value.has_value()) intervals.push_back({line.start, line.start + step, *line.value});
  }
  return IntensityHistory::Create(std::move(intervals));
}

}  // namespace carbon
