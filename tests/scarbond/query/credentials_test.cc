#include "scarbond/query/credentials.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

TEST(MungeSocketIn, FindsTheSocketInAuthInfo) {
  EXPECT_EQ(MungeSocketIn(""), "");
  EXPECT_EQ(MungeSocketIn("cred_expire=60"), "");
  EXPECT_EQ(MungeSocketIn("socket=/run/munge/a"), "/run/munge/a");
  EXPECT_EQ(MungeSocketIn("cred_expire=60, socket=/run/munge/a,ttl=3"), "/run/munge/a");
}

// What a running munged does with them is seen in tests/integration/remote_test.py.
TEST(MungeCredentials, SayThatMungedDoesNotRun) {
  const MungeCredentials credentials("/nonexistent/munge.socket");
  const absl::Status written = credentials.Write("text", {}).status();
  EXPECT_EQ(written.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(written.message(), HasSubstr("/nonexistent/munge.socket"));
}

TEST(MungeCredentials, RefuseAnyOtherText) {
  EXPECT_FALSE(MungeCredentials("/nonexistent/munge.socket").Read("hello").ok());
}

}  // namespace
}  // namespace carbon
