#include "core/base/timestamp.h"

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

TEST(ParseTimestamp, ReadsZuluOffsetsBlanksAndZeroFractions) {
  const absl::Time expected = absl::FromUnixSeconds(1764036000);  // date -ud 2025-11-25T02:00
  for (const char* text :
       {"2025-11-25T02:00:00Z", "2025-11-25t02:00:00z", "2025-11-25 02:00:00Z",
        "2025-11-25T03:00:00+01:00", "2025-11-24T21:00:00-05:00", "2025-11-25T07:45:00+05:45",
        "2025-11-25T02:00:00.000Z", "2025-11-25T02:00:00.0000000+00:00"}) {
    absl::StatusOr<absl::Time> time = ParseTimestamp(text);
    ASSERT_TRUE(time.ok()) << text << ": " << time.status();
    EXPECT_EQ(*time, expected) << text;
  }
}

TEST(ParseTimestamp, RefusesWhatIsNoInstantQuotingIt) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "time \"\" is not RFC 3339"},
      {"2025-11-25", "is not RFC 3339"},
      {"2025-11-25T02:00Z", "is not RFC 3339"},
      {"2025-11-25T02:00:00", "time \"2025-11-25T02:00:00\" has no offset; write Z for UTC"},
      {"2025-11-25T02:00:00.000", "has no offset"},
      {"2025-11-25T02:00:00.Z", "is not RFC 3339"},
      {"2025-11-25T02:00:00.5Z", "is not a whole second"},
      {"2025-11-25T02:00:00+0100", "is not RFC 3339"},
      {"2025-11-25T02:00:00+01:00x", "is not RFC 3339"},
      {"2025-13-25T02:00:00Z", "is no instant"},
      {"2025-02-30T02:00:00Z", "is no instant"},
      {"2025-11-25T25:00:00Z", "is no instant"},
      {"infinite-future", "is not RFC 3339"},
      {"+2025-11-25T02:00:00Z", "is not RFC 3339"},
      {" 2025-11-25T02:00:00Z", "is not RFC 3339"},
      {"1764036000", "is not RFC 3339"},
  };
  for (const auto& [text, message] : cases) {
    absl::StatusOr<absl::Time> time = ParseTimestamp(text);
    EXPECT_EQ(time.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(time.status().message()), HasSubstr(message)) << text;
  }
}

TEST(ParseTimestamp, QuotesALongTextShortened) {
  absl::StatusOr<absl::Time> time = ParseTimestamp(std::string(100000, '9'));
  EXPECT_LT(time.status().message().size(), 120u);
}

// A message goes into a log line, and into JSON.
TEST(ParseTimestamp, QuotesWhatIsNoTextEscaped) {
  EXPECT_THAT(std::string(ParseTimestamp("now\nzone DE: \xc3\xa9\x1b").status().message()),
              HasSubstr("time \"now\\nzone DE: \\xc3\\xa9\\x1b\" is not"));
}

TEST(ParseInstant, RoundsAFractionDown) {
  const absl::Time expected = absl::FromUnixSeconds(1764036000);
  for (const char* text :
       {"2025-11-25T02:00:00Z", "2025-11-25T02:00:00.5092741+00:00", "2025-11-25T02:00:00.999Z"}) {
    absl::StatusOr<absl::Time> time = ParseInstant(text);
    ASSERT_TRUE(time.ok()) << text << ": " << time.status();
    EXPECT_EQ(*time, expected) << text;
  }
  EXPECT_FALSE(ParseInstant("2025-11-25T02:00:00.5").ok());
}

TEST(ParseFileTime, ReadsWhatOthersWrite) {
  const absl::Time expected = absl::FromUnixSeconds(1764036000);  // date -ud 2025-11-25T02:00
  const absl::TimeZone zone = absl::FixedTimeZone(3600);
  for (const char* text :
       {"2025-11-25T02:00:00Z", "2025-11-25T02:00Z", "2025-11-25 02:00 UTC", "2025-11-25 02:00+00",
        "2025-11-24T21:00-0500", "2025-11-25T02:00:00.000+00:00", "2025-11-25 03:00",
        "2025-11-25T03:00:00", "2025-11-25t03:00:00.0"}) {
    absl::StatusOr<absl::Time> time = ParseFileTime(text, zone, absl::InfinitePast());
    ASSERT_TRUE(time.ok()) << text << ": " << time.status();
    EXPECT_EQ(*time, expected) << text;
  }
  EXPECT_EQ(*ParseFileTime("2025-11-25", zone, absl::InfinitePast()), expected - absl::Hours(3));
}

TEST(ParseFileTime, RefusesWhatIsNoInstantWithoutQuotingIt) {
  absl::TimeZone berlin;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  const std::pair<const char*, const char*> cases[] = {
      {"", "the time is not RFC 3339"},
      {"25.11.2025 02:00", "the time is not RFC 3339"},
      {"11/25/2025 2:00", "is not RFC 3339"},
      {"45986.25", "is not RFC 3339"},
      {"2025-11-25T02", "is not RFC 3339"},
      {"2025-11-25T02:00 CET", "is not RFC 3339"},
      {"2025-11-25T02:00:00.5Z", "is not a whole second"},
      {"2025-02-30", "the time is no instant"},
      {"2025-11-25T02:00:00.000000000+01:00xyz", "is not RFC 3339"},
  };
  for (const auto& [text, message] : cases) {
    absl::StatusOr<absl::Time> time = ParseFileTime(text, berlin, absl::InfinitePast());
    EXPECT_EQ(time.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(time.status().message()), HasSubstr(message)) << text;
  }
  EXPECT_THAT(
      std::string(
          ParseFileTime("2025-11-25 02:00", std::nullopt, absl::InfinitePast()).status().message()),
      HasSubstr("has no offset; write Z for UTC"));
}

TEST(ParseFileTime, TellsApartWhatClocksSkipAndWhatTheyShowTwice) {
  absl::TimeZone berlin;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  const absl::Status skipped =
      ParseFileTime("2025-03-30 02:30", berlin, absl::InfinitePast()).status();
  EXPECT_EQ(skipped.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(skipped.message()),
              HasSubstr("does not exist in Europe/Berlin, where clocks went forward"));
  const absl::Status twice =
      ParseFileTime("2025-10-26 02:30", berlin, absl::InfinitePast()).status();
  EXPECT_EQ(twice.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(twice.message()),
              HasSubstr("occurs twice in Europe/Berlin, and no line above tells which is meant"));
}

TEST(ParseUnquotedInstant, ReadsTheSameAndQuotesNothing) {
  EXPECT_EQ(ParseUnquotedTimestamp("2025-11-25T02:00:00Z"), ParseTimestamp("2025-11-25T02:00:00Z"));
  EXPECT_EQ(ParseUnquotedInstant("2025-11-25T02:00:00.5Z"), ParseInstant("2025-11-25T02:00:00.5Z"));
  for (const char* text : {"s3cret", "2025-11-25T02:00:00.5s3cret", "2025-02-30T02:00:00Z"}) {
    for (const absl::Status& status :
         {ParseUnquotedTimestamp(text).status(), ParseUnquotedInstant(text).status()}) {
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(status.message()), HasSubstr("the time is "));
      EXPECT_EQ(status.message().find("s3cret"), absl::string_view::npos) << status;
    }
  }
}

TEST(ParseTimeSpan, ReadsDaysHoursMinutesAndSeconds) {
  EXPECT_EQ(ParseTimeSpan("00:15:00"), absl::Minutes(15));
  EXPECT_EQ(ParseTimeSpan("01:00"), absl::Hours(1));
  EXPECT_EQ(ParseTimeSpan("15:30"), absl::Hours(15) + absl::Minutes(30));
  EXPECT_EQ(ParseTimeSpan("00:05:00.0000000"), absl::Minutes(5));
  EXPECT_EQ(ParseTimeSpan("1.02:03:04"), absl::Hours(26) + absl::Minutes(3) + absl::Seconds(4));
  for (const char* text : {"", "1h", "15", "24:00", "01:60", "00:00:00.", "24:00:00", "00:60:00",
                           "-1.00:00:00", "400.00:00:00", "00:00:00.5", "a.00:00:00"}) {
    EXPECT_EQ(ParseTimeSpan(text), std::nullopt) << text;
  }
}

// The oracle is absl::FormatTime, which these replace because it is slow.
TEST(FormatTimestamp, WritesWhatAbslWrites) {
  absl::TimeZone kathmandu, new_york, amsterdam;
  ASSERT_TRUE(absl::LoadTimeZone("Asia/Kathmandu", &kathmandu));
  ASSERT_TRUE(absl::LoadTimeZone("America/New_York", &new_york));
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Amsterdam", &amsterdam));
  std::vector<absl::Time> times = {absl::UnixEpoch(),
                                   absl::InfiniteFuture(),
                                   absl::InfinitePast(),
                                   absl::FromUnixSeconds(INT64_MAX - 1),
                                   absl::FromUnixSeconds(951'782'400),  // 2000-02-29
                                   absl::UnixEpoch() - absl::Nanoseconds(1),
                                   absl::UnixEpoch() + absl::Nanoseconds(1) / 4};
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    // The years -100 to 11000, half of the times with a fraction of any number of digits.
    const int64_t second =
        std::uniform_int_distribution<int64_t>(-65'323'000'000, 284'960'000'000)(random);
    int64_t unit = 1;
    for (uint64_t digits = random() % 10; digits > 0; --digits) unit *= 10;
    times.push_back(
        absl::FromUnixSeconds(second) +
        absl::Nanoseconds(static_cast<int64_t>(random() % 1'000'000'000) / unit * unit));
  }
  for (const absl::Time time : times) {
    EXPECT_EQ(FormatTimestamp(time),
              absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()));
    EXPECT_EQ(FormatInstant(time),
              absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone()));
    for (const absl::TimeZone zone : {absl::UTCTimeZone(), kathmandu, new_york, amsterdam}) {
      EXPECT_EQ(FormatLocalTimestamp(time, zone),
                absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", time, zone));
    }
  }
}

TEST(FormatTimestamp, WritesUtcThatParsesBack) {
  const absl::Time time = absl::FromUnixSeconds(1764036000);
  EXPECT_EQ(FormatTimestamp(time), "2025-11-25T02:00:00Z");
  EXPECT_EQ(*ParseTimestamp(FormatTimestamp(time)), time);
}

TEST(FloorToHour, GoesBackAlsoBeforeTheEpoch) {
  EXPECT_EQ(FloorToHour(absl::FromUnixSeconds(7199)), absl::FromUnixSeconds(3600));
  EXPECT_EQ(FloorToHour(absl::FromUnixSeconds(7200)), absl::FromUnixSeconds(7200));
  EXPECT_EQ(FloorToHour(absl::FromUnixSeconds(-1)), absl::FromUnixSeconds(-3600));
}

}  // namespace
}  // namespace carbon
