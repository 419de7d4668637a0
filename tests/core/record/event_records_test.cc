#include "core/record/event_records.h"

#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "core/record/record_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/core/record/sample_decision.h"

namespace carbon {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

const RecordId kId = {"3f9c21aa04d7be15", 42};

TEST(BookingEventRecord, SaysWhatBecameOfABooking) {
  EXPECT_EQ(
      WriteRecord(BookingRecord{{kId, kNow}, {"3f9c21aa04d7be15-7", BookingFate::kExpired, 0}}),
      R"({"v":3,"type":"booking","id":"3f9c21aa04d7be15-42","boot":"3f9c21aa04d7be15",)"
      R"("seq":42,"time":"2026-11-24T19:00:00Z","decision":"3f9c21aa04d7be15-7",)"
      R"("job_id":null,"fate":"expired"})"
      "\n");
  // A booking that is held on has no fate: whoever adds bookings up must not take it off.
  EXPECT_EQ(
      WriteRecord(BookingRecord{{kId, kNow}, {"3f9c21aa04d7be15-7", BookingFate::kSeen, 4711}}),
      R"({"v":3,"type":"job","id":"3f9c21aa04d7be15-42","boot":"3f9c21aa04d7be15",)"
      R"("seq":42,"time":"2026-11-24T19:00:00Z","decision":"3f9c21aa04d7be15-7",)"
      R"("job_id":4711})"
      "\n");
}

TEST(WithheldRecord, SaysHowManyOfWhomAndWhen) {
  WithheldRecords withheld = {.user_id = 1000,
                              .count = 17,
                              .left_alone = 3,
                              .first = kNow - absl::Minutes(1),
                              .last = kNow};
  EXPECT_EQ(WriteRecord(WithheldRecord{{kId, kNow}, withheld}),
            R"({"v":3,"type":"withheld","id":"3f9c21aa04d7be15-42","boot":"3f9c21aa04d7be15",)"
            R"("seq":42,"time":"2026-11-24T19:00:00Z","user_id":1000,"count":17,"left_alone":3,)"
            R"("first":"2026-11-24T18:59:00Z","last":"2026-11-24T19:00:00Z"})"
            "\n");
  withheld.user_id.reset();
  EXPECT_THAT(WriteRecord(WithheldRecord{{kId, kNow}, withheld}), HasSubstr(R"("user_id":null)"));
}

TEST(DroppedRecord, SaysHowManyWereLost) {
  EXPECT_EQ(WriteRecord(DroppedRecord{{kId, kNow}, 17}),
            R"({"v":3,"type":"dropped","id":"3f9c21aa04d7be15-42","boot":"3f9c21aa04d7be15",)"
            R"("seq":42,"time":"2026-11-24T19:00:00Z","count":17})"
            "\n");
}

TEST(ReturnRecord, SaysWhatWasGivenBackAndWhy) {
  JobRestore given_back;
  given_back.job_id = 17;
  given_back.decision_id = "3f9c21aa04d7be15-7";
  given_back.pool = "oslo";
  given_back.planned = kNow + absl::Hours(1);
  given_back.reason = "its pool is down";
  given_back.latest_safe_start = kNow + absl::Hours(2);
  given_back.partitions = {"frankfurt", "lyon"};
  given_back.begin = kNow;
  EXPECT_EQ(WriteRecord(ReturnRecord{{kId, kNow}, given_back, ""}),
            R"({"v":3,"type":"return","id":"3f9c21aa04d7be15-42","boot":"3f9c21aa04d7be15",)"
            R"("seq":42,"time":"2026-11-24T19:00:00Z","decision":"3f9c21aa04d7be15-7",)"
            R"("job_id":17,"reason":"its pool is down","pool":"oslo",)"
            R"("planned":"2026-11-24T20:00:00Z","latest_safe_start":"2026-11-24T21:00:00Z",)"
            R"("expected_start":null,"partitions":["frankfurt","lyon"],)"
            R"("begin":"2026-11-24T19:00:00Z","time_limit_s":null,"time_min_s":null,"error":null})"
            "\n");
  given_back.limit = absl::Minutes(10);
  EXPECT_EQ(Json::parse(WriteRecord(ReturnRecord{{kId, kNow}, given_back, ""}))["time_limit_s"],
            600);
  EXPECT_EQ(Json::parse(WriteRecord(ReturnRecord{{kId, kNow}, given_back, "refused"}))["error"],
            "refused");
}

// What was read, written again.
std::string WrittenAgain(const std::string& line) {
  const absl::StatusOr<LogEntry> entry = ReadLogLine(line);
  EXPECT_TRUE(entry.ok()) << entry.status();
  if (!entry.ok()) return "";
  EXPECT_EQ(HeadOf(*entry).fault, "");
  if (const auto* record = std::get_if<BookingRecord>(&*entry)) return WriteRecord(*record);
  if (const auto* record = std::get_if<ReturnRecord>(&*entry)) return WriteRecord(*record);
  if (const auto* record = std::get_if<WithheldRecord>(&*entry)) return WriteRecord(*record);
  if (const auto* record = std::get_if<DroppedRecord>(&*entry)) return WriteRecord(*record);
  if (const auto* record = std::get_if<ExcerptRecord>(&*entry)) return WriteRecord(*record);
  return "";
}

TEST(ReadEventRecord, ReadsBackAllThatIsWritten) {
  std::vector<std::string> lines;
  for (const BookingEvent& event : {BookingEvent{"3f9c21aa04d7be15-7", BookingFate::kSeen, 4711},
                                    BookingEvent{"b-1", BookingFate::kExpired, 0},
                                    BookingEvent{"b-2", BookingFate::kConfirmed, 17, true},
                                    BookingEvent{"b-3", BookingFate::kEnded, 4294967295}}) {
    lines.push_back(WriteRecord(BookingRecord{{kId, kNow + absl::Nanoseconds(1)}, event}));
  }
  JobRestore given_back;
  given_back.job_id = 17;
  given_back.decision_id = "3f9c21aa04d7be15-7";
  given_back.pool = "oslo";
  given_back.planned = kNow + absl::Hours(1);
  given_back.reason = "its pool is down";
  given_back.partitions = {"frankfurt", "lyon"};
  given_back.begin = kNow;
  lines.push_back(WriteRecord(ReturnRecord{{kId, kNow}, given_back, ""}));
  given_back.latest_safe_start = kNow + absl::Hours(2);
  given_back.expected_start = kNow + absl::Hours(3);
  given_back.limit = absl::Minutes(90);
  given_back.time_min = absl::Seconds(90);
  given_back.partitions = std::vector<std::string>(64, std::string(30, 'p'));
  lines.push_back(WriteRecord(ReturnRecord{{kId, kNow}, given_back, "refused"}));
  EXPECT_THAT(lines.back(), HasSubstr(R"("cut":["partitions"])"));
  given_back.planned = absl::InfiniteFuture();
  lines.push_back(WriteRecord(ReturnRecord{{kId, absl::InfinitePast()}, given_back, ""}));
  const WithheldRecords withheld = {
      .user_id = 1000, .count = 17, .left_alone = 3, .first = kNow, .last = kNow};
  lines.push_back(WriteRecord(WithheldRecord{{kId, kNow}, withheld}));
  lines.push_back(WriteRecord(WithheldRecord{{kId, kNow}, {.first = kNow, .last = kNow}}));
  lines.push_back(WriteRecord(DroppedRecord{{{"b", UINT64_MAX}, kNow}, 9'000'000'000}));
  lines.push_back(WriteRecord(ExcerptRecord{{kId, kNow}, 1000, kNow - absl::Hours(1), kNow}));
  ExcerptRecord everything;
  everything.id = kId;
  everything.time = kNow;
  lines.push_back(WriteRecord(everything));
  for (const std::string& line : lines) EXPECT_EQ(WrittenAgain(line), line);
}

// Its booking has ended all the same, and its job is known.
TEST(ReadEventRecord, TakesAFateThatIsNotKnownForAnEnd) {
  const absl::StatusOr<LogEntry> entry = ReadLogLine(
      R"({"v":3,"type":"booking","boot":"b","seq":1,"decision":"b-1","job_id":7,"fate":"moved"})");
  ASSERT_TRUE(entry.ok()) << entry.status();
  const BookingRecord& record = std::get<BookingRecord>(*entry);
  EXPECT_EQ(record.fault, "fate: is not known");
  EXPECT_EQ(record.event.fate, BookingFate::kEnded);
  EXPECT_EQ(record.event.job_id, 7u);
}

TEST(ReadEventRecord, NamesTheFirstFieldThatIsNotAsItIsWritten) {
  for (const auto& [line, fault] :
       {std::tuple(R"({"v":3,"type":"job","boot":"b","seq":1,"job_id":-1})",
                   "job_id: is not a whole number"),
        std::tuple(R"({"v":3,"type":"return","boot":"b","seq":1,"partitions":"x","begin":7})",
                   "partitions: is not a list"),
        std::tuple(R"({"v":3,"type":"withheld","boot":"b","seq":1,"time":"soon","count":1e9})",
                   "time: is not a time"),
        std::tuple(R"({"v":3,"type":"dropped","boot":"b","seq":1,"count":0.5})",
                   "count: is not a whole number")}) {
    const absl::StatusOr<LogEntry> entry = ReadLogLine(line);
    ASSERT_TRUE(entry.ok()) << entry.status();
    EXPECT_EQ(HeadOf(*entry).fault, fault);
  }
}

}  // namespace
}  // namespace carbon
