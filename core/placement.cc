#include "core/placement.h"

#include <algorithm>
#include <cstdint>

namespace carbon {
namespace {

// The least integral over starts in [from, to], the earliest of equals. `series` covers
// [from, to + length).
class WindowMinimum {
 public:
  WindowMinimum(const IntensitySeries& series, int64_t length) : series_(series), length_(length) {}

  void Over(int64_t from, int64_t to) {
    Consider(from);
    // Starts at a step, then ends at a step; both only strictly inside, the ends are considered
    // apart.
    const std::vector<int64_t>& steps = series_.step_seconds();
    for (auto step = std::upper_bound(steps.begin(), steps.end(), from);
         step != steps.end() && *step < to; ++step) {
      Consider(*step);
    }
    for (auto step = std::upper_bound(steps.begin(), steps.end(), from + length_);
         step != steps.end() && *step < to + length_; ++step) {
      Consider(*step - length_);
    }
    Consider(to);
  }

  bool found() const { return found_; }
  int64_t start() const { return start_; }
  IntensityIntegral integral() const { return integral_; }

 private:
  void Consider(int64_t start) {
    const IntensityIntegral integral =
        series_.IntegralUpTo(start + length_) - series_.IntegralUpTo(start);
    if (!found_ || integral < integral_ || (integral == integral_ && start < start_)) {
      found_ = true;
      start_ = start;
      integral_ = integral;
    }
  }

  const IntensitySeries& series_;
  const int64_t length_;
  bool found_ = false;
  int64_t start_ = 0;
  IntensityIntegral integral_;
};

}  // namespace

std::optional<Placement> BestStart(const PlacementOption& option) {
  const IntensitySeries& series = *option.intensity;
  const int64_t length = absl::ToInt64Seconds(option.runtime);
  const int64_t earliest = series.step_seconds().front();
  const int64_t latest = series.end_second() - length;
  WindowMinimum minimum(series, length);
  for (const TimeInterval& interval : option.starts) {
    const int64_t from = std::max(absl::ToUnixSeconds(interval.start), earliest);
    const int64_t to = std::min(absl::ToUnixSeconds(interval.end), latest);
    if (from <= to) minimum.Over(from, to);
  }
  if (!minimum.found()) return std::nullopt;
  return Placement{absl::FromUnixSeconds(minimum.start()), option.power * minimum.integral(),
                   minimum.integral()};
}

std::optional<Placement> PlaceAt(const PlacementOption& option, absl::Time start) {
  const absl::StatusOr<IntensityIntegral> integral =
      option.intensity->Integrate(start, start + option.runtime);
  if (!integral.ok()) return std::nullopt;
  return Placement{start, option.power * *integral, *integral};
}

std::optional<GreenestPlacement> PlaceGreenest(absl::Span<const PlacementOption> options) {
  std::optional<GreenestPlacement> greenest;
  std::vector<std::optional<Placement>> best;
  best.reserve(options.size());
  for (size_t i = 0; i < options.size(); ++i) {
    best.push_back(BestStart(options[i]));
    if (!best[i].has_value()) continue;
    if (!greenest.has_value() || best[i]->emission < greenest->placement.emission ||
        (best[i]->emission == greenest->placement.emission &&
         best[i]->start < greenest->placement.start)) {
      greenest = GreenestPlacement{static_cast<int>(i), *best[i], {}};
    }
  }
  if (greenest.has_value()) greenest->best = std::move(best);
  return greenest;
}

}  // namespace carbon
