#include "bench/placement/arrivals.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;

absl::Time At(absl::string_view text) { return *ParseTimestamp(text); }

TEST(ParseArrivals, ReadsALineEachBelowTheHeader) {
  const auto arrivals = ParseArrivals("arrival_utc\n2021-01-01T16:00:00Z\n2021-03-01T00:00:00Z\n");
  ASSERT_TRUE(arrivals.ok()) << arrivals.status();
  EXPECT_THAT(*arrivals, ElementsAre(At("2021-01-01T16:00:00Z"), At("2021-03-01T00:00:00Z")));
}

TEST(ParseArrivals, NamesTheLineThatIsWrong) {
  EXPECT_THAT(std::string(ParseArrivals("h\n2021-01-01T16:00:00Z\nsoon\n").status().message()),
              ::testing::StartsWith("line 3: "));
  EXPECT_EQ(ParseArrivals("h\n2021-01-02T00:00:00Z\n2021-01-01T00:00:00Z\n").status().message(),
            "line 3: 2021-01-01T00:00:00Z is before the line above");
}

TEST(ArrivalsWithin, MovesByWholeYearsAndKeepsThePeriod) {
  const std::vector<absl::Time> arrivals = {At("2021-01-01T16:00:00Z"), At("2021-02-28T05:00:00Z"),
                                            At("2021-03-01T00:00:00Z"), At("2021-07-01T00:00:00Z")};
  // 2020 is a leap year: the days of the calendar stay.
  EXPECT_THAT(ArrivalsWithin(arrivals, {At("2020-01-01T16:00:00Z"), At("2020-07-01T00:00:00Z")}, 1),
              ElementsAre(At("2020-01-01T16:00:00Z"), At("2020-02-28T05:00:00Z"),
                          At("2020-03-01T00:00:00Z")));
  EXPECT_THAT(ArrivalsWithin(arrivals, {At("2021-02-01T00:00:00Z"), At("2022-01-01T00:00:00Z")}, 2),
              ElementsAre(At("2021-02-28T05:00:00Z"), At("2021-07-01T00:00:00Z")));
}

TEST(ParseTrace, ReadsSecondsRoundedToWholeOnes) {
  const auto jobs = ParseTrace("arrival_time,length,cpus\n0.0,6302.0,1\n68.5,999.2,3\n");
  ASSERT_TRUE(jobs.ok()) << jobs.status();
  ASSERT_EQ(jobs->size(), 2u);
  EXPECT_EQ((*jobs)[0].length, absl::Seconds(6302));
  EXPECT_EQ((*jobs)[1].arrival, absl::Seconds(68));
  EXPECT_EQ((*jobs)[1].length, absl::Seconds(1000));
  EXPECT_EQ((*jobs)[1].cpus, 3);
}

TEST(ParseTrace, NamesTheLineThatIsWrong) {
  for (const char* line : {"1,2", "1,2,3,4", "-1,2,3", "1,0,3", "1,nan,3", "x,2,3", "1,2,y"}) {
    EXPECT_EQ(ParseTrace(absl::StrCat("h\n0,1,1\n", line)).status().message(),
              "line 3: is not arrival_time,length,cpus")
        << line;
  }
}

}  // namespace
}  // namespace carbon
