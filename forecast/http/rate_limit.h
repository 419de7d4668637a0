// A token bucket: up to `burst` requests at once, and one more each `every`. Pure: now is an
// argument, of any clock; one that is set back costs no more than an empty bucket.
#ifndef FORECAST_HTTP_RATE_LIMIT_H_
#define FORECAST_HTTP_RATE_LIMIT_H_

#include "absl/time/time.h"

namespace carbon {

struct RequestRate {
  int burst = 10;                           // 1 or more
  absl::Duration every = absl::Seconds(1);  // zero: no limit
};

class TokenBucket {
 public:
  // Full to begin with.
  explicit TokenBucket(RequestRate rate) : rate_(rate) {}

  // Takes a token, where there is one.
  bool Take(absl::Time now);

  // When there is a token: `now` or earlier where there is one already.
  absl::Time NextToken(absl::Time now);

 private:
  RequestRate rate_;
  // When the bucket is full again. A token less is `every` later.
  absl::Time full_at_ = absl::InfinitePast();
};

}  // namespace carbon

#endif  // FORECAST_HTTP_RATE_LIMIT_H_
