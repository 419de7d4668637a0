#include "core/look_rhythm.h"

#include <algorithm>

namespace carbon {

absl::Duration PeriodAfter(absl::Duration answers, absl::Duration configured) {
  if (answers <= kQuickAnswer) return configured;
  return std::max(configured, std::min(answers * kTimesTheAnswers, kLongestPeriod));
}

}  // namespace carbon
