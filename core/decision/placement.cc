#include "core/decision/placement.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace carbon {
namespace {

// Starts in [from, to], in Unix seconds, from which the series covers the run.
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
    // The steps that hold where the run starts and where it ends.
    const size_t head = series_.StepAt(window.from), tail = series_.StepAt(window.from + length_);
    const int64_t first = (series_.IntegralUpTo(window.from + length_, tail) -
                           series_.IntegralUpTo(window.from, head))
                              .milligram_seconds_per_kwh;
    Consider(window.from, first);
    if (window.from == window.to) return;
    if (series_.step_length() > 0) {
      OverEvenSteps(window, head + 1, tail + 1);
    } else {
      OverSteps(window, head, tail, first);
    }
  }

  bool found() const { return found_; }
  int64_t start() const { return start_; }
  IntensityIntegral integral() const { return {integral_}; }

 private:
  // Goes from each start to the next one at which the run starts or ends in another step.
  void OverSteps(Window window, size_t head, size_t tail, int64_t integral) {
    const std::vector<int64_t>& steps = series_.step_seconds();
    const std::vector<int64_t>& values = series_.step_milligrams();
    // The starts at which the run begins and ends in the next step; beyond the window if there is
    // no next step.
    const auto next_head = [&] { return head + 1 < steps.size() ? steps[head + 1] : INT64_MAX; };
    const auto next_tail = [&] {
      return tail + 1 < steps.size() ? steps[tail + 1] - length_ : INT64_MAX;
    };
    int64_t start = window.from, head_ends = next_head(), tail_ends = next_tail();
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

  // If all steps are equally long, every run that starts with a step ends equally far into the step
  // that is a fixed number of steps later. So each integral is two sums that the series has and a
  // product, and none depends on the one before. The same holds for runs that end with a step.
  // `head` and `tail` are the first steps that begin after the window's first run starts and ends.
  void OverEvenSteps(Window window, size_t head, size_t tail) {
    const std::vector<int64_t>& steps = series_.step_seconds();
    const std::vector<int64_t>& values = series_.step_milligrams();
    const std::vector<int64_t>& sums = series_.sums_before_steps();
    const int64_t step = series_.step_length();
    const auto whole = static_cast<size_t>(length_ / step);
    const int64_t rest = length_ % step;
    const auto steps_before = [&](int64_t second) {
      return static_cast<size_t>((second - steps.front() + step - 1) / step);
    };
    const Best with_head = LeastOf(head, steps_before(window.to), [&](size_t i) {
      return sums[i + whole] + values[i + whole] * rest - sums[i];
    });
    if (with_head.found) Consider(steps[with_head.step], with_head.integral);
    // Without a rest a run that ends with a step starts with one.
    if (rest > 0) {
      const Best with_tail = LeastOf(tail, steps_before(window.to + length_), [&](size_t i) {
        const size_t first = i - whole - 1;
        return sums[i] - sums[first] - values[first] * (step - rest);
      });
      if (with_tail.found) Consider(steps[with_tail.step] - length_, with_tail.integral);
    }
    Consider(window.to,
             (series_.IntegralUpTo(window.to + length_) - series_.IntegralUpTo(window.to))
                 .milligram_seconds_per_kwh);
  }

  // The step in [from, to) with the least integral, the first of equals.
  struct Best {
    bool found;
    size_t step;
    int64_t integral;
  };
  template <class IntegralOf>
  static Best LeastOf(size_t from, size_t to, IntegralOf integral_of) {
    Best best = {from < to, from, INT64_MAX};
    for (size_t i = from; i < to; ++i) {
      const int64_t integral = integral_of(i);
      if (integral < best.integral) best = {true, i, integral};
    }
    return best;
  }

  void Consider(int64_t start, int64_t integral) {
    const bool is_worse = integral > integral_ || (integral == integral_ && start >= start_);
    if (found_ && is_worse) return;
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

// A lower bound for the emission from any start of the option; absent if it has no start.
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
         IntensityIntegral{option.intensity->LeastMilligramsAround(from, to + length) * length};
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
  // The most promising first, so that the rest can soon be skipped.
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
