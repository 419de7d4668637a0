// Runs the built scarbon log with the test's own sacct, and checks how it uses what accounting says
// of jobs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/decision/watch.h"
#include "core/record/event_records.h"
#include "core/record/record.h"
#include "tests/cli/log/sample_log.h"
#include "tests/cli/run_scarbon.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

class ScarbonLogWithAccounting : public ScarbonLog {
 protected:
  // A decision whose job the queue has shown as `job_id`.
  void AppendQueued(const Sample& sample, uint32_t job_id) {
    Append(Line(sample) + WriteRecord(BookingRecord{{{"0123456789abcdef", sample.sequence}, kStart},
                                                    {DecisionId({kBoot, sample.sequence}),
                                                     BookingFate::kConfirmed, job_id}}));
  }
  // Has sacct print these lines.
  void Accounting(const std::string& lines) {
    Sacct(absl::StrCat("echo \"$SLURM_TIME_FORMAT $@\" >", folder_, "/asked\ncat <<END\n", lines,
                       "END\n"));
  }
  void Sacct(const std::string& script) {
    std::ofstream(folder_ + "/sacct") << "#!/bin/sh\n" << script;
    ASSERT_EQ(chmod((folder_ + "/sacct").c_str(), 0755), 0);
  }
  std::string Shown(const std::string& arguments) {
    const Ran ran = RunScarbon(absl::StrCat("log --file ", log_, " ", arguments),
                               absl::StrCat("TZ=UTC PATH=", folder_, ":$PATH"));
    EXPECT_EQ(ran.code, 0);
    EXPECT_EQ(ran.err, "");
    return ran.out;
  }
};

// A line of sacct's, as 22.05.8 prints it: of the user of Sample, submitted with the decision. What
// has ended has a start, but no nodes where it never began.
struct Row {
  std::string job_id;
  std::string state;
  absl::Duration ran = absl::ZeroDuration();
  std::string partition = "oslo";
  absl::Duration start = absl::Hours(7);  // after kStart
  absl::Duration submitted = absl::ZeroDuration();
  std::string nodes = "oslo1";
  int uid = 4242424;
};

std::string Print(const std::vector<Row>& rows) {
  std::string printed;
  for (const Row& row : rows) {
    const bool waits = row.state == "PENDING";
    absl::StrAppend(&printed, row.job_id, "|", row.uid, "|",
                    absl::ToUnixSeconds(kStart + row.submitted), "|",
                    waits ? "Unknown" : absl::StrCat(absl::ToUnixSeconds(kStart + row.start)), "|",
                    absl::ToInt64Seconds(row.ran), "|", row.partition, "|", row.state, "|",
                    waits ? "None assigned" : row.nodes, "|1||\n");
  }
  return printed;
}

constexpr char kNever[] = "None assigned";

// runtime=1s for a job of an hour must not show what only its first second would save.
TEST_F(ScarbonLogWithAccounting, CountsNothingOfWhatRanLongerThanItsUserStated) {
  for (uint32_t i = 1; i <= 4; ++i) {
    AppendQueued({.sequence = i, .name = absl::StrCat("job-", i), .is_stated = i != 4}, 100 + i);
  }
  Append(Line({.sequence = 5, .name = "job-5", .is_stated = true}));
  // The second for 40 hours, and one task of the array that is the third; the fourth is judged by
  // its time limit, whatever it took.
  Accounting(Print({{"101", "RUNNING", absl::Hours(30)},
                    {"102", "COMPLETED", absl::Hours(40)},
                    {"103_1", "COMPLETED", absl::Minutes(1)},
                    {"103_2", "COMPLETED", absl::Hours(41)},
                    {"103_[3-9]", "PENDING"},
                    {"104", "RUNNING", absl::Hours(270)}}) +
             "none\n");
  EXPECT_EQ(Shown("-nP -o job,saved,outcome"),
            "job-1|63%|placed\njob-2||ran-longer\njob-3||ran-longer\njob-4|63%|placed\n"
            "job-5|63%|placed\n");
  EXPECT_THAT(Contents(folder_ + "/asked"), HasSubstr("--jobs=101,102,103,104\n"));
  EXPECT_THAT(Shown(""),
              HasSubstr("5 decisions, 5 placed, 2 ran longer than stated: not counted; predicted "
                        "42.6 kg CO2e, at home 115 kg: saving 72.6 kg (63%)\n"
                        "accounting does not know what became of 1 of 3 jobs\n"));
  const auto records = nlohmann::json::parse(Shown("--json"));
  EXPECT_EQ(records[1]["ran_s"], 144000);
  EXPECT_EQ(records[1]["ran_longer"], true);
  EXPECT_EQ(records[2]["ran_s"], 147600);
  EXPECT_FALSE(records[0].contains("ran_longer"));
  EXPECT_FALSE(records[4].contains("ran_s"));
}

// Who takes a placed job home, starts it at once or cancels it has saved nothing.
TEST_F(ScarbonLogWithAccounting, CountsNothingOfWhatDidNotRunWhereAndWhenItWasPlaced) {
  const absl::Duration hour = absl::Hours(1), none = absl::ZeroDuration();
  struct Case {
    std::string name;
    std::vector<Row> rows;
    std::string outcome;
  };
  const std::vector<Case> cases = {
      {"as-planned", {{"101", "COMPLETED", 30 * hour}}, "63%|placed"},
      {"late", {{"102", "RUNNING", hour, "oslo", 20 * hour}}, "63%|placed"},
      {"waits", {{"103", "PENDING"}}, "63%|placed"},
      {"moved", {{"104", "COMPLETED", hour, "frankfurt"}}, "|ran-elsewhere"},
      {"at-once", {{"105", "COMPLETED", hour, "oslo", none}}, "|ran-earlier"},
      {"cancelled",
       {{"106", "CANCELLED by 4242424", none, "oslo", hour, none, kNever}},
       "|never-ran"},
      // slurmctld keeps what it refuses for a while.
      {"refused", {{"107", "FAILED", none, "oslo", none, none, kNever}}, "|never-ran"},
      {"brief", {{"108", "COMPLETED", none}}, "63%|placed"},
      {"array",
       {{"109_1", "COMPLETED", hour}, {"109_2", "FAILED", hour, "frankfurt"}},
       "|ran-elsewhere"},
      {"array-cut",
       {{"110_1", "COMPLETED", hour},
        {"110_[2-9]", "CANCELLED by 0", none, "oslo", hour, none, kNever}},
       "63%|placed"},
      {"array-waits",
       {{"111_[2-9]", "PENDING"}, {"111_1", "CANCELLED by 0", none, "oslo", hour, none, kNever}},
       "63%|placed"},
      // Taken home for hours, then requeued and put back as it was planned.
      {"requeued",
       {{"112", "CANCELLED", 9 * hour, "frankfurt", none},
        {"112", "COMPLETED", none, "oslo", 10 * hour, 9 * hour}},
       "|ran-elsewhere"},
      {"preempted",
       {{"113", "PREEMPTED", hour},
        {"113", "CANCELLED by 0", none, "oslo", 9 * hour, 8 * hour, kNever}},
       "63%|placed"},
      {"shrunk", {{"114", "RESIZING", 20 * hour}, {"114", "COMPLETED", 10 * hour}}, "63%|placed"},
  };
  std::string accounting, shown;
  for (size_t i = 0; i < cases.size(); ++i) {
    AppendQueued({.sequence = i + 1, .name = cases[i].name}, static_cast<uint32_t>(101 + i));
    absl::StrAppend(&accounting, Print(cases[i].rows));
    absl::StrAppend(&shown, cases[i].name, "|", cases[i].outcome, "\n");
  }
  Accounting(accounting);
  EXPECT_EQ(Shown("-nP -o job,saved,outcome"), shown);
  EXPECT_THAT(Contents(folder_ + "/asked"), HasSubstr("%s --noheader"));
  // Five of the eight decisions that count have ended: after 30 of 30 hours, none, one, one and 30.
  EXPECT_THAT(Shown(""),
              HasSubstr("14 decisions, 14 placed, 2 never ran: not counted, 3 ran elsewhere than "
                        "planned: not counted, 1 ran earlier than planned: not counted; predicted "
                        "114 kg CO2e, at home 307 kg: saving 194 kg (63%)\n"
                        "5 of 8 jobs have ended; they ran for 41% of the predicted time (weighted "
                        "by emission)\n"));
  const auto records = nlohmann::json::parse(Shown("--json"));
  EXPECT_EQ(records[0]["ended"], true);
  EXPECT_EQ(records[0]["ran_share"], 1.0);
  EXPECT_EQ(records[3]["ran_elsewhere"], nlohmann::json({"frankfurt"}));
  EXPECT_EQ(records[4]["ran_earlier"], true);
  EXPECT_EQ(records[5]["never_ran"], true);
  EXPECT_FALSE(records[10].contains("ended"));
  EXPECT_EQ(records[11]["ran_s"], 32400);
  EXPECT_EQ(records[13]["ran_s"], 108000);
}

// A job that was not to move, or that was restored, may run anywhere.
TEST_F(ScarbonLogWithAccounting, CountsWhatWasNotMovedWhereverItRan) {
  AppendQueued({.sequence = 1, .name = "shadow", .mode = Mode::kShadow}, 101);
  AppendQueued({.sequence = 2, .name = "kept", .chosen = "frankfurt"}, 102);
  AppendQueued({.sequence = 3, .name = "returned"}, 103);
  JobRestore given_back;
  given_back.decision_id = DecisionId({kBoot, 3});
  Append(WriteRecord(ReturnRecord{{{"0123456789abcdef", 4}, kStart}, given_back, ""}));
  std::vector<Row> rows;
  for (const char* job_id : {"101", "102", "103"}) {
    rows.push_back({job_id, "COMPLETED", absl::Hours(1), "lyon", absl::ZeroDuration()});
  }
  Accounting(Print(rows));
  EXPECT_EQ(Shown("-nP -o job,outcome"), "shadow|placed\nkept|kept-home\nreturned|given-back\n");
}

// The log is of another cluster, or older than the restart of the job numbers.
TEST_F(ScarbonLogWithAccounting, TakesNoOtherJobOfTheSameNumber) {
  AppendQueued({.sequence = 1, .name = "of-another"}, 101);
  AppendQueued({.sequence = 2, .name = "older", .after = absl::Hours(1)}, 102);
  AppendQueued({.sequence = 3, .name = "before", .after = absl::Hours(-700)}, 103);
  AppendQueued({.sequence = 4, .name = "last"}, 103);
  Row cancelled{.state = "CANCELLED", .nodes = kNever};
  const auto of = [&cancelled](const std::string& job_id, int uid) {
    Row row = cancelled;
    row.job_id = job_id;
    row.uid = uid;
    return row;
  };
  Accounting(Print({of("101", 17), of("102", 4242424), of("103", 4242424)}));
  EXPECT_EQ(Shown("-nP -o job,outcome"),
            "of-another|placed\nolder|placed\nbefore|placed\nlast|never-ran\n");
  EXPECT_THAT(Shown(""), HasSubstr("\naccounting does not know what became of 3 of 3 jobs\n"));
}

TEST_F(ScarbonLogWithAccounting, SaysOfHowManyAccountingKnowsNothing) {
  AppendQueued({.sequence = 1, .is_stated = true}, 17);
  Sacct("echo 'Slurm accounting storage is disabled' >&2; exit 1\n");
  EXPECT_THAT(Shown(""), HasSubstr("saving 24.2 kg (63%)\n"
                                   "accounting does not know what became of 1 of 1 jobs\n"));
}

// If sacct prints more than is read at once, it is asked for fewer jobs. Missing answers are
// reported.
TEST_F(ScarbonLogWithAccounting, TakesNoAnswerThatIsCutForTheWhole) {
  for (uint32_t i = 1; i <= 4; ++i) {
    AppendQueued({.sequence = i, .name = absl::StrCat("job-", i)}, 100 + i);
  }
  const std::string cancelled = Print({{"101", "CANCELLED", absl::ZeroDuration(), "oslo",
                                        absl::Hours(7), absl::ZeroDuration(), kNever}});
  Sacct(absl::StrCat("case \"$*\" in *=*,10[0-9]) head -c 17000000 /dev/zero;;\n*=101) cat <<END\n",
                     cancelled, "END\n;; *=104) head -c 17000000 /dev/zero;; esac\n"));
  const Ran ran = RunScarbon(absl::StrCat("log -nP -o job,outcome --file ", log_),
                             absl::StrCat("TZ=UTC PATH=", folder_, ":$PATH"));
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, "job-1|never-ran\njob-2|placed\njob-3|placed\njob-4|placed\n");
  EXPECT_EQ(ran.err, "scarbon: sacct: answers with more than 16777216 bytes\n");
}

}  // namespace
}  // namespace carbon
