// Whether one host may be sent another request: how many it has under way, its rate, and whether it
// asked to be left alone. Pure: now is an argument, of a clock that is not set. No I/O.
#ifndef FORECAST_HTTP_HOST_GATE_H_
#define FORECAST_HTTP_HOST_GATE_H_

#include "absl/time/time.h"
#include "forecast/http/http_message.h"
#include "forecast/http/rate_limit.h"

namespace carbon {

class HostGate {
 public:
  HostGate(int most_at_once, RequestRate rate) : most_at_once_(most_at_once), bucket_(rate) {}

  // How much longer it is to be left alone; zero where it is not.
  absl::Duration PausedFor(absl::Time now) const;

  // When one more may be sent, unless something changes: `now` or earlier at once, never while as
  // many as may be are under way.
  absl::Time NextTurn(absl::Time now);
  // Takes a turn that there is.
  void Enter(absl::Time now);
  // A further request of one turn, as after a redirect: past the rate.
  void EnterAgain() { ++under_way_; }

  void Leave() { --under_way_; }
  // A reply of 429, or of 503 with Retry-After, pauses the host: for as long as it asks and up to a
  // tenth more, or else for half a minute and then longer each time in a row, 15 min at most.
  // `random` is uniform in [0, 1).
  void Heed(const HttpReply& reply, double random, absl::Time now);

 private:
  int most_at_once_;
  TokenBucket bucket_;
  int under_way_ = 0;
  absl::Time paused_until_ = absl::InfinitePast();
  int refusals_ = 0;  // in a row; those that were under way together count once
};

}  // namespace carbon

#endif  // FORECAST_HTTP_HOST_GATE_H_
