#include "cli/process/server_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;

// A sleeping program of another name, with a file of a known name mapped: its own.
class ServerProcessTest : public ::testing::Test {
 protected:
  ServerProcessTest() {
    fs::copy_file(fs::canonical("/bin/sleep"), program_);
    char* arguments[] = {program_.data(), const_cast<char*>("600"), nullptr};
    char* environment[] = {const_cast<char*>("A=1"), const_cast<char*>("B=x=y"),
                           const_cast<char*>("A=2"), nullptr};
    EXPECT_EQ(posix_spawn(&pid_, program_.c_str(), nullptr, nullptr, arguments, environment), 0);
    // Until it has become that program: the kernel gives it the name first, then the mappings, and
    // shows an empty environment until the last.
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (!HasStarted() && absl::Now() < deadline) std::this_thread::yield();
  }
  ~ServerProcessTest() override {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  bool HasStarted() const {
    const auto server = FindServer(pid_, "carbon-server", "carbon-server");
    return server.has_value() && server->mapped.has_value() && server->environment.has_value() &&
           !server->environment->empty();
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  std::string program_ = folder_ + "/carbon-server";
  pid_t pid_ = 0;
};

TEST_F(ServerProcessTest, SeesUserAndEnvironment) {
  const std::optional<ServerProcess> server = FindServer(pid_, "carbon-server");
  ASSERT_TRUE(server.has_value());
  EXPECT_EQ(server->pid, pid_);
  EXPECT_EQ(server->user, geteuid());
  ASSERT_TRUE(server->environment.has_value());
  EXPECT_EQ(server->environment->at("A"), "1");  // as getenv() would
  EXPECT_EQ(server->environment->at("B"), "x=y");
}

TEST_F(ServerProcessTest, DoesNotTakeAnotherProgramForIt) {
  EXPECT_FALSE(FindServer(pid_, "slurmctld").has_value());
  EXPECT_FALSE(FindServer(getpid(), "carbon-server").has_value());
  // Ended, and not yet collected.
  kill(pid_, SIGKILL);
  siginfo_t info;
  waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  EXPECT_FALSE(FindServer(pid_, "carbon-server").has_value());
}

TEST_F(ServerProcessTest, TellsWhetherAMappedFileWasReplaced) {
  auto mapped = [&] { return FindServer(pid_, "carbon-server", "carbon-server")->mapped; };
  ASSERT_TRUE(mapped().has_value());
  EXPECT_EQ(mapped()->path, program_);
  EXPECT_FALSE(mapped()->replaced);
  EXPECT_FALSE(FindServer(pid_, "carbon-server", "other.so")->mapped.has_value());

  fs::copy_file(program_, folder_ + "/new");
  fs::rename(folder_ + "/new", program_);
  ASSERT_TRUE(mapped().has_value());
  EXPECT_EQ(mapped()->path, program_);
  EXPECT_TRUE(mapped()->replaced);
  fs::remove(program_);
  EXPECT_TRUE(mapped()->replaced);
}

TEST_F(ServerProcessTest, ReadsPidFiles) {
  const std::string path = folder_ + "/pid";
  EXPECT_FALSE(ReadPidFile(path).has_value());
  for (const auto& [text, pid] : std::initializer_list<std::pair<const char*, pid_t>>{
           {"4711\n", 4711}, {"12", 12}, {"12\nmore\n", 12}, {"", 0}, {"-4\n", 0}, {"x\n", 0}}) {
    std::ofstream(path) << text;
    EXPECT_EQ(ReadPidFile(path).value_or(0), pid) << text;
  }
}

}  // namespace
}  // namespace carbon
