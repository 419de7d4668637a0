#include "replay/cluster/scheduler_parameters.h"

#include <cstddef>
#include <limits>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;

TEST(ParseSchedulerParameters, ReadsWhatIsModelledAndNamesTheRest) {
  const auto parameters = ParseSchedulerParameters(
      "bf_interval=60,defer,bf_window=2880, BF_Resolution=300 ,bf_max_job_test=1000,"
      "bf_job_part_count_reserve=5,bf_max_job_user=10, Bf_Intervall = 3");
  ASSERT_TRUE(parameters.ok()) << parameters.status();
  const BackfillSettings& settings = parameters->backfill;
  EXPECT_EQ(settings.interval, absl::Seconds(60));
  EXPECT_EQ(settings.window, absl::Hours(48));
  EXPECT_EQ(settings.resolution, absl::Seconds(300));
  EXPECT_EQ(settings.max_jobs, size_t{1000});
  EXPECT_EQ(settings.max_reservations, size_t{5});
  EXPECT_THAT(parameters->not_followed, ElementsAre("defer", "bf_max_job_user", "Bf_Intervall"));
}

TEST(ParseSchedulerParameters, TakesTheLineOfScontrolAndTheFirstOfTwo) {
  for (const char* text : {"SchedulerParameters     = bf_interval=60,bf_interval=90",
                           "schedulerparameters=defer,bf_interval=60"}) {
    const auto settings = ParseSchedulerParameters(text);
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_EQ(settings->backfill.interval, absl::Seconds(60)) << text;
  }
  EXPECT_TRUE(ParseSchedulerParameters("SchedulerParameters = (null)").ok());
  EXPECT_FALSE(ParseSchedulerParameters("SchedulerParameters = bf_interval=0").ok());
}

// What slurm.conf(5) says of a parameter that is not set.
TEST(ParseSchedulerParameters, HasSlurmsDefaults) {
  for (const char* text : {"", "(null)", "defer", "bf_job_part_count_reserve=0"}) {
    const auto settings = ParseSchedulerParameters(text);
    ASSERT_TRUE(settings.ok()) << text;
    const BackfillSettings& backfill = settings->backfill;
    EXPECT_EQ(backfill.interval, absl::Seconds(30));
    EXPECT_EQ(backfill.resolution, absl::Seconds(60));
    EXPECT_EQ(backfill.window, absl::Hours(24));
    EXPECT_EQ(backfill.max_jobs, size_t{500});
    EXPECT_EQ(backfill.max_reservations, std::numeric_limits<size_t>::max());
  }
}

TEST(ParseSchedulerParameters, NamesTheParameterThatIsWrong) {
  struct Case {
    const char* text;
    const char* error;
  };
  for (const Case& one : {
           Case{"defer,bf_interval=0", "bf_interval=0 is not a whole number from 1 to 10800"},
           Case{"bf_window=1d", "bf_window=1d is not a whole number from 1 to 43200"},
           Case{"bf_resolution", "bf_resolution= is not a whole number from 1 to 3600"},
           Case{"bf_max_job_test=-1", "bf_max_job_test=-1 is not a whole number from 1 to 1000000"},
       }) {
    EXPECT_EQ(ParseSchedulerParameters(one.text).status(), absl::InvalidArgumentError(one.error));
  }
}

}  // namespace
}  // namespace carbon
