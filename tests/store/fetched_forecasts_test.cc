#include "store/fetched_forecasts.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 10), absl::UTCTimeZone());

FetchedForecasts Fetched() {
  return {.pid = 4711,
          .started_at = kNow - absl::Hours(5),
          .updated_at = kNow,
          .findings = {{Severity::kWarning, FindingCode::kArchiveUnusable, "archive",
                        "a.sqlite: is locked", "wait"},
                       {Severity::kNote, FindingCode::kHistoryShort, "zone GB", "3 hours"}},
          .sources = {{.zone = "GB",
                       .source = "neso:GB",
                       .provider = "neso",
                       .in_use = true,
                       .fetched_at = kNow - absl::Hours(1),
                       .error = "status 429",
                       .requests = 20,
                       .errors = {{"429", 3}, {"timeout", 1}}}},
          .errors = {{"GB", "neso:GB", absl::Hours(24), 0.125}},
          .implausible = {{"GB", "csv:gb.csv", 7}},
          .part = std::string("SCFC\0\n\xff{\"v\":9}\n", 15)};
}

// The file as this version writes it. A later version reads it too.
std::string Version1() {
  return absl::StrCat(
      R"({"v":1,"pid":4711,"started_at":"2026-11-24T05:00:00Z","updated_at":"2026-11-24T10:00:00Z",)",
      R"("findings":[{"severity":"note","code":"history-short","subject":"zone GB","fact":"3 hours",)",
      R"("advice":null}],"sources":[{"zone":"GB","source":"neso:GB","provider":"neso",)",
      R"("kind":"average-lifecycle","in_use":true,"issued_at":null,"fetched_at":null,)",
      R"("reaches":null,"next_refresh":null,"left_out":0,"note":null,"error":null,)",
      R"("error_at":null,"failures":0,"requests":20,"errors":{"429":3}}],)",
      R"("errors":[{"zone":"GB","source":"neso:GB","lead_hours":24,"ratio":0.125}],)",
      R"("implausible":[{"zone":"GB","source":"csv:gb.csv","hours":7}],"forecast_bytes":4})",
      "\nSCFC");
}

TEST(FetchedForecasts, AreReadBackToTheSame) {
  const std::string bytes = SerializeFetchedForecasts(Fetched());
  const absl::StatusOr<FetchedForecasts> read = ParseFetchedForecasts(bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(SerializeFetchedForecasts(*read), bytes);
  EXPECT_EQ(read->findings, Fetched().findings);
  EXPECT_EQ(read->sources[0].errors, Fetched().sources[0].errors);
  EXPECT_EQ(read->errors, Fetched().errors);
  EXPECT_EQ(read->implausible, Fetched().implausible);
  EXPECT_EQ(read->updated_at, kNow);
  EXPECT_EQ(read->part, Fetched().part);
}

TEST(FetchedForecasts, OfVersion1AreReadAsTheyWereWritten) {
  const absl::StatusOr<FetchedForecasts> read = ParseFetchedForecasts(Version1());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(SerializeFetchedForecasts(*read), Version1());
}

TEST(FetchedForecasts, OfALaterReleaseMayHaveFieldsAndCodesThatAreNotKnown) {
  const absl::StatusOr<FetchedForecasts> read = ParseFetchedForecasts(absl::StrReplaceAll(
      Version1(), {{"\"pid\"", "\"new\":[{}],\"pid\""}, {"history-short", "brand-new"}}));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->findings[0].code, FindingCode::kOther);
}

TEST(FetchedForecasts, OfAnotherVersionAreRefusedByIt) {
  for (const char* version : {"0", "2", "99999999999"}) {
    const absl::Status status =
        ParseFetchedForecasts(
            absl::StrReplaceAll(Version1(), {{"{\"v\":1", absl::StrCat("{\"v\":", version)}}))
            .status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << version;
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("version ", version)));
  }
}

TEST(FetchedForecasts, ThatAreBrokenAreRefusedWithThePlace) {
  const struct {
    const char* from;
    const char* to;
    const char* fact;
  } kCases[] = {
      {"{\"v\"", "[\"v\"", "is not a JSON object"},
      {"\n", " ", "has no line of JSON"},
      {"\"v\":1,", "", "/v: is not a whole number"},
      {"4711", "-1", "/pid: "},
      {"2026-11-24T10:00:00Z", "never", "/updated_at: "},
      {"\"updated_at\":\"2026-11-24T10:00:00Z\",", "", "\"updated_at\" is missing"},
      {"\"note\",", "\"error\",", "/findings/0/severity: is neither a warning nor a note"},
      {"average-lifecycle", "marginal-average", "/sources/0/kind: "},
      {"{\"429\":3}", "{\"429\":-3}", "/sources/0/errors/429: "},
      {"\"failures\":0", "\"failures\":1e99", "/sources/0/failures: "},
      {"\"lead_hours\":24", "\"lead_hours\":999999999", "/errors/0/lead_hours: "},
      {"0.125", "-0.125", "/errors/0/ratio: "},
      {"0.125", "1e300", "/errors/0/ratio: "},
      {"\"hours\":7", "\"hours\":\"7\"", "/implausible/0/hours: "},
      {"\"forecast_bytes\":4", "\"forecast_bytes\":5", "has 4 bytes after its first line, not 5"},
      {"\"forecast_bytes\":4", "\"forecast_bytes\":16777217", "/forecast_bytes: "},
      {"SCFC", "SCFCX", "has 5 bytes after its first line, not 4"},
  };
  for (const auto& test : kCases) {
    ASSERT_TRUE(absl::StrContains(Version1(), test.from)) << test.from;
    std::string text = Version1();
    text.replace(text.find(test.from), std::string(test.from).size(), test.to);
    const absl::Status status = ParseFetchedForecasts(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << test.to << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.fact));
  }
}

// A bad list of a million does not become a list of a million errors.
TEST(FetchedForecasts, ThatAreABombAreRefusedBeforeTheyCostMemory) {
  const auto with = [](const std::string& findings) {
    return ParseFetchedForecasts(
               absl::StrReplaceAll(Version1(), {{"\"sources\":[", "\"sources\":[" + findings}}))
        .status();
  };
  std::string nested, wide;
  for (int i = 0; i < 100'000; ++i) nested += '[';
  while (wide.size() < 3'000'000) wide += "0,";
  EXPECT_THAT(std::string(with(nested).message()), HasSubstr("is not a JSON object"));
  EXPECT_THAT(std::string(with(wide).message()), HasSubstr("/sources/0: must be an object"));
  EXPECT_THAT(std::string(with(wide + wide).message()), HasSubstr("has no line of JSON"));
}

// What cannot be written within the bounds must not keep the forecasts from their reader.
TEST(FetchedForecasts, LeaveOutReportsThatAreTooLong) {
  FetchedForecasts fetched = Fetched();
  fetched.findings.push_back({Severity::kNote, FindingCode::kOther, "", std::string(5 << 20, 'x')});
  const absl::StatusOr<FetchedForecasts> read =
      ParseFetchedForecasts(SerializeFetchedForecasts(fetched));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->part, fetched.part);
  ASSERT_EQ(read->findings.size(), 1u);
  EXPECT_THAT(read->findings[0].fact, HasSubstr("are left out, limit 4194304"));
}

class FetchedForecastsFileTest : public ::testing::Test {
 protected:
  FetchedForecastsFileTest() {
    umask(022);
    Write(SerializeFetchedForecasts(Fetched()));
  }

  void Write(const std::string& bytes) const { std::ofstream(path_) << bytes; }
  std::string WhyRefused(absl::StatusCode code) const {
    const absl::Status status = ReadFetchedForecasts(path_).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), path_)) << status;
    return std::string(status.message());
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  const std::string path_ = folder_ + "/forecasts";
};

TEST_F(FetchedForecastsFileTest, IsRead) {
  const absl::StatusOr<FetchedForecasts> read = ReadFetchedForecasts(path_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->part, Fetched().part);
}

TEST_F(FetchedForecastsFileTest, IsRefusedIfItCannotBeOpened) {
  std::filesystem::remove(path_);
  WhyRefused(absl::StatusCode::kNotFound);
}

// Somebody else could have written it.
TEST_F(FetchedForecastsFileTest, IsRefusedIfOthersMayWriteItOrItsFolder) {
  chmod(path_.c_str(), 0664);
  EXPECT_THAT(WhyRefused(absl::StatusCode::kPermissionDenied),
              HasSubstr("is writable by group or others"));
  chmod(path_.c_str(), 0644);
  chmod(folder_.c_str(), 01777);
  EXPECT_THAT(WhyRefused(absl::StatusCode::kPermissionDenied),
              HasSubstr("its folder is writable by group or others"));
}

// With a second name of a file of his, a user could let scarbond read what that user may not.
TEST_F(FetchedForecastsFileTest, IsRefusedIfItBelongsToAnotherThanItsFolder) {
  if (geteuid() != 0) {
    // Only root can give a folder away. Others put the file into a folder that is root's.
    const std::string path = absl::StrCat("/tmp/carbon-fetched-", getpid());
    std::filesystem::copy_file(path_, path);
    const absl::Status status = ReadFetchedForecasts(path).status();
    std::filesystem::remove(path);
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_THAT(status.message(),
                HasSubstr(absl::StrCat("belongs to uid ", geteuid(), ", its folder to uid 0")));
    return;
  }
  ASSERT_EQ(chown(folder_.c_str(), 65534, 65534), 0);
  EXPECT_THAT(WhyRefused(absl::StatusCode::kPermissionDenied),
              HasSubstr("belongs to uid 0, its folder to uid 65534"));
  ASSERT_EQ(chown(path_.c_str(), 65534, 65534), 0);
  EXPECT_TRUE(ReadFetchedForecasts(path_).ok());
}

TEST_F(FetchedForecastsFileTest, IsRefusedIfItIsALinkAPipeOrAFolder) {
  std::filesystem::rename(path_, path_ + ".real");
  std::filesystem::create_symlink(path_ + ".real", path_);
  EXPECT_THAT(WhyRefused(absl::StatusCode::kPermissionDenied), HasSubstr("is a symbolic link"));
  std::filesystem::remove(path_);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THAT(WhyRefused(absl::StatusCode::kPermissionDenied), HasSubstr("is not a regular file"));
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_THAT(WhyRefused(absl::StatusCode::kPermissionDenied), HasSubstr("is not a regular file"));
}

TEST_F(FetchedForecastsFileTest, IsRefusedUnreadAboveItsSize) {
  std::filesystem::resize_file(path_, 20LL << 30);
  EXPECT_THAT(WhyRefused(absl::StatusCode::kResourceExhausted), HasSubstr("the most that is read"));
}

TEST_F(FetchedForecastsFileTest, IsRefusedCutShort) {
  const std::string whole = SerializeFetchedForecasts(Fetched());
  for (size_t size = 0; size < whole.size(); ++size) {
    Write(whole.substr(0, size));
    WhyRefused(absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace carbon
