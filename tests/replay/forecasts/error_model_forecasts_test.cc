#include "replay/forecasts/error_model_forecasts.h"

#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "core/grid/forecast_codec.h"
#include "gtest/gtest.h"
#include "tests/replay/forecasts/synthetic_grid.h"

namespace carbon {
namespace {

constexpr double kLevel = 400;

class ErrorModelForecastsTest : public testing::Test {
 protected:
  ErrorModelForecastsTest()
      : record_(RecordOf("A", std::vector<double>(24 * 400, kLevel))),
        other_(RecordOf("B", std::vector<double>(24 * 400, kLevel))) {
    zone_.name = "A";
    other_zone_.name = "B";
  }

  std::vector<ZoneForecast> At(absl::Time hour, const ErrorModel& model) {
    ErrorModelForecasts forecasts({{&zone_, &record_}, {&other_zone_, &other_}}, model);
    absl::StatusOr<std::vector<ZoneForecast>> made = forecasts.At(hour);
    EXPECT_TRUE(made.ok()) << made.status();
    return *std::move(made);
  }
  static double ErrorAt(const ZoneForecast& forecast, absl::Time hour) {
    return forecast.series.Mean(hour, hour + absl::Hours(1))->value() / kLevel - 1;
  }

  ZoneConfig zone_, other_zone_;
  ZoneRecord record_, other_;
};

TEST_F(ErrorModelForecastsTest, ErrsAsTheModelSays) {
  ErrorModel model;
  model.spread = {.near = 0.05, .far = 0.2, .growth = absl::Hours(24)};
  model.every = absl::Hours(1);
  const int kIssues = 2000;
  for (const int lead : {0, 24, 200}) {
    double squares = 0, neighbours = 0, across = 0, sum = 0;
    for (int issue = 0; issue < kIssues; ++issue) {
      const absl::Time now = GridDay(10) + absl::Hours(issue);
      const std::vector<ZoneForecast> made = At(now, model);
      const double error = ErrorAt(made[0], now + absl::Hours(lead));
      squares += error * error;
      sum += error;
      neighbours += error * ErrorAt(made[0], now + absl::Hours(lead + 1));
      across += error * ErrorAt(made[1], now + absl::Hours(lead));
    }
    const auto spread_at = [](double hours) { return 0.05 + 0.15 * (hours / (hours + 24)); };
    const double spread = spread_at(lead + 0.5);
    EXPECT_NEAR(std::sqrt(squares / kIssues), spread, 0.05 * spread) << lead;
    EXPECT_NEAR(sum / kIssues, 0, 0.1 * spread) << lead;
    // The correlation is 24 / 25, and the later error is larger.
    EXPECT_NEAR(neighbours / squares, 0.96 * spread_at(lead + 1.5) / spread, 0.03) << lead;
    EXPECT_NEAR(across / squares, 0, 0.1) << lead;
  }
}

TEST_F(ErrorModelForecastsTest, IsTheSameForASeedAndUntilTheNextIssue) {
  ErrorModel model;
  const ZoneForecast one = At(GridDay(10, 7), model)[0];
  EXPECT_EQ(SerializeForecasts({one}), SerializeForecasts({At(GridDay(10, 7), model)[0]}));
  EXPECT_EQ(one.issued_at, GridDay(10, 6));
  EXPECT_GE(one.valid_until, GridDay(10, 12));
  const ZoneForecast later = At(GridDay(10, 11), model)[0], next = At(GridDay(10, 12), model)[0];
  const absl::Time noon = GridDay(11, 12);
  EXPECT_EQ(ErrorAt(one, noon), ErrorAt(later, noon));
  EXPECT_NE(ErrorAt(one, noon), ErrorAt(next, noon));
  model.seed = 2;
  EXPECT_NE(ErrorAt(one, noon), ErrorAt(At(GridDay(10, 7), model)[0], noon));
}

TEST_F(ErrorModelForecastsTest, WithoutSpreadIsWhatCame) {
  ErrorModel model;
  model.spread = {.near = 0, .far = 0};
  const ZoneForecast forecast = At(GridDay(10, 7), model)[0];
  EXPECT_EQ(ErrorAt(forecast, GridDay(20)), 0);
  EXPECT_GE(forecast.series.end(), GridDay(24, 7));
  EXPECT_EQ(forecast.spread.near, 0);
  EXPECT_FALSE(forecast.errors.has_value());
}

TEST(ErrorModel, IsReadAsItIsWritten) {
  const absl::StatusOr<ErrorModel> model =
      ParseErrorModel("seed=7,near=0.1,growth=12h,far=0.3,every=3h");
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->spread.near, 0.1);
  EXPECT_EQ(model->spread.far, 0.3);
  EXPECT_EQ(model->spread.growth, absl::Hours(12));
  EXPECT_EQ(model->every, absl::Hours(3));
  EXPECT_EQ(model->seed, 7u);
  const std::string text = FormatErrorModel(*model);
  EXPECT_EQ(text, "near=0.1,far=0.3,growth=12h,every=3h,seed=7");
  EXPECT_EQ(FormatErrorModel(*ParseErrorModel(text)), text);
  EXPECT_EQ(FormatErrorModel(*ParseErrorModel("")), "near=0.05,far=0.2,growth=24h,every=6h,seed=1");
}

TEST(ErrorModel, RefusesWhatItCannotDraw) {
  const std::pair<const char*, const char*> kCases[] = {
      {"near=2", "\"near=2\": is not a share in [0, 1]"},
      {"far=nan", "\"far=nan\": is not a share in [0, 1]"},
      {"growth=0s", "\"growth=0s\": is not above zero and at most 400 days"},
      {"growth=x", "\"growth=x\": is not a duration, as 24h"},
      {"every=90m", "\"every=90m\": is not whole hours, from 1h to 168h"},
      {"seed=-1", "\"seed=-1\": is not a whole number"},
      {"nears=0.1", "\"nears=0.1\": is not near=, far=, growth=, every= or seed="}};
  for (const auto& [text, message] : kCases) {
    EXPECT_EQ(ParseErrorModel(text).status(), absl::InvalidArgumentError(message));
  }
}

}  // namespace
}  // namespace carbon
