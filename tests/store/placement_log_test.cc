#include "store/placement_log.h"

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/record/event_records.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kBoot[] = "3f9c21aa04d7be15";
constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

std::string LineOf(uint64_t sequence) {
  return WriteRecord(DroppedRecord{{{kBoot, sequence}, absl::FromUnixSeconds(1795546800)}, 3});
}

class PlacementLogTest : public ::testing::Test {
 protected:
  void Append(const std::string& text) const { std::ofstream(path_, std::ios::app) << text; }

  // Returns the sequence numbers read from place_ on.
  std::vector<uint64_t> ReadOn(bool is_live = true, int64_t max_bytes = kNoLimit) {
    std::vector<uint64_t> read;
    const absl::StatusOr<bool> is_at_end =
        ReadPlacementLogFrom(path_, is_live, max_bytes, &place_, &sequences_, &damage_,
                             [&read](const LogEntry& entry, absl::string_view) {
                               read.push_back(HeadOf(entry).id.sequence);
                             });
    EXPECT_TRUE(is_at_end.ok()) << is_at_end.status();
    is_at_end_ = is_at_end.ok() && *is_at_end;
    return read;
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/placements.jsonl";
  LogPlace place_;
  SequencesByBoot sequences_;
  LogDamage damage_;
  bool is_at_end_ = false;
};

// What its reader may not see is not lost.
TEST_F(PlacementLogTest, FindsNoGapInAnExcerpt) {
  Append(LineOf(1) + LineOf(3));
  EXPECT_THAT(ReadOn(), ElementsAre(1, 3));
  EXPECT_EQ(damage_.gaps.size(), 1u);
  std::filesystem::remove(path_);
  place_ = {};
  sequences_.clear();
  damage_ = {};
  Append(WriteRecord(ExcerptRecord{{{"0000000000000000", 0}, absl::UnixEpoch()}, 1000}) +
         LineOf(1) + LineOf(3));
  EXPECT_THAT(ReadOn(), ElementsAre(0, 1, 3));
  EXPECT_THAT(damage_.Lines(path_), IsEmpty());
}

TEST_F(PlacementLogTest, ReadsOnFromWhereItEnded) {
  Append(LineOf(1) + LineOf(2));
  EXPECT_THAT(ReadOn(), ElementsAre(1, 2));
  EXPECT_THAT(ReadOn(), IsEmpty());
  Append(LineOf(3));
  EXPECT_THAT(ReadOn(), ElementsAre(3));
  EXPECT_THAT(damage_.Lines(path_), IsEmpty());
}

TEST_F(PlacementLogTest, LeavesALineThatIsStillBeingWritten) {
  const std::string third = LineOf(3);
  Append(LineOf(1) + LineOf(2) + third.substr(0, 40));
  EXPECT_THAT(ReadOn(), ElementsAre(1, 2));
  Append(third.substr(40));
  EXPECT_THAT(ReadOn(), ElementsAre(3));
  EXPECT_EQ(damage_.unreadable, 0);
}

TEST_F(PlacementLogTest, CountsALineThatEndsWithAFileThatIsNotWrittenAnyMore) {
  Append(LineOf(1) + LineOf(2).substr(0, 40));
  EXPECT_THAT(ReadOn(/*is_live=*/false), ElementsAre(1));
  EXPECT_EQ(damage_.unreadable, 1);
}

TEST_F(PlacementLogTest, StopsAfterAsManyBytesAndThenGoesOn) {
  Append(LineOf(1) + LineOf(2) + LineOf(3));
  EXPECT_THAT(ReadOn(true, 1), ElementsAre(1));
  EXPECT_FALSE(is_at_end_);
  EXPECT_THAT(ReadOn(), ElementsAre(2, 3));
  EXPECT_TRUE(is_at_end_);
}

TEST_F(PlacementLogTest, NamesRecordsThatAreMissingBetweenTwoReadings) {
  Append(LineOf(1));
  ReadOn();
  Append(LineOf(5));
  EXPECT_THAT(ReadOn(), ElementsAre(5));
  EXPECT_THAT(damage_.Lines(path_), ElementsAre(absl::StrCat(path_, ": 3 records missing between ",
                                                             kBoot, "-1 and ", kBoot, "-5")));
}

TEST_F(PlacementLogTest, KnowsWhetherItsPlaceIsStillThere) {
  Append(LineOf(1) + LineOf(2));
  ReadOn();
  EXPECT_TRUE(*HasPlace(path_, place_));
  Append(LineOf(3));
  EXPECT_TRUE(*HasPlace(path_, place_));
  // As after a rotation that copies and truncates: as long, but with other lines.
  std::ofstream(path_) << LineOf(7) << LineOf(8) << LineOf(9);
  EXPECT_FALSE(*HasPlace(path_, place_));
  std::ofstream(path_) << LineOf(1);
  EXPECT_FALSE(*HasPlace(path_, place_));
}

TEST_F(PlacementLogTest, SaysWhichFileCannotBeRead) {
  const absl::StatusOr<bool> read = ReadPlacementLogFrom(
      path_, true, kNoLimit, &place_, &sequences_, &damage_, [](LogEntry, absl::string_view) {});
  EXPECT_THAT(read.status().message(), HasSubstr(path_));
}

}  // namespace
}  // namespace carbon
