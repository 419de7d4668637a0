// Wiesner et al., "Let's Wait Awhile: How Temporal Workload Shifting Can Reduce Carbon Emissions in
// the Cloud", Middleware 2021, scenario II: a job that may be shifted must end by a time at which
// somebody looks at its result. The rules are those of the published simulator
// (github.com/dos-group/lets-wait-awhile).
#ifndef REPLAY_POLICIES_LETS_WAIT_AWHILE_H_
#define REPLAY_POLICIES_LETS_WAIT_AWHILE_H_

#include "absl/time/time.h"
#include "replay/policies/comparison_policy.h"

namespace carbon {

enum class ResultDue {
  // A job that would end out of working hours ends by 9:00: on Saturdays by that of Monday, on
  // Sundays and after 17:00 by that of the next day, before 9:00 by that of the same day. So a job
  // that would end on Friday evening is due on Saturday at 9:00, as in the simulator. Other jobs
  // are
  // not shifted.
  kNextWorkday,
  // By the next 9:00 of a Monday or a Thursday.
  kSemiWeekly,
};

// How much later than at `end`, where it ends if it runs at once, a job may end. Working hours are
// those of `zone`.
absl::Duration SlackUntilDue(ResultDue due, absl::Time end, absl::TimeZone zone);

// Not interruptible: of the starts at whole steps of the forecast after the arrival, the first
// whose window has the least mean intensity. Interruptible: the cheapest time before the job is
// due, of equals the earliest. Needs the job's true length. The job also waits no longer than its
// own max_delay; the paper has none.
class LetsWaitAwhile : public ComparisonPolicy {
 public:
  explicit LetsWaitAwhile(ResultDue due, bool is_interruptible,
                          absl::TimeZone zone = absl::UTCTimeZone())
      : due_(due), is_interruptible_(is_interruptible), zone_(zone) {}

  bool suspends() const override { return is_interruptible_; }
  RunPlan Plan(const PolicyJob& job, const KnownIntensity& known) const override;

 private:
  const ResultDue due_;
  const bool is_interruptible_;
  const absl::TimeZone zone_;
};

}  // namespace carbon

#endif  // REPLAY_POLICIES_LETS_WAIT_AWHILE_H_
