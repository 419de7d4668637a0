#include "scarbond/look_rhythm.h"

#include <algorithm>

namespace carbon {

absl::Duration BurdenOfAnswers(absl::Duration took, int64_t jobs) {
  return std::min(took, jobs * kMaxAnswerPerJob);
}

absl::Duration PeriodAfter(absl::Duration burden, absl::Duration configured) {
  if (burden <= kQuickAnswer) return configured;
  return std::max(configured, std::min(burden * kTimesTheAnswers, kMaxPeriod));
}

}  // namespace carbon
