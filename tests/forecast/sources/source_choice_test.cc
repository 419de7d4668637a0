#include "forecast/sources/source_choice.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/sources/hourly_csv.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ReadZoneForecastTest : public ::testing::Test {
 protected:
  ReadZoneForecastTest() {
    zone_.name = "NO-1";
    zone_.max_age = absl::Hours(6);
  }

  void Write(const std::string& name, const std::string& bytes,
             absl::Duration age = absl::ZeroDuration()) {
    const std::string path = absl::StrCat(folder_, "/", name);
    std::ofstream(path) << bytes;
    const timespec time = absl::ToTimespec(kNow - age);
    const timespec times[2] = {time, time};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }

  std::optional<ZoneForecast> Read(std::initializer_list<const char*> names) {
    zone_.forecasts.clear();
    for (const char* name : names) {
      zone_.forecasts.push_back(ForecastFile{.path = absl::StrCat(folder_, "/", name)});
    }
    return ReadZoneForecast(zone_, kNow, &problems_);
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  ZoneConfig zone_;
  std::vector<std::string> problems_;
};

TEST_F(ReadZoneForecastTest, TakesTheFirstFileThatReads) {
  Write("a.csv", Hourly(At(24, 0), 24), absl::Hours(2));
  Write("b.csv", Hourly(At(24, 0), 24));
  std::optional<ZoneForecast> forecast = Read({"a.csv", "b.csv"});
  ASSERT_TRUE(forecast.has_value());
  EXPECT_EQ(forecast->source, "csv:a.csv");
  EXPECT_EQ(forecast->fetched_at, kNow - absl::Hours(2));
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(ReadZoneForecastTest, FallsToTheNextAndSaysWhy) {
  Write("bad.csv", "2026-11-24T00:00:00Z,-4\n");
  Write("good.csv", Hourly(At(24, 0), 24));
  std::optional<ZoneForecast> forecast = Read({"absent.csv", "bad.csv", "good.csv"});
  ASSERT_TRUE(forecast.has_value());
  EXPECT_EQ(forecast->source, "csv:good.csv");
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("zone NO-1: csv:absent.csv: /"),
                                     "zone NO-1: csv:bad.csv: line 1: value -4 is negative"));
}

TEST_F(ReadZoneForecastTest, PrefersAFreshFileToAStaleOne) {
  Write("old.csv", Hourly(At(24, 0), 24), absl::Hours(7));
  Write("new.csv", Hourly(At(24, 0), 24));
  std::optional<ZoneForecast> forecast = Read({"old.csv", "new.csv"});
  ASSERT_TRUE(forecast.has_value());
  EXPECT_EQ(forecast->source, "csv:new.csv");
  EXPECT_THAT(problems_, ElementsAre("zone NO-1: csv:old.csv: the file is stale: of "
                                     "2026-11-24T03:17:00Z, limit 6h"));
}

TEST_F(ReadZoneForecastTest, GivesAStaleForecastRatherThanNone) {
  Write("old.csv", Hourly(At(24, 0), 24), absl::Hours(7));
  std::optional<ZoneForecast> forecast = Read({"old.csv", "absent.csv"});
  ASSERT_TRUE(forecast.has_value());
  EXPECT_LT(forecast->valid_until, kNow);
  EXPECT_EQ(problems_.size(), 2u);
}

TEST_F(ReadZoneForecastTest, GivesNoneWhereNothingIsUsable) {
  std::filesystem::create_directory(folder_ + "/folder.csv");
  EXPECT_FALSE(Read({"folder.csv"}).has_value());
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("zone NO-1: csv:folder.csv: "),
                                     "zone NO-1: no usable forecast"));
}

// Two providers, and what is there of each.
class ReadZoneForecastOfProvidersTest : public ::testing::Test {
 protected:
  ReadZoneForecastOfProvidersTest() {
    zone_.name = "GB";
    zone_.kind = SignalKind::kAverageDirect;
    zone_.max_age = absl::Hours(2);
    zone_.forecasts = {ForecastProvider{.provider = "neso", .zone = "GB"},
                       ForecastProvider{.provider = "neso", .zone = "13"}};
  }

  std::optional<ZoneForecast> Read(absl::Time now = kNow) {
    problems_.clear();
    return ReadZoneForecast(zone_, now, &problems_, [this](const ForecastProvider& source) {
      return source.zone == "GB" ? first_ : second_;
    });
  }

  ZoneConfig zone_;
  absl::StatusOr<FetchedForecast> first_ = NotFetchedYet();
  absl::StatusOr<FetchedForecast> second_ = NotFetchedYet();
  std::vector<std::string> problems_;
};

TEST_F(ReadZoneForecastOfProvidersTest, SaysNothingBeforeAProvidersFirstAnswer) {
  EXPECT_FALSE(Read().has_value());
  EXPECT_THAT(problems_, IsEmpty());
  first_ = absl::UnavailableError("status 500");
  EXPECT_FALSE(Read().has_value());
  EXPECT_THAT(problems_, ElementsAre("zone GB: neso:GB: status 500"));
  second_ = absl::DeadlineExceededError("no answer within 30s");
  EXPECT_FALSE(Read().has_value());
  EXPECT_THAT(problems_,
              ElementsAre("zone GB: neso:GB: status 500", "zone GB: neso:13: no answer within 30s",
                          "zone GB: no usable forecast"));
}

TEST_F(ReadZoneForecastOfProvidersTest, GoesFromFreshDataToTheStaticValueOnceTheyAreTooOld) {
  zone_.forecasts = {zone_.forecasts[0], GramsPerKilowattHour(400)};
  first_ = FetchedForecast{
      {zone_.kind, std::nullopt,
       *IntensitySeries::Create({{At(24, 10), GramsPerKilowattHour(100)}}, At(26, 10))},
      kNow,
      absl::OkStatus()};
  EXPECT_EQ(Read(kNow + absl::Minutes(119))->source, "neso:GB");
  EXPECT_EQ(Read(kNow + absl::Minutes(119))->fetched_at, kNow);
  const std::optional<ZoneForecast> last_resort = Read(kNow + absl::Minutes(120));
  EXPECT_EQ(last_resort->source, "static");
  EXPECT_EQ(last_resort->spread.near, zone_.spread.far)
      << "of the next hour it knows nothing either";
  EXPECT_EQ(MadeAt(*last_resort), std::nullopt);
  EXPECT_EQ(MadeAt(*Read()), kNow);
}

}  // namespace
}  // namespace carbon
