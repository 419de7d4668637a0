// How long to wait before asking again, after a failure or because the server said so. Pure: now
// and the random number are arguments, no I/O.
#ifndef FORECAST_HTTP_BACKOFF_H_
#define FORECAST_HTTP_BACKOFF_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

struct BackoffPolicy {
  absl::Duration first = absl::Seconds(10);
  absl::Duration most = absl::Minutes(15);
};

// After `failures` failures in a row (1 or more): between a half and the whole of first x
// 2^(failures - 1), of which no more than `most` counts. Where in that half is up to `random`,
// uniform in [0, 1), so that many zones which failed together do not come back together; and the
// wait is never nothing.
absl::Duration BackoffDelay(const BackoffPolicy& policy, int failures, double random);

// When to ask again after a failure at `now`: the back-off's time, or what the server asked for
// plus up to a tenth of it, whichever is later.
absl::Time NextAttempt(const BackoffPolicy& policy, int failures,
                       std::optional<absl::Duration> retry_after, double random, absl::Time now);

// A longer wait than this is cut to it: a server that says "in a year" is mistaken.
inline constexpr absl::Duration kMaxRetryAfter = absl::Hours(6);

// A `Retry-After` header: whole seconds, or an HTTP date, of which the time since `server_now`
// counts (the reply's own `Date` where it has one: neither clock has to be right then). A date in
// the past is no wait. Nothing for what is neither.
std::optional<absl::Duration> ParseRetryAfter(absl::string_view value, absl::Time server_now);

// The three forms of RFC 9110, section 5.6.7: "Tue, 24 Nov 2026 02:00:00 GMT", "Tuesday,
// 24-Nov-26 02:00:00 GMT" and "Tue Nov 24 02:00:00 2026". Nothing for anything else.
std::optional<absl::Time> ParseHttpDate(absl::string_view value);

}  // namespace carbon

#endif  // FORECAST_HTTP_BACKOFF_H_
