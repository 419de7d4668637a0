#include "forecast/own/own_forecast.h"

#include <string>

#include "forecast/own/forecast_error.h"
#include "forecast/own/zone_errors.h"
#include "forecast/sources/forecast_file.h"
#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

constexpr int64_t kDays = 150;
constexpr int64_t kNowHour = 24 * kDays + 10;
constexpr int64_t kLag = 2;

double Truth(int64_t hour) { return NoisyWave(hour, 20); }

OwnForecast Own(int64_t days = kDays) {
  const int64_t end = kNowHour - kLag;
  absl::StatusOr<OwnForecast> own =
      MakeOwnForecast(MakeHistory(end - 24 * days, end, Truth), AtHour(kNowHour));
  EXPECT_TRUE(own.ok()) << own.status();
  return *std::move(own);
}

ZoneConfig Zone() { return {.name = "DE", .max_age = absl::Seconds(10)}; }

// A provider's forecast of so many hours, all of them `value`.
ZoneForecast Provider(const ZoneConfig& zone, int64_t hours, double value) {
  const absl::Time now = AtHour(kNowHour);
  const IntensitySeries series =
      *IntensitySeries::Create({{now, GramsPerKilowattHour(value)}}, now + absl::Hours(hours));
  return *BuildZoneForecast(zone, "provider:DE", {zone.kind, std::nullopt, series}, now, now);
}

double ValueAt(const ZoneForecast& forecast, int64_t hour) {
  return forecast.series.Mean(AtHour(hour), AtHour(hour + 1))->value();
}

TEST(StandIn, IsOursWithItsMethodItsAgeAndItsReach) {
  const OwnForecast own = Own();
  const absl::StatusOr<ZoneForecast> forecast = StandIn(Zone(), own, AtHour(kNowHour));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->source, "own:ridge");
  EXPECT_EQ(forecast->issued_at, AtHour(kNowHour - kLag));
  EXPECT_EQ(forecast->fetched_at, AtHour(kNowHour));
  EXPECT_EQ(forecast->valid_until, AtHour(kNowHour - kLag) + kOldestHistoryEnd)
      << "max_age is about others' data";
  EXPECT_EQ(forecast->horizon, AtHour(kNowHour + 14 * 24 + 1));
  EXPECT_EQ(forecast->own_from, std::nullopt);
}

TEST(CarryOn, ReachesFourteenDaysWithoutAJump) {
  const OwnForecast own = Own();
  ZoneForecast forecast = Provider(Zone(), 72, 700);
  CarryOn(Zone(), own, AtHour(kNowHour), &forecast);
  EXPECT_EQ(forecast.source, "provider:DE");
  EXPECT_EQ(forecast.own_from, AtHour(kNowHour + 72));
  EXPECT_EQ(forecast.horizon, AtHour(kNowHour + 14 * 24 + 1));
  EXPECT_EQ(forecast.series.end(), forecast.horizon);
  EXPECT_EQ(ValueAt(forecast, kNowHour + 71), 700);
  // 8% of the difference is gone, and the wave continues.
  EXPECT_NEAR(ValueAt(forecast, kNowHour + 72), 700, 90);
  const int64_t late = kNowHour + 12 * 24;
  EXPECT_NEAR(ValueAt(forecast, late), WeekWave(late), 60);
}

TEST(CarryOn, PutsClimatologyOnlyBeyondOurs) {
  ZoneConfig zone = Zone();
  zone.climatology = GramsPerKilowattHour(1234);
  ZoneForecast forecast = Provider(zone, 72, 300);
  EXPECT_EQ(ValueAt(forecast, kNowHour + 100), 1234);
  const OwnForecast own = Own();
  // Half an hour later, and in the next hour, before ours is made again.
  CarryOn(zone, own, AtHour(kNowHour + 1), &forecast);
  EXPECT_EQ(forecast.horizon, AtHour(kNowHour + 14 * 24 + 1));
  EXPECT_LT(ValueAt(forecast, kNowHour + 100), 600);
  EXPECT_EQ(ValueAt(forecast, kNowHour + 14 * 24 + 1), 1234);
  EXPECT_EQ(forecast.long_run_mean, GramsPerKilowattHour(1234));
}

TEST(CarryOn, LeavesALongForecastAlone) {
  ZoneForecast forecast = Provider(Zone(), 15 * 24, 300);
  CarryOn(Zone(), Own(), AtHour(kNowHour), &forecast);
  EXPECT_EQ(forecast.own_from, std::nullopt);
  EXPECT_EQ(forecast.horizon, AtHour(kNowHour + 15 * 24));
}

// One standard deviation of the error of the hour, as the factors have it.
double Deviation(const ErrorFactors& factors, size_t hour) {
  size_t bucket = 0;
  while (factors.bucket_end_hours[bucket] <= hour) ++bucket;
  double variance = factors.remainder[bucket] * factors.remainder[bucket];
  for (size_t j = 0; j < factors.factor_count; ++j) {
    const double loading = factors.loadings[bucket * factors.factor_count + j];
    variance += loading * loading;
  }
  return std::sqrt(variance);
}

TEST(FitZoneErrors, HasOurErrorsWhereTheForecastIsOurs) {
  const OwnForecast own = Own();
  const ZoneForecast forecast = *StandIn(Zone(), own, AtHour(kNowHour));
  const absl::StatusOr<ErrorFactors> factors =
      FitZoneErrors(forecast, {}, own.actuals, &own, AtHour(kNowHour));
  ASSERT_TRUE(factors.ok()) << factors.status();
  EXPECT_EQ(factors->origin, AtHour(kNowHour - kLag));
  EXPECT_GE(factors->bucket_end_hours.back(), 14 * 24);
  // Noise of 20 on some 300 g/kWh, and what the method adds that has seen a few months only.
  EXPECT_GT(Deviation(*factors, 30), 0.05);
  EXPECT_LT(Deviation(*factors, 30), 0.15);
}

// A provider whose forecast of each of the last days was off by a factor of its own.
std::vector<PastForecast> Archived(int days, int64_t hours, double off) {
  std::vector<PastForecast> past;
  for (int day = days; day >= 1; --day) {
    const int64_t at = kNowHour - 24 * day;
    const double factor = 1 + off * StandardDraw(DrawKey("provider"), static_cast<uint64_t>(day));
    std::vector<IntensitySeries::Step> steps;
    for (int64_t hour = at; hour < at + hours; ++hour) {
      steps.push_back({AtHour(hour), GramsPerKilowattHour(factor * Truth(hour))});
    }
    past.push_back({AtHour(at), *IntensitySeries::Create(steps, AtHour(at + hours))});
  }
  return past;
}

TEST(FitZoneErrors, HasTheSourcesOwnErrorsOnceEnoughAreKnown) {
  const OwnForecast own = Own();
  const ZoneForecast alone = Provider(Zone(), 72, 300);
  const absl::StatusOr<ErrorFactors> factors =
      FitZoneErrors(alone, Archived(90, 72, 0.15), own.actuals, nullptr, AtHour(kNowHour));
  ASSERT_TRUE(factors.ok()) << factors.status();
  EXPECT_EQ(factors->origin, AtHour(kNowHour));
  EXPECT_EQ(factors->bucket_end_hours.back(), 72);
  EXPECT_NEAR(Deviation(*factors, 30), 0.2, 0.07);  // of 1 / (1 + 15%)

  EXPECT_FALSE(
      FitZoneErrors(alone, Archived(30, 72, 0.15), own.actuals, nullptr, AtHour(kNowHour)).ok());
}

TEST(FitZoneErrors, GoesFromTheSourcesErrorsToOursWhereOursCarriesOn) {
  const OwnForecast own = Own();
  ZoneForecast forecast = Provider(Zone(), 72, 300);
  CarryOn(Zone(), own, AtHour(kNowHour), &forecast);
  const absl::StatusOr<ErrorFactors> factors =
      FitZoneErrors(forecast, Archived(90, 72, 0.15), own.actuals, &own, AtHour(kNowHour));
  ASSERT_TRUE(factors.ok()) << factors.status();
  EXPECT_EQ(factors->origin, AtHour(kNowHour));
  EXPECT_GE(factors->bucket_end_hours.back(), 14 * 24);
  EXPECT_NEAR(Deviation(*factors, 30), 0.2, 0.07);  // of 1 / (1 + 15%)
  EXPECT_LT(Deviation(*factors, 200), 0.15);
}

TEST(FitZoneErrors, TakesOursForASourceThatIsNotKnownYet) {
  const OwnForecast own = Own();
  ZoneForecast forecast = Provider(Zone(), 72, 300);
  CarryOn(Zone(), own, AtHour(kNowHour), &forecast);
  const absl::StatusOr<ErrorFactors> factors =
      FitZoneErrors(forecast, Archived(20, 72, 0.15), own.actuals, &own, AtHour(kNowHour));
  ASSERT_TRUE(factors.ok()) << factors.status();
  EXPECT_EQ(factors->origin, AtHour(kNowHour - kLag));
  EXPECT_LT(Deviation(*factors, 30), 0.15);
}

TEST(FitZoneErrors, SaysThatTooLittleIsKnown) {
  const OwnForecast own = Own(20);
  const ZoneForecast forecast = *StandIn(Zone(), own, AtHour(kNowHour));
  EXPECT_EQ(forecast.source, "own:profile");
  EXPECT_EQ(FitZoneErrors(forecast, {}, own.actuals, &own, AtHour(kNowHour)).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace carbon
