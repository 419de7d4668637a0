#include "forecast/http/rate_limit.h"

#include <algorithm>

namespace carbon {

bool TokenBucket::Take(absl::Time now) {
  if (NextToken(now) > now) return false;
  full_at_ = std::max(full_at_, now) + rate_.every;
  return true;
}

absl::Time TokenBucket::NextToken(absl::Time now) {
  // An empty bucket is full after burst x every. A later time means that the clock was set back.
  full_at_ = std::min(full_at_, now + rate_.every * rate_.burst);
  return full_at_ - rate_.every * (rate_.burst - 1);
}

}  // namespace carbon
