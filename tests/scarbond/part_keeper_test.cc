#include "scarbond/part_keeper.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/snapshot/part.h"
#include "core/snapshot/snapshot.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

class PartKeeperTest : public ::testing::Test {
 protected:
  PartKeeperTest() { std::filesystem::create_directories(paths_.snapshot); }

  // Publishes parts with this content and logs a decision that names them.
  void Decide(const std::string& content) {
    Publish(content);
    std::ofstream(paths_.log, std::ios::app) << RecordOf(content);
  }
  void Publish(const std::string& content) const {
    const std::string hash = Sha256Hex(content);
    for (const PartInfo& info : kParts) {
      std::ofstream(paths_.snapshot + "/" + PartFileName(info.part, hash)) << content;
    }
  }
  std::string RecordOf(const std::string& content) {
    const std::string hash = Sha256Hex(content);
    return nlohmann::ordered_json(
               {{"v", 2},
                {"type", "decision"},
                {"boot", "3f9c21aa04d7be15"},
                {"seq", ++sequence_},
                {"snapshot",
                 {{"config", hash}, {"forecast", hash}, {"capacity", hash}, {"admission", hash}}}})
               .dump() +
           "\n";
  }
  bool Has(const std::string& content) const {
    return PartArchive::Load(paths_.parts,
                             PartFileName(SnapshotPart::kCapacity, Sha256Hex(content)))
        .ok();
  }
  void Look(PartKeeper* keeper) {
    now_ += PartKeeper::kPeriod;
    keeper->Look(paths_, std::nullopt, now_);
  }

  const TemporaryFolder temporary_;
  const std::string root_ = temporary_.path();
  PartKeeper::Paths paths_ = {.log = root_ + "/placements.jsonl",
                              .snapshot = root_ + "/snapshot",
                              .parts = root_ + "/snapshot-parts",
                              .max_bytes = 1 << 30};
  absl::Time now_ = absl::Now();
  int sequence_ = 0;
};

TEST_F(PartKeeperTest, ArchivesOnlyWhatADecisionNames) {
  PartKeeper keeper;
  Publish("unnamed");
  Decide("named");
  std::ofstream(paths_.log, std::ios::app)
      << "{\"v\":2,\"type\":\"job\",\"boot\":\"3f9c21aa04d7be15\",\"seq\":2}\nno record\n";
  Look(&keeper);
  EXPECT_EQ(keeper.trouble(), "");
  EXPECT_FALSE(keeper.is_behind());
  EXPECT_TRUE(Has("named"));
  EXPECT_FALSE(Has("unnamed"));
}

TEST_F(PartKeeperTest, LooksOnlyWhenItIsTime) {
  PartKeeper keeper;
  Look(&keeper);
  Decide("one");
  keeper.Look(paths_, std::nullopt, now_ + absl::Seconds(29));
  EXPECT_FALSE(Has("one"));
  // A clock that was set back does not put it off.
  keeper.Look(paths_, std::nullopt, now_ - absl::Hours(5));
  EXPECT_TRUE(Has("one"));
}

TEST_F(PartKeeperTest, LosesNothingAcrossAKillAndARotation) {
  {
    PartKeeper keeper;
    Decide("one");
    Look(&keeper);
  }
  // Killed here: the log grows and is rotated between two looks.
  Decide("two");
  std::filesystem::rename(paths_.log, paths_.log + ".1");
  Decide("three");
  PartKeeper keeper;
  Look(&keeper);
  EXPECT_TRUE(Has("two"));
  EXPECT_TRUE(Has("three"));
}

// A kill after a part was written and before the position was.
TEST_F(PartKeeperTest, ReadsALineTwiceRatherThanNotAtAll) {
  Decide("one");
  {
    PartKeeper keeper;
    Look(&keeper);
  }
  std::filesystem::remove(paths_.parts + "/" +
                          PartFileName(SnapshotPart::kCapacity, Sha256Hex("one")) + ".zst");
  std::filesystem::remove(paths_.parts + "/position.json");
  PartKeeper keeper;
  Look(&keeper);
  EXPECT_TRUE(Has("one"));
}

TEST_F(PartKeeperTest, TriesAgainWhatCouldNotBeWritten) {
  PartKeeper keeper;
  std::ofstream(paths_.parts) << "a file instead of the folder";
  Decide("one");
  Look(&keeper);
  EXPECT_THAT(keeper.trouble(), HasSubstr(paths_.parts));
  EXPECT_FALSE(keeper.is_behind());
  std::filesystem::remove(paths_.parts);
  Look(&keeper);
  EXPECT_EQ(keeper.trouble(), "");
  EXPECT_TRUE(Has("one"));
}

TEST_F(PartKeeperTest, PassesOverAPartThatIsGoneOrDamaged) {
  PartKeeper keeper;
  Decide("gone");
  std::filesystem::remove(paths_.snapshot + "/" +
                          PartFileName(SnapshotPart::kCapacity, Sha256Hex("gone")));
  Decide("damaged");
  std::ofstream(paths_.snapshot + "/" + PartFileName(SnapshotPart::kCapacity, Sha256Hex("damaged")))
      << "other";
  Decide("whole");
  Look(&keeper);
  EXPECT_EQ(keeper.trouble(), "");
  EXPECT_FALSE(Has("gone"));
  EXPECT_FALSE(Has("damaged"));
  EXPECT_TRUE(Has("whole"));
}

// Until all is read, the publisher must not remove what the rest may name.
TEST_F(PartKeeperTest, IsBehindUntilItHasReadTheWholeLog) {
  std::ofstream log(paths_.log);
  const std::string filler(1 << 19, ' ');
  for (int i = 0; i < 40; ++i) log << filler << "\n";
  log.close();
  Decide("last");
  PartKeeper keeper;
  Look(&keeper);
  EXPECT_TRUE(keeper.is_behind());
  EXPECT_FALSE(Has("last"));
  for (int i = 0; i < 5 && keeper.is_behind(); ++i) keeper.Look(paths_, std::nullopt, now_);
  EXPECT_FALSE(keeper.is_behind());
  EXPECT_TRUE(Has("last"));
}

TEST_F(PartKeeperTest, ArchivesNothingWithALimitOfZero) {
  paths_.max_bytes = 0;
  PartKeeper keeper;
  Decide("one");
  Look(&keeper);
  EXPECT_EQ(keeper.trouble(), "");
  EXPECT_FALSE(std::filesystem::exists(paths_.parts));
}

TEST_F(PartKeeperTest, KeepsWithinTheLimit) {
  paths_.max_bytes = 64 << 10;
  PartKeeper keeper;
  for (int i = 0; i < 40; ++i) {
    Decide(absl::StrCat("content ", i));
    Look(&keeper);
  }
  int64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(paths_.parts)) {
    struct stat facts;
    if (stat(entry.path().c_str(), &facts) == 0) bytes += int64_t{facts.st_blocks} * 512;
  }
  EXPECT_LE(bytes, (64 << 10) + 4 * 4096);
}

// The record's digest in the journal shows later that a tail was cut off.
TEST_F(PartKeeperTest, SaysOnceAnHourWhichRecordIsTheNewest) {
  const std::string first = RecordOf("one"), second = RecordOf("two");
  std::ofstream(paths_.log) << first << second;
  PartKeeper keeper;
  testing::internal::CaptureStdout();
  Look(&keeper);
  std::ofstream(paths_.log, std::ios::app) << RecordOf("three");
  Look(&keeper);
  const std::string said = testing::internal::GetCapturedStdout();
  EXPECT_THAT(said, HasSubstr(absl::StrCat("placement log: newest record 3f9c21aa04d7be15:2:",
                                           Sha256Hex(second.substr(0, second.size() - 1)))));
  EXPECT_EQ(said.find("3f9c21aa04d7be15:3:"), std::string::npos);
  now_ += PartKeeper::kDigestPeriod;
  testing::internal::CaptureStdout();
  Look(&keeper);
  Look(&keeper);
  const std::string later = testing::internal::GetCapturedStdout();
  EXPECT_THAT(later, HasSubstr("placement log: newest record 3f9c21aa04d7be15:3:"));
}

}  // namespace
}  // namespace carbon
