#include "core/grid/intensity.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

absl::Time At(int64_t second) { return absl::FromUnixSeconds(second); }

IntensitySeries Series(const std::vector<std::pair<int64_t, double>>& steps, int64_t end) {
  std::vector<IntensitySeries::Step> list;
  for (auto [start, value] : steps) list.push_back({At(start), GramsPerKilowattHour(value)});
  auto series = IntensitySeries::Create(list, At(end));
  EXPECT_TRUE(series.ok()) << series.status();
  return *std::move(series);
}

TEST(IntensitySeries, HoldsEachValueUntilTheNext) {
  const IntensitySeries series = Series({{0, 100}, {3600, 300}}, 7200);
  EXPECT_DOUBLE_EQ(series.Mean(At(0), At(3600))->value(), 100);
  EXPECT_DOUBLE_EQ(series.Mean(At(3600), At(7200))->value(), 300);
  EXPECT_DOUBLE_EQ(series.Mean(At(1800), At(5400))->value(), 200);
}

TEST(IntensitySeries, MeanOfAnInstantIsItsValue) {
  const IntensitySeries series = Series({{0, 100}, {3600, 300}}, 7200);
  EXPECT_DOUBLE_EQ(series.Mean(At(3599), At(3599))->value(), 100);
  EXPECT_DOUBLE_EQ(series.Mean(At(3600), At(3600))->value(), 300);
}

TEST(IntensitySeries, OutsideItsSpanIsOutOfRangeAndNotZero) {
  const IntensitySeries series = Series({{100, 50}}, 200);
  for (auto [from, to] :
       std::vector<std::pair<int64_t, int64_t>>{{99, 150}, {150, 201}, {180, 170}}) {
    const auto integral = series.Integrate(At(from), At(to));
    EXPECT_EQ(integral.status().code(), absl::StatusCode::kOutOfRange) << from << " " << to;
    EXPECT_THAT(std::string(integral.status().message()), HasSubstr("known only over"));
  }
  EXPECT_EQ(series.Mean(At(200), At(200)).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(series.Integrate(At(100), absl::InfiniteFuture()).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST(IntensitySeries, ZeroIsAValueLikeAnyOther) {
  const IntensitySeries series = Series({{0, 0}, {10, 100}}, 20);
  EXPECT_EQ(series.Integrate(At(0), At(10))->milligram_seconds_per_kwh, 0);
  EXPECT_DOUBLE_EQ(series.Mean(At(0), At(20))->value(), 50);
}

TEST(IntensitySeries, IntegralsAreExactHoweverTheyAreSplit) {
  std::mt19937_64 random(7);
  std::vector<std::pair<int64_t, double>> steps;
  int64_t at = 1'700'000'000;
  for (int i = 0; i < 500; ++i) {
    steps.push_back({at, std::uniform_real_distribution<>(0, 1500)(random)});
    at += 1 + static_cast<int64_t>(random() % 5000);
  }
  const IntensitySeries series = Series(steps, at);
  const int64_t begin = steps.front().first;
  for (int i = 0; i < 1000; ++i) {
    int64_t t[3];
    for (int64_t& x : t) x = begin + static_cast<int64_t>(random() % (at - begin + 1));
    std::sort(t, t + 3);
    EXPECT_EQ(*series.Integrate(At(t[0]), At(t[1])) + *series.Integrate(At(t[1]), At(t[2])),
              *series.Integrate(At(t[0]), At(t[2])));
  }
}

TEST(IntensitySeries, IntegralAgreesWithAddingUpEverySecond) {
  const IntensitySeries series = Series({{10, 1.5}, {13, 0}, {14, 2.25}, {40, 7}}, 55);
  const auto value = [](int64_t s) { return s < 13 ? 1500 : s < 14 ? 0 : s < 40 ? 2250 : 7000; };
  for (int64_t from = 10; from <= 55; ++from) {
    int64_t sum = 0;
    for (int64_t to = from; to <= 55; ++to) {
      EXPECT_EQ(series.Integrate(At(from), At(to))->milligram_seconds_per_kwh, sum);
      sum += value(to);
    }
  }
}

TEST(IntensitySeries, RefusesFaultyStepsNamingThem) {
  const auto fault = [](std::vector<IntensitySeries::Step> steps, absl::Time end) {
    const auto series = IntensitySeries::Create(steps, end);
    EXPECT_EQ(series.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(series.status().message());
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  using G = GramsPerKilowattHour;
  EXPECT_THAT(fault({}, At(1)), HasSubstr("has no steps"));
  EXPECT_THAT(fault({{At(0), G(1)}}, At(0)), HasSubstr("end 1970-01-01T00:00:00Z"));
  EXPECT_THAT(fault({{At(0), G(-1)}}, At(9)), HasSubstr("-1 g/kWh"));
  EXPECT_THAT(fault({{At(0), G(nan)}}, At(9)), HasSubstr("nan g/kWh"));
  EXPECT_THAT(fault({{At(0), G(inf)}}, At(9)), HasSubstr("inf g/kWh"));
  EXPECT_THAT(fault({{At(0), G(10001)}}, At(9)), HasSubstr("10001 g/kWh"));
  EXPECT_THAT(fault({{At(0), G(1)}, {At(0), G(2)}}, At(9)), HasSubstr("not after the one before"));
  EXPECT_THAT(fault({{At(5), G(1)}, {At(0), G(2)}}, At(9)), HasSubstr("not after the one before"));
  EXPECT_THAT(fault({{At(0) + absl::Milliseconds(500), G(1)}}, At(9)), HasSubstr("whole second"));
  EXPECT_THAT(fault({{At(0), G(1)}}, At(0) + absl::Hours(24 * 401)), HasSubstr("400 days"));
  EXPECT_THAT(fault({{absl::InfinitePast(), G(1)}}, At(9)), HasSubstr("400 days"));
}

TEST(SignalKind, NamesRoundTripAndOthersAreRefused) {
  for (SignalKind kind :
       {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect, SignalKind::kMarginal}) {
    EXPECT_EQ(*ParseSignalKind(SignalKindName(kind)), kind);
  }
  EXPECT_EQ(ParseSignalKind("average").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(IntensityIntegral, TimesPowerIsTheEmission) {
  // 700 W for 10 h at 429 g/kWh: 7 kWh, 3003 g.
  const IntensitySeries series = Series({{0, 429}}, 36000);
  EXPECT_DOUBLE_EQ((Watts(700) * *series.Integrate(At(0), At(36000))).value(), 3003);
}

TEST(IntensitySeries, BoundsTheLeastValueOfAnyWindow) {
  std::vector<IntensitySeries::Step> steps;
  std::vector<int64_t> by_second;
  for (int i = 0; i < 200; ++i) {
    const int value = i * 7919 % 1009, length = 1 + i % 3;
    steps.push_back({absl::FromUnixSeconds(static_cast<int64_t>(by_second.size())),
                     GramsPerKilowattHour(value)});
    by_second.insert(by_second.end(), static_cast<size_t>(length), value * 1000);
  }
  const auto end = static_cast<int64_t>(by_second.size());
  const auto series = IntensitySeries::Create(steps, absl::FromUnixSeconds(end));
  ASSERT_TRUE(series.ok());
  const auto least = [&by_second, end](int64_t from, int64_t to) {
    return *std::min_element(by_second.begin() + std::max<int64_t>(0, from),
                             by_second.begin() + std::min(end, to));
  };
  const int64_t further = 8 * end / 200;
  for (int64_t from = 0; from < end; ++from) {
    for (int64_t to = from + 1; to <= end; to += 1 + (to - from) / 5) {
      const int64_t bound = series->LeastMilligramsAround(from, to);
      ASSERT_LE(bound, least(from, to)) << from << " to " << to;
      ASSERT_GE(bound, least(from - further, to + further)) << from << " to " << to;
    }
  }
}

TEST(IntensitySeries, KnowsWhetherItsStepsAreEquallyLong) {
  const auto length_of = [](const std::vector<int64_t>& starts, int64_t end) {
    std::vector<IntensitySeries::Step> steps;
    for (const int64_t start : starts) {
      steps.push_back({absl::FromUnixSeconds(start), GramsPerKilowattHour(1)});
    }
    return IntensitySeries::Create(steps, absl::FromUnixSeconds(end))->step_length();
  };
  EXPECT_EQ(length_of({7}, 19), 12);
  EXPECT_EQ(length_of({0, 10, 20}, 30), 10);
  EXPECT_EQ(length_of({0, 10, 20}, 21), 10);  // the last is shorter
  EXPECT_EQ(length_of({0, 10, 20}, 31), 0);   // the last is longer
  EXPECT_EQ(length_of({0, 10, 21}, 30), 0);
}

// The search for a step begins near it, by a table of stretches about as long as the mean step.
TEST(IntensitySeries, FindsTheStepOfEachSecondHoweverUnevenTheyAre) {
  for (const std::vector<int64_t>& lengths : {std::vector<int64_t>{1},
                                              {300, 300, 300},
                                              {1, 1, 1, 1, 1, 3000},
                                              {3000, 1, 1, 1, 1, 2},
                                              {7, 1, 900, 2, 2, 64, 63, 65}}) {
    std::vector<IntensitySeries::Step> steps;
    std::vector<size_t> by_second;
    for (size_t i = 0; i < lengths.size(); ++i) {
      steps.push_back({absl::FromUnixSeconds(100 + static_cast<int64_t>(by_second.size())),
                       GramsPerKilowattHour(1)});
      by_second.insert(by_second.end(), static_cast<size_t>(lengths[i]), i);
    }
    const auto end = 100 + static_cast<int64_t>(by_second.size());
    const auto series = IntensitySeries::Create(steps, absl::FromUnixSeconds(end));
    ASSERT_TRUE(series.ok());
    for (int64_t second = 100; second < end; ++second) {
      ASSERT_EQ(series->StepAt(second), by_second[static_cast<size_t>(second - 100)]) << second;
    }
    EXPECT_EQ(series->StepAt(end), lengths.size() - 1);
    EXPECT_EQ(series->StepAt(end + 10'000), lengths.size() - 1);
  }
}

TEST(IntegralCursor, AgreesWithASearchForEachInstant) {
  const auto series =
      IntensitySeries::Create({{absl::FromUnixSeconds(10), GramsPerKilowattHour(5)},
                               {absl::FromUnixSeconds(11), GramsPerKilowattHour(7)},
                               {absl::FromUnixSeconds(30), GramsPerKilowattHour(2)}},
                              absl::FromUnixSeconds(40));
  ASSERT_TRUE(series.ok());
  for (int64_t from = 10; from <= 40; ++from) {
    for (int64_t stride = 1; stride <= 31; ++stride) {
      IntegralCursor integral(*series, from);
      for (int64_t at = from; at <= 40; at += stride) {
        ASSERT_EQ(integral.UpTo(at), series->IntegralUpTo(at)) << at;
      }
    }
  }
}

}  // namespace
}  // namespace carbon
