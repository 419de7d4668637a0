#include "scarbond/daemon_report.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "forecast/http/known_secrets.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 10), absl::UTCTimeZone());

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class DaemonReportTest : public ::testing::Test {
 protected:
  DaemonReportTest() {
    paths_.snapshot = folder_;
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_st>(log_)));
  }

  void Write(absl::Duration later, absl::Status published = absl::OkStatus()) {
    report_.Write(paths_, sources_, {}, published, kNow + later);
  }
  absl::StatusOr<DaemonState> Read() {
    return ParseDaemonState(Contents(DaemonStatePath(folder_)));
  }
  size_t LinesLogged() const {
    const std::string text = log_.str();
    return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  PathsConfig paths_;
  std::vector<SourceState> sources_ = {{.zone = "GB", .source = "neso:GB", .provider = "neso"}};
  DaemonReport report_{kNow - absl::Hours(1)};
  std::ostringstream log_;
};

TEST_F(DaemonReportTest, WritesItsStateWhereItChangesAndOnceAMinute) {
  Write(absl::ZeroDuration());
  EXPECT_EQ(Read()->updated_at, kNow);
  EXPECT_EQ(Read()->pid, getpid());
  Write(absl::Seconds(5));
  EXPECT_EQ(Read()->updated_at, kNow);
  sources_[0].failures = 1;
  Write(absl::Seconds(10));
  EXPECT_EQ(Read()->updated_at, kNow + absl::Seconds(10));
  Write(absl::Seconds(69));
  EXPECT_EQ(Read()->updated_at, kNow + absl::Seconds(10));
  Write(absl::Seconds(70));
  EXPECT_EQ(Read()->updated_at, kNow + absl::Seconds(70));
  EXPECT_EQ(Read()->publishes, 5);
  Write(-absl::Hours(1));  // the clock was set back
  EXPECT_EQ(Read()->updated_at, kNow - absl::Hours(1));
}

// It may name what Slurm hides from users.
TEST_F(DaemonReportTest, KeepsItsStateForItselfAndTheUserOfSlurmctld) {
  const auto facts = [&] {
    struct stat facts;
    EXPECT_EQ(stat(DaemonStatePath(folder_).c_str(), &facts), 0);
    return facts;
  };
  Write(absl::ZeroDuration());
  EXPECT_EQ(facts().st_mode & 07777, 0600u);
  EXPECT_EQ(facts().st_uid, geteuid());
  report_.Write(paths_, sources_, {}, absl::OkStatus(), kNow + absl::Hours(1),
                {.slurm_user = 12345});
  EXPECT_EQ(facts().st_mode & 07777, 0600u);
  EXPECT_EQ(facts().st_uid, geteuid() == 0 ? 12345 : geteuid());
}

TEST_F(DaemonReportTest, CountsOnlyWhatWasPublished) {
  Write(absl::ZeroDuration());
  Write(absl::Seconds(5), absl::UnavailableError("slurmctld: no answer"));
  EXPECT_EQ(Read()->publishes, 1);
  EXPECT_EQ(Read()->published_at, kNow);
  ASSERT_EQ(Read()->findings.size(), 1u);
  EXPECT_EQ(Read()->findings[0].code, FindingCode::kScarbondNotPublishing);
  EXPECT_EQ(FormatFinding(Read()->findings[0]), "scarbond: slurmctld: no answer");
}

TEST_F(DaemonReportTest, WritesMetricsOnlyWhereTheyAreAskedFor) {
  Write(absl::ZeroDuration());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
  paths_.metrics = folder_ + "/carbon.prom";
  Write(absl::Seconds(5));
  EXPECT_THAT(Contents(paths_.metrics), HasSubstr("\nslurm_carbon_publishes_total 2\n"));
  struct stat facts;
  ASSERT_EQ(stat(paths_.metrics.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0644u);  // node_exporter is another user
  Write(absl::Seconds(19));
  EXPECT_THAT(Contents(paths_.metrics), HasSubstr("\nslurm_carbon_publishes_total 2\n"));
  Write(absl::Seconds(20));
  EXPECT_THAT(Contents(paths_.metrics), HasSubstr("\nslurm_carbon_publishes_total 4\n"));
}

TEST_F(DaemonReportTest, LogsOnceThatAPathCannotBeWrittenAndGoesOn) {
  paths_.metrics = folder_ + "/missing/carbon.prom";
  for (int i = 0; i < 5; ++i) Write(i * absl::Minutes(1));
  EXPECT_EQ(LinesLogged(), 1u) << log_.str();
  EXPECT_THAT(log_.str(), HasSubstr("metrics: " + paths_.metrics));
  EXPECT_EQ(Read()->publishes, 5);
  EXPECT_THAT(
      FormatFindings(Read()->findings, Severity::kWarning),
      ::testing::ElementsAre("scarbond: metrics: " + paths_.metrics + ": cannot be written"));
  fs::create_directory(folder_ + "/missing");
  Write(absl::Minutes(5));
  Write(absl::Minutes(6));
  EXPECT_THAT(Read()->findings, ::testing::IsEmpty());
  EXPECT_EQ(LinesLogged(), 2u) << log_.str();
  EXPECT_THAT(log_.str(), HasSubstr("metrics: written again"));
}

TEST_F(DaemonReportTest, WritesNoSecretThatIsKnown) {
  const KnownSecret secret = RememberSecret("", "tok-77e0b2d4ff01");
  paths_.metrics = folder_ + "/metrics.prom";
  sources_[0].error = sources_[0].note = "GB: no tok-77e0b2d4ff01";
  DaemonReport::Details details;
  details.findings = {{Severity::kWarning, FindingCode::kHistoryFailing, "zone tok-77e0b2d4ff01",
                       "tok-77e0b2d4ff01", "tok-77e0b2d4ff01"}};
  report_.Write(paths_, sources_, {}, absl::InternalError("tok-77e0b2d4ff01"), kNow, details);
  const absl::StatusOr<DaemonState> state = Read();
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->findings[0].fact, "(secret)");
  EXPECT_EQ(state->sources[0].error, "GB: no (secret)");
  for (const std::string& path : {DaemonStatePath(folder_), paths_.metrics}) {
    EXPECT_EQ(Contents(path).find("tok-77e0"), std::string::npos) << path;
  }
}

}  // namespace
}  // namespace carbon
