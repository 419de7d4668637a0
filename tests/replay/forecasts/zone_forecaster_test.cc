#include "replay/forecasts/zone_forecaster.h"

#include <string>
#include <vector>

#include "core/grid/forecast_codec.h"
#include "core/snapshot/snapshot.h"
#include "forecast/own/own_forecast.h"
#include "forecast/own/zone_errors.h"
#include "gtest/gtest.h"
#include "tests/replay/forecasts/synthetic_grid.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

std::string BytesAt(ZoneForecaster* forecaster, absl::Time now) {
  const absl::StatusOr<ZoneForecast> forecast = forecaster->At(now);
  EXPECT_TRUE(forecast.ok()) << forecast.status();
  return forecast.ok() ? SerializeForecasts({*forecast}) : "";
}

TEST(ZoneForecaster, NeitherForecastNorErrorsLookAtWhatComesAfterThem) {
  const absl::Time change = GridDay(170, 9);
  const std::vector<double> hours = MadeUpHours(1, 300, 190);
  std::vector<double> changed = hours;
  for (size_t hour = 170 * 24 + 9; hour < changed.size(); ++hour) changed[hour] = 900 - hours[hour];
  const ZoneRecord one = RecordOf("A", hours), two = RecordOf("A", changed);
  // Of its own each: up to the day before the change one would read what the other has made.
  const TemporaryFolder cache, other_cache;
  ZoneForecaster before(one, cache.path()), after(two, other_cache.path());
  // In this order, so that what is made for a later one lies ready for the earlier ones.
  for (const absl::Time now : {GridDay(185, 9), GridDay(171, 9), GridDay(170, 10)}) {
    EXPECT_NE(BytesAt(&before, now), BytesAt(&after, now)) << now;
  }
  for (const absl::Time now : {change, GridDay(169, 20), GridDay(169, 9), GridDay(150, 9)}) {
    EXPECT_EQ(BytesAt(&before, now), BytesAt(&after, now)) << now;
  }
}

// On the days on which the shared regressions happen to be fitted as PastForecasts fits its own,
// all is as scarbond publishes it.
TEST(ZoneForecaster, GivesWhatTheProductGives) {
  const ZoneRecord record = RecordOf("A", MadeUpHours(1, 300, 420));
  // The oldest of 180 past forecasts, 194 days ago, lies on a multiple of 60 days.
  int day = 380;
  while (absl::ToInt64Hours(GridDay(day - 194) - absl::UnixEpoch()) / 24 % 60 != 0) ++day;
  const absl::Time now = GridDay(day, 5);
  const TemporaryFolder cache;
  ZoneForecaster forecaster(record, cache.path());

  absl::StatusOr<OwnForecast> own = MakeOwnForecast(record.history(), now);
  ASSERT_TRUE(own.ok()) << own.status();
  ZoneConfig zone;
  zone.name = "A";
  absl::StatusOr<ZoneForecast> expected = StandIn(zone, *own, now);
  ASSERT_TRUE(expected.ok()) << expected.status();
  absl::StatusOr<ErrorFactors> errors = FitZoneErrors(*expected, {}, own->actuals, &*own, now);
  ASSERT_TRUE(errors.ok()) << errors.status();
  expected->errors = *errors;
  EXPECT_EQ(BytesAt(&forecaster, now), SerializeForecasts({*expected}));
}

TEST(ZoneForecaster, SaysWhereTooLittleIsKnown) {
  const ZoneRecord record = RecordOf("A", MadeUpHours(1, 300, 100));
  const TemporaryFolder cache;
  ZoneForecaster forecaster(record, cache.path());
  EXPECT_EQ(forecaster.At(GridDay(0, 5)).status().code(), absl::StatusCode::kFailedPrecondition);
  // Enough for a forecast, but not for its errors.
  const absl::StatusOr<ZoneForecast> early = forecaster.At(GridDay(70));
  ASSERT_TRUE(early.ok()) << early.status();
  EXPECT_EQ(early->source, "own:ridge");
  EXPECT_FALSE(early->errors.has_value());
  EXPECT_EQ(forecaster.At(GridDay(4))->source, "own:yesterday");
  EXPECT_EQ(forecaster.made(), 2);
}

}  // namespace
}  // namespace carbon
