// How often slurmctld is asked for its queue. For an answer slurmctld holds its jobs locked: for
// seconds if 100,000 wait. So the pause between looks is proportional to how long the answers took,
// and a slurmctld that is busy with other things is asked less often too. Pure.
#ifndef SCARBOND_LOOK_RHYTHM_H_
#define SCARBOND_LOOK_RHYTHM_H_

#include <cstdint>

#include "absl/time/time.h"

namespace carbon {

// A period is this many times as long as the answers took, unless they were not a burden
// (kQuickAnswer), or that would be more than kMaxPeriod.
inline constexpr int kTimesTheAnswers = 20;
inline constexpr absl::Duration kQuickAnswer = absl::Milliseconds(500);
// With it a watched job is looked at every 30 s, and capacity that a decision rests on is less than
// a minute old.
inline constexpr absl::Duration kMaxPeriod = absl::Seconds(25);

// Slurmctld spends at most this on a job, unless it has to wait itself.
inline constexpr absl::Duration kMaxAnswerPerJob = absl::Microseconds(100);

// How much of the time that the answers took counts if this many jobs are in the queue. An answer
// about a few jobs is not a burden, however long a busy machine took for it.
absl::Duration BurdenOfAnswers(absl::Duration took, int64_t jobs);

// The time from the start of a look to the start of the next: `configured`, or longer if the
// answers to the look were a burden.
absl::Duration PeriodAfter(absl::Duration burden, absl::Duration configured);

}  // namespace carbon

#endif  // SCARBOND_LOOK_RHYTHM_H_
