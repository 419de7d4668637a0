#include "forecast/sources/csv.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/timestamp.h"
#include "forecast/sources/csv_columns.h"
#include "forecast/sources/csv_records.h"

namespace carbon {
namespace {

// A longer step is a hole in the data: an old value must not bridge missing data.
constexpr absl::Duration kMaxStep = absl::Hours(24);

absl::Status AtLine(int line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

// Returns the grams per kWh in one of the unit.
double GramsPer(IntensityUnit unit) {
  switch (unit) {
    case IntensityUnit::kGramsPerKilowattHour:
    case IntensityUnit::kKilogramsPerMegawattHour:
      return 1;
    case IntensityUnit::kKilogramsPerKilowattHour:
    case IntensityUnit::kTonnesPerMegawattHour:
      return 1000;
    case IntensityUnit::kGramsPerMegawattHour:
      return 0.001;
    case IntensityUnit::kPoundsPerMegawattHour:
      return 0.45359237;  // the international pound in kg, exactly
  }
  return 1;
}

bool IsMissing(absl::string_view field) {
  for (const absl::string_view word : {"", "null", "NA", "N/A", "#N/A", "NaN", "None", "-"}) {
    if (absl::EqualsIgnoreCase(field, word)) return true;
  }
  return false;
}

// A line with content. If `value` is absent, it was missing.
struct Line {
  int number;
  absl::Time start;
  std::optional<GramsPerKilowattHour> value;
};

class LineParser {
 public:
  LineParser(char separator, CsvColumns columns, IntensityUnit unit, CsvUse use)
      : separator_(separator), columns_(std::move(columns)), unit_(unit), use_(use) {}

  // Returns nullopt if the record has no value, and no time that counts. A record with the same
  // time as the one before it replaces that one if it had no value.
  absl::StatusOr<std::optional<Line>> Parse(const CsvRecord& record);

 private:
  absl::Status CheckFields(const CsvRecord& record, size_t fields) const;
  // Returns the error `what` about a column of the record.
  absl::Status At(const CsvRecord& record, size_t column, absl::string_view what) const;
  // Returns whether a record without a value is ignored although its time is refused with this
  // error.
  bool IsPassedOver(const absl::Status& time) const;
  absl::StatusOr<double> ParseNumber(absl::string_view field);
  absl::StatusOr<GramsPerKilowattHour> ParseValue(absl::string_view field);

  const char separator_;
  const CsvColumns columns_;
  const IntensityUnit unit_;
  const CsvUse use_;
  absl::Time previous_ = absl::InfinitePast();
  bool is_previous_missing_ = false;
  char decimal_mark_ = 0;  // of the file, once a value had one
};

absl::Status LineParser::CheckFields(const CsvRecord& record, size_t fields) const {
  if (columns_.is_plain) {
    if (fields == 2) return absl::OkStatus();
    return AtLine(
        record.line,
        absl::StrCat("is not time,value: it has ", fields, fields == 1 ? " field" : " fields",
                     ", separated by ",
                     separator_ == '\t' ? "tabs" : absl::StrFormat("\"%c\"", separator_)));
  }
  if (fields <= columns_.count && fields > std::max(columns_.time, columns_.value)) {
    return absl::OkStatus();
  }
  return AtLine(record.line,
                absl::StrCat("has ", fields, " fields, the header has ", columns_.count));
}

absl::Status LineParser::At(const CsvRecord& record, size_t column, absl::string_view what) const {
  if (columns_.is_plain) return AtLine(record.line, what);
  return absl::InvalidArgumentError(
      absl::StrCat("line ", record.line, ", column ", column + 1, ": ", what));
}

absl::StatusOr<double> LineParser::ParseNumber(absl::string_view field) {
  constexpr absl::string_view kNoNumber = "the value is not a number";
  std::string number(field);
  const size_t mark = number.find_first_of(",.");
  if (mark != std::string::npos) {
    if (number.find_first_of(",.", mark + 1) != std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat(kNoNumber, ": it has more than one \",\" or \".\""));
    }
    if (number[mark] == ',' && separator_ == ',') {
      return absl::InvalidArgumentError(
          absl::StrCat(kNoNumber, ": a comma may mean decimals or thousands"));
    }
    if (decimal_mark_ != 0 && number[mark] != decimal_mark_) {
      return absl::InvalidArgumentError(absl::StrCat(kNoNumber, ": lines above have \"",
                                                     std::string(1, decimal_mark_),
                                                     "\" for the decimals"));
    }
    decimal_mark_ = number[mark];
    number[mark] = '.';
  }
  double value = 0;
  // SimpleAtod also reads hexadecimal.
  if (number.find_first_of("xX") != std::string::npos || !absl::SimpleAtod(number, &value)) {
    return absl::InvalidArgumentError(kNoNumber);
  }
  return value;
}

absl::StatusOr<GramsPerKilowattHour> LineParser::ParseValue(absl::string_view field) {
  absl::StatusOr<double> number = ParseNumber(field);
  if (!number.ok()) return number.status();
  const std::string shown = unit_ == IntensityUnit::kGramsPerKilowattHour
                                ? absl::StrCat("value ", *number)
                                : absl::StrCat("value ", *number, " ", IntensityUnitName(unit_));
  const GramsPerKilowattHour value(*number * GramsPer(unit_));
  if (!std::isfinite(value.value())) {
    return absl::InvalidArgumentError(absl::StrCat(shown, " is not finite"));
  }
  if (value.value() < 0) return absl::InvalidArgumentError(absl::StrCat(shown, " is negative"));
  if (value > IntensitySeries::kMaxValue) {
    return absl::InvalidArgumentError(
        absl::StrCat(shown, " is above ", IntensitySeries::kMaxValue.value(), " gCO2e/kWh"));
  }
  return value;
}

// A table that gives every day 24 hours has a row for the hour that clocks skip. A history may have
// holes anyway. So if the row has no value, it does not matter there either which of two hours it
// means.
bool LineParser::IsPassedOver(const absl::Status& time) const {
  return absl::IsNotFound(time) || (use_ == CsvUse::kHistory && absl::IsFailedPrecondition(time));
}

absl::StatusOr<std::optional<Line>> LineParser::Parse(const CsvRecord& record) {
  size_t fields = record.fields.size();
  while (fields > columns_.count && record.fields[fields - 1].empty()) --fields;
  if (absl::Status status = CheckFields(record, fields); !status.ok()) return status;
  const std::string& field = record.fields[columns_.value];
  const bool is_missing = IsMissing(field);
  const std::string& time = record.fields[columns_.time];
  if (time.empty() && is_missing) return std::nullopt;
  absl::StatusOr<absl::Time> start = ParseFileTime(time, columns_.zone, previous_);
  if (!start.ok()) {
    if (is_missing && IsPassedOver(start.status())) return std::nullopt;
    return At(record, columns_.time, start.status().message());
  }
  const bool again = *start == previous_;
  if (again && is_missing && use_ == CsvUse::kHistory) return std::nullopt;
  if (*start < previous_ || (again && !is_previous_missing_)) {
    return AtLine(record.line, absl::StrCat("time ", FormatTimestamp(*start),
                                            again ? " occurs twice" : " is before the line above"));
  }
  previous_ = *start;
  is_previous_missing_ = is_missing && use_ == CsvUse::kHistory;
  if (is_missing) {
    if (use_ == CsvUse::kHistory) return Line{record.line, *start, std::nullopt};
    // "nan" is also a way to write a number.
    if (!absl::EqualsIgnoreCase(field, "nan")) {
      return At(record, columns_.value, "the value is missing");
    }
  }
  absl::StatusOr<GramsPerKilowattHour> value = ParseValue(field);
  if (!value.ok()) return At(record, columns_.value, value.status().message());
  return Line{record.line, *start, *value};
}

// Reads the next record with more than separators; returns false at the end.
absl::StatusOr<bool> NextFilled(CsvReader* reader, CsvRecord* record) {
  while (true) {
    absl::StatusOr<bool> more = reader->Next(record);
    if (!more.ok() || !*more) return more;
    for (const std::string& field : record->fields) {
      if (!field.empty()) return true;
    }
  }
}

// Returns the lines in strict order of time.
absl::StatusOr<std::vector<Line>> ParseLines(absl::string_view bytes, const CsvFormat& format,
                                             CsvUse use, std::optional<SignalKind> kind) {
  std::string buffer;
  absl::StatusOr<absl::string_view> text = CsvText(bytes, &buffer);
  if (!text.ok()) return text.status();
  const char separator = FindCsvSeparator(*text);
  CsvReader reader(*text, separator);
  std::vector<Line> lines;
  CsvRecord record;
  absl::StatusOr<bool> more = NextFilled(&reader, &record);
  if (!more.ok()) return more.status();
  if (!*more) return lines;
  const CsvRecord first = record;
  if (IsCsvHeader(first)) more = NextFilled(&reader, &record);
  if (!more.ok()) return more.status();
  absl::StatusOr<CsvColumns> columns =
      FindCsvColumns(first, *more ? record.fields.size() : 0, format, use, kind);
  if (!columns.ok()) return columns.status();
  LineParser parser(separator, *std::move(columns), format.unit, use);
  while (*more) {
    absl::StatusOr<std::optional<Line>> line = parser.Parse(record);
    if (!line.ok()) return line.status();
    if (line->has_value()) {
      if (!lines.empty() && lines.back().start == (*line)->start) lines.pop_back();
      lines.push_back(**line);
    }
    more = NextFilled(&reader, &record);
    if (!more.ok()) return more.status();
  }
  return lines;
}

// Returns the most frequent distance from a line to the next; of several, the smallest. At most a
// day.
absl::Duration UsualStep(const std::vector<Line>& lines) {
  std::map<absl::Duration, int> counts;
  for (size_t i = 1; i < lines.size(); ++i) ++counts[lines[i].start - lines[i - 1].start];
  absl::Duration usual = absl::Hours(1);
  int most = 0;
  for (const auto& [step, count] : counts) {
    if (count > most && step <= kMaxStep) {
      usual = step;
      most = count;
    }
  }
  return usual;
}

}  // namespace

absl::StatusOr<IntensitySeries> ParseCsv(absl::string_view bytes, const CsvFormat& format,
                                         std::optional<SignalKind> kind) {
  absl::StatusOr<std::vector<Line>> lines = ParseLines(bytes, format, CsvUse::kForecast, kind);
  if (!lines.ok()) return lines.status();
  std::vector<IntensitySeries::Step> steps;
  for (const Line& line : *lines) {
    if (!steps.empty() && line.start - steps.back().start > kMaxStep) {
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

absl::StatusOr<IntensityHistory> ParseHistoryCsv(absl::string_view bytes, const CsvFormat& format,
                                                 std::optional<SignalKind> kind) {
  absl::StatusOr<std::vector<Line>> lines = ParseLines(bytes, format, CsvUse::kHistory, kind);
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
