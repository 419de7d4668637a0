#include "cli/text/slurm_time.h"

#include <cstdlib>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace carbon {
namespace {

constexpr int64_t kLargestCount = 1'000'000'000;

// Parses `least` to `most` decimal digits and nothing else.
std::optional<int> Digits(absl::string_view text, size_t least, size_t most) {
  int value = 0;
  if (text.size() < least || text.size() > most) return std::nullopt;
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Parses HH:MM[:SS].
std::optional<absl::Duration> TimeOfDay(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  const std::optional<int> hour = Digits(parts[0], 1, 2);
  const std::optional<int> minute = Digits(parts[1], 2, 2);
  const std::optional<int> second = parts.size() == 3 ? Digits(parts[2], 2, 2) : 0;
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  return absl::Hours(*hour) + absl::Minutes(*minute) + absl::Seconds(*second);
}

// Parses YYYY-MM-DD, MMDD[YY], MM/DD[/YY]; without a year, this year.
std::optional<absl::CivilDay> Day(absl::string_view text, absl::CivilDay today) {
  std::optional<int> year, month, day;
  const std::vector<absl::string_view> dashed = absl::StrSplit(text, '-');
  const std::vector<absl::string_view> slashed = absl::StrSplit(text, '/');
  if (dashed.size() == 3) {
    year = Digits(dashed[0], 4, 4);
    month = Digits(dashed[1], 1, 2);
    day = Digits(dashed[2], 1, 2);
  } else if (slashed.size() >= 2 && slashed.size() <= 3) {
    month = Digits(slashed[0], 1, 2);
    day = Digits(slashed[1], 1, 2);
    year = slashed.size() == 3 ? Digits(slashed[2], 2, 2) : static_cast<int>(today.year());
  } else if (Digits(text, 4, 6) && text.size() != 5) {
    month = Digits(text.substr(0, 2), 2, 2);
    day = Digits(text.substr(2, 2), 2, 2);
    year = text.size() == 6 ? Digits(text.substr(4), 2, 2) : static_cast<int>(today.year());
  }
  if (!year || !month || !day) return std::nullopt;
  if (*year < 100) *year += 2000;
  const absl::CivilDay result(*year, *month, *day);
  // CivilDay converts the 31st of June to the 1st of July.
  if (result.month() != *month || result.day() != *day) return std::nullopt;
  return result;
}

// Parses what follows "now": nothing, or +N or -N and a unit.
std::optional<absl::Duration> Offset(absl::string_view text) {
  if (text.empty()) return absl::ZeroDuration();
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  size_t digits = 1;
  while (digits < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[digits]))) {
    ++digits;
  }
  int64_t count = 0;
  if (!absl::SimpleAtoi(text.substr(1, digits - 1), &count) || count > kLargestCount) {
    return std::nullopt;
  }
  const absl::string_view unit = text.substr(digits);
  absl::Duration length;
  if (unit.empty() || unit == "second" || unit == "seconds") {
    length = absl::Seconds(1);
  } else if (unit == "minute" || unit == "minutes") {
    length = absl::Minutes(1);
  } else if (unit == "hour" || unit == "hours") {
    length = absl::Hours(1);
  } else if (unit == "day" || unit == "days") {
    length = absl::Hours(24);
  } else if (unit == "week" || unit == "weeks") {
    length = absl::Hours(24 * 7);
  } else {
    return std::nullopt;
  }
  return (text[0] == '-' ? -count : count) * length;
}

}  // namespace

absl::StatusOr<absl::Time> ParseSlurmTime(absl::string_view text, absl::Time now,
                                          absl::TimeZone zone) {
  const absl::CivilDay today = absl::ToCivilDay(now, zone);
  const auto at = [zone](absl::CivilDay day, absl::Duration time_of_day) {
    const int64_t seconds = absl::ToInt64Seconds(time_of_day);
    return absl::FromCivil(absl::CivilSecond(day) + seconds, zone);
  };
  const std::string word = absl::AsciiStrToLower(text);
  if (word == "today" || word == "midnight") return at(today, absl::ZeroDuration());
  if (word == "tomorrow") return at(today + 1, absl::ZeroDuration());
  if (word == "noon") return at(today, absl::Hours(12));
  if (word == "fika") return at(today, absl::Hours(15));
  if (word == "teatime") return at(today, absl::Hours(16));
  if (absl::StartsWith(word, "now")) {
    if (const auto offset = Offset(absl::string_view(word).substr(3))) return now + *offset;
  }
  if (const auto time = TimeOfDay(word)) return at(today, *time);
  if (const auto day = Day(word, today)) return at(*day, absl::ZeroDuration());
  // The day and the time of day are joined by 'T', or by '-' in Slurm's older forms.
  for (const char joint : {'t', '-'}) {
    const size_t where = word.rfind(joint);
    if (where == std::string::npos) continue;
    const auto day = Day(absl::string_view(word).substr(0, where), today);
    const auto time = TimeOfDay(absl::string_view(word).substr(where + 1));
    if (day && time) return at(*day, *time);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("time \"", text, "\": is not a time as Slurm writes them"));
}

std::string FormatSlurmTime(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S", time, zone);
}

std::string FormatSlurmDuration(absl::Duration duration) {
  const int64_t seconds = std::llabs(absl::ToInt64Seconds(duration));
  const std::string clock =
      absl::StrFormat("%02d:%02d:%02d", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
  return absl::StrCat(duration < absl::ZeroDuration() ? "-" : "",
                      seconds >= 86400 ? absl::StrCat(seconds / 86400, "-") : "", clock);
}

std::string FormatDistance(absl::Time time, absl::Time now) {
  return time > now ? absl::StrCat("in ", FormatSlurmDuration(time - now))
                    : absl::StrCat(FormatSlurmDuration(now - time), " ago");
}

}  // namespace carbon
