#include "core/base/duration.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using testing::HasSubstr;

struct Written {
  const char* text;
  absl::Duration duration;
};

TEST(ParseDuration, ReadsUnitsAndTheirSums) {
  const std::vector<Written> cases = {
      {"90s", absl::Seconds(90)},
      {"30m", absl::Minutes(30)},
      {"8h", absl::Hours(8)},
      {"2d", absl::Hours(48)},
      {"1d12h", absl::Hours(36)},
      {"1d12h5s", absl::Hours(36) + absl::Seconds(5)},
      {"1h30m10s", absl::Seconds(5410)},
      {"0s", absl::ZeroDuration()},
      {"007m", absl::Minutes(7)},
      {"100h", absl::Hours(100)},
      {"10000d", absl::Hours(240000)},
  };
  for (const Written& written : cases) {
    EXPECT_EQ(ParseDuration(written.text).value_or(absl::InfiniteDuration()), written.duration)
        << written.text;
  }
}

TEST(ParseDuration, ReadsSlurmsTimeLimits) {
  const std::vector<Written> cases = {
      {"12:30", absl::Minutes(12) + absl::Seconds(30)},
      {"01:00:00", absl::Hours(1)},
      {"36:00:00", absl::Hours(36)},
      {"90:00", absl::Minutes(90)},
      {"1-0", absl::Hours(24)},
      {"1-12", absl::Hours(36)},
      {"1-12:30", absl::Hours(36) + absl::Minutes(30)},
      {"1-12:30:05", absl::Hours(36) + absl::Minutes(30) + absl::Seconds(5)},
      {"0:00", absl::ZeroDuration()},
      {"0:90", absl::Seconds(90)},
  };
  for (const Written& written : cases) {
    EXPECT_EQ(ParseDuration(written.text).value_or(absl::InfiniteDuration()), written.duration)
        << written.text;
  }
}

TEST(ParseDuration, RefusesWhatIsNoDuration) {
  for (const char* text : {"",
                           " ",
                           "5",
                           "1.5h",
                           "h",
                           "-1h",
                           "+1h",
                           "1h ",
                           " 1h",
                           "1H",
                           "1w",
                           "1h1h",
                           "1m1h",
                           "1h5",
                           "1:2:3:4",
                           "1-2-3",
                           "-",
                           ":",
                           "1-",
                           "-1",
                           "1:",
                           ":1",
                           "1:-1",
                           "1-1:1:1:1",
                           "1e3s",
                           "10001d",
                           "999999999999999999999s",
                           "240001:00:00",
                           "99999-0",
                           "0x10s",
                           "inf",
                           "1h\n",
                           "１h"}) {
    const absl::StatusOr<absl::Duration> duration = ParseDuration(text);
    EXPECT_EQ(duration.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(duration.status().message(),
                HasSubstr("is not a duration such as 90s, 30m, 8h, 2d or 1-12:00:00"))
        << text;
  }
}

TEST(ParseDuration, QuotesLittleOfALongTextAndNothingThatSteersATerminal) {
  const std::string message(ParseDuration("\x1b[31m" + std::string(5000, '7')).status().message());
  EXPECT_LT(message.size(), 200);
  EXPECT_THAT(message, HasSubstr("\"\\x1b[31m777"));
}

TEST(DurationText, IsReadBackToTheSameSecond) {
  for (int64_t seconds = 0; seconds < 400'000'000; seconds = seconds * 3 / 2 + 1) {
    for (const int64_t each : {seconds, seconds / 60 * 60, seconds / 3600 * 3600}) {
      const std::string text = DurationText(absl::Seconds(each));
      EXPECT_EQ(ParseDuration(text).value_or(absl::InfiniteDuration()), absl::Seconds(each))
          << text;
    }
  }
}

TEST(DurationText, IsWhatAPersonWouldWrite) {
  EXPECT_EQ(DurationText(absl::Seconds(5)), "5s");
  EXPECT_EQ(DurationText(absl::Seconds(120)), "2m");
  EXPECT_EQ(DurationText(absl::Hours(24)), "24h");
  EXPECT_EQ(DurationText(absl::Hours(36)), "36h");
  EXPECT_EQ(DurationText(absl::Hours(72)), "3d");
  EXPECT_EQ(DurationText(absl::Hours(73) + absl::Seconds(5)), "3d1h5s");
  EXPECT_EQ(DurationText(absl::ZeroDuration()), "0s");
}

}  // namespace
}  // namespace carbon
