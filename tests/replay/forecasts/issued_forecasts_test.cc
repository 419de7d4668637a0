#include "replay/forecasts/issued_forecasts.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/grid/forecast_codec.h"
#include "gtest/gtest.h"
#include "tests/replay/forecasts/synthetic_grid.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

constexpr char kFirst[] = "energy-charts:DE";
constexpr char kSecond[] = "neso:GB";

ForecastProvider Provider(const std::string& name, const std::string& zone) {
  ForecastProvider provider;
  provider.provider = name;
  provider.zone = zone;
  return provider;
}

// A zone with two sources, of which an archive has what a test adds.
class IssuedForecastsTest : public testing::Test {
 protected:
  IssuedForecastsTest() : record_(RecordOf("DE", MadeUpHours(1, 300, 300))) {
    zone_.name = "DE";
    zone_.forecasts = {Provider("energy-charts", "DE"), Provider("neso", "GB")};
    std::vector<std::string> problems;
    archive_ = *Archive::Open(path(), GridDay(299), &problems);
  }

  std::string path() const { return folder_.path() + "/archive.db"; }

  // Two days at one value.
  void Add(const std::string& source, absl::Time issued, absl::Time fetched, double value) {
    const IntensitySeries series =
        *IntensitySeries::Create({{issued, GramsPerKilowattHour(value)}}, issued + absl::Hours(48));
    const auto added = archive_->AddForecast({"DE", source, zone_.kind}, issued, series, fetched);
    EXPECT_TRUE(added.ok()) << added.status();
  }

  ZoneForecast At(absl::Time hour) {
    IssuedForecasts forecasts({{&zone_, &record_}}, *ArchiveReader::Open(path()), "");
    absl::StatusOr<std::vector<ZoneForecast>> made = forecasts.At(hour);
    EXPECT_TRUE(made.ok()) << made.status();
    EXPECT_EQ(made->size(), 1u);
    issued_ = forecasts.issued();
    return std::move(made->at(0));
  }
  static double ValueAt(const ZoneForecast& forecast, absl::Time hour) {
    return forecast.series.Mean(hour, hour + absl::Hours(1))->value();
  }

  TemporaryFolder folder_;
  ZoneConfig zone_;
  ZoneRecord record_;
  std::unique_ptr<Archive> archive_;
  int64_t issued_ = 0;
};

const absl::Time kHour = GridDay(100, 12);

TEST_F(IssuedForecastsTest, GivesWhatTheSourceHadSaidByThen) {
  Add(kFirst, kHour - absl::Hours(3), kHour - absl::Hours(2), 111);
  Add(kFirst, kHour - absl::Hours(1), kHour, 222);
  Add(kFirst, kHour + absl::Hours(1), kHour + absl::Hours(1), 333);
  const ZoneForecast forecast = At(kHour);
  EXPECT_EQ(forecast.source, kFirst);
  EXPECT_EQ(issued_, 1);
  EXPECT_EQ(ValueAt(forecast, kHour), 222);
  EXPECT_EQ(ValueAt(At(kHour - absl::Hours(1)), kHour), 111);
}

// Issued before, and fetched after: nobody here knew of it.
TEST_F(IssuedForecastsTest, CountsAForecastFromWhenItWasFetched) {
  Add(kFirst, kHour - absl::Hours(3), kHour - absl::Hours(2), 111);
  Add(kFirst, kHour - absl::Hours(1), kHour + absl::Minutes(1), 222);
  EXPECT_EQ(ValueAt(At(kHour), kHour), 111);
  EXPECT_EQ(ValueAt(At(kHour + absl::Hours(1)), kHour + absl::Hours(1)), 222);
}

TEST_F(IssuedForecastsTest, TakesTheFirstSourceThatHasOneAndElseOurs) {
  Add(kSecond, kHour - absl::Hours(3), kHour - absl::Hours(2), 555);
  EXPECT_EQ(At(kHour).source, kSecond);
  Add(kFirst, kHour - absl::Hours(3), kHour - absl::Hours(2), 111);
  EXPECT_EQ(At(kHour).source, kFirst);
  // A day later both are too old.
  EXPECT_EQ(At(kHour + absl::Hours(30)).source, "own:ridge");
  EXPECT_EQ(issued_, 0);
}

TEST_F(IssuedForecastsTest, OursContinuesItBeyondItsHorizon) {
  Add(kFirst, kHour - absl::Hours(1), kHour, 222);
  const ZoneForecast forecast = At(kHour);
  EXPECT_EQ(forecast.own_from, kHour + absl::Hours(47));
  EXPECT_GE(forecast.series.end(), kHour + absl::Hours(14 * 24));
  EXPECT_EQ(ValueAt(forecast, kHour + absl::Hours(46)), 222);
}

TEST_F(IssuedForecastsTest, ErrsAsTheSourceDidWhereEnoughOfItsForecastsAreKnown) {
  for (int day = 30; day <= 100; ++day) Add(kFirst, GridDay(day, 11), GridDay(day, 12), 222);
  const ZoneForecast forecast = At(kHour);
  ASSERT_TRUE(forecast.errors.has_value());
  EXPECT_EQ(forecast.errors->origin, kHour);
  // 25 days after the first one there are too few, and too little history for ours.
  EXPECT_FALSE(At(GridDay(55, 12)).errors.has_value());
}

// Whatever comes after it, measured or archived, changes no forecast.
TEST_F(IssuedForecastsTest, LooksAtNothingThatComesLater) {
  for (int day = 30; day <= 100; ++day) Add(kFirst, GridDay(day, 11), GridDay(day, 12), 200 + day);
  const std::string before = SerializeForecasts({At(kHour)});
  for (int day = 30; day <= 101; ++day) {
    Add(kFirst, GridDay(day, 11) + absl::Minutes(30), kHour + absl::Seconds(1), 999);
    Add(kSecond, GridDay(day, 11), kHour + absl::Hours(day), 999);
  }
  std::vector<double> changed = MadeUpHours(1, 300, 300);
  for (size_t hour = 100 * 24 + 12; hour < changed.size(); ++hour) changed[hour] = 5;
  record_ = RecordOf("DE", changed);
  EXPECT_EQ(SerializeForecasts({At(kHour)}), before);
  EXPECT_NE(ValueAt(At(kHour + absl::Hours(1)), kHour + absl::Hours(1)),
            ValueAt(At(kHour), kHour + absl::Hours(1)));
}

}  // namespace
}  // namespace carbon
