#include "core/outcome/actual_intensity.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace carbon {

ActualIntensity::ActualIntensity(std::string source, SignalKind kind,
                                 const IntensityHistory& history,
                                 std::vector<absl::Time> fetched_at)
    : source_(std::move(source)), kind_(kind), fetched_at_(std::move(fetched_at)) {
  if (fetched_at_.size() != history.intervals().size()) fetched_at_.clear();
  steps_.reserve(history.intervals().size());
  Sums sums;
  for (const IntensityHistory::Interval& interval : history.intervals()) {
    const Step step = {.start = absl::ToUnixSeconds(interval.start),
                       .end = absl::ToUnixSeconds(interval.end),
                       .milligrams = std::llround(interval.value.value() * 1000),
                       .is_estimated = interval.is_estimated,
                       .before = sums};
    const int64_t seconds = step.end - step.start;
    sums.integral += step.milligrams * seconds;
    sums.known += seconds;
    if (step.is_estimated) sums.estimated += seconds;
    steps_.push_back(step);
  }
}

ActualIntensity::Sums ActualIntensity::UpTo(int64_t second) const {
  const auto next = std::upper_bound(steps_.begin(), steps_.end(), second,
                                     [](int64_t at, const Step& step) { return at < step.start; });
  if (next == steps_.begin()) return {};
  const Step& step = *(next - 1);
  const int64_t seconds = std::min(second, step.end) - step.start;
  Sums sums = step.before;
  sums.integral += step.milligrams * seconds;
  sums.known += seconds;
  if (step.is_estimated) sums.estimated += seconds;
  return sums;
}

ActualIntensity::Window ActualIntensity::Over(absl::Time from, absl::Time to) const {
  const int64_t first = absl::ToUnixSeconds(from), last = absl::ToUnixSeconds(to);
  const Sums before = UpTo(first), after = UpTo(last);
  Window window = {.integral = {after.integral - before.integral},
                   .known = absl::Seconds(after.known - before.known),
                   .estimated = absl::Seconds(after.estimated - before.estimated),
                   .fetched_at = std::nullopt};
  if (fetched_at_.empty() || first >= last) return window;
  auto step = std::upper_bound(steps_.begin(), steps_.end(), first,
                               [](int64_t at, const Step& one) { return at < one.end; });
  for (; step != steps_.end() && step->start < last; ++step) {
    const absl::Time fetched_at = fetched_at_[static_cast<size_t>(step - steps_.begin())];
    if (!window.fetched_at.has_value() || *window.fetched_at < fetched_at) {
      window.fetched_at = fetched_at;
    }
  }
  return window;
}

}  // namespace carbon
