#include <cstring>
#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "plugin/job_submit/descriptor.h"
#include "tests/plugin/batch_descriptor.h"
#include "tests/plugin/slurm_symbols.h"

namespace carbon {
namespace {

TEST(ApplyVerdict, DoesNothingForAnEmptyVerdict) {
  job_desc_msg_t d = Batch();
  char* message = nullptr;
  const job_desc_msg_t before = d;
  ApplyVerdict(Verdict{}, &d, &message);
  EXPECT_EQ(memcmp(&before, &d, sizeof(d)), 0);
  EXPECT_EQ(message, nullptr);
}

TEST(ApplyVerdict, SetsWhatItSays) {
  job_desc_msg_t d = Batch();
  d.bitflags = USE_DEFAULT_PART | USE_DEFAULT_QOS;
  char* message = nullptr;
  ApplyVerdict({.apply = true,
                .begin = absl::FromUnixSeconds(1'800'000'000),
                .partition = "oslo",
                .admin_comment = "carbon:id=x",
                .message = "hello"},
               &d, &message);
  EXPECT_EQ(d.begin_time, 1'800'000'000);
  EXPECT_STREQ(d.partition, "oslo");
  EXPECT_EQ(d.bitflags, USE_DEFAULT_QOS);
  EXPECT_STREQ(d.admin_comment, "carbon:id=x");
  EXPECT_STREQ(message, "hello");
  for (char** text : {&d.partition, &d.admin_comment, &message}) {
    slurm_xfree(reinterpret_cast<void**>(text));
  }
  EXPECT_EQ(LiveSlurmStrings(), 0);
}

TEST(ApplyVerdict, LengthensTheTimeLimitOnly) {
  Verdict verdict;
  verdict.apply = true;
  verdict.time_limit = absl::Minutes(90);
  verdict.time_min = absl::Minutes(45);
  struct Case {
    uint32_t limit, limit_after, min_after;
  };
  for (const Case& c : {Case{60, 90, 45}, Case{NO_VAL, 90, 45}, Case{90, 90, 30},
                        Case{120, 120, 30}, Case{INFINITE, INFINITE, 30}}) {
    job_desc_msg_t d = Batch();
    d.time_limit = c.limit;
    d.time_min = 30;
    ApplyVerdict(verdict, &d, nullptr);
    EXPECT_EQ(d.time_limit, c.limit_after) << c.limit;
    EXPECT_EQ(d.time_min, c.min_after) << c.limit;
  }
  // Values that are absent are not invented.
  verdict.time_min.reset();
  job_desc_msg_t d = Batch();
  d.time_limit = 60;
  ApplyVerdict(verdict, &d, nullptr);
  EXPECT_EQ(d.time_limit, 90u);
  EXPECT_EQ(d.time_min, NO_VAL);
  verdict.apply = false;
  d.time_limit = 60;
  ApplyVerdict(verdict, &d, nullptr);
  EXPECT_EQ(d.time_limit, 60u);
}

TEST(ApplyVerdict, SetsNoSentinelForATimeLimit) {
  Verdict verdict;
  verdict.apply = true;
  for (const absl::Duration limit : {absl::InfiniteDuration(), absl::Minutes(int64_t{1} << 40)}) {
    job_desc_msg_t d = Batch();
    d.time_limit = 60;
    verdict.time_limit = limit;
    ApplyVerdict(verdict, &d, nullptr);
    EXPECT_EQ(d.time_limit, 14'400'000u);
  }
}

TEST(ApplyVerdict, ChangesNoScheduleUnlessToldToApply) {
  job_desc_msg_t d = Batch();
  char* message = nullptr;
  ApplyVerdict({.apply = false,
                .begin = absl::FromUnixSeconds(1'800'000'000),
                .partition = "oslo",
                .admin_comment = "carbon:id=x"},
               &d, &message);
  EXPECT_EQ(d.begin_time, 0);
  EXPECT_EQ(d.partition, nullptr);
  EXPECT_STREQ(d.admin_comment, "carbon:id=x");
  slurm_xfree(reinterpret_cast<void**>(&d.admin_comment));
}

TEST(ApplyVerdict, NeverStartsAJobEarlierThanItAsked) {
  job_desc_msg_t d = Batch();
  d.begin_time = 1'900'000'000;
  char* message = nullptr;
  ApplyVerdict({.apply = true, .begin = absl::FromUnixSeconds(1'800'000'000)}, &d, &message);
  EXPECT_EQ(d.begin_time, 1'900'000'000);
}

TEST(ApplyVerdict, RefusesAbsurdStarts) {
  for (absl::Time begin : {absl::InfiniteFuture(), absl::FromUnixSeconds(int64_t{1} << 60),
                           absl::FromUnixSeconds(-1), absl::InfinitePast()}) {
    job_desc_msg_t d = Batch();
    char* message = nullptr;
    ApplyVerdict({.apply = true, .begin = begin}, &d, &message);
    EXPECT_EQ(d.begin_time, 0);
  }
}

TEST(ApplyVerdict, KeepsWhatWasThere) {
  job_desc_msg_t d = Batch();
  d.admin_comment = slurm_xstrdup("project 7");
  d.partition = slurm_xstrdup("lyon");
  char* message = slurm_xstrdup("from another plugin");
  ApplyVerdict(
      {.apply = true, .partition = "oslo", .admin_comment = "carbon:id=x", .message = "ours"}, &d,
      &message);
  EXPECT_STREQ(d.admin_comment, "project 7; carbon:id=x");
  EXPECT_STREQ(d.partition, "oslo");
  EXPECT_STREQ(message, "from another plugin\nours");
  for (char** text : {&d.partition, &d.admin_comment, &message}) {
    slurm_xfree(reinterpret_cast<void**>(text));
  }
  EXPECT_EQ(LiveSlurmStrings(), 0);
}

}  // namespace
}  // namespace carbon
