#include "replay/forecasts/drawn_ahead.h"

#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/replay/forecasts/synthetic_grid.h"

namespace carbon {
namespace {

// Gives as many zones as the hour of the day has, and fails from noon on.
class CountingForecasts : public KnownForecasts {
 public:
  absl::StatusOr<std::vector<ZoneForecast>> At(absl::Time hour) override {
    asked.push_back(hour);
    const int64_t of_day = absl::ToInt64Hours(hour - kGridBegin) % 24;
    if (of_day >= 12) return absl::UnavailableError("disk");
    std::vector<ZoneForecast> forecasts;
    for (int64_t i = 0; i < of_day; ++i) {
      forecasts.push_back({.zone = std::string(1, static_cast<char>('a' + i)),
                           .series = *IntensitySeries::Create({{hour, GramsPerKilowattHour(1)}},
                                                              hour + absl::Hours(1)),
                           .horizon = hour + absl::Hours(1)});
    }
    return forecasts;
  }

  std::vector<absl::Time> asked;
};

TEST(DrawnAhead, GivesTheForecastsOfEachHourInTurn) {
  CountingForecasts forecasts;
  {
    DrawnAhead ahead(&forecasts, {GridDay(0, 1), GridDay(0, 2), GridDay(0, 5), GridDay(1, 3)});
    EXPECT_EQ((*ahead.At(GridDay(0, 1)))->zones.size(), 1u);
    // One that nobody asked for is passed over.
    EXPECT_EQ((*ahead.At(GridDay(0, 5)))->zones.size(), 5u);
    EXPECT_EQ((*ahead.At(GridDay(1, 3)))->zones.size(), 3u);
    EXPECT_EQ(ahead.At(GridDay(1, 4)).status().code(), absl::StatusCode::kInternal);
  }
  EXPECT_EQ(forecasts.asked.size(), 4u);
}

TEST(DrawnAhead, TellsAnErrorWithItsHour) {
  CountingForecasts forecasts;
  DrawnAhead ahead(&forecasts, {GridDay(0, 11), GridDay(0, 12), GridDay(1, 2)});
  EXPECT_TRUE(ahead.At(GridDay(0, 11)).ok());
  EXPECT_EQ(ahead.At(GridDay(0, 12)).status(), absl::UnavailableError("disk"));
  EXPECT_TRUE(ahead.At(GridDay(1, 2)).ok());
}

TEST(DrawnAhead, StopsWhenNobodyAsksFurther) {
  CountingForecasts forecasts;
  {
    std::vector<absl::Time> hours;
    for (int day = 0; day < 1000; ++day) hours.push_back(GridDay(day, 1));
    DrawnAhead ahead(&forecasts, hours);
    EXPECT_TRUE(ahead.At(GridDay(0, 1)).ok());
  }
  EXPECT_LT(forecasts.asked.size(), 10u);
}

}  // namespace
}  // namespace carbon
