// IntensitySeries is the carbon intensity of one grid zone as a step function: each value is valid
// from its instant until the next, half-open. Immutable; safe to share between threads. No I/O.
//
// Asking outside [begin(), end()) is OutOfRange: absent data is never zero.
//
// Times are whole seconds (Slurm starts jobs on whole seconds), and values are stored in whole
// milligrams per kWh, so that integrals are exact integers: equal windows compare equal, on every
// machine and in every order of summation, and a replayed decision gives the same bits.
#ifndef CORE_GRID_INTENSITY_H_
#define CORE_GRID_INTENSITY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"

namespace carbon {

// What an intensity counts. Two kinds are never compared or mixed in one decision.
enum class SignalKind { kAverageLifecycle, kAverageDirect, kMarginal };

// The names are "average-lifecycle", "average-direct", "marginal".
absl::string_view SignalKindName(SignalKind kind);
absl::StatusOr<SignalKind> ParseSignalKind(absl::string_view name);

// The integral of a carbon intensity over a window: mg/kWh x s, exact.
struct IntensityIntegral {
  int64_t milligram_seconds_per_kwh = 0;

  friend constexpr auto operator<=>(IntensityIntegral, IntensityIntegral) = default;
  friend constexpr IntensityIntegral operator+(IntensityIntegral a, IntensityIntegral b) {
    return {a.milligram_seconds_per_kwh + b.milligram_seconds_per_kwh};
  }
  friend constexpr IntensityIntegral operator-(IntensityIntegral a, IntensityIntegral b) {
    return {a.milligram_seconds_per_kwh - b.milligram_seconds_per_kwh};
  }
};

// Returns the emission of a constant power drawn over the window.
inline GramsCo2e operator*(Watts power, IntensityIntegral integral) {
  return GramsCo2e(power.value() *
                   (static_cast<double>(integral.milligram_seconds_per_kwh) / 3.6e9));
}

class IntensitySeries {
 public:
  struct Step {
    absl::Time start;
    GramsPerKilowattHour value;
  };

  // Values above this are refused as a fault of the data (the dirtiest hours of coal grids are near
  // 1,500 g/kWh); it also keeps a year's integral far from overflow.
  static constexpr GramsPerKilowattHour kMaxValue{10000};

  // Returns InvalidArgument, naming the step, if `steps` is empty, a start is not a whole second or
  // not after the one before, `end` is not after the last start, the span exceeds 400 days, or a
  // value is negative, not finite or above kMaxValue. Zero is a value like any other.
  static absl::StatusOr<IntensitySeries> Create(const std::vector<Step>& steps, absl::Time end);

  absl::Time begin() const { return absl::FromUnixSeconds(starts_.front()); }
  absl::Time end() const { return absl::FromUnixSeconds(end_); }
  std::vector<Step> steps() const;

  // Returns the integral over [from, to), exact. Both must be whole seconds in [begin(), end()],
  // from <= to; otherwise OutOfRange.
  absl::StatusOr<IntensityIntegral> Integrate(absl::Time from, absl::Time to) const;

  // Returns the time-weighted mean over [from, to); the value at `from` if the window is empty.
  absl::StatusOr<GramsPerKilowattHour> Mean(absl::Time from, absl::Time to) const;

  // These are for the placement's inner loop, in seconds since the Unix epoch and without checks
  // beyond assertions: the caller has established that `second` lies in [begin(), end()].
  IntensityIntegral IntegralUpTo(int64_t second) const;
  const std::vector<int64_t>& step_seconds() const { return starts_; }
  const std::vector<int64_t>& step_milligrams() const { return milligrams_; }
  int64_t end_second() const { return end_; }
  // For each step, the integral over [begin(), its start), in mg/kWh x s.
  const std::vector<int64_t>& sums_before_steps() const { return prefix_; }
  // Of each step in seconds, where all are equally long; the last may be shorter. Otherwise 0.
  int64_t step_length() const { return step_length_; }

  // Returns the least value, in mg/kWh, in a window that contains [from, to) and begins and ends at
  // most eight steps of mean length further out. It is a bound by which a search skips windows that
  // cannot be best. Takes the same time for every window. begin() <= from < to <= end().
  int64_t LeastMilligramsAround(int64_t from, int64_t to) const;

  // Returns the step that is valid at `second`; the last step at end_second() and beyond.
  size_t StepAt(int64_t second) const;
  // Returns IntegralUpTo(second) if the step that is valid at `second` is known.
  IntensityIntegral IntegralUpTo(int64_t second, size_t step) const {
    return {prefix_[step] + milligrams_[step] * (second - starts_[step])};
  }

 private:
  IntensitySeries() = default;

  void IndexSteps();
  void IndexLeast();

  std::vector<int64_t> starts_;      // n, strictly increasing
  std::vector<int64_t> milligrams_;  // n, mg/kWh
  std::vector<int64_t> prefix_;      // n, integral over [starts_[0], starts_[i])
  // For each stretch of 2^stretch_bits_ seconds from starts_[0], about as long as a step: the step
  // that holds where it begins. And one more, the last step.
  std::vector<uint32_t> step_of_stretch_;
  int stretch_bits_ = 0;
  // The series is cut into blocks of 2^block_bits_ seconds from starts_[0] on, of four to eight
  // steps of mean length. least_[level * blocks_ + i] is the least value in 2^level blocks from the
  // i-th on, where there are so many.
  std::vector<int32_t> least_;
  size_t blocks_ = 0;
  int block_bits_ = 0;
  int64_t step_length_ = 0;
  int64_t end_ = 0;
};

// IntegralCursor integrates up to a sequence of instants without a search for each. An instant must
// not lie before the previous one, nor before `from`.
class IntegralCursor {
 public:
  IntegralCursor(const IntensitySeries& series, int64_t from)
      : series_(series), step_(series.StepAt(from)) {}

  IntensityIntegral UpTo(int64_t second) {
    const std::vector<int64_t>& starts = series_.step_seconds();
    while (step_ + 1 < starts.size() && starts[step_ + 1] <= second) ++step_;
    return series_.IntegralUpTo(second, step_);
  }

 private:
  const IntensitySeries& series_;
  size_t step_;
};

}  // namespace carbon

#endif  // CORE_GRID_INTENSITY_H_
