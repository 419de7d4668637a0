#include "core/grid/intensity_history.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"

namespace carbon {
namespace {

constexpr absl::Duration kMaxInterval = absl::Hours(24 * 31);

bool IsWholeSecond(absl::Time time) {
  return absl::FromUnixSeconds(absl::ToUnixSeconds(time)) == time;
}

absl::Status Refused(const IntensityHistory::Interval& interval, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("interval ", FormatTimestamp(interval.start), ": ", what));
}

}  // namespace

absl::StatusOr<IntensityHistory> IntensityHistory::Create(std::vector<Interval> intervals) {
  for (const Interval& interval : intervals) {
    if (!IsWholeSecond(interval.start) || !IsWholeSecond(interval.end)) {
      return Refused(interval, "does not start and end on whole seconds");
    }
    if (interval.end <= interval.start || interval.end - interval.start > kMaxInterval) {
      return Refused(interval, absl::StrCat("its end, ", FormatTimestamp(interval.end),
                                            ", is not after it, or more than 31 days"));
    }
    const double value = interval.value.value();
    if (!(value >= 0 && value <= IntensitySeries::kMaxValue.value())) {
      return Refused(interval, absl::StrCat(value, " g/kWh is not in [0, ",
                                            IntensitySeries::kMaxValue.value(), "]"));
    }
  }
  std::stable_sort(intervals.begin(), intervals.end(),
                   [](const Interval& a, const Interval& b) { return a.start < b.start; });
  intervals.erase(std::unique(intervals.begin(), intervals.end()), intervals.end());
  for (size_t i = 1; i < intervals.size(); ++i) {
    const Interval& before = intervals[i - 1];
    const Interval& interval = intervals[i];
    if (interval.start == before.start && interval.end == before.end) {
      return Refused(interval, absl::StrCat("is said to be both ", before.value.value(), " and ",
                                            interval.value.value(), " g/kWh"));
    }
    if (interval.start < before.end) {
      return Refused(interval, absl::StrCat("overlaps the one of ", FormatTimestamp(before.start)));
    }
  }
  return IntensityHistory(std::move(intervals));
}

absl::StatusOr<IntensitySeries> IntensityHistory::ToSeries() const {
  if (intervals_.empty()) return absl::InvalidArgumentError("there are no values");
  std::vector<IntensitySeries::Step> steps;
  steps.reserve(intervals_.size());
  for (const Interval& interval : intervals_) {
    if (!steps.empty() && interval.start != intervals_[steps.size() - 1].end) {
      return absl::InvalidArgumentError(
          absl::StrCat("nothing is said of ", FormatTimestamp(intervals_[steps.size() - 1].end),
                       " to ", FormatTimestamp(interval.start)));
    }
    steps.push_back({interval.start, interval.value});
  }
  return IntensitySeries::Create(steps, intervals_.back().end);
}

}  // namespace carbon
