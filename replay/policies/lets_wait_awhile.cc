#include "replay/policies/lets_wait_awhile.h"

#include <algorithm>
#include <cstdint>

#include "absl/time/civil_time.h"
#include "replay/policies/intensity_windows.h"

namespace carbon {
namespace {

// Where the steps of a forecast are not equally long.
constexpr int64_t kStep = 1800;

}  // namespace

absl::Duration SlackUntilDue(ResultDue due, absl::Time end, absl::TimeZone zone) {
  const absl::CivilSecond local = absl::ToCivilSecond(end, zone);
  const absl::CivilDay day(local);
  const absl::CivilSecond nine(day.year(), day.month(), day.day(), 9);
  const auto until = [&](int days) {
    const absl::CivilDay then = day + days;
    return absl::FromCivil(absl::CivilSecond(then.year(), then.month(), then.day(), 9), zone) - end;
  };
  const absl::Weekday weekday = absl::GetWeekday(day);
  if (due == ResultDue::kNextWorkday) {
    const absl::CivilSecond evening(day.year(), day.month(), day.day(), 17);
    if (weekday == absl::Weekday::saturday) return until(2);
    if (weekday == absl::Weekday::sunday || local > evening) return until(1);
    return local < nine ? until(0) : absl::ZeroDuration();
  }
  for (int days = local > nine ? 1 : 0;; ++days) {
    const absl::Weekday then = absl::GetWeekday(day + days);
    if (then == absl::Weekday::monday || then == absl::Weekday::thursday) return until(days);
  }
}

RunPlan LetsWaitAwhile::Plan(const PolicyJob& job, const KnownIntensity& known) const {
  PolicyJob shifted = job;
  shifted.max_delay = std::min(job.max_delay, SlackUntilDue(due_, job.arrival + job.length, zone_));
  if (is_interruptible_) return CheapestPieces(shifted, *known.series);
  const int64_t step = known.series->step_length();
  return LeastWindow(step > 0 ? step : kStep, shifted, *known.series);
}

}  // namespace carbon
