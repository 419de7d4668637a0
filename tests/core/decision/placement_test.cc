#include "core/decision/placement.h"

#include <algorithm>
#include <random>

#include "gtest/gtest.h"

namespace carbon {
namespace {

absl::Time At(int64_t second) { return absl::FromUnixSeconds(second); }
TimeInterval Between(int64_t a, int64_t b) { return {At(a), At(b)}; }

IntensitySeries Series(const std::vector<std::pair<int64_t, double>>& steps, int64_t end) {
  std::vector<IntensitySeries::Step> list;
  for (auto [start, value] : steps) list.push_back({At(start), GramsPerKilowattHour(value)});
  auto series = IntensitySeries::Create(list, At(end));
  EXPECT_TRUE(series.ok()) << series.status();
  return *std::move(series);
}

PlacementOption Option(const IntensitySeries& series, int64_t runtime,
                       std::vector<TimeInterval> starts, double watts = 3'600'000) {
  return {&series, absl::Seconds(runtime), Watts(watts), std::move(starts)};
}

// Of any number of options.
std::optional<GreenestPlacement> Place(const std::vector<PlacementOption>& options,
                                       int keep = 1000) {
  std::vector<const PlacementOption*> pointers;
  for (const PlacementOption& option : options) pointers.push_back(&option);
  return PlaceGreenest(pointers, keep);
}

TEST(BestStart, FindsTheValley) {
  const IntensitySeries series = Series({{0, 9}, {10, 2}, {20, 9}}, 40);
  EXPECT_EQ(BestStart(Option(series, 10, {Between(0, 30)}))->start, At(10));
  EXPECT_EQ(BestStart(Option(series, 5, {Between(0, 30)}))->start, At(10));
}

TEST(BestStart, LetsTheRunEndWhereTheValleyEndsWhenItIsLonger) {
  // 15 s over a valley of 10 s: before it the grid is cleaner than after it.
  const IntensitySeries series = Series({{0, 5}, {10, 2}, {20, 9}}, 40);
  EXPECT_EQ(BestStart(Option(series, 15, {Between(0, 25)}))->start, At(5));
}

TEST(BestStart, PrefersTheEarliestOfEquals) {
  const IntensitySeries flat = Series({{0, 7}, {10, 7}, {20, 7}}, 100);
  EXPECT_EQ(BestStart(Option(flat, 13, {Between(3, 80)}))->start, At(3));
  const IntensitySeries twice = Series({{0, 9}, {10, 2}, {20, 9}, {30, 2}, {40, 9}}, 60);
  EXPECT_EQ(BestStart(Option(twice, 10, {Between(0, 40)}))->start, At(10));
}

TEST(BestStart, KeepsToTheFeasibleStarts) {
  const IntensitySeries series = Series({{0, 9}, {10, 2}, {20, 5}}, 60);
  EXPECT_EQ(BestStart(Option(series, 10, {Between(0, 4), Between(25, 40)}))->start, At(25));
  EXPECT_EQ(BestStart(Option(series, 10, {Between(12, 12)}))->start, At(12));
}

TEST(BestStart, ConsidersOnlyRunsThatTheForecastCovers) {
  const IntensitySeries series = Series({{100, 9}, {110, 2}}, 120);
  EXPECT_EQ(BestStart(Option(series, 10, {Between(0, 500)}))->start, At(110));
  EXPECT_EQ(BestStart(Option(series, 20, {Between(0, 500)}))->start, At(100));
  EXPECT_FALSE(BestStart(Option(series, 21, {Between(0, 500)})).has_value());
  EXPECT_FALSE(BestStart(Option(series, 10, {Between(0, 99)})).has_value());
  EXPECT_FALSE(BestStart(Option(series, 10, {Between(111, 500)})).has_value());
}

TEST(BestStart, AZeroLengthRunStartsAtOnceAndEmitsNothing) {
  const IntensitySeries series = Series({{0, 9}, {10, 2}}, 20);
  const auto best = BestStart(Option(series, 0, {Between(3, 20)}));
  EXPECT_EQ(best->start, At(3));
  EXPECT_EQ(best->emission, GramsCo2e(0));
}

TEST(BestStart, WithoutStartsThereIsNone) {
  const IntensitySeries series = Series({{0, 9}}, 20);
  EXPECT_FALSE(BestStart(Option(series, 1, {})).has_value());
}

// A step in two of the same value changes the steps' lengths and nothing else.
TEST(BestStart, IsTheSameOverEvenStepsAndOverUnevenOnes) {
  std::mt19937 random(31);
  const auto draw = [&random](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  int placed = 0;
  for (int round = 0; round < 3000; ++round) {
    const int length = draw(2, 12), count = draw(2, 12), levels = draw(1, 40);
    std::vector<std::pair<int64_t, double>> even, uneven;
    const int cut = draw(0, count - 1);
    for (int i = 0; i < count; ++i) {
      const double value = draw(0, levels);
      even.push_back({100 + i * length, value});
      uneven.push_back(even.back());
      if (i == cut) uneven.push_back({100 + i * length + draw(1, length - 1), value});
    }
    // The cut may be beyond a last step that is shorter.
    const int64_t end =
        std::max<int64_t>(100 + (count - 1) * length + draw(1, length), uneven.back().first + 1);
    const IntensitySeries a = Series(even, end), b = Series(uneven, end);
    EXPECT_EQ(a.step_length(), length);
    const int from = draw(90, 100 + count * length), to = from + draw(0, 80);
    const int later = to + draw(1, 5);
    const std::vector<TimeInterval> starts = {Between(from, to), Between(later, later + 20)};
    const int runtime = draw(0, 3 * length);
    const auto over_even = BestStart(Option(a, runtime, starts));
    const auto over_uneven = BestStart(Option(b, runtime, starts));
    ASSERT_EQ(over_even.has_value(), over_uneven.has_value()) << "round " << round;
    if (!over_even.has_value()) continue;
    ++placed;
    EXPECT_EQ(over_even->start, over_uneven->start) << "round " << round;
    EXPECT_EQ(over_even->integral, over_uneven->integral) << "round " << round;
  }
  EXPECT_GT(placed, 1000);
}

TEST(PlaceGreenest, WeighsPowerAgainstIntensity) {
  const IntensitySeries dirty = Series({{0, 400}}, 100), clean = Series({{0, 100}}, 100);
  // Half the power on four times the intensity is still twice the emission.
  const auto greenest =
      Place({Option(dirty, 10, {Between(0, 90)}, 500), Option(clean, 10, {Between(0, 90)}, 1000)});
  EXPECT_EQ(greenest->greenest.option, 1u);
  // A tenth of the power is not.
  EXPECT_EQ(
      Place({Option(dirty, 10, {Between(0, 90)}, 100), Option(clean, 10, {Between(0, 90)}, 1000)})
          ->greenest.option,
      0u);
}

TEST(PlaceGreenest, OfEqualsTakesTheEarlierStartThenTheFirstOption) {
  const IntensitySeries a = Series({{0, 9}, {20, 2}}, 100), b = Series({{0, 9}, {10, 2}}, 100);
  EXPECT_EQ(
      Place({Option(a, 5, {Between(0, 90)}), Option(b, 5, {Between(0, 90)})})->greenest.option, 1u);
  EXPECT_EQ(
      Place({Option(b, 5, {Between(0, 90)}), Option(b, 5, {Between(0, 90)})})->greenest.option, 0u);
}

TEST(PlaceGreenest, ReportsTheBestOfEachOptionAndSkipsTheImpossible) {
  const IntensitySeries series = Series({{0, 9}, {10, 2}}, 50);
  const auto greenest =
      Place({Option(series, 60, {Between(0, 90)}), Option(series, 5, {Between(0, 3)})});
  EXPECT_EQ(greenest->greenest.option, 1u);
  ASSERT_EQ(greenest->best.size(), 1u);
  EXPECT_EQ(greenest->best[0].option, 1u);
  EXPECT_EQ(greenest->best[0].placement.start, At(0));
  EXPECT_FALSE(Place({Option(series, 60, {Between(0, 90)})}).has_value());
  EXPECT_FALSE(Place({}).has_value());
}

// The oracle adds up the intensity of every second of every run from every second, in integers.
TEST(PlaceGreenest, AgreesWithTryingEverySecondOfEveryOption) {
  std::mt19937 random(23);
  const auto draw = [&random](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  int placed = 0;
  for (int round = 0; round < 6000; ++round) {
    const int count = draw(1, 4);
    std::vector<IntensitySeries> series;
    std::vector<std::vector<int64_t>> value(static_cast<size_t>(count));  // by second, -1 unknown
    std::vector<PlacementOption> options;
    series.reserve(static_cast<size_t>(count));
    const bool few_values = draw(0, 1) == 0;  // many ties
    for (int i = 0; i < count; ++i) {
      auto& seconds = value[static_cast<size_t>(i)];
      seconds.assign(200, -1);
      std::vector<std::pair<int64_t, double>> steps;
      int at = draw(0, 20);
      // Options with equally long steps, of which the last may be shorter, stand beside others.
      const bool is_even = draw(0, 1) == 0;
      const int common = draw(1, 15);
      for (int n = draw(1, 8); n > 0; --n) {
        const int milligrams = few_values ? draw(0, 3) * 1000 : draw(0, 900'000);
        const int length = is_even && n > 1 ? common : draw(1, is_even ? common : 15);
        steps.push_back({at, milligrams / 1000.0});
        for (int s = at; s < at + length; ++s) seconds[static_cast<size_t>(s)] = milligrams;
        at += length;
      }
      series.push_back(Series(steps, at));
      std::vector<TimeInterval> starts;
      for (int from = draw(0, 30); from < 120 && starts.size() < 3;) {
        const int to = from + draw(0, 25);
        starts.push_back(Between(from, to));
        from = to + draw(1, 30);
      }
      options.push_back(Option(series.back(), draw(0, 30), starts, 3'600'000.0 * draw(1, 3)));
    }

    bool found = false;
    int64_t best_start = 0;
    int best_option = 0;
    int64_t best_emission = 0;  // in units of integral x multiples of the power
    for (int i = 0; i < count; ++i) {
      const PlacementOption& option = options[static_cast<size_t>(i)];
      const int64_t runtime = absl::ToInt64Seconds(option.runtime);
      const auto power = static_cast<int64_t>(option.power.value() / 3'600'000);
      const int64_t begin = absl::ToUnixSeconds(series[static_cast<size_t>(i)].begin());
      const int64_t end = absl::ToUnixSeconds(series[static_cast<size_t>(i)].end());
      for (const TimeInterval& interval : option.starts) {
        for (int64_t s = absl::ToUnixSeconds(interval.start);
             s <= absl::ToUnixSeconds(interval.end); ++s) {
          if (s < begin || s + runtime > end) continue;
          int64_t emission = 0;
          for (int64_t t = s; t < s + runtime; ++t) {
            emission += power * value[static_cast<size_t>(i)][static_cast<size_t>(t)];
          }
          if (!found || emission < best_emission || (emission == best_emission && s < best_start)) {
            found = true;
            best_emission = emission;
            best_start = s;
            best_option = i;
          }
        }
      }
    }

    const auto greenest = Place(options);
    ASSERT_EQ(greenest.has_value(), found) << "round " << round;
    if (!found) continue;
    ++placed;
    EXPECT_DOUBLE_EQ(greenest->greenest.placement.emission.value(),
                     static_cast<double>(best_emission) / 1000)
        << "round " << round;
    EXPECT_EQ(greenest->greenest.placement.start, At(best_start)) << "round " << round;
    EXPECT_EQ(greenest->greenest.option, static_cast<size_t>(best_option)) << "round " << round;
  }
  EXPECT_GT(placed, 2000);
}

// Passing over what cannot be among the best must change nothing: with room for all options, none
// is passed over.
TEST(PlaceGreenest, TellsTheSameOfTheBestWhetherItLooksAtTheRestOrNot) {
  std::mt19937 random(29);
  const auto draw = [&random](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int round = 0; round < 3000; ++round) {
    const int levels = draw(1, 4), values = draw(1, 3);  // few of both make many ties
    std::vector<IntensitySeries> series;
    for (int i = 0; i < 4; ++i) {
      std::vector<std::pair<int64_t, double>> steps;
      for (int n = 0; n < 120; ++n)
        steps.push_back({10 * n, 100 * draw(1, levels) + draw(1, values)});
      series.push_back(Series(steps, 1200));
    }
    std::vector<PlacementOption> options;
    for (int i = draw(1, 30); i > 0; --i) {
      std::vector<TimeInterval> starts;
      for (int from = draw(0, 900); from < 1100 && starts.size() < 3; from += 400) {
        starts.push_back(Between(from, from + draw(0, 300)));
      }
      options.push_back(Option(series[static_cast<size_t>(draw(0, 3))], draw(0, 3) * 50, starts,
                               3'600'000.0 * draw(1, 2)));
    }
    const auto all = Place(options);
    const int keep = draw(1, 8);
    const auto some = Place(options, keep);
    ASSERT_EQ(all.has_value(), some.has_value());
    if (!all.has_value()) continue;
    const auto same = [](const OptionPlacement& a, const OptionPlacement& b) {
      return a.option == b.option && a.placement.start == b.placement.start &&
             a.placement.emission == b.placement.emission &&
             a.placement.integral == b.placement.integral;
    };
    EXPECT_TRUE(same(all->greenest, some->greenest)) << "round " << round;
    ASSERT_EQ(some->best.size(), std::min<size_t>(all->best.size(), static_cast<size_t>(keep)));
    for (size_t i = 0; i < some->best.size(); ++i) {
      EXPECT_TRUE(same(all->best[i], some->best[i])) << "round " << round << ", best " << i;
    }
  }
}

}  // namespace
}  // namespace carbon
