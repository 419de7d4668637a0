#include "forecast/sources/csv_columns.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace carbon {
namespace {

constexpr size_t kMaxQuoted = 60;  // bytes of a name from carbon.json in a message

// A header that is recognised by three of its columns.
struct KnownHeader {
  absl::string_view owner;
  absl::string_view time;
  absl::string_view value;
  absl::string_view mark;  // a column that others do not have
  std::optional<SignalKind> kind;
  std::optional<CsvUse> use;
  bool is_utc;
};

constexpr KnownHeader kKnownHeaders[] = {
    {"the file", "time", "value", "value", std::nullopt, std::nullopt, false},
    {"Electricity Maps' file", "datetime (utc)", "carbon intensity gco2eq/kwh (life cycle)",
     "zone id", SignalKind::kAverageLifecycle, std::nullopt, true},
    {"Electricity Maps' file", "datetime (utc)", "carbon intensity gco2eq/kwh (lca)", "zone id",
     SignalKind::kAverageLifecycle, std::nullopt, true},
    {"Electricity Maps' file", "datetime (utc)", "carbon intensity gco2eq/kwh (direct)", "zone id",
     SignalKind::kAverageDirect, std::nullopt, true},
    {"NESO's file", "datetime", "carbon_intensity", "zero_carbon", SignalKind::kAverageDirect,
     std::nullopt, true},
    {"NESO's file", "datetime", "forecast", "actual", SignalKind::kAverageDirect, CsvUse::kForecast,
     true},
    {"NESO's file", "datetime", "actual", "forecast", SignalKind::kAverageDirect, CsvUse::kHistory,
     true},
};

absl::Status AtLine(int line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

std::string Quoted(absl::string_view name) {
  return absl::StrCat("\"", absl::CHexEscape(name.substr(0, kMaxQuoted)), "\"");
}

// Returns a name in the form for comparison: in one case, and with a plain 2 instead of a subscript
// one.
std::string Normal(absl::string_view name) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"\xe2\x82\x82", "2"}}));
}

bool IsUtc(absl::string_view time_zone) {
  return time_zone == "UTC" || time_zone == "Etc/UTC" || time_zone == "GMT" ||
         time_zone == "Etc/GMT";
}

// Returns true for "Datetime (UTC)", "datetime_utc", "HourUTC", "TIME_GMT".
bool SaysUtc(absl::string_view column) {
  std::string name = Normal(column);
  while (!name.empty() && !absl::ascii_isalnum(name.back())) name.pop_back();
  return absl::EndsWith(name, "utc") || absl::EndsWith(name, "gmt");
}

// Returns the index of a column that carbon.json names.
absl::StatusOr<size_t> FindNamed(const CsvRecord& header, absl::string_view name) {
  std::optional<size_t> found;
  for (size_t i = 0; i < header.fields.size(); ++i) {
    if (Normal(header.fields[i]) != Normal(name)) continue;
    if (found.has_value())
      return AtLine(header.line, absl::StrCat("has two columns ", Quoted(name)));
    found = i;
  }
  if (found.has_value()) return *found;
  return AtLine(header.line, absl::StrCat("has no column ", Quoted(name),
                                          " as \"columns\" says, in ", header.fields.size(),
                                          header.fields.size() == 1 ? " field" : " fields"));
}

std::optional<size_t> Find(const std::vector<std::string>& names, absl::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return found - names.begin();
}

// Sets the columns of a known header; returns false if it is not known.
absl::StatusOr<bool> FindKnown(const CsvRecord& header, CsvUse use, std::optional<SignalKind> kind,
                               CsvColumns* columns, bool* is_utc) {
  std::vector<std::string> names;
  for (const std::string& field : header.fields) names.push_back(Normal(field));
  const KnownHeader* other_kind = nullptr;
  for (const KnownHeader& known : kKnownHeaders) {
    const std::optional<size_t> time = Find(names, known.time), value = Find(names, known.value);
    if (!time.has_value() || !value.has_value() || !Find(names, known.mark).has_value()) continue;
    if (known.use.value_or(use) != use) continue;
    if (kind.has_value() && known.kind.value_or(*kind) != *kind) {
      other_kind = &known;
      continue;
    }
    columns->time = *time;
    columns->value = *value;
    *is_utc = known.is_utc;
    return true;
  }
  if (other_kind == nullptr) return false;
  return AtLine(header.line,
                absl::StrCat(other_kind->owner, " has no ", SignalKindName(*kind),
                             " intensity; to take one of its columns, name it in \"columns\""));
}

absl::Status SetZone(const CsvRecord& first, const CsvFormat& format, bool is_utc,
                     CsvColumns* columns) {
  if (is_utc) columns->zone = absl::UTCTimeZone();
  if (format.time_zone.empty()) return absl::OkStatus();
  if (is_utc && !IsUtc(format.time_zone)) {
    return AtLine(first.line,
                  absl::StrCat("times are in UTC by the header of column ", columns->time + 1,
                               ", but in ", format.time_zone, " by \"time_zone\""));
  }
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(format.time_zone, &zone)) {
    return absl::NotFoundError(
        absl::StrCat("time zone ", Quoted(format.time_zone), " is not known on this machine"));
  }
  columns->zone = zone;
  return absl::OkStatus();
}

}  // namespace

bool IsCsvHeader(const CsvRecord& record) {
  for (const std::string& field : record.fields) {
    if (field.empty()) continue;
    const auto c = static_cast<unsigned char>(field[0]);
    return absl::ascii_isalpha(c) || c >= 0x80;
  }
  return false;
}

absl::StatusOr<CsvColumns> FindCsvColumns(const CsvRecord& first, size_t next_fields,
                                          const CsvFormat& format, CsvUse use,
                                          std::optional<SignalKind> kind) {
  CsvColumns columns;
  CsvRecord header = first;
  while (!header.fields.empty() && header.fields.back().empty()) header.fields.pop_back();
  const bool is_named = !format.time_column.empty() || !format.value_column.empty();
  bool is_utc = false;
  if (!IsCsvHeader(first)) {
    if (is_named) return AtLine(first.line, "is no header, but \"columns\" names the columns");
  } else if (is_named || (header.fields.size() > 2 && next_fields > 0 && next_fields != 2)) {
    columns.count = header.fields.size();
    columns.is_plain = false;
    absl::StatusOr<bool> is_known = false;
    if (format.time_column.empty() || format.value_column.empty()) {
      // If carbon.json names the value's column, it is also responsible for the kind.
      is_known = FindKnown(header, use, is_named ? std::nullopt : kind, &columns, &is_utc);
      if (!is_known.ok()) return is_known.status();
    }
    for (const auto& [name, column] : {std::pair(&format.time_column, &columns.time),
                                       std::pair(&format.value_column, &columns.value)}) {
      if (name->empty()) continue;
      absl::StatusOr<size_t> found = FindNamed(header, *name);
      if (!found.ok()) return found.status();
      *column = *found;
    }
    const bool is_complete = !format.time_column.empty() && !format.value_column.empty();
    if (!*is_known && !is_complete) {
      return AtLine(first.line, absl::StrCat("of ", columns.count,
                                             " columns none is known for time and value; "
                                             "name them with \"columns\""));
    }
  }
  if (columns.time < header.fields.size() && IsCsvHeader(first)) {
    is_utc = is_utc || SaysUtc(header.fields[columns.time]);
  }
  if (absl::Status status = SetZone(header, format, is_utc, &columns); !status.ok()) return status;
  return columns;
}

}  // namespace carbon
