// HostGate decides whether one host may be sent another request, by how many are under way, by its
// rate, and by whether it asked to be left alone. Pure: now is an argument, from a clock that is
// never set. No I/O.
#ifndef FORECAST_HTTP_HOST_GATE_H_
#define FORECAST_HTTP_HOST_GATE_H_

#include "absl/time/time.h"
#include "forecast/http/http_message.h"
#include "forecast/http/rate_limit.h"

namespace carbon {

class HostGate {
 public:
  HostGate(int most_at_once, RequestRate rate) : most_at_once_(most_at_once), bucket_(rate) {}

  // Returns how much longer the host is to be left alone; zero if it need not be.
  absl::Duration PausedFor(absl::Time now) const;

  // Returns when one more request may be sent, unless something changes. `now` or earlier means at
  // once. It is never at once while the maximum number is under way.
  absl::Time NextTurn(absl::Time now);
  // Takes a turn. NextTurn must have returned `now` or earlier.
  void Enter(absl::Time now);
  // Counts a further request of the same turn, as after a redirect, without charging the rate.
  void EnterAgain() { ++under_way_; }

  void Leave() { --under_way_; }
  // Observes a reply. A reply of 429, or of 503 with Retry-After, pauses the host for as long as it
  // asks and up to a tenth more. If it does not say how long, the pause is half a minute, and
  // longer for each further one in a row, 15 min at most. `random` is uniform in [0, 1).
  void Observe(const HttpReply& reply, double random, absl::Time now);

 private:
  int most_at_once_;
  TokenBucket bucket_;
  int under_way_ = 0;
  absl::Time paused_until_ = absl::InfinitePast();
  int refusals_ = 0;  // in a row; those that were under way together count once
};

}  // namespace carbon

#endif  // FORECAST_HTTP_HOST_GATE_H_
