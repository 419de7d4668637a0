#include "forecast/sources/forecast_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
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

using ::testing::HasSubstr;

ZoneConfig Zone() {
  ZoneConfig zone;
  zone.name = "NO-1";
  zone.forecasts = {ForecastFile{.path = "/data/NO-1.csv"}};
  zone.max_age = absl::Hours(6);
  return zone;
}

double ValueAt(const ZoneForecast& forecast, absl::Time time) {
  absl::StatusOr<GramsPerKilowattHour> value = forecast.series.Mean(time, time);
  return value.ok() ? value->value() : -1;
}

absl::StatusOr<ZoneForecast> Build(const ZoneConfig& zone, const std::string& bytes,
                                   absl::Time fetched_at = kNow, absl::Time now = kNow) {
  return BuildZoneForecast(zone, std::get<ForecastFile>(zone.forecasts[0]), bytes, fetched_at, now);
}

TEST(BuildZoneForecast, SaysWhereItCameFromAndHowLongItIsValid) {
  ZoneConfig zone = Zone();
  zone.kind = SignalKind::kMarginal;
  zone.spread.near = 0.11;
  absl::StatusOr<ZoneForecast> forecast =
      Build(zone, Hourly(At(24, 0), 48), kNow - absl::Hours(1) - absl::Milliseconds(300));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->zone, "NO-1");
  EXPECT_EQ(forecast->kind, SignalKind::kMarginal);
  EXPECT_EQ(forecast->source, "csv:NO-1.csv");
  EXPECT_EQ(forecast->issued_at, std::nullopt);
  EXPECT_EQ(forecast->fetched_at, kNow - absl::Hours(1) - absl::Seconds(1));
  EXPECT_EQ(forecast->valid_until, forecast->fetched_at + absl::Hours(6));
  EXPECT_EQ(forecast->spread.near, 0.11);
}

TEST(BuildZoneForecast, EndsWithTheDataWhereNoClimatologyIsGiven) {
  absl::StatusOr<ZoneForecast> forecast = Build(Zone(), Hourly(At(24, 0), 48));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->series.end(), At(26, 0));
  EXPECT_EQ(forecast->horizon, At(26, 0));
  EXPECT_EQ(forecast->long_run_mean.value(), 123.5);  // (100 + 147) / 2
}

TEST(BuildZoneForecast, CarriesOnWithClimatologyToFourteenDays) {
  ZoneConfig zone = Zone();
  zone.climatology = GramsPerKilowattHour(77);
  absl::StatusOr<ZoneForecast> forecast = Build(zone, Hourly(At(24, 0), 48));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->horizon, At(26, 0));
  EXPECT_GE(forecast->series.end(), kNow + kForecastReach);
  EXPECT_LE(forecast->series.end(), kNow + kForecastReach + absl::Hours(1));
  EXPECT_EQ(ValueAt(*forecast, At(25, 23)), 147);
  EXPECT_EQ(ValueAt(*forecast, At(26, 0)), 77);
  EXPECT_EQ(forecast->long_run_mean.value(), 77);
}

TEST(BuildZoneForecast, CutsHistoryButCountsItInTheMean) {
  absl::StatusOr<ZoneForecast> forecast = Build(Zone(), Hourly(At(20, 0), 120));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->series.begin(), At(23, 10));
  EXPECT_EQ(ValueAt(*forecast, At(23, 10)), 182);
  EXPECT_EQ(forecast->long_run_mean.value(), 159.5);  // (100 + 219) / 2
}

TEST(BuildZoneForecast, CutsWithinALongStep) {
  absl::StatusOr<ZoneForecast> forecast =
      Build(Zone(), "2026-11-23T00:00:00Z,5\n2026-11-24T00:00:00Z,6\n");
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->series.begin(), At(23, 10));
  EXPECT_EQ(ValueAt(*forecast, At(23, 10)), 5);
}

TEST(BuildZoneForecast, RefusesDataWithAHole) {
  absl::StatusOr<ZoneForecast> forecast =
      Build(Zone(), "2026-11-22T00:00:00Z,5\n2026-11-23T00:00:01Z,6\n2026-11-24T00:00:00Z,6\n");
  EXPECT_EQ(forecast.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(forecast.status().message()), testing::HasSubstr("24 hours at most"));
}

TEST(BuildZoneForecast, AcceptsDataThatStartsLate) {
  absl::StatusOr<ZoneForecast> forecast = Build(Zone(), Hourly(At(24, 12), 3));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->series.begin(), At(24, 12));
}

TEST(BuildZoneForecast, IsTheSameThroughoutAnHour) {
  ZoneConfig zone = Zone();
  zone.climatology = GramsPerKilowattHour(77);
  absl::StatusOr<ZoneForecast> early = Build(zone, Hourly(At(20, 0), 120), At(24, 9), At(24, 10));
  absl::StatusOr<ZoneForecast> late =
      Build(zone, Hourly(At(20, 0), 120), At(24, 9), At(24, 11) - absl::Seconds(1));
  ASSERT_TRUE(early.ok() && late.ok());
  EXPECT_EQ(early->series.begin(), late->series.begin());
  EXPECT_EQ(early->series.end(), late->series.end());
}

TEST(BuildZoneForecast, TakesTheIssueTimeOfACarbonAwareFile) {
  ZoneConfig zone = Zone();
  zone.forecasts = {ForecastFile{.path = "de.json", .format = ForecastFormat::kCarbonAwareSdk}};
  absl::StatusOr<ZoneForecast> forecast =
      Build(zone, R"({"GeneratedAt": "2026-11-24T09:00:00Z", "Emissions": [
                 {"Time": "2026-11-24T10:00:00Z", "Rating": 9, "Duration": "12:00:00"}]})");
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->issued_at, At(24, 9));
  EXPECT_EQ(forecast->source, "carbon-aware-sdk:de.json");
}

TEST(BuildZoneForecast, RefusesDataThatEndedAndTimesInTheFuture) {
  EXPECT_EQ(Build(Zone(), Hourly(At(20, 0), 24)).status(),
            absl::OutOfRangeError("the data ends at 2026-11-21T00:00:00Z, in the past"));
  EXPECT_EQ(
      Build(Zone(), Hourly(At(24, 0), 24), At(24, 12)).status(),
      absl::InvalidArgumentError("the file was modified in the future, at 2026-11-24T12:00:00Z"));
  ZoneConfig zone = Zone();
  zone.forecasts = {ForecastFile{.path = "de.json", .format = ForecastFormat::kCarbonAwareSdk}};
  EXPECT_EQ(Build(zone, R"({"GeneratedAt": "2026-11-24T12:00:00Z", "Emissions": [
                 {"Time": "2026-11-24T10:00:00Z", "Rating": 9, "Duration": "12:00:00"}]})")
                .status(),
            absl::InvalidArgumentError(
                "the forecast was generated in the future, at 2026-11-24T12:00:00Z"));
}

TEST(BuildZoneForecast, IsOfItsSourcesKindAndThenWithoutTheZonesClimatology) {
  ZoneConfig zone = Zone();
  zone.kind = SignalKind::kMarginal;
  zone.climatology = GramsPerKilowattHour(400);
  std::get<ForecastFile>(zone.forecasts[0]).kind = SignalKind::kAverageDirect;
  const std::string data = Hourly(At(24, 0), 48);
  EXPECT_EQ(Build(zone, data).status(),
            absl::InvalidArgumentError("the data are average-direct, the zone is marginal"));
  zone.any_kind = true;
  absl::StatusOr<ZoneForecast> forecast = Build(zone, data);
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->kind, SignalKind::kAverageDirect);
  EXPECT_EQ(forecast->series.end(), At(26, 0));
  EXPECT_EQ(forecast->long_run_mean.value(), 100 + 47 / 2.0);
}

TEST(WhoElseDecides, NamesWhoeverElseMayWriteTheFile) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/NO-1.csv";
  EXPECT_EQ(WhoElseDecides(path), "");
  std::ofstream(path) << "x";
  chmod(path.c_str(), 0644);
  EXPECT_EQ(WhoElseDecides(path), "");
  chmod(path.c_str(), 0666);
  EXPECT_EQ(WhoElseDecides(path), "is writable by group or others, mode 666");
  chmod(path.c_str(), 0644);
  const std::string link = folder.path() + "/link.csv";
  ASSERT_EQ(symlink(path.c_str(), link.c_str()), 0);
  EXPECT_EQ(WhoElseDecides(link), "");
  if (geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ASSERT_EQ(lchown(link.c_str(), 4242, 4242), 0);
  EXPECT_EQ(WhoElseDecides(link), "is a link of uid 4242, not of root or uid 0");
  ASSERT_EQ(chown(path.c_str(), 4242, 4242), 0);
  EXPECT_EQ(WhoElseDecides(path), "is owned by uid 4242, not by root or uid 0");
}

TEST(ReadForecastFile, NotesThatOthersMayWriteTheFile) {
  const TemporaryFolder folder;
  ZoneConfig zone = Zone();
  ForecastFile file{.path = folder.path() + "/NO-1.csv"};
  std::ofstream(file.path) << Hourly(At(24, 0), 48);
  chmod(file.path.c_str(), 0644);
  absl::StatusOr<FetchedForecast> read = ReadForecastFile(zone, file, absl::InfiniteFuture());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->note, "");
  chmod(file.path.c_str(), 0622);
  read = ReadForecastFile(zone, file, absl::InfiniteFuture());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->note, file.path + " is writable by group or others, mode 622");
}

}  // namespace
}  // namespace carbon
