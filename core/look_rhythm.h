// How often slurmctld is asked for its queue. An answer costs slurmctld time in which it holds its
// jobs locked: seconds where 100,000 wait. So looks rest in proportion to how long the answers
// took, and a slurmctld that is busy with other things is asked less often too. Pure.
#ifndef CORE_LOOK_RHYTHM_H_
#define CORE_LOOK_RHYTHM_H_

#include "absl/time/time.h"

namespace carbon {

// A period is so many times as long as the answers took, unless they took kQuickAnswer at most, or
// that would be more than kLongestPeriod.
inline constexpr int kTimesTheAnswers = 20;
inline constexpr absl::Duration kQuickAnswer = absl::Milliseconds(500);
// With it a watched job is looked at every 30 s, and capacity that a decision rests on is less than
// a minute old.
inline constexpr absl::Duration kLongestPeriod = absl::Seconds(25);

// From the start of a look to the start of the next: `configured`, or longer where the answers to
// the look took long. Never less than `configured`.
absl::Duration PeriodAfter(absl::Duration answers, absl::Duration configured);

}  // namespace carbon

#endif  // CORE_LOOK_RHYTHM_H_
