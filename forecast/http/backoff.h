// Computes how long to wait before asking again, after a failure or because the server said so.
// Pure: now and the random number are arguments; no I/O.
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

// Returns the wait after `failures` failures in a row (1 or more). It lies between half and the
// whole of first x 2^(failures - 1), capped at `most`. `random`, uniform in [0, 1), chooses the
// point in that range, so that many zones which failed together do not return together. The wait is
// never zero.
absl::Duration BackoffDelay(const BackoffPolicy& policy, int failures, double random);

// Returns when to ask again after a failure at `now`: the later of the back-off's time, and what
// the server asked for plus up to a tenth of it.
absl::Time NextAttempt(const BackoffPolicy& policy, int failures,
                       std::optional<absl::Duration> retry_after, double random, absl::Time now);

// A longer wait is cut to this: a server that says "in a year" is mistaken.
inline constexpr absl::Duration kMaxRetryAfter = absl::Hours(6);

// Parses a `Retry-After` header: whole seconds, or an HTTP date. A date is counted from
// `server_now` (the reply's own `Date` if it has one: then neither clock has to be right). A date
// in the past means no wait. Returns nullopt for any other text.
std::optional<absl::Duration> ParseRetryAfter(absl::string_view value, absl::Time server_now);

// Parses the three forms of RFC 9110, section 5.6.7: "Tue, 24 Nov 2026 02:00:00 GMT", "Tuesday,
// 24-Nov-26 02:00:00 GMT" and "Tue Nov 24 02:00:00 2026". Returns nullopt for any other text.
std::optional<absl::Time> ParseHttpDate(absl::string_view value);

}  // namespace carbon

#endif  // FORECAST_HTTP_BACKOFF_H_
