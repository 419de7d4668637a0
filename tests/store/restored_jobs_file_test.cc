#include "store/restored_jobs_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 10), absl::UTCTimeZone());

std::vector<RestoredJob> Jobs() {
  JobRestore asked{.job_id = 17,
                   .newest_task = 19,
                   .user_id = 1000,
                   .decision_id = "3f9c21aa04d7be15-42",
                   .pool = "oslo",
                   .placed_in = "oslo-gpu",
                   .planned = kNow + absl::Hours(3),
                   .reason = "its pool is down",
                   .latest_safe_start = kNow + absl::Hours(5),
                   .partitions = {"frankfurt", "oslo-gpu"},
                   .pool_is_behind = true,
                   .begin = kNow,
                   .limit = absl::Minutes(10)};
  JobRestore done{.job_id = 21, .decision_id = "3f9c21aa04d7be15-43"};
  return {{.restore = asked, .asked_at = kNow},
          {.restore = done, .asked_at = kNow + absl::Seconds(5), .is_done = true}};
}

TEST(RestoredJobsFile, IsReadBackToTheSame) {
  const std::string text = SerializeRestoredJobs(Jobs());
  const absl::StatusOr<std::vector<RestoredJob>> read = ParseRestoredJobs(text);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ(SerializeRestoredJobs(*read), text);
  const JobRestore& asked = (*read)[0].restore;
  EXPECT_FALSE((*read)[0].is_done);
  EXPECT_EQ((*read)[0].asked_at, kNow);
  EXPECT_EQ(asked.job_id, 17u);
  EXPECT_EQ(asked.newest_task, 19u);
  EXPECT_EQ(asked.placed_in, "oslo-gpu");
  EXPECT_EQ(asked.planned, kNow + absl::Hours(3));
  EXPECT_EQ(asked.latest_safe_start, kNow + absl::Hours(5));
  EXPECT_EQ(asked.expected_start, std::nullopt);
  EXPECT_EQ(asked.partitions, Jobs()[0].restore.partitions);
  EXPECT_TRUE(asked.pool_is_behind);
  EXPECT_EQ(asked.limit, absl::Minutes(10));
  EXPECT_TRUE((*read)[1].is_done);
  EXPECT_EQ((*read)[1].restore.decision_id, "3f9c21aa04d7be15-43");
}

// As version 1 has been written from the first on: kept so that later releases read it.
TEST(RestoredJobsFile, ReadsVersion1) {
  const absl::StatusOr<std::vector<RestoredJob>> read = ParseRestoredJobs(R"({"v":1,"jobs":[
{"decision":"3f9c21aa04d7be15-42","job_id":17,"newest_task":0,"is_done":true,"asked_at":1795600000}]}
)");
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ((*read)[0].restore.job_id, 17u);
  EXPECT_EQ(absl::ToUnixSeconds((*read)[0].asked_at), 1795600000);
}

TEST(RestoredJobsFile, RefusesWhatItWouldNotWrite) {
  const std::string text = SerializeRestoredJobs(Jobs());
  const struct {
    const char* from;
    const char* to;
    const char* why;
  } faults[] = {
      {"\"jobs\":[", "\"jobs\":7,\"x\":[", "/jobs: must be an array, not 7"},
      {"\"job_id\":17", "\"job_id\":-1", "/jobs/0/job_id: must be a whole number of at most"},
      {"\"job_id\":17", "\"job_id\":4294967296", "/jobs/0/job_id: must be a whole number"},
      {"\"job_id\":17", "\"job_id\":18446744073709551615", "/jobs/0/job_id: must be a whole"},
      {"\"job_id\":17", "\"job_id\":null", "/jobs/0/job_id: must be a whole number"},
      {"\"job_id\":17,", "", "/jobs/0: \"job_id\" is missing"},
      {"\"asked_at\":", "\"asked_at\":18446744073709551615,\"x\":",
       "/jobs/0/asked_at: must be whole"},
      {"\"asked_at\":", "\"asked_at\":-999999999999,\"x\":", "/jobs/0/asked_at: must be whole"},
      {"\"pool_is_behind\":true", "\"pool_is_behind\":1", "must be true or false, not 1"},
      {"[\"frankfurt\",\"oslo-gpu\"]", "[]", "/jobs/0/partitions: must not be empty"},
      {"[\"frankfurt\",\"oslo-gpu\"]", "[1]", "/jobs/0/partitions/0: must be a string, not 1"},
      {"\"reason\":\"its pool is down\"", "\"reason\":{}", "/jobs/0/reason: must be a string"},
      {"]}", "", "is not a JSON object"},
      {"{\"decision\"", "1,{\"decision\"", "/jobs/0: must be an object, not 1"}};
  for (const auto& fault : faults) {
    const std::string changed = absl::StrReplaceAll(text, {{fault.from, fault.to}});
    ASSERT_NE(changed, text) << fault.from;
    const auto read = ParseRestoredJobs(changed);
    EXPECT_TRUE(absl::IsDataLoss(read.status())) << fault.to;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(fault.why));
  }
}

TEST(RestoredJobsFile, RefusesAnotherVersion) {
  const auto read = ParseRestoredJobs(R"({"v":2,"jobs":[]})");
  EXPECT_TRUE(absl::IsInvalidArgument(read.status()));
  EXPECT_EQ(read.status().message(), "version 2, this program reads version 1");
}

TEST(RestoredJobsFile, IsForItsOwnerAlone) {
  const TemporaryFolder folder;
  const std::string path = RestoredJobsPath(folder.path());
  ASSERT_TRUE(ReadRestoredJobs(path).ok());
  EXPECT_THAT(*ReadRestoredJobs(path), IsEmpty());
  ASSERT_TRUE(WriteRestoredJobs(path, Jobs(), FileAccess::OwnerAlone({})).ok());
  struct stat facts;
  ASSERT_EQ(stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0600u);
  ASSERT_TRUE(ReadRestoredJobs(path).ok());
  EXPECT_EQ(ReadRestoredJobs(path)->size(), 2u);
  ASSERT_EQ(chmod(path.c_str(), 0622), 0);
  EXPECT_TRUE(absl::IsPermissionDenied(ReadRestoredJobs(path).status()));
}

TEST(RestoredJobsFile, NamesTheFileThatIsBrokenOrALink) {
  const TemporaryFolder folder;
  const std::string path = RestoredJobsPath(folder.path());
  std::ofstream(path) << "{\"v\":1,\"jo";
  EXPECT_THAT(std::string(ReadRestoredJobs(path).status().message()),
              HasSubstr("scarbond-restored.json: is not a JSON object"));
  ASSERT_EQ(unlink(path.c_str()), 0);
  ASSERT_EQ(symlink("/dev/null", path.c_str()), 0);
  EXPECT_TRUE(absl::IsPermissionDenied(ReadRestoredJobs(path).status()));
}

}  // namespace
}  // namespace carbon
