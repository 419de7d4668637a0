#include "core/base/duration.h"

#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace carbon {
namespace {

constexpr int64_t kMaxSeconds = int64_t{10000} * 86400;

absl::Status NotADuration(absl::string_view text) {
  constexpr size_t kMaxQuoted = 32;  // bytes
  return absl::InvalidArgumentError(
      absl::StrCat("\"", absl::Utf8SafeCHexEscape(text.substr(0, kMaxQuoted)),
                   text.size() > kMaxQuoted ? "...\"" : "\"",
                   " is not a duration such as 90s, 30m, 8h, 2d or 1-12:00:00"));
}

// Parses digits only: no sign, no blanks.
bool ParseCount(absl::string_view digits, int64_t* count) {
  if (digits.empty() || digits.size() > 12) return false;
  for (const char c : digits) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return absl::SimpleAtoi(digits, count);
}

// Parses [D-]HH:MM:SS, MM:SS, D-HH[:MM].
bool ParseSlurm(absl::string_view text, int64_t* seconds) {
  const std::vector<absl::string_view> days = absl::StrSplit(text, '-');
  if (days.size() > 2) return false;
  const std::vector<absl::string_view> clock = absl::StrSplit(days.back(), ':');
  if (clock.size() > 3) return false;
  int64_t part[3] = {0, 0, 0};  // hours, minutes, seconds
  // With days the first number is hours; without them the last is seconds.
  const size_t first = days.size() == 2 ? 0 : 3 - clock.size();
  for (size_t i = 0; i < clock.size(); ++i) {
    if (!ParseCount(clock[i], &part[first + i])) return false;
  }
  int64_t day = 0;
  if (days.size() == 2 && !ParseCount(days.front(), &day)) return false;
  if (day > 10000 || part[0] > 240000 || part[1] > kMaxSeconds / 60) return false;
  *seconds = day * 86400 + part[0] * 3600 + part[1] * 60 + part[2];
  return true;
}

int64_t UnitSeconds(char unit) {
  switch (unit) {
    case 'd':
      return 86400;
    case 'h':
      return 3600;
    case 'm':
      return 60;
    case 's':
      return 1;
    default:
      return 0;
  }
}

// Parses numbers with units, largest unit first, each at most once.
bool ParseUnits(absl::string_view text, int64_t* seconds) {
  int64_t previous_unit = 86401;
  *seconds = 0;
  while (!text.empty()) {
    size_t digits = 0;
    while (digits < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[digits]))) {
      ++digits;
    }
    int64_t count = 0;
    if (digits == text.size() || !ParseCount(text.substr(0, digits), &count)) return false;
    const int64_t unit = UnitSeconds(text[digits]);
    if (unit == 0 || unit >= previous_unit || count > kMaxSeconds / unit) return false;
    *seconds += count * unit;
    previous_unit = unit;
    text.remove_prefix(digits + 1);
  }
  return true;
}

}  // namespace

absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text) {
  int64_t seconds = 0;
  const bool is_slurm = text.find_first_of(":-") != absl::string_view::npos;
  if (text.empty() || !(is_slurm ? ParseSlurm(text, &seconds) : ParseUnits(text, &seconds)) ||
      seconds > kMaxSeconds) {
    return NotADuration(text);
  }
  return absl::Seconds(seconds);
}

std::string DurationText(absl::Duration duration) {
  int64_t rest = absl::ToInt64Seconds(duration);
  // A whole number of hours up to two days reads best as hours.
  if (rest > 0 && rest % 3600 == 0 && rest <= 48 * 3600) return absl::StrCat(rest / 3600, "h");
  std::string text;
  for (const char unit : {'d', 'h', 'm', 's'}) {
    const int64_t count = rest / UnitSeconds(unit);
    rest %= UnitSeconds(unit);
    if (count > 0) absl::StrAppend(&text, count, std::string(1, unit));
  }
  return text.empty() ? "0s" : text;
}

}  // namespace carbon
