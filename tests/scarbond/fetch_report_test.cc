#include "scarbond/fetch_report.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/snapshot/part.h"
#include "forecast/http/known_secrets.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"
#include "store/fetched_forecasts.h"
#include "store/file.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 10), absl::UTCTimeZone());

class FixedFeed : public ForecastFeed {
 public:
  absl::Status Configure(const DaemonConfig&) override { return absl::OkStatus(); }
  void Refresh(absl::Time, Work) override {}
  void FetchAll(absl::Duration) override {}
  void Poll(absl::Duration, int) override {}
  const std::string& part() const override { return part_; }
  const std::vector<ZoneInUse>& zones() const override { return zones_; }
  std::vector<SourceState> Sources() const override { return sources_; }
  std::vector<Finding> Findings() const override { return {}; }
  const std::vector<SourceErrorRatio>& errors() const override { return errors_; }
  std::vector<ImplausibleHours> Implausible() const override { return {}; }

  std::string part_ = "SCFC";
  std::vector<ZoneInUse> zones_;
  std::vector<SourceState> sources_ = {{.zone = "GB", .source = "neso:GB"}};
  std::vector<SourceErrorRatio> errors_;
};

class FetchReportTest : public ::testing::Test {
 protected:
  FetchReportTest() {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_st>(log_)));
    spdlog::set_pattern("%v");
  }
  absl::Status Write(absl::Duration later = absl::ZeroDuration(),
                     std::vector<Finding> findings = {}) {
    return report_.Write(path_, feed_, std::move(findings), kNow + later);
  }
  FetchedForecasts Written() const {
    const absl::StatusOr<FetchedForecasts> written = ReadFetchedForecasts(path_);
    EXPECT_TRUE(written.ok()) << written.status();
    return written.value_or(FetchedForecasts());
  }

  const TemporaryFolder temporary_;
  const std::string path_ = temporary_.path() + "/forecasts";
  FixedFeed feed_;
  FetchReport report_{kNow};
  std::ostringstream log_;
};

TEST_F(FetchReportTest, WritesForEverybodyToRead) {
  umask(0077);
  ASSERT_TRUE(
      Write({}, {{Severity::kWarning, FindingCode::kConfigNotLoaded, "scarbond-fetch", "why"}})
          .ok());
  struct stat facts;
  ASSERT_EQ(stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0644u);
  EXPECT_EQ(Written().part, "SCFC");
  EXPECT_EQ(Written().updated_at, kNow);
  EXPECT_EQ(Written().sources[0].zone, "GB");
  ASSERT_EQ(Written().findings.size(), 1u);
  EXPECT_EQ(Written().findings[0].code, FindingCode::kConfigNotLoaded);
}

TEST_F(FetchReportTest, WritesWhatIsNewAtOnceAndElseOnceAMinute) {
  ASSERT_TRUE(Write().ok());
  ASSERT_TRUE(Write(absl::Seconds(30)).ok());
  EXPECT_EQ(Written().updated_at, kNow);
  feed_.part_ = "SCFCnew";
  ASSERT_TRUE(Write(absl::Seconds(31)).ok());
  EXPECT_EQ(Written().part, "SCFCnew");
  ASSERT_TRUE(Write(absl::Seconds(91)).ok());
  EXPECT_EQ(Written().updated_at, kNow + absl::Seconds(91));
  // A clock that was set back.
  ASSERT_TRUE(Write(absl::Hours(-1)).ok());
  EXPECT_EQ(Written().updated_at, kNow - absl::Hours(1));
}

TEST_F(FetchReportTest, LogsOnceThatItCannotWriteAndTriesAgain) {
  std::filesystem::create_directory(path_);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(Write(absl::Seconds(i)).ok());
  std::filesystem::remove(path_);
  EXPECT_TRUE(Write(absl::Seconds(4)).ok());
  EXPECT_EQ(Written().part, "SCFC");
  const std::string logged = log_.str();
  EXPECT_EQ(std::count(logged.begin(), logged.end(), '\n'), 2) << logged;
  EXPECT_THAT(logged, HasSubstr("written again"));
}

TEST_F(FetchReportTest, WritesNoForecastsThatReadersRefuse) {
  ASSERT_TRUE(Write().ok());
  feed_.part_ =
      std::string(static_cast<size_t>(InfoOf(SnapshotPart::kForecast).max_bytes) + 1, 'x');
  EXPECT_EQ(Write().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Written().part, "SCFC");
}

TEST_F(FetchReportTest, WritesNoSecret) {
  const KnownSecret secret = RememberSecret("", "tok-3f9c1a77");
  feed_.sources_[0].error = "status 400: bad token tok-3f9c1a77";
  ASSERT_TRUE(Write({}, {{Severity::kNote, FindingCode::kOther, "", "tok-3f9c1a77"}}).ok());
  const absl::StatusOr<std::string> bytes = ReadFile(path_, 1 << 20);
  ASSERT_TRUE(bytes.ok());
  EXPECT_THAT(*bytes, HasSubstr("bad token (secret)"));
  EXPECT_THAT(*bytes, Not(HasSubstr("3f9c1a77")));
}

}  // namespace
}  // namespace carbon
