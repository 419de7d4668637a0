#include "forecast/live/source_states.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 10), absl::UTCTimeZone());
const absl::Time kNext = kNow + absl::Minutes(1);

// A provider, a file and a value. Each replaces the one before if that fails.
DaemonConfig ThreeSources() {
  ForecastProvider neso;
  neso.provider = "neso";
  neso.zone = "GB";
  return {.zones = {{.name = "GB",
                     .kind = SignalKind::kAverageDirect,
                     .forecasts = {neso, ForecastFile{.path = "/data/gb.csv"},
                                   GramsPerKilowattHour(200)}}}};
}

class SourceStatesTest : public ::testing::Test {
 protected:
  SourceStatesTest() { EXPECT_TRUE(live_.Configure(config_).ok()); }

  const DaemonConfig config_ = ThreeSources();
  const ZoneConfig& zone_ = config_.zones[0];
  LiveForecasts live_;
  SourceStates states_;
};

TEST_F(SourceStatesTest, NamesEachSourceBeforeAnythingIsKnown) {
  std::vector<std::string> names;
  for (const SourceState& state : states_.Of(config_, live_)) {
    EXPECT_EQ(state.zone, "GB");
    EXPECT_EQ(state.kind, SignalKind::kAverageDirect);
    EXPECT_FALSE(state.in_use);
    EXPECT_EQ(state.error, "");
    names.push_back(state.source);
  }
  EXPECT_THAT(names, ElementsAre("neso:GB", "csv:gb.csv", "static"));
}

TEST_F(SourceStatesTest, TellsWhichIsInUseAndWhatAFileHolds) {
  const absl::Time reaches = kNow + absl::Hours(30);
  states_.Note(zone_,
               {{.trouble = absl::UnavailableError("not fetched yet")},
                {.in_use = true, .fetched_at = kNow - absl::Hours(1), .reaches = reaches}},
               kNow, kNext);
  const std::vector<SourceState> states = states_.Of(config_, live_);
  EXPECT_FALSE(states[0].in_use);
  EXPECT_EQ(states[0].error, "");  // data that have not arrived yet are not an error
  EXPECT_TRUE(states[1].in_use);
  EXPECT_EQ(states[1].fetched_at, kNow - absl::Hours(1));
  EXPECT_EQ(states[1].reaches, reaches);
  EXPECT_EQ(states[1].next_refresh, kNext);
  EXPECT_EQ(states[1].requests, 1);
  EXPECT_FALSE(states[2].in_use);
}

TEST_F(SourceStatesTest, CountsAFilesErrorsUntilItCanBeReadAgain) {
  const SourceLook neso = {.trouble = absl::UnavailableError("not fetched yet")};
  const SourceLook broken = {.trouble = absl::InvalidArgumentError("line 3: no number")};
  const SourceLook value = {.in_use = true, .fetched_at = kNow};
  states_.Note(zone_, {neso, broken, value}, kNow, kNext);
  states_.Note(zone_, {neso, broken, value}, kNext, kNext + absl::Minutes(1));
  std::vector<SourceState> states = states_.Of(config_, live_);
  EXPECT_EQ(states[1].error, "line 3: no number");
  EXPECT_EQ(states[1].error_at, kNext);
  EXPECT_EQ(states[1].failures, 2);
  EXPECT_THAT(states[1].errors, ElementsAre(Pair("file", 2)));
  EXPECT_TRUE(states[2].in_use);
  EXPECT_EQ(states[2].next_refresh, std::nullopt);

  states_.Note(zone_, {neso, {.in_use = true, .fetched_at = kNow}}, kNext, kNext);
  states = states_.Of(config_, live_);
  EXPECT_EQ(states[1].error, "");
  EXPECT_EQ(states[1].failures, 0);
  EXPECT_EQ(states[1].requests, 3);
  EXPECT_FALSE(states[2].in_use);
}

// The same data are looked at every minute.
TEST_F(SourceStatesTest, CountsImplausibleDataOnceOfFilesAndProviders) {
  const auto zeros = [](absl::Time fetched_at) {
    return SourceLook{.trouble = absl::FailedPreconditionError("not plausible (zero)"),
                      .is_implausible = true,
                      .fetched_at = fetched_at};
  };
  const SourceLook value = {.in_use = true, .fetched_at = kNow};
  states_.Note(zone_, {zeros(kNow), zeros(kNow), value}, kNow, kNext);
  states_.Note(zone_, {zeros(kNow), zeros(kNext), value}, kNext, kNext);
  const std::vector<SourceState> states = states_.Of(config_, live_);
  EXPECT_THAT(states[0].errors, ElementsAre(Pair("implausible", 1)));
  EXPECT_THAT(states[1].errors, ElementsAre(Pair("implausible", 2)));
  EXPECT_EQ(states[1].error, "not plausible (zero)");
  EXPECT_EQ(states[1].fetched_at, kNext);
  EXPECT_FALSE(states[1].in_use);
}

TEST_F(SourceStatesTest, ShowsWhatOfAFileWasLeftOut) {
  states_.Note(zone_,
               {{.trouble = absl::UnavailableError("not fetched yet")},
                {.in_use = true, .remark = {2, "2 of 9 records left out"}, .fetched_at = kNow}},
               kNow, kNext);
  const std::vector<SourceState> states = states_.Of(config_, live_);
  EXPECT_EQ(states[1].left_out, 2);
  EXPECT_EQ(states[1].note, "2 of 9 records left out");
  EXPECT_EQ(states[1].error, "");
}

TEST_F(SourceStatesTest, ShowsWhatAnArchiveKeptOfAProviderThatStandsIn) {
  const absl::Time reaches = kNow + absl::Hours(30);
  states_.Note(zone_, {{.in_use = true, .fetched_at = kNow - absl::Hours(1), .reaches = reaches}},
               kNow, kNext);
  const std::vector<SourceState> states = states_.Of(config_, live_);
  EXPECT_EQ(states[0].fetched_at, kNow - absl::Hours(1));
  EXPECT_EQ(states[0].reaches, reaches);
}

// A file and its copy elsewhere have one name for people, and each its own state.
TEST(SourceStates, TellsFilesOfOneNameApart) {
  const DaemonConfig config{.zones = {{.name = "GB",
                                       .forecasts = {ForecastFile{.path = "/data/gb.csv"},
                                                     ForecastFile{.path = "/copy/gb.csv"}}}}};
  const LiveForecasts live;
  SourceStates states;
  states.Note(config.zones[0],
              {{.trouble = absl::NotFoundError("gone")}, {.in_use = true, .fetched_at = kNow}},
              kNow, kNext);
  const std::vector<SourceState> both = states.Of(config, live);
  EXPECT_EQ(both[0].source, both[1].source);
  EXPECT_FALSE(both[0].in_use);
  EXPECT_EQ(both[0].error, "gone");
  EXPECT_TRUE(both[1].in_use);
  EXPECT_EQ(both[1].error, "");
  EXPECT_EQ(both[1].requests, 1);
}

TEST_F(SourceStatesTest, SaysNothingOfASourceThatIsNoLongerLookedAt) {
  const SourceLook none = {.trouble = absl::UnavailableError("status 503")};
  const SourceLook broken = {.trouble = absl::InvalidArgumentError("line 3: no number")};
  states_.Note(zone_, {none, broken, {.in_use = true}}, kNow, kNext);
  states_.Note(zone_, {{.in_use = true, .fetched_at = kNext}}, kNext, kNext);
  const SourceState file = states_.Of(config_, live_)[1];
  EXPECT_EQ(file.error, "");
  EXPECT_EQ(file.error_at, std::nullopt);
  EXPECT_EQ(file.next_refresh, std::nullopt);
  EXPECT_THAT(file.errors, ElementsAre(Pair("file", 1))) << "what was counted stays";
}

}  // namespace
}  // namespace carbon
