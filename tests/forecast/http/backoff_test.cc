#include "forecast/http/backoff.h"

#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

const absl::Time kNow =
    absl::FromCivil(absl::CivilSecond(2026, 11, 24, 2, 0, 0), absl::UTCTimeZone());

constexpr BackoffPolicy kPolicy{.first = absl::Seconds(10), .most = absl::Minutes(15)};

TEST(BackoffDelay, DoublesUpToTheMost) {
  // 15 min are reached with the eighth failure: 10 s x 2^7 = 1280 s.
  const int whole[] = {10, 20, 40, 80, 160, 320, 640, 900, 900};
  for (int failures = 1; failures <= 9; ++failures) {
    EXPECT_EQ(BackoffDelay(kPolicy, failures, 1), absl::Seconds(whole[failures - 1])) << failures;
  }
  EXPECT_EQ(BackoffDelay(kPolicy, 1 << 30, 1), absl::Minutes(15));
}

TEST(BackoffDelay, LiesBetweenHalfAndWholeByTheRandomNumber) {
  EXPECT_EQ(BackoffDelay(kPolicy, 2, 0), absl::Seconds(10));
  EXPECT_EQ(BackoffDelay(kPolicy, 2, 0.5), absl::Seconds(15));
  EXPECT_LT(BackoffDelay(kPolicy, 2, 0.999), absl::Seconds(20));
}

TEST(BackoffDelay, IsNeverNothing) {
  for (int failures : {-1, 0, 1, 2}) {
    EXPECT_GE(BackoffDelay(kPolicy, failures, 0), absl::Seconds(5)) << failures;
  }
}

TEST(NextAttempt, IsTheLaterOfBackoffAndWhatTheServerAskedFor) {
  EXPECT_EQ(NextAttempt(kPolicy, 1, std::nullopt, 0, kNow), kNow + absl::Seconds(5));
  EXPECT_EQ(NextAttempt(kPolicy, 1, absl::Seconds(2), 0, kNow), kNow + absl::Seconds(5));
  EXPECT_EQ(NextAttempt(kPolicy, 1, absl::Seconds(100), 0, kNow), kNow + absl::Seconds(100));
  EXPECT_EQ(NextAttempt(kPolicy, 1, absl::Seconds(100), 0.5, kNow), kNow + absl::Seconds(105));
  EXPECT_LE(NextAttempt(kPolicy, 1, absl::InfiniteDuration(), 1, kNow),
            kNow + kMaxRetryAfter * 1.1);
}

TEST(ParseRetryAfter, ReadsSecondsAndDates) {
  EXPECT_EQ(ParseRetryAfter("120", kNow), absl::Seconds(120));
  EXPECT_EQ(ParseRetryAfter(" 0 ", kNow), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("Tue, 24 Nov 2026 02:05:00 GMT", kNow), absl::Minutes(5));
  EXPECT_EQ(ParseRetryAfter("Tue, 24 Nov 2026 01:00:00 GMT", kNow), absl::ZeroDuration());
}

TEST(ParseRetryAfter, CutsWhatIsUnreasonablyLong) {
  for (const char* text : {"21601", "31536000", "9223372036854775807", "99999999999999999999999999",
                           "Fri, 24 Nov 2028 02:00:00 GMT"}) {
    EXPECT_EQ(ParseRetryAfter(text, kNow), kMaxRetryAfter) << text;
  }
}

TEST(ParseRetryAfter, TakesNothingElse) {
  for (const char* text : {"", " ", "-1", "+5", "1.5", "5s", "soon", "infinite-future",
                           "infinite-past", "2026-11-24T02:05:00Z", "Tue, 24 Nov 2026"}) {
    EXPECT_EQ(ParseRetryAfter(text, kNow), std::nullopt) << text;
  }
  EXPECT_EQ(ParseRetryAfter(std::string(1 << 20, ':'), kNow), std::nullopt);
}

TEST(ParseHttpDate, ReadsTheThreeForms) {
  for (const char* text : {"Tue, 24 Nov 2026 02:00:00 GMT", "Tuesday, 24-Nov-26 02:00:00 GMT",
                           "Tue Nov 24 02:00:00 2026"}) {
    EXPECT_EQ(ParseHttpDate(text), kNow) << text;
  }
  EXPECT_EQ(ParseHttpDate("Mon, 29 Feb 2027 02:00:00 GMT"), std::nullopt);
}

}  // namespace
}  // namespace carbon
