#include "cli/process/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace carbon {
namespace {

using Result = absl::StatusOr<std::string>;

TEST(InChild, GivesWhatTheWorkReturns) {
  const std::string large(3 << 20, 'x');
  const Result result = InChild([&]() -> Result { return large; });
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(*result, large);
  EXPECT_EQ(*InChild([]() -> Result { return std::string("\0\n", 2); }), std::string("\0\n", 2));
  EXPECT_EQ(*InChild([]() -> Result { return ""; }), "");
}

TEST(InChild, LeavesThisProcessAsItIs) {
  int touched = 0;
  EXPECT_EQ(*InChild([&]() -> Result {
    touched = 1;
    setenv("CHILD_PROCESS_TEST", "1", 1);
    return absl::StrCat(getpid() == getppid());
  }),
            "0");
  EXPECT_EQ(touched, 0);
  EXPECT_EQ(getenv("CHILD_PROCESS_TEST"), nullptr);
}

TEST(InChild, PassesErrorsOn) {
  const Result result = InChild([]() -> Result { return absl::NotFoundError("no such thing"); });
  EXPECT_EQ(result.status(), absl::NotFoundError("no such thing"));
  EXPECT_EQ(InChild([]() -> Result { throw std::runtime_error("thrown"); }).status(),
            absl::AbortedError("thrown"));
}

TEST(InChild, TellsTheLastWordsOfWorkThatEndsTheProcess) {
  const Result result = InChild([]() -> Result {
    fprintf(stderr, "scarbon: error: cannot read the file\nscarbon: fatal: giving up\n");
    exit(1);
  });
  EXPECT_EQ(result.status(), absl::AbortedError("cannot read the file; giving up"));
  EXPECT_EQ(InChild([]() -> Result { _exit(3); }).status(),
            absl::AbortedError("ended with exit code 3"));
  const Result killed = InChild([]() -> Result {
    raise(SIGKILL);
    return "";
  });
  EXPECT_EQ(killed.status(), absl::AbortedError("ended by signal 9 (Killed)"));
}

TEST(InChild, EndsWorkThatTakesTooLong) {
  const absl::Time start = absl::Now();
  const Result result = InChild(
      []() -> Result {
        while (true) pause();
      },
      {.limit = absl::Milliseconds(200)});
  EXPECT_EQ(result.status(), absl::DeadlineExceededError("no answer within 200ms"));
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

TEST(InChild, WorksAsAnotherUserOnlyForRoot) {
  constexpr uid_t kNobody = 65534;
  const Result user =
      InChild([]() -> Result { return absl::StrCat(getuid(), " ", geteuid()); }, {.user = kNobody});
  if (geteuid() == 0) {
    ASSERT_TRUE(user.ok()) << user.status();
    EXPECT_EQ(*user, "65534 65534");
    EXPECT_TRUE(
        absl::IsNotFound(InChild([]() -> Result { return ""; }, {.user = 4000111222}).status()));
  } else {
    EXPECT_TRUE(absl::IsPermissionDenied(user.status())) << user.status();
  }
  EXPECT_EQ(*InChild([]() -> Result { return absl::StrCat(geteuid()); }, {.user = geteuid()}),
            absl::StrCat(geteuid()));
}

TEST(RunProgram, GivesItsOutput) {
  EXPECT_EQ(*RunProgram({"printf", "%s %s", "a", "b c"}), "a b c");
  EXPECT_EQ(RunProgram({"sh", "-c", "echo out; echo why >&2; exit 4"}).status(),
            absl::AbortedError("why"));
  EXPECT_TRUE(absl::IsNotFound(RunProgram({"/nonexistent/program"}).status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      RunProgram({"sleep", "60"}, {.limit = absl::Milliseconds(200)}).status()));
}

}  // namespace
}  // namespace carbon
