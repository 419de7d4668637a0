#include "core/grid/scenarios.h"

#include <algorithm>
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
  EXPECT_NEAR(relative(0), 0.05 + 0.2 * 0.5 / 24.5, 1e-7);
  EXPECT_NEAR(relative(24 * 10), 0.05 + 0.2 * 240.5 / 264.5, 1e-7);
  EXPECT_GT(relative(24 * 10), 1.5 * relative(0));
}

TEST(ErrorScenarios, ASpreadThatGrowsWithinSecondsIsResolvedAsWell) {
  ZoneForecast zone = Zone("A", 100, {.near = 0.05, .far = 0.25, .growth = absl::Seconds(48)});
  zone.series = *IntensitySeries::Create({{At(0), GramsPerKilowattHour(100)}}, At(600));
  zone.horizon = zone.series.end();
  const ErrorScenarios scenarios({zone});
  const auto relative = [&](int second) {
    const auto draws = scenarios.Integrate(0, zone.series, At(second), absl::Seconds(2));
    return Deviation(draws) / Mean(draws);
  };
  EXPECT_NEAR(relative(0), 0.05 + 0.2 * 1.0 / 49, 1e-7);
  EXPECT_NEAR(relative(480), 0.05 + 0.2 * 481.0 / 529, 1e-7);
}

TEST(ErrorScenarios, AnOlderForecastErrsMoreWhateverTheOthersAre) {
  ZoneForecast old = Zone("A", 100), fresh = Zone("B", 100);
  fresh.fetched_at = At(20 * 3600);
  const ErrorScenarios alone({old}), beside({old, fresh});
  const auto draws = beside.Integrate(0, old.series, At(20 * 3600), absl::Hours(1));
  EXPECT_NEAR(Deviation(draws) / Mean(draws), 0.05 + 0.15 * 20.5 / 44.5, 1e-7);
  EXPECT_EQ(draws, alone.Integrate(0, old.series, At(20 * 3600), absl::Hours(1)));
  // The time of issue counts, not that of a later fetch.
  fresh.issued_at = At(0);
  const ErrorScenarios again({fresh});
  const auto issued = again.Integrate(0, fresh.series, At(20 * 3600), absl::Hours(1));
  EXPECT_NEAR(Deviation(issued) / Mean(issued), 0.05 + 0.15 * 20.5 / 44.5, 1e-7);
}

TEST(ErrorScenarios, ClimatologyErrsByTheFarSpreadHoweverNear) {
  ZoneForecast zone = Zone("A", 100);
  zone.horizon = At(3 * 3600);
  const ErrorScenarios scenarios({zone});
  const auto relative = [&](int hour) {
    const auto draws = scenarios.Integrate(0, zone.series, At(hour * 3600), absl::Hours(1));
    return Deviation(draws) / Mean(draws);
  };
  EXPECT_NEAR(relative(2), 0.05 + 0.15 * 2.5 / 26.5, 1e-7);
  EXPECT_NEAR(relative(3), 0.2, 1e-7);
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

// Three kinds of errors, each a column of signs: of variance 1 and uncorrelated, exactly.
ErrorFactors Factors(absl::Time origin, std::vector<uint16_t> ends, std::vector<float> loadings) {
  ErrorFactors factors;
  factors.origin = origin;
  factors.bucket_end_hours = std::move(ends);
  factors.factor_count = 3;
  factors.loadings = std::move(loadings);
  factors.remainder.assign(factors.buckets(), 0);
  for (int pair = 0; pair < ErrorFactors::kPairs; ++pair) {
    for (int bit : {1, 2, 4}) factors.scores.push_back(pair & bit ? 1 : -1);
  }
  return factors;
}

double Relative(const ErrorScenarios& scenarios, int zone_index, const ZoneForecast& zone,
                int64_t from, int64_t seconds = 3600) {
  const auto draws = scenarios.Integrate(zone_index, zone.series, At(from), absl::Seconds(seconds));
  return Deviation(draws) / Mean(draws);
}

// Uneven buckets and steps, a horizon within both, and nothing aligned; added up second by second.
TEST(ErrorScenarios, PastErrorsComeToTheSumOverAllSeconds) {
  constexpr int64_t kOrigin = 1234, kHorizon = 15 * 3600 + 77, kEnd = 30 * 3600;
  std::vector<IntensitySeries::Step> steps;
  for (int64_t at = 0, i = 0; at < kEnd; at += 900 + 337 * (i % 5), ++i) {
    steps.push_back({At(at), GramsPerKilowattHour(static_cast<double>(50 + 37 * i % 400))});
  }
  ZoneForecast zone = Zone("A", 1, {.near = 0.01, .far = 0.3});
  zone.series = *IntensitySeries::Create(steps, At(kEnd));
  zone.horizon = At(kHorizon);
  const std::vector<uint16_t> ends = {1, 2, 3, 4, 7, 10, 13, 20};
  std::vector<float> loadings;
  for (size_t i = 0; i < 3 * ends.size(); ++i) {
    loadings.push_back(0.02f * static_cast<float>(i % 7) - 0.03f);
  }
  zone.errors = Factors(At(kOrigin), ends, loadings);
  const ErrorScenarios scenarios({zone});

  const auto factor = [&](int64_t second, int s) {
    size_t bucket = 0;
    while (bucket + 1 < ends.size() && second - kOrigin >= ends[bucket] * 3600) ++bucket;
    double error = 0, variance = 0;
    for (size_t j = 0; j < 3; ++j) {
      const double loading = static_cast<double>(loadings[3 * bucket + j]);
      error += ((s / 2) >> j & 1 ? loading : -loading) * (s % 2 == 0 ? 1 : -1);
      variance += loading * loading;
    }
    if (second >= kHorizon) error *= std::max(1.0, 0.3 / std::sqrt(variance));
    return std::max(0.05, 1 + error);
  };
  const std::pair<int64_t, int64_t> kWindows[] = {
      {0, kEnd}, {0, 600}, {kOrigin, 3600}, {5 * 3600 + 1, 4 * 3600}, {54000, 300}, {80000, 9999}};
  for (const auto& [from, seconds] : kWindows) {
    ErrorScenarios::Draws expected{};
    size_t step = 0;
    for (int64_t second = from; second < from + seconds; ++second) {
      while (step + 1 < steps.size() && steps[step + 1].start <= At(second)) ++step;
      const double milligrams = 1000 * steps[step].value.value();
      for (int s = 0; s < ErrorScenarios::kCount; ++s)
        expected[s] += milligrams * factor(second, s);
    }
    const auto draws = scenarios.Integrate(0, zone.series, At(from), absl::Seconds(seconds));
    for (int s = 0; s < ErrorScenarios::kCount; ++s) {
      EXPECT_NEAR(draws[s], expected[s], 1e-9 * expected[s]) << from << " " << seconds << " " << s;
    }
  }
}

TEST(ErrorScenarios, PastErrorsAreMirroredAroundTheBestGuess) {
  ZoneForecast zone = Zone("A", 100);
  zone.errors = Factors(At(0), {1, 2, 5}, {0.1f, 0, 0.05f, 0.2f, 0.1f, 0, 0.1f, 0.1f, 0.1f});
  zone.errors->remainder = {0.05f, 0.06f, 0.07f};
  const auto draws = ErrorScenarios({zone}).Integrate(0, zone.series, At(1800), absl::Hours(9));
  for (int s = 0; s < ErrorScenarios::kCount; s += 2) {
    EXPECT_NEAR(draws[s] + draws[s + 1], 2 * 100'000.0 * 9 * 3600, 1);
  }
}

// Errors that two zones share cancel in their difference; the others add up.
TEST(ErrorScenarios, ZonesErrTogetherAsTheyDidOnTheSameDays) {
  const struct {
    std::vector<float> loadings;
    float remainder;
    double deviation;  // of the difference to a zone of loadings 0.3, 0, 0
  } kCases[] = {{{0.3f, 0, 0}, 0, 0},
                {{0.1f, 0, 0}, 0, 0.2},
                {{-0.3f, 0, 0}, 0, 0.6},
                {{0, 0.3f, 0}, 0, 0.3 * std::sqrt(2)},
                {{0.2f, 0.2f, -0.1f}, 0, std::sqrt(0.01 + 0.04 + 0.01)},
                {{0.3f, 0, 0}, 0.1f, 0.1}};
  for (const auto& c : kCases) {
    ZoneForecast a = Zone("A", 100), b = Zone("B", 100);
    a.errors = Factors(At(0), {1}, {0.3f, 0, 0});
    b.errors = Factors(At(0), {1}, c.loadings);
    b.errors->remainder = {c.remainder};
    const ErrorScenarios scenarios({a, b});
    const auto in_a = scenarios.Integrate(0, a.series, At(0), absl::Hours(5));
    const auto in_b = scenarios.Integrate(1, b.series, At(0), absl::Hours(5));
    ErrorScenarios::Draws difference;
    for (int s = 0; s < ErrorScenarios::kCount; ++s) {
      difference[s] = (in_a[s] - in_b[s]) / (100'000.0 * 5 * 3600);
    }
    EXPECT_NEAR(Deviation(difference), c.deviation, 1e-6) << c.deviation;
  }
}

TEST(ErrorScenarios, AZoneWithoutPastErrorsErrsByItself) {
  ZoneForecast a = Zone("A", 100), b = Zone("B", 100);
  const auto alone = ErrorScenarios({b}).Integrate(0, b.series, At(0), absl::Hours(9));
  a.errors = Factors(At(0), {1}, {0.2f, 0.1f, 0.1f});
  const ErrorScenarios both({a, b});
  EXPECT_EQ(both.Integrate(1, b.series, At(0), absl::Hours(9)), alone);
  const auto in_a = both.Integrate(0, a.series, At(0), absl::Hours(9));
  EXPECT_LT(std::abs(Correlation(in_a, alone)), 0.4);
}

// Lead times count from when the factors were made, whatever else the forecast says of its age, and
// the last bucket holds for all that comes later.
TEST(ErrorScenarios, OldFactorsErrAsTheyDoDaysAhead) {
  ZoneForecast zone = Zone("A", 100);
  zone.fetched_at = At(4 * 86400);
  zone.errors =
      Factors(At(86400), {24, 48, 72, 96}, {0.05f, 0, 0, 0.1f, 0, 0, 0.15f, 0, 0, 0.18f, 0, 0});
  const ErrorScenarios scenarios({zone});
  EXPECT_NEAR(Relative(scenarios, 0, zone, 0), 0.05, 1e-6);  // before the origin
  EXPECT_NEAR(Relative(scenarios, 0, zone, 86400), 0.05, 1e-6);
  EXPECT_NEAR(Relative(scenarios, 0, zone, 4 * 86400 - 3600), 0.15, 1e-6);
  EXPECT_NEAR(Relative(scenarios, 0, zone, 4 * 86400), 0.18, 1e-6);
  EXPECT_NEAR(Relative(scenarios, 0, zone, 13 * 86400), 0.18, 1e-6);
}

TEST(ErrorScenarios, ClimatologyErrsNoLessThanTheFarSpreadWhateverThePastSays) {
  ZoneForecast zone = Zone("A", 100, {.near = 0.01, .far = 0.2});
  zone.horizon = At(2 * 3600 + 100);  // within a bucket
  zone.errors = Factors(At(0), {1, 6, 7, 8}, {0.1f, 0, 0, 0, 0.1f, 0, 0, 0, 0, 0.25f, 0, 0});
  const ErrorScenarios scenarios({zone});
  EXPECT_NEAR(Relative(scenarios, 0, zone, 3600, 3700), 0.1, 1e-6);
  EXPECT_NEAR(Relative(scenarios, 0, zone, 2 * 3600 + 100), 0.2, 1e-6);
  EXPECT_NEAR(Relative(scenarios, 0, zone, 6 * 3600), 0.2, 1e-6);  // of no errors at all
  EXPECT_NEAR(Relative(scenarios, 0, zone, 9 * 3600), 0.25, 1e-6);
  // An enlarged error is still correlated with the same errors.
  const auto before = scenarios.Integrate(0, zone.series, At(3600), absl::Minutes(5));
  const auto beyond = scenarios.Integrate(0, zone.series, At(3 * 3600), absl::Minutes(5));
  EXPECT_NEAR(Correlation(before, beyond), 1, 1e-9);
}

TEST(ErrorScenarios, FactorsOfNoBucketsAreNone) {
  ZoneForecast zone = Zone("A", 100);
  const auto without = ErrorScenarios({zone}).Integrate(0, zone.series, At(0), absl::Hours(9));
  zone.errors.emplace();
  EXPECT_EQ(ErrorScenarios({zone}).Integrate(0, zone.series, At(0), absl::Hours(9)), without);
}

// A zone whose intensity changes every hour, and errs by lead time.
ZoneForecast HourlyZone() {
  ZoneForecast zone = Zone("A", 100, {.near = 0.05, .far = 0.25, .growth = absl::Hours(24)});
  std::vector<IntensitySeries::Step> steps;
  for (int hour = 0; hour < 100; ++hour) {
    steps.push_back({At(hour * 3600), GramsPerKilowattHour(100 + 37 * (hour % 11))});
  }
  zone.series = *IntensitySeries::Create(steps, At(100 * 3600));
  zone.horizon = At(72 * 3600);
  return zone;
}

TEST(ErrorScenarios, ARunOfOneLengthInAllScenariosHasTheSameBits) {
  const ZoneForecast zone = HourlyZone();
  const ErrorScenarios scenarios({zone});
  for (const int64_t seconds : {1, 1800, 3600, 100'000, 300'000}) {
    ErrorScenarios::Runtimes runtimes;
    runtimes.fill(absl::Seconds(seconds));
    EXPECT_EQ(scenarios.Integrate(0, zone.series, At(5000), runtimes),
              scenarios.Integrate(0, zone.series, At(5000), absl::Seconds(seconds)))
        << seconds;
  }
}

TEST(ErrorScenarios, ARunOfUncertainLengthErrsInEachScenarioAsOneOfThatLength) {
  const ZoneForecast zone = HourlyZone();
  const ErrorScenarios scenarios({zone});
  ErrorScenarios::Runtimes runtimes;
  for (int s = 0; s < ErrorScenarios::kCount; ++s) runtimes[s] = absl::Seconds(1 + 4000 * s);
  const auto draws = scenarios.Integrate(0, zone.series, At(5000), runtimes);
  for (int s = 0; s < ErrorScenarios::kCount; ++s) {
    const auto alone = scenarios.Integrate(0, zone.series, At(5000), runtimes[s]);
    EXPECT_NEAR(draws[s], alone[s], 1e-9 * alone[s]) << s;
  }
}

TEST(ErrorScenarios, ARunBeyondTheSeriesContinuesAtItsOwnMean) {
  const ZoneForecast zone = HourlyZone();
  const ErrorScenarios scenarios({zone});
  ErrorScenarios::Runtimes runtimes;
  runtimes.fill(absl::Hours(20));
  const absl::Time start = zone.series.end() - absl::Hours(10);
  const auto whole = scenarios.Integrate(0, zone.series, start, runtimes);
  const auto covered = scenarios.Integrate(0, zone.series, start, absl::Hours(10));
  for (int s = 0; s < ErrorScenarios::kCount; ++s) {
    EXPECT_NEAR(whole[s], 2 * covered[s], 1e-9 * whole[s]) << s;
  }
}

}  // namespace
}  // namespace carbon
