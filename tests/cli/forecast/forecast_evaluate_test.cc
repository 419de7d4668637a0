
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/time/time.h"
#include "core/base/standard_draws.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/cli/run_scarbon.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

// 130 days from 1 January 2025 on: a day's wave, lower at weekends, and noise; one hole.
std::string WriteHistory(const std::string& name) {
  static const TemporaryFolder folder;  // zones are named after their files
  const std::string path = folder.path() + "/" + name + ".csv";
  std::ofstream file(path);
  file << "time,value\n";
  const absl::Time start = absl::FromCivil(absl::CivilDay(2025, 1, 1), absl::UTCTimeZone());
  for (int hour = 0; hour < 130 * 24; ++hour) {
    if (hour >= 2000 && hour < 2010) continue;
    const bool weekend = (hour / 24 + 2) % 7 >= 5;
    const double wave = 300 + 100 * std::sin(M_PI * (hour % 24) / 12) - (weekend ? 60 : 0);
    const double noise = 10 * StandardDraw(DrawKey(name), static_cast<uint64_t>(hour));
    file << absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", start + absl::Hours(hour), absl::UTCTimeZone())
         << "," << wave + noise << "\n";
  }
  return path;
}

TEST(ScarbonForecastEvaluate, TellsAccuracySavingsAndCoverageAsJson) {
  const std::string file = WriteHistory("XX");
  const Ran ran = RunScarbon(
      "forecast evaluate --json --model ridge --model yesterday --from 2025-03-20 --history " +
      file);
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto result = nlohmann::json::parse(ran.out);
  ASSERT_EQ(result["zones"].size(), 2u);
  const auto& ridge = result["zones"][0];
  EXPECT_EQ(ridge["zone"], "XX");
  EXPECT_EQ(ridge["model"], "ridge");
  // The last of 52 days and 5 before it are too near the end.
  EXPECT_EQ(ridge["forecasts"], 47);
  ASSERT_EQ(ridge["days"].size(), 6u);
  EXPECT_EQ(ridge["days"][0]["hours"], 47 * 24 - 10);
  // The noise of 10 on 283 cannot be forecast, which is 0.8 x 10 / 283; three months of history add
  // to it.
  for (const auto& day : ridge["days"]) EXPECT_NEAR(day["normalised_mae"], 0.036, 0.01);
  EXPECT_GT(ridge["days"][0]["rank_correlation"], 0.9);
  ASSERT_EQ(ridge["savings"].size(), 10u);
  EXPECT_GT(ridge["savings"][0]["captured"], 0.9);
  const auto& yesterday = result["zones"][1];
  EXPECT_GT(yesterday["days"][1]["mape"], ridge["days"][1]["mape"]);
  ASSERT_EQ(yesterday["coverage"].size(), 8u);
  EXPECT_NEAR(yesterday["coverage"][0]["covered"], 0.8, 0.15);
  EXPECT_EQ(result["all_zones"].size(), 2u);
}

TEST(ScarbonForecastEvaluate, PrintsTablesWithTheMeanOverZones) {
  const std::string files = WriteHistory("XX") + " " + WriteHistory("YY");
  const Ran ran =
      RunScarbon("forecast evaluate --model profile --from 2025-04-20 --history " + files);
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("ZONE MODEL   FORECASTS MAPE % DAY 1/2/3/4"));
  EXPECT_THAT(ran.out, HasSubstr("\nXX   profile        16 "));
  EXPECT_THAT(ran.out, HasSubstr("\nYY   profile        16 "));
  EXPECT_THAT(ran.out, HasSubstr("\nall  profile        32 "));
  EXPECT_THAT(RunScarbon("forecast evaluate -n --model profile --history " + files).out,
              Not(HasSubstr("ZONE")));
}

TEST(ScarbonForecastEvaluate, SaysWhatItCannotDo) {
  const std::string file = WriteHistory("XX");
  const struct {
    std::string arguments;
    int exit_code;
    std::string message;
  } cases[] = {
      {"", 2, "--history is required"},
      {"--history " + file + " --model arima", 2, "\"arima\" is no method of forecasting"},
      {"--history " + file + " --from 1.1.2025", 2, "scarbon: time \"1.1.2025\""},
      {"--history /nowhere/XX.csv", 1, "scarbon: /nowhere/XX.csv: No such file or directory"},
      {"--history " + file + " --from 2025-06-01", 1, "XX.csv: holds no 6 days from 2025-06-01"},
      {"--history " + file + " --to 2020-01-01", 1, "XX.csv: holds no"},
      {"--history " SCARBON_BINARY, 1, "line 1: "},
  };
  for (const auto& [arguments, exit_code, message] : cases) {
    const Ran ran = RunScarbon("forecast evaluate " + arguments);
    EXPECT_EQ(ran.code, exit_code) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(message));
  }
}

}  // namespace
}  // namespace carbon
