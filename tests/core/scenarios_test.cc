#include "core/scenarios.h"

#include <cmath>
#include <numeric>

#include "gtest/gtest.h"

namespace carbon {
namespace {

absl::Time At(int64_t second) { return absl::FromUnixSeconds(second); }

ZoneForecast Zone(const std::string& name, double value, LeadTimeSpread spread = {}) {
  auto series = IntensitySeries::Create({{At(0), GramsPerKilowattHour(value)}}, At(14 * 86400));
  return ZoneForecast{.zone = name,
                      .valid_until = At(14 * 86400),
                      .series = *series,
                      .horizon = series->end(),
                      .long_run_mean = GramsPerKilowattHour(value),
                      .spread = spread};
}

double Mean(const ErrorScenarios::Draws& draws) {
  return std::accumulate(draws.begin(), draws.end(), 0.0) / ErrorScenarios::kCount;
}

double Deviation(const ErrorScenarios::Draws& draws) {
  const double mean = Mean(draws);
  double sum = 0;
  for (double draw : draws) sum += (draw - mean) * (draw - mean);
  return std::sqrt(sum / ErrorScenarios::kCount);
}

double Correlation(const ErrorScenarios::Draws& a, const ErrorScenarios::Draws& b) {
  double sum = 0;
  for (int s = 0; s < ErrorScenarios::kCount; ++s) sum += (a[s] - Mean(a)) * (b[s] - Mean(b));
  return sum / ErrorScenarios::kCount / (Deviation(a) * Deviation(b));
}

TEST(ErrorScenarios, TheirMeanIsTheBestGuess) {
  const ZoneForecast zone = Zone("A", 100);
  const ErrorScenarios scenarios({zone});
  const auto draws = scenarios.Integrate(0, zone.series, At(1000), absl::Hours(30));
  EXPECT_NEAR(Mean(draws), 100'000.0 * 30 * 3600, 1);
}

TEST(ErrorScenarios, SpreadGrowsWithTheLeadTime) {
  const ZoneForecast zone = Zone("A", 100, {.near = 0.05, .far = 0.25, .growth = absl::Hours(24)});
  const ErrorScenarios scenarios({zone});
  const auto relative = [&](int hour) {
    const auto draws = scenarios.Integrate(0, zone.series, At(hour * 3600), absl::Hours(1));
    return Deviation(draws) / Mean(draws);
  };
  EXPECT_NEAR(relative(0), 0.05 + 0.2 * 0.5 / 24.5, 1e-9);
  EXPECT_NEAR(relative(24 * 10), 0.05 + 0.2 * 240.5 / 264.5, 1e-9);
  EXPECT_GT(relative(24 * 10), 1.5 * relative(0));
}

TEST(ErrorScenarios, AnOlderForecastErrsMoreWhateverTheOthersAre) {
  ZoneForecast old = Zone("A", 100), fresh = Zone("B", 100);
  fresh.fetched_at = At(20 * 3600);
  const ErrorScenarios alone({old}), beside({old, fresh});
  const auto draws = beside.Integrate(0, old.series, At(20 * 3600), absl::Hours(1));
  EXPECT_NEAR(Deviation(draws) / Mean(draws), 0.05 + 0.15 * 20.5 / 44.5, 1e-9);
  EXPECT_EQ(draws, alone.Integrate(0, old.series, At(20 * 3600), absl::Hours(1)));
  // What was issued counts, not when it was fetched once more.
  fresh.issued_at = At(0);
  const ErrorScenarios again({fresh});
  const auto issued = again.Integrate(0, fresh.series, At(20 * 3600), absl::Hours(1));
  EXPECT_NEAR(Deviation(issued) / Mean(issued), 0.05 + 0.15 * 20.5 / 44.5, 1e-9);
}

TEST(ErrorScenarios, ClimatologyErrsByTheFarSpreadHoweverNear) {
  ZoneForecast zone = Zone("A", 100);
  zone.horizon = At(3 * 3600);
  const ErrorScenarios scenarios({zone});
  const auto relative = [&](int hour) {
    const auto draws = scenarios.Integrate(0, zone.series, At(hour * 3600), absl::Hours(1));
    return Deviation(draws) / Mean(draws);
  };
  EXPECT_NEAR(relative(2), 0.05 + 0.15 * 2.5 / 26.5, 1e-9);
  EXPECT_NEAR(relative(3), 0.2, 1e-9);
}

TEST(ErrorScenarios, AWindowIsTheSumOfItsParts) {
  ZoneForecast zone = Zone("A", 321);
  zone.fetched_at = At(500);
  const ErrorScenarios scenarios({zone});
  const auto whole = scenarios.Integrate(0, zone.series, At(0), absl::Hours(50));
  const auto first = scenarios.Integrate(0, zone.series, At(0), absl::Hours(13));
  const auto second = scenarios.Integrate(0, zone.series, At(13 * 3600), absl::Hours(37));
  for (int s = 0; s < ErrorScenarios::kCount; ++s) {
    EXPECT_NEAR(whole[s], first[s] + second[s], 1e-9 * whole[s]);
  }
}

TEST(ErrorScenarios, NearHoursErrAlikeAndOtherZonesErrApart) {
  const std::vector<ZoneForecast> zones = {Zone("A", 100), Zone("B", 100)};
  const ErrorScenarios scenarios(zones);
  const auto at = [&](int zone, int hour) {
    return scenarios.Integrate(zone, zones[static_cast<size_t>(zone)].series, At(hour * 3600),
                               absl::Hours(6));
  };
  EXPECT_NEAR(Correlation(at(0, 0), at(0, 6)), 0.85, 0.12);
  EXPECT_GT(Correlation(at(0, 0), at(0, 6)), Correlation(at(0, 0), at(0, 48)));
  EXPECT_LT(std::abs(Correlation(at(0, 0), at(1, 0))), 0.4);
}

TEST(ErrorScenarios, ForecastsThatGrowUncertainFasterErrApartSooner) {
  const ZoneForecast slow = Zone("A", 100);
  const ZoneForecast fast = Zone("A", 100, {.near = 0.05, .far = 0.2, .growth = absl::Hours(1)});
  const auto correlation = [](const ZoneForecast& zone) {
    const ErrorScenarios scenarios({zone});
    return Correlation(scenarios.Integrate(0, zone.series, At(0), absl::Minutes(10)),
                       scenarios.Integrate(0, zone.series, At(6 * 3600), absl::Minutes(10)));
  };
  EXPECT_GT(correlation(slow), 0.7);
  EXPECT_LT(correlation(fast), 0.5);
}

TEST(ErrorScenarios, DrawsGoByNameAndNotByOrder) {
  const ZoneForecast a = Zone("A", 100), b = Zone("B", 100);
  const ErrorScenarios first({a, b}), second({b, a});
  EXPECT_EQ(first.Integrate(0, a.series, At(0), absl::Hours(9)),
            second.Integrate(1, a.series, At(0), absl::Hours(9)));
}

TEST(ErrorScenarios, NamesWhoseHashesCollideErrAlikeAndThatIsAll) {
  // Equal in 64-bit FNV-1a. Two names of one key err together, as two of one place would: their
  // spread is each its own all the same.
  const auto one = ErrorScenarios::Factor("8yn0iYCKYHlIj4-BwPqk", 0.1);
  const auto other = ErrorScenarios::Factor("GReLUrM4wMqfg9yzV3KQ", 0.3);
  for (int s = 0; s < ErrorScenarios::kCount; ++s) {
    EXPECT_NEAR(3 * (one[s] - 1), other[s] - 1, 1e-12);
  }
}

TEST(ErrorScenarios, FactorsHaveTheSpreadAskedForAndStayPositive) {
  const auto factor = ErrorScenarios::Factor("watts/x", 0.3);
  EXPECT_NEAR(Mean(factor), 1, 1e-12);
  EXPECT_NEAR(Deviation(factor), 0.3, 1e-9);
  EXPECT_EQ(factor, ErrorScenarios::Factor("watts/x", 0.3));
  EXPECT_NE(factor, ErrorScenarios::Factor("watts/y", 0.3));
  for (double f : ErrorScenarios::Factor("watts/x", 5)) EXPECT_GE(f, 0.05);
  for (double f : ErrorScenarios::Factor("watts/x", 0)) EXPECT_EQ(f, 1);
}

}  // namespace
}  // namespace carbon
