#include "core/base/timestamp.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace carbon {
namespace {

constexpr char kNoOffset[] = "has no offset; write Z for UTC";
constexpr char kNoTime[] = "is not RFC 3339 (2026-11-24T02:00:00Z)";

constexpr size_t kDateLength = sizeof("2026-11-24") - 1;
constexpr size_t kMinuteLength = sizeof("2026-11-24T02:00") - 1;
constexpr size_t kDateAndTimeLength = sizeof("2026-11-24T02:00:00") - 1;
// The longest sensible text has nine digits of fraction and an offset.
constexpr size_t kMaxLength = sizeof("2026-11-24T02:00:00.000000000+01:00") - 1;

// Checks the shape of the text: every position must be a digit or the separator that belongs there.
// absl::ParseTime alone is too lenient (surrounding blanks, years of any length,
// "infinite-future").
bool HasShape(absl::string_view text) {
  constexpr absl::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() <= kDateAndTimeLength || text.size() > kMaxLength) return false;
  for (size_t i = 0; i < kShape.size(); ++i) {
    const bool matches = kShape[i] == 'd'   ? absl::ascii_isdigit(text[i])
                         : kShape[i] == 'T' ? text[i] == 'T' || text[i] == 't' || text[i] == ' '
                                            : text[i] == kShape[i];
    if (!matches) return false;
  }
  return true;
}

// Checks what follows date and time: an optional fraction, then Z or ±hh:mm.
bool HasOffset(absl::string_view rest) {
  if (rest == "Z" || rest == "z") return true;
  return rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && absl::ascii_isdigit(rest[1]) &&
         absl::ascii_isdigit(rest[2]) && rest[3] == ':' && absl::ascii_isdigit(rest[4]) &&
         absl::ascii_isdigit(rest[5]);
}

void WriteDigits(int64_t value, int count, char* to) {
  for (int i = count - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

// Writes kDateAndTimeLength bytes, "2026-11-24T02:00:00". Returns false, and writes nothing, for
// years that may not have four digits.
bool WriteDateAndTime(int64_t unix_second, int offset, char* to) {
  constexpr int64_t kFirst = -30'610'224'000, kLast = 253'402'300'799;  // the years 1000 to 9999
  constexpr int64_t kDay = 86'400;  // more than an offset can be
  if (unix_second < kFirst + kDay || unix_second > kLast - kDay) return false;
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_second + offset)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const int64_t second = (time - day).count();
  WriteDigits(static_cast<int>(date.year()), 4, to);
  to[4] = '-';
  WriteDigits(static_cast<unsigned>(date.month()), 2, to + 5);
  to[7] = '-';
  WriteDigits(static_cast<unsigned>(date.day()), 2, to + 8);
  to[10] = 'T';
  WriteDigits(second / 3600, 2, to + 11);
  to[13] = ':';
  WriteDigits(second / 60 % 60, 2, to + 14);
  to[16] = ':';
  WriteDigits(second % 60, 2, to + 17);
  return true;
}

// The text that a message quotes; absent: the message does not quote it.
using Quoted = std::optional<absl::string_view>;

std::string Refusal(const Quoted& text, absl::string_view why) {
  if (!text.has_value()) return absl::StrCat("the time ", why);
  return absl::StrCat("time \"", absl::CHexEscape(text->substr(0, kMaxLength)), "\" ", why);
}

absl::Status Refused(const Quoted& text, absl::string_view why) {
  return absl::InvalidArgumentError(Refusal(text, why));
}

// Parses `text`; messages quote `quoted`, the text as it was found.
absl::StatusOr<absl::Time> Parse(absl::string_view text, const Quoted& quoted,
                                 bool may_have_fraction) {
  if (text.size() == kDateAndTimeLength && HasShape(absl::StrCat(text, "Z"))) {
    return Refused(quoted, kNoOffset);
  }
  if (!HasShape(text)) return Refused(quoted, kNoTime);

  absl::string_view rest = text.substr(kDateAndTimeLength);
  if (rest[0] == '.') {
    rest.remove_prefix(1);
    const size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits == 0) return Refused(quoted, kNoTime);
    if (!may_have_fraction &&
        rest.substr(0, digits).find_first_not_of('0') != absl::string_view::npos) {
      return Refused(quoted, "is not a whole second");
    }
    rest.remove_prefix(digits);
  }
  if (rest.empty()) return Refused(quoted, kNoOffset);
  if (!HasOffset(rest)) return Refused(quoted, kNoTime);

  const std::string normal =
      absl::StrCat(text.substr(0, 10), "T", text.substr(11, 8), absl::AsciiStrToUpper(rest));
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_sec, normal, &time, &error)) {
    return Refused(quoted, absl::StrCat("is no instant: ", error));
  }
  return time;
}

// Returns `offset` in the form of RFC 3339, if it has one of the other forms.
std::string NormalOffset(absl::string_view offset) {
  offset = absl::StripLeadingAsciiWhitespace(offset);
  if (absl::EqualsIgnoreCase(offset, "UTC") || absl::EqualsIgnoreCase(offset, "GMT")) return "Z";
  const bool is_signed = !offset.empty() && (offset[0] == '+' || offset[0] == '-');
  if (is_signed && offset.size() == 3) return absl::StrCat(offset, ":00");
  if (is_signed && offset.size() == 5) {
    return absl::StrCat(offset.substr(0, 3), ":", offset.substr(3));
  }
  return std::string(offset);
}

// Returns the instant at which the clocks of `zone` showed `local`.
absl::StatusOr<absl::Time> AtLocalTime(absl::CivilSecond local, const absl::TimeZone& zone,
                                       absl::Time previous) {
  const absl::TimeZone::TimeInfo found = zone.At(local);
  switch (found.kind) {
    case absl::TimeZone::TimeInfo::UNIQUE:
      break;
    case absl::TimeZone::TimeInfo::SKIPPED:
      return absl::NotFoundError(
          Refusal(std::nullopt,
                  absl::StrCat("does not exist in ", zone.name(), ", where clocks went forward")));
    case absl::TimeZone::TimeInfo::REPEATED:
      if (previous == absl::InfinitePast()) {
        return absl::FailedPreconditionError(
            Refusal(std::nullopt, absl::StrCat("occurs twice in ", zone.name(),
                                               ", and no line above tells which is meant")));
      }
      return found.pre > previous ? found.pre : found.post;
  }
  return found.pre;
}

}  // namespace

absl::StatusOr<absl::Time> ParseTimestamp(absl::string_view text) {
  return Parse(text, text, /*may_have_fraction=*/false);
}

absl::StatusOr<absl::Time> ParseInstant(absl::string_view text) {
  return Parse(text, text, /*may_have_fraction=*/true);
}

absl::StatusOr<absl::Time> ParseUnquotedTimestamp(absl::string_view text) {
  return Parse(text, std::nullopt, /*may_have_fraction=*/false);
}

absl::StatusOr<absl::Time> ParseUnquotedInstant(absl::string_view text) {
  return Parse(text, std::nullopt, /*may_have_fraction=*/true);
}

absl::StatusOr<absl::Time> ParseFileTime(absl::string_view text,
                                         const std::optional<absl::TimeZone>& zone,
                                         absl::Time previous) {
  if (text.size() > kMaxLength) return Refused(std::nullopt, kNoTime);
  std::string whole(text);
  if (whole.size() == kDateLength) whole += "T00:00:00";
  if (whole.size() == kMinuteLength ||
      (whole.size() > kMinuteLength && whole[kMinuteLength] != ':')) {
    whole.insert(kMinuteLength, ":00");
  }
  const size_t end =
      whole.find_first_not_of("0123456789.", std::min(kDateAndTimeLength, whole.size()));
  const bool has_offset = end != std::string::npos;
  if (has_offset) whole.replace(end, std::string::npos, NormalOffset(whole.substr(end)));
  if (has_offset || !zone.has_value()) {
    return Parse(whole, std::nullopt, /*may_have_fraction=*/false);
  }
  absl::StatusOr<absl::Time> as_utc = Parse(whole + "Z", std::nullopt, /*may_have_fraction=*/false);
  if (!as_utc.ok()) return as_utc.status();
  return AtLocalTime(absl::ToCivilSecond(*as_utc, absl::UTCTimeZone()), *zone, previous);
}

std::optional<absl::Duration> ParseTimeSpan(absl::string_view text) {
  int64_t days = 0;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  if (parts.size() != 2 && parts.size() != 3) return std::nullopt;
  absl::string_view hours = parts[0];
  if (const size_t dot = hours.find('.'); dot != absl::string_view::npos) {
    if (!absl::SimpleAtoi(hours.substr(0, dot), &days)) return std::nullopt;
    hours.remove_prefix(dot + 1);
  }
  absl::string_view seconds = parts.size() == 3 ? parts[2] : "0";
  if (const size_t dot = seconds.find('.'); dot != absl::string_view::npos) {
    const absl::string_view fraction = seconds.substr(dot + 1);
    if (fraction.empty() || fraction.find_first_not_of('0') != absl::string_view::npos) {
      return std::nullopt;
    }
    seconds = seconds.substr(0, dot);
  }
  int64_t h = 0, m = 0, s = 0;
  if (!absl::SimpleAtoi(hours, &h) || !absl::SimpleAtoi(parts[1], &m) ||
      !absl::SimpleAtoi(seconds, &s)) {
    return std::nullopt;
  }
  if (days < 0 || days > 366 || h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59) {
    return std::nullopt;
  }
  return absl::Hours(24 * days + h) + absl::Minutes(m) + absl::Seconds(s);
}

std::string FormatTimestamp(absl::Time time) {
  char text[kDateAndTimeLength];
  if (!WriteDateAndTime(absl::ToUnixSeconds(time), 0, text)) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
  }
  return absl::StrCat(absl::string_view(text, sizeof(text)), "Z");
}

std::string FormatInstant(absl::Time time) {
  const int64_t second = absl::ToUnixSeconds(time);
  const absl::Duration fraction = time - absl::FromUnixSeconds(second);
  const int64_t nanoseconds = absl::ToInt64Nanoseconds(fraction);
  char text[kDateAndTimeLength];
  // absl::Time has quarters of a nanosecond.
  if (absl::Nanoseconds(nanoseconds) != fraction || !WriteDateAndTime(second, 0, text)) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
  }
  if (nanoseconds == 0) return absl::StrCat(absl::string_view(text, sizeof(text)), "Z");
  char digits[1 + 9] = {'.'};
  WriteDigits(nanoseconds, 9, digits + 1);
  const absl::string_view written(digits, sizeof(digits));
  return absl::StrCat(absl::string_view(text, sizeof(text)),
                      written.substr(0, written.find_last_not_of('0') + 1), "Z");
}

std::string FormatLocalTimestamp(absl::Time time, absl::TimeZone zone) {
  const int offset = zone.At(time).offset;
  char text[kDateAndTimeLength + 6];
  // Offsets of the years before 1900 have seconds, which %Ez leaves out.
  if (offset % 60 != 0 || !WriteDateAndTime(absl::ToUnixSeconds(time), offset, text)) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", time, zone);
  }
  const int minutes = std::abs(offset) / 60;
  char* const end = text + kDateAndTimeLength;
  end[0] = offset < 0 ? '-' : '+';
  WriteDigits(minutes / 60, 2, end + 1);
  end[3] = ':';
  WriteDigits(minutes % 60, 2, end + 4);
  return {text, sizeof(text)};
}

absl::Time FloorToHour(absl::Time time) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), absl::Hours(1));
}

}  // namespace carbon
