#include "core/grid/intensity.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"

namespace carbon {
namespace {

constexpr absl::Duration kMaxSpan = absl::Hours(24 * 400);

// A block has 2^this stretches, each about as long as a step.
constexpr int kStretchesPerBlockBits = 3;

bool IsWholeSecond(absl::Time time) {
  return absl::FromUnixSeconds(absl::ToUnixSeconds(time)) == time;
}

// How long all of the steps are, but the last, which may be shorter; 0: they differ.
int64_t CommonLength(const std::vector<int64_t>& starts, int64_t end) {
  if (starts.size() == 1) return end - starts.front();
  const int64_t length = starts[1] - starts[0];
  for (size_t i = 1; i + 1 < starts.size(); ++i) {
    if (starts[i + 1] - starts[i] != length) return 0;
  }
  return end - starts.back() <= length ? length : 0;
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
    return absl::InvalidArgumentError(absl::StrCat("intensity series: end ", FormatInstant(end),
                                                   " is not a whole second after the last step at ",
                                                   FormatInstant(steps.back().start)));
  }
  if (end - steps.front().start > kMaxSpan) {
    return absl::InvalidArgumentError(absl::StrCat("intensity series: spans ",
                                                   FormatInstant(steps.front().start), " to ",
                                                   FormatInstant(end), ", more than 400 days"));
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
          absl::StrCat("intensity step ", FormatInstant(step.start), ": is not a whole second"));
    }
    if (i > 0 && step.start <= steps[i - 1].start) {
      return absl::InvalidArgumentError(absl::StrCat("intensity step ", FormatInstant(step.start),
                                                     ": is not after the one before, ",
                                                     FormatInstant(steps[i - 1].start)));
    }
    const double value = step.value.value();
    if (!(value >= 0 && value <= kMaxValue.value())) {
      return absl::InvalidArgumentError(absl::StrCat("intensity step ", FormatInstant(step.start),
                                                     ": ", value, " g/kWh is not in [0, ",
                                                     kMaxValue.value(), "]"));
    }
    const int64_t start = absl::ToUnixSeconds(step.start);
    if (i > 0) integral += series.milligrams_.back() * (start - series.starts_.back());
    series.starts_.push_back(start);
    series.milligrams_.push_back(std::llround(value * 1000));
    series.prefix_.push_back(integral);
  }
  series.IndexSteps();
  series.IndexLeast();
  series.step_length_ = CommonLength(series.starts_, series.end_);
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

void IntensitySeries::IndexLeast() {
  block_bits_ = stretch_bits_ + kStretchesPerBlockBits;
  const auto block_of = [this](int64_t second) {
    return static_cast<size_t>((second - starts_.front()) >> block_bits_);
  };
  blocks_ = block_of(end_ - 1) + 1;
  const auto levels = static_cast<size_t>(std::bit_width(blocks_));
  least_.assign(levels * blocks_, std::numeric_limits<int32_t>::max());
  for (size_t i = 0; i < starts_.size(); ++i) {
    const size_t last = block_of((i + 1 < starts_.size() ? starts_[i + 1] : end_) - 1);
    for (size_t block = block_of(starts_[i]); block <= last; ++block) {
      least_[block] = std::min(least_[block], static_cast<int32_t>(milligrams_[i]));
    }
  }
  for (size_t level = 1; level < levels; ++level) {
    const int32_t* half = &least_[(level - 1) * blocks_];
    const size_t apart = size_t{1} << (level - 1);
    for (size_t i = 0; i + 2 * apart <= blocks_; ++i) {
      least_[level * blocks_ + i] = std::min(half[i], half[i + apart]);
    }
  }
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
  if (step_length_ > 0) {
    // 400 days in seconds fit 32 bits, by which processors divide much faster.
    const auto step = static_cast<uint32_t>(std::min(second, end_) - starts_.front()) /
                      static_cast<uint32_t>(step_length_);
    return std::min<size_t>(step, starts_.size() - 1);
  }
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

int64_t IntensitySeries::LeastMilligramsAround(int64_t from, int64_t to) const {
  assert(starts_.front() <= from && from < to && to <= end_);
  const auto first = static_cast<size_t>((from - starts_.front()) >> block_bits_);
  const auto last = static_cast<size_t>((to - 1 - starts_.front()) >> block_bits_);
  // Two runs of blocks, of the greatest power of two that fits, cover all of them.
  const size_t run = std::bit_floor(last - first + 1);
  const int32_t* least = &least_[static_cast<size_t>(std::countr_zero(run)) * blocks_];
  return std::min(least[first], least[last + 1 - run]);
}

absl::StatusOr<IntensityIntegral> IntensitySeries::Integrate(absl::Time from, absl::Time to) const {
  if (from > to || from < begin() || to > end()) {
    return absl::OutOfRangeError(absl::StrCat(
        "intensity over [", FormatInstant(from), ", ", FormatInstant(to), "): known only over [",
        FormatInstant(begin()), ", ", FormatInstant(end()), ")"));
  }
  if (!IsWholeSecond(from) || !IsWholeSecond(to)) {
    return absl::OutOfRangeError(absl::StrCat("intensity over [", FormatInstant(from), ", ",
                                              FormatInstant(to), "): not whole seconds"));
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
