#include "replay/forecasts/known_forecasts.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/grid/forecast_codec.h"
#include "gtest/gtest.h"
#include "tests/replay/forecasts/synthetic_grid.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

class OwnForecastsTest : public testing::Test {
 protected:
  OwnForecastsTest() {
    for (const int zone : {0, 1}) {
      const std::string name = zone == 0 ? "A" : "B";
      records_.push_back(RecordOf(name, MadeUpHours(zone + 1, 300, 145)));
      zones_[zone].name = name;
    }
    for (int day = 125; day < 135; ++day) {
      for (const int hour : {3, 15}) hours_.push_back(GridDay(day, hour));
    }
  }

  std::vector<ZoneActuals> Actuals() const {
    return {{&zones_[0], &records_[0]}, {&zones_[1], &records_[1]}};
  }
  std::vector<std::string> BytesOf(OwnForecasts* forecasts) const {
    std::vector<std::string> bytes;
    for (const absl::Time hour : hours_) {
      const absl::StatusOr<std::vector<ZoneForecast>> made = forecasts->At(hour);
      EXPECT_TRUE(made.ok()) << made.status();
      bytes.push_back(SerializeForecasts(*made));
    }
    return bytes;
  }

  ZoneConfig zones_[2];
  std::vector<ZoneRecord> records_;
  std::vector<absl::Time> hours_;
};

TEST_F(OwnForecastsTest, ThoseMadeBeforehandAreThoseMadeOneByOne) {
  OwnForecasts one_by_one(Actuals(), "");
  const std::vector<std::string> expected = BytesOf(&one_by_one);
  const TemporaryFolder cache;
  OwnForecasts beforehand(Actuals(), cache.path());
  double done = 0;
  EXPECT_TRUE(beforehand.Prepare(hours_, 2, [&done](double share) { done = share; }).ok());
  EXPECT_GT(done, 0);
  EXPECT_EQ(BytesOf(&beforehand), expected);
  // Another process finds them.
  OwnForecasts later(Actuals(), cache.path());
  EXPECT_EQ(BytesOf(&later), expected);
  const absl::StatusOr<std::vector<ZoneForecast>> last = later.At(hours_.back());
  ASSERT_EQ(last->size(), 2u);
  EXPECT_EQ(last->at(0).zone, "A");
  EXPECT_EQ(last->at(0).source, "own:ridge");
  EXPECT_TRUE(last->at(0).errors.has_value());
}

// The fit to past errors rests on what was known when it was made, and is the same until the next.
TEST_F(OwnForecastsTest, AFitToPastErrorsServesForAWeek) {
  OwnForecasts forecasts(Actuals(), "");
  int changes = 0;
  std::vector<float> before;
  for (size_t i = 0; i < hours_.size(); i += 2) {
    const std::vector<ZoneForecast> made = *forecasts.At(hours_[i]);
    ASSERT_TRUE(made[0].errors.has_value());
    EXPECT_EQ(made[0].errors->origin, hours_[i]);
    if (!before.empty() && before != made[0].errors->scores) ++changes;
    before = made[0].errors->scores;
  }
  // Ten days reach over one renewal, or two.
  EXPECT_GE(changes, 1);
  EXPECT_LE(changes, 2);
}

TEST_F(OwnForecastsTest, ACacheThatCannotBeWrittenIsAnError) {
  OwnForecasts forecasts(Actuals(), "/proc/nothing");
  const absl::Status status = forecasts.Prepare({hours_.front()}, 1, [](double) {});
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
}

}  // namespace
}  // namespace carbon
