// TokenBucket allows up to `burst` requests at once, and one more each `every`. Pure: now is an
// argument, from any clock. A clock that is set back costs no more than an empty bucket.
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
  // The bucket is full at first.
  explicit TokenBucket(RequestRate rate) : rate_(rate) {}

  // Takes a token if there is one, and returns whether it did.
  bool Take(absl::Time now);

  // Returns when there is a token: `now` or earlier if there is one already.
  absl::Time NextToken(absl::Time now);

 private:
  RequestRate rate_;
  // The time at which the bucket is full again. Each token taken moves it later by `every`.
  absl::Time full_at_ = absl::InfinitePast();
};

}  // namespace carbon

#endif  // FORECAST_HTTP_RATE_LIMIT_H_
