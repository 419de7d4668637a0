// How often slurmctld is asked for its queue. An answer costs slurmctld time in which it holds its
// jobs locked: seconds where 100,000 wait. So looks rest in proportion to how long the answers
// took, and a slurmctld that is busy with other things is asked less often too. Pure.
#ifndef CORE_DECISION_LOOK_RHYTHM_H_
#define CORE_DECISION_LOOK_RHYTHM_H_

#include <cstdint>

#include "absl/time/time.h"

namespace carbon {

// A period is so many times as long as the answers took, unless they were no burden (kQuickAnswer),
// or that would be more than kMaxPeriod.
inline constexpr int kTimesTheAnswers = 20;
inline constexpr absl::Duration kQuickAnswer = absl::Milliseconds(500);
// With it a watched job is looked at every 30 s, and capacity that a decision rests on is less than
// a minute old.
inline constexpr absl::Duration kMaxPeriod = absl::Seconds(25);

// Slurmctld does not spend more than this on a job, unless it is kept waiting itself.
inline constexpr absl::Duration kMaxAnswerPerJob = absl::Microseconds(100);

// What of the time that the answers took counts, where so many jobs are in the queue: an answer
// about a few is no burden, however long a busy machine took to give it.
absl::Duration BurdenOfAnswers(absl::Duration took, int64_t jobs);

// From the start of a look to the start of the next: `configured`, or longer where the answers to
// the look were a burden. Never less than `configured`.
absl::Duration PeriodAfter(absl::Duration burden, absl::Duration configured);

}  // namespace carbon

#endif  // CORE_DECISION_LOOK_RHYTHM_H_
