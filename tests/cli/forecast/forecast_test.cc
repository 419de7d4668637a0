// Runs the built scarbon forecast on a published snapshot.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/cluster/capacity_codec.h"
#include "core/grid/forecast_codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "store/snapshot_store.h"
#include "tests/cli/run_scarbon.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ScarbonForecast : public ::testing::Test {
 protected:
  ScarbonForecast() {
    AddZone("NO-1", 30);
    AddZone("DE", 400);
  }

  // Dips to a quarter of `base` from five to nine hours from now.
  void AddZone(const std::string& name, double base) {
    config_.zones.push_back({.name = name});
    std::vector<IntensitySeries::Step> steps;
    for (int hour = -1; hour < 72; ++hour) {
      const bool is_dip = hour >= 5 && hour < 9;
      steps.push_back({hour_ + absl::Hours(hour), GramsPerKilowattHour(is_dip ? base / 4 : base)});
    }
    const IntensitySeries series = *IntensitySeries::Create(steps, hour_ + absl::Hours(72));
    forecasts_.push_back({.zone = name,
                          .source = "made up",
                          .fetched_at = hour_,
                          .valid_until = hour_ + absl::Hours(24),
                          .series = series,
                          .horizon = hour_ + absl::Hours(48),
                          .long_run_mean = GramsPerKilowattHour(base)});
  }

  void Publish() {
    absl::StatusOr<SnapshotPublisher> publisher = SnapshotPublisher::Open(snapshot_);
    ASSERT_TRUE(publisher.ok()) << publisher.status();
    CapacityState capacity;
    capacity.taken_at = hour_;
    ASSERT_TRUE(publisher
                    ->Publish({.bytes = {{SerializeConfig(config_), SerializeForecasts(forecasts_),
                                          SerializeCapacity(capacity), SerializeAdmission({})}}},
                              absl::Now())
                    .ok());
  }

  Ran Run(const std::string& arguments, const std::string& environment = "") {
    return RunScarbon(absl::StrCat("forecast ", arguments, " --snapshot ", snapshot_),
                      absl::StrCat("TZ=UTC ", environment));
  }

  std::string Local(int hour) const {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%S", hour_ + absl::Hours(hour), absl::UTCTimeZone());
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  const std::string snapshot_ = folder_ + "/snapshot";
  const absl::Time hour_ =
      absl::UnixEpoch() + absl::Floor(absl::Now() - absl::UnixEpoch(), absl::Hours(1));
  PlacementConfig config_;
  std::vector<ZoneForecast> forecasts_;
};

TEST_F(ScarbonForecast, ShowsAZonesHoursAndTheBestStart) {
  Publish();
  const Ran ran = Run("DE --duration 4h");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, StartsWith("DE: made up, average-lifecycle, made 00:"));
  EXPECT_THAT(ran.out, HasSubstr("gCO2e/kWh\n"));
  EXPECT_THAT(ran.out, HasSubstr(absl::StrCat("\n", Local(5), " 100.0 ")));
  EXPECT_THAT(ran.out, HasSubstr(absl::StrCat("\n", Local(47), " 400.0 ")));
  EXPECT_THAT(ran.out, HasSubstr(absl::StrCat("Best start of a run of 4h: ", Local(5), " (in 0")));
  EXPECT_THAT(ran.out, HasSubstr("): 75% ("));
  EXPECT_THAT(ran.out, HasSubstr(" less than the 400.0 of a start now\n"));
}

TEST_F(ScarbonForecast, ShowsALineForEachZoneWhereNoneIsNamed) {
  Publish();
  const Ran ran = Run("");
  EXPECT_EQ(ran.code, 0);
  const std::vector<std::string> lines = absl::StrSplit(ran.out, '\n');
  ASSERT_EQ(lines.size(), 5u) << ran.out;
  EXPECT_THAT(lines[3], AllOf(StartsWith(absl::StrCat("NO-1  30.0     7.5 ", Local(5))),
                              HasSubstr(Local(48)), HasSubstr(" made up average-lifecycle 00:")));
  EXPECT_THAT(lines[2], StartsWith("DE   400.0   100.0 "));
}

TEST_F(ScarbonForecast, GivesJsonAndCsv) {
  Publish();
  const nlohmann::json json =
      nlohmann::json::parse(Run("DE NO-1 --json --hours 6 --step 30m --duration 1h").out);
  ASSERT_EQ(json["zones"].size(), 2u);
  EXPECT_EQ(json["zones"][0]["zone"], "DE");
  EXPECT_GE(json["zones"][0]["steps"].size(), 12u);
  EXPECT_EQ(json["zones"][0]["best"]["mean"], 100);
  EXPECT_EQ(json["zones"][0]["steps"][0]["mean"], 400);
  EXPECT_LT(json["zones"][0]["steps"][0]["low"], 400);

  const std::vector<std::string> lines = absl::StrSplit(Run("DE --csv --hours 2").out, '\n');
  EXPECT_EQ(lines[0], "zone,start,end,mean,low,high,from");
  EXPECT_THAT(lines[1], StartsWith(absl::StrCat("DE,", Local(0), "Z,", Local(1), "Z,400,")));
  EXPECT_THAT(Run("--csv -n").out, HasSubstr("\nNO-1,30,7.5,"));
}

TEST_F(ScarbonForecast, LooksAheadAsFarAsItIsTold) {
  Publish();
  const auto rows = [this](const std::string& arguments) {
    const std::string out = Run(absl::StrCat("DE -n ", arguments)).out;
    return std::count(out.begin(), out.end(), '\n');
  };
  EXPECT_EQ(rows("--to now+3hours --step 1h"), rows("--hours 3"));
  EXPECT_GE(rows("--hours 3"), 3);
  EXPECT_LE(rows("--hours 3"), 4);
  EXPECT_EQ(rows("--hours 336"), 72);  // the forecast ends
  EXPECT_THAT(Run("DE --hours 72").out, HasSubstr(absl::StrCat(Local(50), " 400.0 ")));
  EXPECT_THAT(Run("DE --hours 72").out, HasSubstr(" climatology\n"));
}

TEST_F(ScarbonForecast, DrawsWhatTheTerminalCanShow) {
  Publish();
  const std::string utf8 = Run("DE", "LC_ALL=C.UTF-8 COLUMNS=60").out;
  EXPECT_THAT(utf8, AllOf(HasSubstr("━"), HasSubstr("░")));
  const std::string ascii = Run("DE", "LC_ALL=C COLUMNS=60").out;
  EXPECT_THAT(ascii, HasSubstr("****"));
  EXPECT_TRUE(std::all_of(ascii.begin(), ascii.end(), [](char c) {
    return absl::ascii_isascii(static_cast<unsigned char>(c));
  }));
}

TEST_F(ScarbonForecast, OffersTheNearestZoneAndShowsTheOthers) {
  Publish();
  Ran ran = Run("NO1");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, "scarbon: unknown zone \"NO1\"; did you mean \"NO-1\"?\n");
  EXPECT_EQ(Run("Atlantis").err, "scarbon: unknown zone \"Atlantis\"; known are DE, NO-1\n");
  ran = Run("NO1 DE --csv");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.out, HasSubstr("\nDE,"));
  forecasts_.pop_back();
  Publish();
  ran = Run("");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err, "scarbon: zone DE: has no forecast\n");
  EXPECT_THAT(ran.out, HasSubstr("\nNO-1 "));
}

TEST_F(ScarbonForecast, ShowsAStaleForecastAndSaysSo) {
  forecasts_[1].valid_until = hour_ - absl::Hours(1);
  Publish();
  const Ran ran = Run("DE");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err,
            absl::StrCat("scarbon: zone DE: no decision rests on this forecast: stale since ",
                         Local(-1), "\n"));
  EXPECT_THAT(ran.out, StartsWith("DE: made up"));
}

TEST_F(ScarbonForecast, SaysThatNothingWasEverPublished) {
  const Ran ran = Run("DE");
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, AllOf(StartsWith("scarbon: snapshot: "),
                             HasSubstr(": has scarbond ever published here?\n")));
}

TEST_F(ScarbonForecast, RefusesWrongUsage) {
  Publish();
  for (const char* arguments :
       {"DE --hours 0", "DE --hours 337", "DE --to yesterday-ish", "DE --to now-1hours",
        "DE --step 0s", "DE --step 1s", "DE --step 5", "DE --duration -1h", "DE --json --csv"}) {
    const Ran ran = Run(arguments);
    EXPECT_EQ(ran.code, 2) << arguments << ran.out;
    EXPECT_THAT(ran.err, StartsWith("scarbon: ")) << arguments;
    EXPECT_EQ(ran.out, "") << arguments;
  }
  // A duration that does not fit is not wrong usage.
  const Ran ran = Run("DE --hours 3 --duration 8h");
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, StartsWith("scarbon: zone DE: a run of 8h does not fit the "));
}

}  // namespace
}  // namespace carbon
