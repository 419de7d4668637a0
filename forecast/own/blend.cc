#include "forecast/own/blend.h"

#include <algorithm>
#include <vector>

#include "absl/time/time.h"
#include "core/base/quantities.h"

namespace carbon {
namespace {

// The share of the difference between the two forecasts that remains after each hour.
constexpr double kOffsetKept = 0.92;

}  // namespace

absl::StatusOr<IntensitySeries> BlendOnto(const IntensitySeries& provider,
                                          const IntensitySeries& own) {
  const absl::Time seam = provider.end();
  if (seam < own.begin() || seam >= own.end()) return provider;
  std::vector<IntensitySeries::Step> steps = provider.steps();
  // Ours may begin where theirs ends. Then its first hour replaces the last one before.
  const absl::Duration hour = absl::Hours(1);
  absl::StatusOr<GramsPerKilowattHour> theirs =
      provider.Mean(std::max(seam - hour, provider.begin()), seam);
  const absl::Time from = std::max(seam - hour, own.begin());
  absl::StatusOr<GramsPerKilowattHour> ours = own.Mean(from, std::min(from + hour, own.end()));
  if (!theirs.ok() || !ours.ok()) return provider;
  GramsPerKilowattHour offset = *theirs - *ours;
  // The steps are hours, so that the offset fades at the same pace whatever the steps of `own` are.
  absl::Time start = seam;
  while (start < own.end()) {
    const absl::Time end = std::min(start + hour, own.end());
    absl::StatusOr<GramsPerKilowattHour> value = own.Mean(start, end);
    if (!value.ok()) return value.status();
    offset = offset * kOffsetKept;
    steps.push_back(
        {start, std::clamp(*value + offset, GramsPerKilowattHour(0), IntensitySeries::kMaxValue)});
    start = end;
  }
  return IntensitySeries::Create(steps, own.end());
}

}  // namespace carbon
