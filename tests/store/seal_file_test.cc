#include "store/seal_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1795546800);

class SealFileTest : public ::testing::Test {
 protected:
  std::string Path() const { return SealPath(folder_.path()); }
  absl::StatusOr<Seal> Make(const std::string& cluster = "alps") const {
    return ReadOrMakeSeal(folder_.path(), cluster, kNow);
  }
  void Write(const std::string& text) const {
    std::ofstream(Path()) << text;
    chmod(Path().c_str(), 0600);
  }

  TemporaryFolder folder_;
};

TEST_F(SealFileTest, IsMadeOnceForAllControllersAndIsNobodyElsesToRead) {
  EXPECT_TRUE(absl::IsNotFound(ReadSeal(folder_.path(), "alps").status()));
  umask(0);
  const absl::StatusOr<Seal> made = Make();
  umask(022);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->made_at(), kNow);
  struct stat facts;
  ASSERT_EQ(stat(Path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0600u);
  const absl::StatusOr<Seal> read = ReadSeal(folder_.path(), "alps");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->Matches(made->Of("text", 7), "text", 7));
  const absl::StatusOr<Seal> partner =
      ReadOrMakeSeal(folder_.path(), "alps", kNow + absl::Hours(1));
  EXPECT_TRUE(partner->Matches(made->Of("text", 7), "text", 7));
  EXPECT_EQ(partner->made_at(), kNow);
  // No draft is left behind.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(SealFileTest, IsTheSameForAllThatMakeItAtOnce) {
  std::vector<std::string> letters(16);
  std::vector<std::thread> makers;
  for (std::string& its : letters) {
    makers.emplace_back([this, &its] { its = Make()->Of("text", 7); });
  }
  for (std::thread& maker : makers) maker.join();
  for (const std::string& its : letters) EXPECT_EQ(its, letters[0]);
}

TEST_F(SealFileTest, DiffersByClusterUserTextAndKey) {
  const absl::StatusOr<Seal> alps = Make(), jura = Make("jura");
  const std::string letters = alps->Of("text", 7);
  EXPECT_EQ(letters.size(), Seal::kLetters);
  EXPECT_FALSE(jura->Matches(letters, "text", 7));
  EXPECT_FALSE(alps->Matches(letters, "text", 8));
  EXPECT_FALSE(alps->Matches(letters, "texts", 7));
  EXPECT_FALSE(alps->Matches(letters.substr(1), "text", 7));
  EXPECT_FALSE(alps->Matches("", "text", 7));
  std::filesystem::remove(Path());
  EXPECT_FALSE(Make()->Matches(letters, "text", 7));
}

TEST_F(SealFileTest, IsRefusedWhereOthersCouldHaveReadOrWrittenIt) {
  ASSERT_TRUE(Make().ok());
  for (const mode_t mode : {0640, 0604, 0620, 0644}) {
    chmod(Path().c_str(), mode);
    EXPECT_TRUE(absl::IsPermissionDenied(Make().status())) << mode;
  }
  chmod(Path().c_str(), 0600);
  if (geteuid() == 0) {
    ASSERT_EQ(chown(Path().c_str(), 4321, 4321), 0);
    EXPECT_TRUE(absl::IsPermissionDenied(ReadSeal(folder_.path(), "alps").status()));
    EXPECT_TRUE(ReadSeal(folder_.path(), "alps", {4321}).ok());
  }
  std::filesystem::rename(Path(), Path() + ".real");
  std::filesystem::create_symlink(Path() + ".real", Path());
  EXPECT_FALSE(Make().ok());
}

TEST_F(SealFileTest, IsSharedWithTheGroupOfThePublisherAlone) {
  if (geteuid() != 0) GTEST_SKIP() << "only root is in every group";
  constexpr uint32_t kPublishers = 4321;
  const auto facts = [this] {
    struct stat facts = {};
    EXPECT_EQ(stat(Path().c_str(), &facts), 0);
    return facts;
  };
  ASSERT_TRUE(Make().ok());
  const absl::StatusOr<Seal> seal = ReadOrMakeSeal(folder_.path(), "alps", kNow, kPublishers);
  ASSERT_TRUE(seal.ok()) << seal.status();
  EXPECT_EQ(facts().st_mode & 07777, 0640u);
  EXPECT_EQ(facts().st_gid, kPublishers);
  EXPECT_TRUE(ReadSeal(folder_.path(), "alps", {}, kPublishers).ok());
  EXPECT_TRUE(ReadSeal(folder_.path(), "alps", {}, kAnyGroup).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(ReadSeal(folder_.path(), "alps", {}, 4322).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(ReadSeal(folder_.path(), "alps").status()));
  for (const mode_t mode : {0660, 0644, 0650}) {
    chmod(Path().c_str(), mode);
    EXPECT_FALSE(ReadSeal(folder_.path(), "alps", {}, kPublishers).ok()) << mode;
  }
}

TEST_F(SealFileTest, IsRefusedWhereItIsNoKeyAndQuotesNothingOfIt) {
  const std::string digits(64, 'a');
  for (const std::string& text : std::vector<std::string>{
           "", "root:secret", "slurm-carbon-seal-1 5 " + digits.substr(1),
           "slurm-carbon-seal-1 5 " + digits + "b", "slurm-carbon-seal-1 x " + digits,
           "slurm-carbon-seal-1 -5 " + digits, "slurm-carbon-seal-2 5 " + digits,
           "slurm-carbon-seal-1 5 " + std::string(64, 'g'), std::string(5000, 'a')}) {
    Write(text);
    const absl::Status status = Make().status();
    EXPECT_FALSE(status.ok()) << text;
    EXPECT_FALSE(absl::StrContains(status.message(), "secret"));
    EXPECT_FALSE(absl::StrContains(status.message(), "aaaa"));
  }
  Write("slurm-carbon-seal-1 5 " + digits + "\n");
  EXPECT_EQ(Make()->made_at(), absl::FromUnixSeconds(5));
}

}  // namespace
}  // namespace carbon
