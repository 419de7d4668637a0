#include "scarbond/background_program.h"

#include <signal.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<BackgroundProgram> Shell(const std::string& script,
                                         const BackgroundProgram::Options& options = {}) {
  auto program = BackgroundProgram::Start({"sh", "-c", script}, {"CARBON_TEST=set"}, options,
                                          absl::UnixEpoch());
  EXPECT_TRUE(program.ok()) << program.status();
  return *std::move(program);
}

// Looks until it has ended: how soon that is, is the machine's business. Its own time stands still.
absl::StatusOr<std::string> Output(const std::string& script,
                                   const BackgroundProgram::Options& options = {}) {
  const std::unique_ptr<BackgroundProgram> program = Shell(script, options);
  const absl::Time deadline = absl::Now() + absl::Minutes(1);
  while (!program->Look(absl::UnixEpoch()) && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  return program->TakeOutput();
}

TEST(BackgroundProgram, GivesTheOutputAndNothingElse) {
  EXPECT_EQ(*Output("echo one; echo aside >&2; printf two"), "one\ntwo");
  EXPECT_EQ(*Output("cat"), "");  // nothing to read
  EXPECT_EQ(*Output("printf \"$CARBON_TEST\""), "set");
  EXPECT_EQ(Output("yes 0123456789abcde | head -n 100000")->size(), 1'600'000);
}

TEST(BackgroundProgram, SaysWhyItFailed) {
  EXPECT_EQ(Output("echo first >&2; echo last >&2; exit 1").status(), absl::AbortedError("last"));
  EXPECT_EQ(Output("exit 3").status(), absl::AbortedError("ended with exit code 3"));
  EXPECT_EQ(Output("kill -9 $$").status(), absl::AbortedError("ended by signal 9"));
  const auto missing = BackgroundProgram::Start({"/no/such/program"}, {}, {}, absl::UnixEpoch());
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("/no/such/program"));
}

TEST(BackgroundProgram, IsKilledBeyondItsTime) {
  const std::unique_ptr<BackgroundProgram> program =
      Shell("exec sleep 600", {.limit = absl::Seconds(10)});
  EXPECT_FALSE(program->Look(absl::UnixEpoch() + absl::Seconds(10)));
  EXPECT_TRUE(program->Look(absl::UnixEpoch() + absl::Seconds(11)));
  EXPECT_EQ(program->TakeOutput().status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(BackgroundProgram, IsKilledBeyondItsBytes) {
  EXPECT_EQ(Output("yes", {.max_bytes = 100'000}).status().code(),
            absl::StatusCode::kResourceExhausted);
  // Exactly so many are not too many.
  EXPECT_EQ(Output("printf 12345", {.max_bytes = 5}).value(), "12345");
  EXPECT_EQ(Output("printf 123456", {.max_bytes = 5}).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(BackgroundProgram, InheritsNeitherBlockedNorIgnoredSignals) {
  sigset_t set, before;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, &before);
  const auto ignored = signal(SIGPIPE, SIG_IGN);
  const absl::StatusOr<std::string> blocked =
      Output("sed -n 's/^SigBlk:[[:space:]]*//p' /proc/self/status");
  const absl::StatusOr<std::string> ignored_there =
      Output("sed -n 's/^SigIgn:[[:space:]]*//p' /proc/self/status");
  signal(SIGPIPE, ignored);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(*blocked, "0000000000000000\n");
  // Whoever started this test may ignore other signals.
  const uint64_t mask = std::strtoull(ignored_there->c_str(), nullptr, 16);
  EXPECT_EQ(mask & (uint64_t{1} << (SIGPIPE - 1)), 0u) << *ignored_there;
}

TEST(BackgroundProgram, EndsWithItsOwner) {
  std::unique_ptr<BackgroundProgram> program = Shell("exec sleep 600");
  const absl::Time before = absl::Now();
  program = nullptr;
  EXPECT_LT(absl::Now() - before, absl::Minutes(1));
}

}  // namespace
}  // namespace carbon
