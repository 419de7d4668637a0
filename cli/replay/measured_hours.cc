#include "cli/replay/measured_hours.h"

#include <cstdlib>

namespace carbon {
namespace {

constexpr int64_t kWeeksOfYear = 52;

int64_t FloorDivide(absl::Duration time, absl::Duration step) {
  absl::Duration rest;
  const int64_t steps = absl::IDivDuration(time, step, &rest);
  return rest < absl::ZeroDuration() ? steps - 1 : steps;
}

int64_t CeilDivide(absl::Duration time, absl::Duration step) { return -FloorDivide(-time, step); }

// Returns the multiple of `step` weeks nearest to zero, `earliest` and `latest` included.
std::optional<int64_t> Nearest(absl::Duration earliest, absl::Duration latest, int64_t step) {
  const int64_t low = CeilDivide(earliest, step * kWeek), high = FloorDivide(latest, step * kWeek);
  if (low > high) return std::nullopt;
  if (low <= 0 && high >= 0) return 0;
  return step * (std::abs(low) < std::abs(high) ? low : high);
}

}  // namespace

int64_t WeeksTo(absl::Time first, absl::Time to) { return CeilDivide(to - first, kWeek); }

std::optional<int64_t> WeeksInto(const TimeSpan& jobs, const TimeSpan& measured) {
  if (measured.begin >= measured.end || jobs.begin >= jobs.end) return std::nullopt;
  for (const absl::Duration learnt_from : {absl::Hours(61 * 24), absl::Hours(24)}) {
    const absl::Duration earliest = measured.begin + learnt_from - jobs.begin;
    const absl::Duration latest = measured.end - jobs.end;
    for (const int64_t step : {kWeeksOfYear, int64_t{1}}) {
      if (const auto weeks = Nearest(earliest, latest, step); weeks.has_value()) return weeks;
    }
  }
  return std::nullopt;
}

}  // namespace carbon
