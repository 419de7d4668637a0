#include "forecast/live/provider_ask.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

ZoneConfig Britain() { return {.name = "GB", .kind = SignalKind::kAverageDirect}; }
ForecastProvider Neso() { return {.provider = "neso", .zone = "GB"}; }

TEST(CheckProvider, NamesWhatIsWrong) {
  struct Case {
    const char* provider;
    const char* message;
  } const cases[] = {
      {"nseo", "did you mean \"neso\"?"},
      {"eia-930", "gives no forecasts"},
      {"electricity-maps", "needs a \"secret_file\""},
      {"carbon-aware-sdk", "needs a \"url\""},
      {"watttime", "needs a \"secret_file\""},
  };
  for (const Case& c : cases) {
    ForecastProvider source = Neso();
    source.provider = c.provider;
    EXPECT_THAT(std::string(CheckProvider(Britain(), source).message()), HasSubstr(c.message));
  }
  EXPECT_TRUE(CheckProvider(Britain(), Neso()).ok());
}

TEST(CheckProvider, TellsWhoGivesHistory) {
  ForecastProvider source = Neso();
  EXPECT_TRUE(CheckProvider(Britain(), source, GridData::kHistory).ok());
  source.provider = "carbon-aware-file";
  EXPECT_THAT(std::string(CheckProvider(Britain(), source, GridData::kHistory).message()),
              HasSubstr("gives no history"));
  source.provider = "eia-930";
  EXPECT_THAT(std::string(CheckProvider(Britain(), source, GridData::kHistory).message()),
              HasSubstr("needs a \"secret_file\""));
  source.secret_file = "/key";
  EXPECT_TRUE(CheckProvider(Britain(), source, GridData::kHistory).ok());
  ZoneConfig marginal = Britain();
  marginal.kind = SignalKind::kMarginal;
  EXPECT_FALSE(CheckProvider(marginal, source, GridData::kHistory).ok());
}

TEST(CheckProvider, RefusesAKindThatTheProviderDoesNotGive) {
  ZoneConfig zone = Britain();
  zone.kind = SignalKind::kMarginal;
  EXPECT_FALSE(CheckProvider(zone, Neso()).ok());
}

}  // namespace
}  // namespace carbon
