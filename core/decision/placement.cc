#include "core/decision/placement.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace carbon {
namespace {

// Starts in [from, to], Unix seconds, from which the series covers the run.
struct Window {
  int64_t from;
  int64_t to;
};

Window Covered(const PlacementOption& option, const TimeInterval& starts) {
  const int64_t length = absl::ToInt64Seconds(option.runtime);
  return {std::max(absl::ToUnixSeconds(starts.start), option.intensity->step_seconds().front()),
          std::min(absl::ToUnixSeconds(starts.end), option.intensity->end_second() - length)};
}

// The least integral over starts in windows that come one after another, the earliest of equals.
class WindowMinimum {
 public:
  WindowMinimum(const IntensitySeries& series, int64_t length) : series_(series), length_(length) {}

  void Over(Window window) {
    const std::vector<int64_t>& steps = series_.step_seconds();
    const std::vector<int64_t>& values = series_.step_milligrams();
    // The steps that hold where the run starts and where it ends.
    size_t head = series_.StepAt(window.from), tail = series_.StepAt(window.from + length_);
    int64_t integral = (series_.IntegralUpTo(window.from + length_, tail) -
                        series_.IntegralUpTo(window.from, head))
                           .milligram_seconds_per_kwh;
    // At which starts the one and the other become the next step; at none within the window, where
    // there is no next.
    const auto next_head = [&] { return head + 1 < steps.size() ? steps[head + 1] : INT64_MAX; };
    const auto next_tail = [&] {
      return tail + 1 < steps.size() ? steps[tail + 1] - length_ : INT64_MAX;
    };
    int64_t start = window.from, head_ends = next_head(), tail_ends = next_tail();
    Consider(start, integral);
    while (start < window.to) {
      const int64_t next = std::min(std::min(head_ends, tail_ends), window.to);
      integral += (values[tail] - values[head]) * (next - start);
      start = next;
      if (next == head_ends) {
        ++head;
        head_ends = next_head();
      }
      if (next == tail_ends) {
        ++tail;
        tail_ends = next_tail();
      }
      Consider(start, integral);
    }
  }

  bool found() const { return found_; }
  int64_t start() const { return start_; }
  IntensityIntegral integral() const { return {integral_}; }

 private:
  void Consider(int64_t start, int64_t integral) {
    if (found_ && integral >= integral_) return;
    found_ = true;
    start_ = start;
    integral_ = integral;
  }

  const IntensitySeries& series_;
  const int64_t length_;
  bool found_ = false;
  int64_t start_ = 0;
  int64_t integral_ = 0;
};

// No start of the option emits less; absent where it has none.
std::optional<GramsCo2e> LeastConceivable(const PlacementOption& option) {
  if (!option.bounds.has_value() && option.starts.empty()) return std::nullopt;
  const auto [from, to] =
      Covered(option, option.bounds.has_value()
                          ? *option.bounds
                          : TimeInterval{option.starts.front().start, option.starts.back().end});
  if (from > to) return std::nullopt;
  const int64_t length = absl::ToInt64Seconds(option.runtime);
  if (length == 0) return GramsCo2e(0);
  return option.power *
         IntensityIntegral{option.intensity->LeastMilligrams(from, to + length) * length};
}

}  // namespace

std::optional<Placement> BestStart(const PlacementOption& option) {
  WindowMinimum minimum(*option.intensity, absl::ToInt64Seconds(option.runtime));
  for (const TimeInterval& interval : option.starts) {
    const Window window = Covered(option, interval);
    if (window.from <= window.to) minimum.Over(window);
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

std::optional<GreenestPlacement> PlaceGreenest(absl::Span<const PlacementOption* const> options,
                                               int keep) {
  return PlaceGreenest(options, keep, [](size_t) {});
}

std::optional<GreenestPlacement> PlaceGreenest(absl::Span<const PlacementOption* const> options,
                                               int keep, absl::FunctionRef<void(size_t)> complete) {
  const auto most = static_cast<size_t>(std::max(1, keep));
  struct Bound {
    GramsCo2e least;
    size_t option;
  };
  std::vector<Bound> bounds;
  bounds.reserve(options.size());
  for (size_t i = 0; i < options.size(); ++i) {
    if (const auto least = LeastConceivable(*options[i])) bounds.push_back({*least, i});
  }
  // The most promising first, so that the rest can soon be passed over.
  std::sort(bounds.begin(), bounds.end(),
            [](const Bound& a, const Bound& b) { return a.least < b.least; });

  std::optional<OptionPlacement> greenest;
  std::vector<OptionPlacement> best;
  best.reserve(most + 1);
  const auto before = [](const OptionPlacement& a, const OptionPlacement& b) {
    if (a.placement.emission != b.placement.emission) {
      return a.placement.emission < b.placement.emission;
    }
    return a.option < b.option;
  };
  for (const Bound& bound : bounds) {
    // An equal may still be the one that starts first.
    if (best.size() == most && bound.least > best.back().placement.emission) break;
    complete(bound.option);
    const std::optional<Placement> placement = BestStart(*options[bound.option]);
    if (!placement.has_value()) continue;
    const OptionPlacement found = {bound.option, *placement};
    if (!greenest.has_value() || placement->emission < greenest->placement.emission ||
        (placement->emission == greenest->placement.emission &&
         (placement->start < greenest->placement.start ||
          (placement->start == greenest->placement.start && found.option < greenest->option)))) {
      greenest = found;
    }
    best.insert(std::upper_bound(best.begin(), best.end(), found, before), found);
    if (best.size() > most) best.pop_back();
  }
  if (!greenest.has_value()) return std::nullopt;
  return GreenestPlacement{*greenest, std::move(best)};
}

}  // namespace carbon
