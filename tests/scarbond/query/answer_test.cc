#include "scarbond/query/answer.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "core/record/event_records.h"
#include "core/record/record_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/log/sample_line.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uid_t kAlice = 4242424, kBob = 4242425;
constexpr Asker kAsAlice = {kAlice, false}, kAsOperator = {kBob, true};

std::string Booking(uint64_t sequence, uint64_t decision) {
  return WriteRecord(BookingRecord{{{kBoot, sequence}, kStart},
                                   {DecisionId({kBoot, decision}), BookingFate::kEnded, 17}});
}

class AnswerTest : public ::testing::Test {
 protected:
  AnswerTest() {
    config_.paths.log = folder_.path() + "/placements.jsonl";
    config_.paths.snapshot = folder_.path();
  }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path() + "/" + name, std::ios::app) << text;
  }

  absl::StatusOr<std::string> Ask(const Asker& asker, const Query& query) {
    std::string answer;
    notes_.clear();
    const absl::Status asked = AnswerQuery(
        config_, asker, query,
        [&](absl::string_view bytes) {
          EXPECT_LE(bytes.size(), kMaxPieceData);
          absl::StrAppend(&answer, bytes);
          return absl::OkStatus();
        },
        &notes_);
    if (!asked.ok()) return asked;
    return answer;
  }

  // The numbers of the records that the asker sees.
  std::vector<uint64_t> Seen(const Asker& asker, Query query = {}) {
    query.kind = QueryKind::kRecords;
    const absl::StatusOr<std::string> answer = Ask(asker, query);
    EXPECT_TRUE(answer.ok()) << answer.status();
    std::vector<uint64_t> numbers;
    if (!answer.ok()) return numbers;
    for (absl::string_view line : absl::StrSplit(*answer, '\n', absl::SkipEmpty())) {
      const absl::StatusOr<LogEntry> entry = ReadLogLine(line);
      if (!entry.ok()) {
        numbers.push_back(UINT64_MAX);
      } else if (const auto* excerpt = std::get_if<ExcerptRecord>(&*entry)) {
        excerpt_ = *excerpt;
      } else {
        numbers.push_back(HeadOf(*entry).id.sequence);
      }
    }
    return numbers;
  }

  const TemporaryFolder folder_;
  DaemonConfig config_;
  std::vector<std::string> notes_;
  ExcerptRecord excerpt_;
};

TEST_F(AnswerTest, ShowsAUserTheDecisionsAboutHerJobsAndTheirEvents) {
  Write("placements.jsonl",
        Line({.sequence = 1, .uid = kAlice}) + Line({.sequence = 2, .uid = kBob}) + Booking(3, 1) +
            Booking(4, 2) + WriteRecord(DroppedRecord{{{kBoot, 5}, kStart}, 3}) +
            WriteRecord(WithheldRecord{{{kBoot, 6}, kStart}, {.user_id = kBob, .count = 1}}) +
            WriteRecord(WithheldRecord{{{kBoot, 7}, kStart}, {.user_id = kAlice, .count = 1}}) +
            "not a record\n");
  EXPECT_THAT(Seen(kAsAlice), ElementsAre(1, 3, 7));
  EXPECT_EQ(excerpt_.user_id, kAlice);
  EXPECT_THAT(Seen(kAsOperator), ElementsAre(1, 2, 3, 4, 5, 6, 7, UINT64_MAX));
  EXPECT_EQ(excerpt_.user_id, std::nullopt);
}

// The number 4242424 is in her record too, as another thing than the user.
TEST_F(AnswerTest, BelievesTheFieldAndNotTheText) {
  Write("placements.jsonl",
        Line({.sequence = 1, .name = absl::StrCat("\"user_id\":", kAlice), .uid = kBob}) +
            Line({.sequence = 2, .uid = 42424240}) +
            absl::StrReplaceAll(
                Line({.sequence = 3, .uid = kBob}),
                {{"\"hints\":{", absl::StrCat("\"hints\":{\"user_id\":", kAlice, ",")}}));
  EXPECT_THAT(Seen(kAsAlice), IsEmpty());
}

TEST_F(AnswerTest, ShowsTheDecisionsOfASpan) {
  Write("placements.jsonl", Line({.sequence = 1}) + Line({.sequence = 2, .after = absl::Hours(1)}) +
                                Line({.sequence = 3, .after = absl::Hours(2)}) + Booking(4, 1) +
                                Booking(5, 2));
  EXPECT_THAT(Seen(kAsAlice, {.start = kStart + absl::Hours(1)}), ElementsAre(2, 3, 5));
  EXPECT_THAT(Seen(kAsAlice, {.end = kStart + absl::Hours(1)}), ElementsAre(1, 2, 4, 5));
  EXPECT_EQ(excerpt_.end, kStart + absl::Hours(1));
}

TEST_F(AnswerTest, ReadsRotatedLogsIfAsked) {
  Write("placements.jsonl.1", Line({.sequence = 1}));
  Write("placements.jsonl", Line({.sequence = 2}));
  EXPECT_THAT(Seen(kAsAlice), ElementsAre(1, 2));
  EXPECT_THAT(Seen(kAsAlice, {.rotated = false}), ElementsAre(2));
}

// The span decides by records; a file that ends before it is not read.
TEST_F(AnswerTest, PassesOverFilesThatEndBeforeTheSpan) {
  Write("placements.jsonl.1", Line({.sequence = 1}));
  Write("placements.jsonl", Line({.sequence = 2}));
  std::filesystem::last_write_time(
      folder_.path() + "/placements.jsonl.1",
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(48));
  EXPECT_THAT(Seen(kAsAlice, {.start = absl::Now() - absl::Hours(24)}), IsEmpty());
  EXPECT_THAT(Seen(kAsAlice, {.start = kStart}), ElementsAre(1, 2));
}

TEST_F(AnswerTest, RefusesMoreThanItsLimit) {
  const std::string line = Line({.sequence = 1});
  std::string lines;
  while (lines.size() < (size_t{1} << 20)) lines += line;
  for (int64_t written = 0; written <= kMaxAnswerBytes; written += lines.size()) {
    Write("placements.jsonl", lines);
  }
  const absl::Status asked = Ask(kAsAlice, {.kind = QueryKind::kRecords}).status();
  EXPECT_EQ(asked.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(asked.message(), HasSubstr("more than 64 MiB; ask for a shorter one (-S, -E)"));
}

TEST_F(AnswerTest, SaysThatThereIsNoLog) {
  const absl::Status asked = Ask(kAsAlice, {.kind = QueryKind::kRecords}).status();
  EXPECT_EQ(asked.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(asked.message(), HasSubstr("placements.jsonl"));
}

TEST_F(AnswerTest, ShowsTheManifestAndThePartsThatEverybodyMayRead) {
  const std::string hash(64, 'a');
  Write("manifest.json", "{}");
  Write("config-" + hash + ".json", "config");
  Write("capacity-" + hash + ".json", "capacity");
  EXPECT_EQ(*Ask(kAsAlice, {}), "{}");
  EXPECT_EQ(*Ask(kAsAlice, {.kind = QueryKind::kPart, .part = "config-" + hash + ".json"}),
            "config");
  // Not even an operator: what describes users and jobs stays here.
  EXPECT_EQ(Ask(kAsOperator, {.kind = QueryKind::kPart, .part = "capacity-" + hash + ".json"})
                .status()
                .code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Ask(kAsAlice, {.kind = QueryKind::kPart, .part = "forecast-" + hash + ".bin"})
                .status()
                .code(),
            absl::StatusCode::kNotFound);
}

TEST_F(AnswerTest, OpensNoOtherFileOfTheFolder) {
  Write("secret", "secret");
  for (const char* name : {"secret", "../secret", "config-../secret.json", "config-.json", "",
                           "config-/etc/passwd.json", "manifest.json"}) {
    EXPECT_EQ(Ask(kAsOperator, {.kind = QueryKind::kPart, .part = name}).status().code(),
              absl::StatusCode::kInvalidArgument)
        << name;
  }
}

// The plugin may write an event before the decision that it is about.
TEST_F(AnswerTest, ShowsAnEventThatIsBeforeItsDecision) {
  Write("placements.jsonl", Booking(1, 3) + Booking(2, 4) + Line({.sequence = 3}) +
                                Line({.sequence = 4, .uid = kBob}) + Booking(5, 9));
  EXPECT_THAT(Seen(kAsAlice), ElementsAre(1, 3));
  EXPECT_THAT(Seen(kAsOperator), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(Seen(kAsOperator, {.end = kStart}), ElementsAre(1, 3, 2, 4));
}

TEST_F(AnswerTest, EndsWhereTheAskerTakesNoMore) {
  Write("placements.jsonl", Line({.sequence = 1}));
  const absl::Status gone = absl::CancelledError("gone");
  EXPECT_EQ(AnswerQuery(
                config_, kAsAlice, {.kind = QueryKind::kRecords},
                [&](absl::string_view) { return gone; }, &notes_),
            gone);
}

}  // namespace
}  // namespace carbon
