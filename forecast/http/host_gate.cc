#include "forecast/http/host_gate.h"

#include <algorithm>

#include "forecast/http/backoff.h"

namespace carbon {
namespace {

constexpr BackoffPolicy kPause{.first = absl::Seconds(30), .most = absl::Minutes(15)};

bool AsksForPause(const HttpReply& reply) {
  return reply.status == 429 || (reply.status == 503 && reply.retry_after.has_value());
}

}  // namespace

absl::Duration HostGate::PausedFor(absl::Time now) const {
  return std::max(paused_until_ - now, absl::ZeroDuration());
}

absl::Time HostGate::NextTurn(absl::Time now) {
  if (under_way_ >= most_at_once_) return absl::InfiniteFuture();
  return std::max(bucket_.NextToken(now), paused_until_);
}

void HostGate::Enter(absl::Time now) {
  bucket_.Take(now);
  ++under_way_;
}

void HostGate::Observe(const HttpReply& reply, double random, absl::Time now) {
  if (!AsksForPause(reply)) {
    refusals_ = 0;
    return;
  }
  const bool again = paused_until_ > now;
  if (!again) ++refusals_;
  if (again && !reply.retry_after.has_value()) return;
  const absl::Duration wait = reply.retry_after.has_value()
                                  ? *reply.retry_after + *reply.retry_after / 10 * random
                                  : BackoffDelay(kPause, refusals_, random);
  paused_until_ = std::max(paused_until_, now + wait);
}

}  // namespace carbon
