#include "forecast/http/backoff.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace carbon {
namespace {

// A longer text is not a date; "Wednesday, 24-Nov-26 02:00:00 GMT" is the longest one.
constexpr size_t kMaxDateLength = 40;

bool IsAllDigits(absl::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == absl::string_view::npos;
}

}  // namespace

absl::Duration BackoffDelay(const BackoffPolicy& policy, int failures, double random) {
  absl::Duration whole = std::min(policy.first, policy.most);
  for (int i = 1; i < failures && whole < policy.most; ++i) {
    whole = std::min(whole * 2, policy.most);
  }
  return whole / 2 + whole / 2 * std::clamp(random, 0.0, 1.0);
}

absl::Time NextAttempt(const BackoffPolicy& policy, int failures,
                       std::optional<absl::Duration> retry_after, double random, absl::Time now) {
  absl::Duration wait = BackoffDelay(policy, failures, random);
  if (retry_after.has_value()) {
    const absl::Duration asked = std::clamp(*retry_after, absl::ZeroDuration(), kMaxRetryAfter);
    wait = std::max(wait, asked + asked / 10 * std::clamp(random, 0.0, 1.0));
  }
  return now + wait;
}

std::optional<absl::Duration> ParseRetryAfter(absl::string_view value, absl::Time server_now) {
  value = absl::StripAsciiWhitespace(value);
  if (IsAllDigits(value)) {
    int64_t seconds = 0;
    // A number that does not fit is longer than the longest wait.
    if (!absl::SimpleAtoi(value, &seconds)) return kMaxRetryAfter;
    return std::min(absl::Seconds(seconds), kMaxRetryAfter);
  }
  const std::optional<absl::Time> date = ParseHttpDate(value);
  if (!date.has_value()) return std::nullopt;
  return std::clamp(*date - server_now, absl::ZeroDuration(), kMaxRetryAfter);
}

std::optional<absl::Time> ParseHttpDate(absl::string_view value) {
  value = absl::StripAsciiWhitespace(value);
  // absl::ParseTime also accepts words for infinity.
  if (value.size() > kMaxDateLength || value.find(':') == absl::string_view::npos) {
    return std::nullopt;
  }
  for (const char* format :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
    absl::Time time;
    std::string error;
    if (absl::ParseTime(format, value, &time, &error)) return time;
  }
  return std::nullopt;
}

}  // namespace carbon
