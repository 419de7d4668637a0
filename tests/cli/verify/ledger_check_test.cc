// The log of a real Placer agrees with the check. A log with records removed does not.
#include "cli/verify/ledger_check.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/cluster/ledger.h"
#include "core/placer/placer.h"
#include "core/record/event_records.h"
#include "core/record/record.h"
#include "core/record/record_reader.h"
#include "gtest/gtest.h"
#include "tests/core/drawn_world.h"
#include "tests/core/record/sample_decision.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

class LedgerCheckTest : public ::testing::Test {
 protected:
  // Half an hour of submissions by three users, none of whose jobs the queue ever shows.
  LedgerCheckTest() {
    Draws draws;
    const World world = DrawnWorld(&draws);
    Placer placer("3f9c21aa04d7be15", {});
    std::shared_ptr<const Snapshot> snapshot;
    for (int i = 0; i < 120; ++i) {
      const absl::Time now = world.now + absl::Seconds(15) * i;
      if (i % 4 == 0) {
        CapacityState capacity = world.capacity;
        capacity.taken_at = now;
        snapshot =
            Snapshot::Assemble({.published_at = now}, world.config,
                               std::make_shared<const DrawnForecasts>(world.forecasts), capacity,
                               std::make_shared<const AdmissionRules>(world.admission))
                .value();
        LedgerBase base(capacity);
        for (const BookingEvent& event : placer.Adopt(snapshot, &base, now)) {
          Add(WriteRecord(BookingRecord{{placer.NextId(), now}, event}));
        }
      }
      JobRequest job = world.Job("carbon:runtime=20m");
      job.user_id = static_cast<uint32_t>(2000 + i % 3);
      const Submission submission = placer.Submit(job, {}, now + absl::Seconds(1));
      if (submission.id.has_value()) {
        Add(WriteRecord(RecordOf(job, submission, snapshot->manifest(), now + absl::Seconds(1))));
      }
    }
  }
  void Add(const std::string& line) { records_.push_back(Json::parse(line)); }
  LedgerCheck::Counts Check() const {
    LedgerCheck check;
    for (const Json& record : records_) check.Add(ReadLogLine(record.dump()).value());
    return check.counts();
  }

  std::vector<Json> records_;
};

TEST_F(LedgerCheckTest, AgreesWithWhatThePlacerLogged) {
  const LedgerCheck::Counts counts = Check();
  EXPECT_EQ(counts.different, 0) << counts.first_different;
  EXPECT_EQ(counts.unknown, 0);
  EXPECT_EQ(counts.same, 120);
}

TEST_F(LedgerCheckTest, FindsABookingThatWasChanged) {
  for (Json& record : records_) {
    if (record["type"] != "decision" || record["chosen"].is_null()) continue;
    record["chosen"]["runs"][0]["booked"]["amount"]["devices"] = 999;
    break;
  }
  const LedgerCheck::Counts counts = Check();
  EXPECT_GT(counts.different, 0);
  EXPECT_NE(counts.first_different, "");
}

// The oracle books each run by itself, and adds up what they change.
TEST(LedgerCheck, CountsEachRunThatADecisionBooked) {
  Decision decision = PlacedInTwoRuns();
  const JobRequest job;
  uint64_t sum = 0;
  for (const BookedRun& run : decision.chosen->Booked()) {
    BookingLedger one;
    one.Book({.decision_id = "b-1", .runs = {run}, .made_at = kNow});
    uint64_t hash = 0;
    ASSERT_TRUE(absl::SimpleHexAtoi(one.digest(), &hash));
    sum += hash;
  }
  LedgerCheck check;
  const std::string none(16, '0'), both = absl::StrCat(absl::Hex(sum, absl::kZeroPad16));
  for (const auto& [sequence, digest] : {std::pair(1, none), std::pair(2, both)}) {
    const std::string line = WriteRecord(RecordOfDecision({"b", static_cast<uint64_t>(sequence)},
                                                          kNow, job, decision, Manifest(), digest));
    check.Add(ReadLogLine(line).value());
  }
  EXPECT_EQ(check.counts().same, 2) << check.counts().first_different;
}

TEST_F(LedgerCheckTest, DoesNotJudgeWhatFollowsAMissingRecord) {
  records_.erase(records_.begin() + 20);
  const LedgerCheck::Counts counts = Check();
  EXPECT_EQ(counts.different, 0);
  EXPECT_GT(counts.unknown, 90);
}

TEST_F(LedgerCheckTest, DoesNotJudgeABootThatBeganEarlier) {
  records_.erase(records_.begin());
  EXPECT_EQ(Check().same, 0);
}

}  // namespace
}  // namespace carbon
