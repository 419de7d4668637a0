#include "replay/policies/simple_policies.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "replay/policies/intensity_windows.h"

namespace carbon {
namespace {

constexpr int64_t kCatsReach = 47 * 3600;
constexpr int64_t kCatsStep = 1800;

// The intensity as CATS sees it: straight lines between the steps' starts.
class Interpolated {
 public:
  explicit Interpolated(const IntensitySeries& series)
      : at_(series.step_seconds()), value_(series.step_milligrams()) {}

  int64_t end() const { return at_.back(); }

  // The integral over [from, to), mg/kWh x s; within [first step, end()].
  double Integral(const IntensitySeries& series, int64_t from, int64_t to) const {
    double sum = 0;
    for (size_t i = series.StepAt(from); i + 1 < at_.size() && at_[i] < to; ++i) {
      const int64_t begin = std::max(from, at_[i]);
      const int64_t end = std::min(to, at_[i + 1]);
      sum += 0.5 * (At(i, begin) + At(i, end)) * static_cast<double>(end - begin);
    }
    return sum;
  }

 private:
  double At(size_t i, int64_t second) const {
    const double slope =
        static_cast<double>(value_[i + 1] - value_[i]) / static_cast<double>(at_[i + 1] - at_[i]);
    return static_cast<double>(value_[i]) + slope * static_cast<double>(second - at_[i]);
  }

  const std::vector<int64_t>& at_;
  const std::vector<int64_t>& value_;
};

}  // namespace

RunPlan RunNow::Plan(const PolicyJob& job, const KnownIntensity& /*known*/) const {
  return StartAt(job.arrival);
}

RunPlan Cats::Plan(const PolicyJob& job, const KnownIntensity& known) const {
  const IntensitySeries& series = *known.series;
  const int64_t arrival = absl::ToUnixSeconds(job.arrival);
  const int64_t length = absl::ToInt64Seconds(job.length);
  if (length == 0 || !IsKnown(series, job.arrival)) return StartAt(job.arrival);
  const Interpolated interpolated(series);
  const int64_t step = series.step_length() > 0 ? series.step_length() : kCatsStep;
  const int64_t last = std::min(arrival + std::min(kCatsReach, absl::ToInt64Seconds(job.max_delay)),
                                interpolated.end() - length);
  int64_t best = arrival;
  double least = 0;
  for (int64_t start = arrival; start <= last; start += step) {
    const double integral = interpolated.Integral(series, start, start + length);
    if (start > arrival && integral >= least) continue;
    best = start;
    least = integral;
  }
  return StartAt(absl::FromUnixSeconds(best));
}

RunPlan Threshold::Plan(const PolicyJob& job, const KnownIntensity& known) const {
  if (!IsKnown(*known.series, job.arrival)) return StartAt(job.arrival);
  const double threshold = threshold_.value_or(known.long_run_mean).value() * 1000;
  const int64_t arrival = absl::ToUnixSeconds(job.arrival);
  const int64_t latest = arrival + absl::ToInt64Seconds(job.max_delay);
  for (const IntensityPiece& piece : PiecesWithin(*known.series, arrival, latest)) {
    if (static_cast<double>(piece.milligrams) <= threshold) {
      return StartAt(absl::FromUnixSeconds(piece.start));
    }
  }
  return StartAt(absl::FromUnixSeconds(latest));
}

}  // namespace carbon
