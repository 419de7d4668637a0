#include "core/grid/intensity.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

constexpr absl::Duration kMaxSpan = absl::Hours(24 * 400);

bool IsWholeSecond(absl::Time time) {
  return absl::FromUnixSeconds(absl::ToUnixSeconds(time)) == time;
}

std::string Show(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

}  // namespace

absl::string_view SignalKindName(SignalKind kind) {
  switch (kind) {
    case SignalKind::kAverageLifecycle:
      return "average-lifecycle";
    case SignalKind::kAverageDirect:
      return "average-direct";
    case SignalKind::kMarginal:
      return "marginal";
  }
  return "unknown";
}

absl::StatusOr<SignalKind> ParseSignalKind(absl::string_view name) {
  for (SignalKind kind :
       {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect, SignalKind::kMarginal}) {
    if (name == SignalKindName(kind)) return kind;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "signal kind \"", name, "\": not one of average-lifecycle, average-direct, marginal"));
}

absl::StatusOr<IntensitySeries> IntensitySeries::Create(const std::vector<Step>& steps,
                                                        absl::Time end) {
  if (steps.empty()) return absl::InvalidArgumentError("intensity series: has no steps");
  // Every bound is checked before anything is converted, so that nothing below can overflow.
  if (!(end > steps.back().start) || !IsWholeSecond(end)) {
    return absl::InvalidArgumentError(absl::StrCat("intensity series: end ", Show(end),
                                                   " is not a whole second after the last step at ",
                                                   Show(steps.back().start)));
  }
  if (end - steps.front().start > kMaxSpan) {
    return absl::InvalidArgumentError(absl::StrCat("intensity series: spans ",
                                                   Show(steps.front().start), " to ", Show(end),
                                                   ", more than 400 days"));
  }
  IntensitySeries series;
  series.starts_.reserve(steps.size());
  series.milligrams_.reserve(steps.size());
  series.prefix_.reserve(steps.size());
  series.end_ = absl::ToUnixSeconds(end);
  int64_t integral = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    if (!IsWholeSecond(step.start)) {
      return absl::InvalidArgumentError(
          absl::StrCat("intensity step ", Show(step.start), ": is not a whole second"));
    }
    if (i > 0 && step.start <= steps[i - 1].start) {
      return absl::InvalidArgumentError(absl::StrCat("intensity step ", Show(step.start),
                                                     ": is not after the one before, ",
                                                     Show(steps[i - 1].start)));
    }
    const double value = step.value.value();
    if (!(value >= 0 && value <= kMaxValue.value())) {
      return absl::InvalidArgumentError(absl::StrCat("intensity step ", Show(step.start), ": ",
                                                     value, " g/kWh is not in [0, ",
                                                     kMaxValue.value(), "]"));
    }
    const int64_t start = absl::ToUnixSeconds(step.start);
    if (i > 0) integral += series.milligrams_.back() * (start - series.starts_.back());
    series.starts_.push_back(start);
    series.milligrams_.push_back(std::llround(value * 1000));
    series.prefix_.push_back(integral);
    if (i % kBlockSteps == 0) series.least_.push_back(series.milligrams_.back());
    series.least_.back() = std::min(series.least_.back(), series.milligrams_.back());
  }
  series.IndexSteps();
  return series;
}

void IntensitySeries::IndexSteps() {
  const int64_t span = end_ - starts_.front();
  while (span >> (stretch_bits_ + 1) >= static_cast<int64_t>(starts_.size())) ++stretch_bits_;
  const int64_t stretches = (span >> stretch_bits_) + 1;
  step_of_stretch_.reserve(static_cast<size_t>(stretches) + 1);
  size_t step = 0;
  for (int64_t i = 0; i < stretches; ++i) {
    const int64_t begin = starts_.front() + (i << stretch_bits_);
    while (step + 1 < starts_.size() && starts_[step + 1] <= begin) ++step;
    step_of_stretch_.push_back(static_cast<uint32_t>(step));
  }
  step_of_stretch_.push_back(static_cast<uint32_t>(starts_.size() - 1));
}

std::vector<IntensitySeries::Step> IntensitySeries::steps() const {
  std::vector<Step> steps;
  steps.reserve(starts_.size());
  for (size_t i = 0; i < starts_.size(); ++i) {
    steps.push_back({absl::FromUnixSeconds(starts_[i]),
                     GramsPerKilowattHour(static_cast<double>(milligrams_[i]) / 1000)});
  }
  return steps;
}

size_t IntensitySeries::StepAt(int64_t second) const {
  assert(second >= starts_.front());
  const auto stretch = static_cast<size_t>((second - starts_.front()) >> stretch_bits_);
  if (stretch + 1 >= step_of_stretch_.size()) return starts_.size() - 1;
  // It is the step that holds where the stretch begins, or a later one up to where it ends.
  size_t step = step_of_stretch_[stretch];
  const size_t last = step_of_stretch_[stretch + 1];
  constexpr size_t kFew = 4;
  if (last - step > kFew) {
    const auto begin = starts_.begin();
    const auto first = begin + static_cast<std::ptrdiff_t>(step) + 1;
    const auto end = begin + static_cast<std::ptrdiff_t>(last) + 1;
    return static_cast<size_t>(std::upper_bound(first, end, second) - begin) - 1;
  }
  while (step < last && starts_[step + 1] <= second) ++step;
  return step;
}

IntensityIntegral IntensitySeries::IntegralUpTo(int64_t second) const {
  assert(second >= starts_.front() && second <= end_);
  return IntegralUpTo(second, StepAt(second));
}

int64_t IntensitySeries::LeastMilligrams(int64_t from, int64_t to) const {
  assert(from < to);
  const size_t last = StepAt(to - 1);
  size_t i = StepAt(from);
  int64_t least = milligrams_[i];
  while (i <= last) {
    const bool whole_block = i % kBlockSteps == 0 && i + kBlockSteps <= last + 1;
    least = std::min(least, whole_block ? least_[i / kBlockSteps] : milligrams_[i]);
    i += whole_block ? kBlockSteps : 1;
  }
  return least;
}

absl::StatusOr<IntensityIntegral> IntensitySeries::Integrate(absl::Time from, absl::Time to) const {
  if (from > to || from < begin() || to > end()) {
    return absl::OutOfRangeError(absl::StrCat("intensity over [", Show(from), ", ", Show(to),
                                              "): known only over [", Show(begin()), ", ",
                                              Show(end()), ")"));
  }
  if (!IsWholeSecond(from) || !IsWholeSecond(to)) {
    return absl::OutOfRangeError(
        absl::StrCat("intensity over [", Show(from), ", ", Show(to), "): not whole seconds"));
  }
  return IntegralUpTo(absl::ToUnixSeconds(to)) - IntegralUpTo(absl::ToUnixSeconds(from));
}

absl::StatusOr<GramsPerKilowattHour> IntensitySeries::Mean(absl::Time from, absl::Time to) const {
  const bool is_instant = from == to;
  if (is_instant) to = from + absl::Seconds(1);
  absl::StatusOr<IntensityIntegral> integral = Integrate(from, to);
  if (!integral.ok()) return integral.status();
  return GramsPerKilowattHour(static_cast<double>(integral->milligram_seconds_per_kwh) / 1000 /
                              absl::ToDoubleSeconds(to - from));
}

}  // namespace carbon
