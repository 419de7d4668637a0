#include "cli/forecast/chart.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

const absl::Time kStart = absl::FromCivil(absl::CivilHour(2026, 11, 24, 20), absl::UTCTimeZone());

// A day's wave around 300 whose band widens.
std::vector<OutlookStep> Wave(int hours) {
  std::vector<OutlookStep> steps;
  for (int i = 0; i < hours; ++i) {
    const double mean = 300 + 100 * std::sin(i * M_PI / 12);
    const double half = 10 + i;
    steps.push_back({kStart + absl::Hours(i),
                     kStart + absl::Hours(i + 1),
                     {GramsPerKilowattHour(mean), GramsPerKilowattHour(mean - half),
                      GramsPerKilowattHour(mean + half)}});
  }
  return steps;
}

ChartStyle Style(int width, bool is_utf8) {
  return {.width = width, .is_utf8 = is_utf8, .zone = absl::UTCTimeZone()};
}

int Width(absl::string_view line) {
  return static_cast<int>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

TEST(BandChart, DrawsALineAndItsBand) {
  EXPECT_EQ(BandChart(Wave(36), Style(50, false)), R"(gCO2e/kWh
   500 +
       |
       |                            :::::
   400 +   :*****:                ::*****::
       |  **:: ::**              :**:::::**:
       | *:       :*:           :*:::   :::*
   300 +*:         :*:         :*::       ::
       |            :**:     ::*:          :
       |              :*:::::**:
   200 +               :*****:
       |                 :::
       |
   100 +
       +----+-----------+-----------+-------
            11-25       12:00       11-26
)");
}

TEST(BandChart, KeepsToItsWidthAndItsCharacters) {
  for (const int hours : {1, 2, 7, 36, 48, 72, 336}) {
    for (const int width : {10, 40, 79, 80, 200, 10'000}) {
      for (const bool is_utf8 : {false, true}) {
        const std::string chart = BandChart(Wave(hours), Style(width, is_utf8));
        for (const absl::string_view line : absl::StrSplit(chart, '\n')) {
          EXPECT_LE(Width(line), std::clamp(width, 40, 250)) << hours << "\n" << chart;
        }
        const bool is_ascii = std::all_of(chart.begin(), chart.end(), [](char c) {
          return absl::ascii_isascii(static_cast<unsigned char>(c));
        });
        EXPECT_EQ(is_ascii, !is_utf8);
        EXPECT_LE(std::count(chart.begin(), chart.end(), '\n'), 20);
        EXPECT_EQ(chart.find(" \n"), std::string::npos);
      }
    }
  }
}

TEST(BandChart, DrawsWhatIsEverTheSameAndZero) {
  for (const double value : {0.0, 0.3, 250.0, 10'000.0}) {
    std::vector<OutlookStep> steps = Wave(24);
    for (OutlookStep& step : steps) {
      step.band.mean = step.band.low = step.band.high = GramsPerKilowattHour(value);
    }
    const std::string chart = BandChart(steps, Style(80, false));
    EXPECT_EQ(std::count(chart.begin(), chart.end(), '*'), 72) << chart;
  }
  EXPECT_EQ(BandChart({}, Style(80, true)), "");
}

TEST(BandChart, NamesTheDayAtMidnightOfTheUsersClock) {
  ChartStyle style = Style(80, false);
  EXPECT_THAT(BandChart(Wave(24), style), HasSubstr("\n           21:00 "));
  EXPECT_THAT(BandChart(Wave(24), style), HasSubstr(" 11-25 "));
  style.zone = absl::FixedTimeZone(4 * 3600);
  EXPECT_THAT(BandChart(Wave(24), style), HasSubstr("\n        11-25"));
}

}  // namespace
}  // namespace carbon
