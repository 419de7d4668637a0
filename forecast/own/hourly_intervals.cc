#include "forecast/own/hourly_intervals.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace carbon {
namespace {

constexpr int64_t kHour = 3600;

struct Sum {
  int64_t seconds = 0;
  double gram_seconds = 0;
  bool is_estimated = false;
};

// Converts disjoint hours with values within bounds: they satisfy what Create checks by
// construction.
IntensityHistory FromHours(std::vector<IntensityHistory::Interval> hours) {
  return *IntensityHistory::Create(std::move(hours));
}

}  // namespace

IntensityHistory ByHour(const IntensityHistory& history, absl::Time from) {
  std::map<int64_t, Sum> sums;  // by the hour's number since the epoch
  for (const IntensityHistory::Interval& interval : history.intervals()) {
    if (interval.end - interval.start > kMaxHourlyInterval || interval.end <= from) continue;
    const int64_t end = absl::ToUnixSeconds(interval.end);
    for (int64_t second = absl::ToUnixSeconds(interval.start); second < end;) {
      const int64_t hour = second >= 0 ? second / kHour : -((kHour - 1 - second) / kHour);
      const int64_t until = std::min(end, (hour + 1) * kHour);
      Sum& sum = sums[hour];
      sum.seconds += until - second;
      sum.gram_seconds += static_cast<double>(until - second) * interval.value.value();
      sum.is_estimated |= interval.is_estimated;
      second = until;
    }
  }
  std::vector<IntensityHistory::Interval> hours;
  for (const auto& [hour, sum] : sums) {
    const absl::Time start = absl::FromUnixSeconds(hour * kHour);
    if (2 * sum.seconds < kHour || start < from) continue;
    const double grams = std::min(sum.gram_seconds / static_cast<double>(sum.seconds),
                                  IntensitySeries::kMaxValue.value());
    hours.push_back({start, start + absl::Hours(1), GramsPerKilowattHour(grams), sum.is_estimated});
  }
  return FromHours(std::move(hours));
}

IntensityHistory MergeHours(const IntensityHistory& preferred, const IntensityHistory& other) {
  const std::vector<IntensityHistory::Interval>& first = preferred.intervals();
  const std::vector<IntensityHistory::Interval>& second = other.intervals();
  std::vector<IntensityHistory::Interval> hours;
  hours.reserve(first.size() + second.size());
  size_t i = 0, j = 0;
  while (i < first.size() || j < second.size()) {
    const bool takes_first =
        j == second.size() || (i < first.size() && first[i].start <= second[j].start);
    if (takes_first && j < second.size() && first[i].start == second[j].start) ++j;
    hours.push_back(takes_first ? first[i++] : second[j++]);
  }
  return FromHours(std::move(hours));
}

}  // namespace carbon
