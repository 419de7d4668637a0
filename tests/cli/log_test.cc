// Runs the built scarbon on logs made of real records.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "core/record.h"
#include "core/watch.h"
#include "tests/cli/run_scarbon.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

// 2026-11-24T19:00:00Z.
const absl::Time kStart = absl::FromUnixSeconds(1795546800);
constexpr char kBoot[] = "3f9c21aa04d7be15";

class ScarbonLog : public ::testing::Test {
 protected:
  Ran Run(const std::string& arguments) {
    return RunScarbon(absl::StrCat("log ", arguments), "TZ=UTC");
  }
  Ran RunOnLog(const std::string& arguments) {
    return Run(absl::StrCat("--file ", log_, " ", arguments));
  }
  void Append(const std::string& text) { std::ofstream(log_, std::ios::app) << text; }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  const std::string log_ = folder_ + "/placements.jsonl";
};

Candidate At(const std::string& site, absl::Time start, double grams) {
  return {.pool = site + "-h100",
          .site = site,
          .zone = "Z",
          .partition = site,
          .hardware = "h100-sxm",
          .start = start,
          .runtime = absl::Hours(30),
          .energy = KilowattHours(71.5),
          .intensity = GramsPerKilowattHour(200),
          .gross = GramsCo2e(grams)};
}

struct Sample {
  uint64_t sequence = 1;
  std::string name = "train";
  uint32_t uid = 4242424;
  std::string account = "ml";
  std::string home = "frankfurt";
  std::string chosen = "oslo";
  absl::Duration after;  // kStart
  absl::Duration delay = absl::Hours(7);
  double home_grams = 38400;
  double chosen_grams = 14200;
  Mode mode = Mode::kEnforce;
  bool is_stated = false;  // by its user, that it runs for the 30 hours
};

std::string Line(const Sample& sample, std::optional<double> home_consequential = std::nullopt,
                 std::optional<double> chosen_consequential = std::nullopt) {
  const absl::Time now = kStart + sample.after;
  JobRequest job;
  job.name = sample.name;
  job.user_id = sample.uid;
  job.account = sample.account;
  job.partitions = {sample.home};
  Decision decision;
  decision.mode = sample.mode;
  decision.policy = "all";
  if (sample.is_stated) decision.hints.runtime = absl::Hours(30);
  decision.reason = "emits less";
  decision.outcome = sample.chosen == sample.home ? Outcome::kKeptHome : Outcome::kPlaced;
  decision.home = At(sample.home, now, sample.home_grams);
  decision.chosen = At(sample.chosen, now + sample.delay, sample.chosen_grams);
  const double saved = sample.home_grams - sample.chosen_grams;
  const auto [low, high] = std::minmax({saved * 0.9, saved * 1.1});
  decision.saving = Saving{.mean = GramsCo2e(saved),
                           .low = GramsCo2e(low),
                           .high = GramsCo2e(high),
                           .share = saved / sample.home_grams,
                           .share_low = low / sample.home_grams,
                           .share_high = high / sample.home_grams};
  if (home_consequential.has_value() && chosen_consequential.has_value()) {
    decision.minimised = Figure::kConsequential;
    decision.home->consequential = GramsCo2e(*home_consequential);
    decision.chosen->consequential = GramsCo2e(*chosen_consequential);
    const double added = *home_consequential - *chosen_consequential;
    decision.consequential_saving =
        Saving{.mean = GramsCo2e(added), .share = added / *home_consequential};
  }
  return DecisionRecord({kBoot, sample.sequence}, now, job, decision, {}, "0");
}

std::string LeftAloneLine(uint64_t sequence) {
  JobRequest job;
  job.name = "shell";
  job.user_id = 4242424;
  job.partitions = {"oslo"};
  Decision decision;
  decision.reason = "interactive";
  return DecisionRecord({kBoot, sequence}, kStart, job, decision, {}, "0");
}

TEST_F(ScarbonLog, ShowsOneLinePerDecisionAndTheTotal) {
  Append(Line({.sequence = 1}));
  Append(Line({.sequence = 2,
               .name = "eval",
               .chosen = "frankfurt",
               .after = absl::Minutes(1),
               .delay = absl::ZeroDuration(),
               .home_grams = 1200,
               .chosen_grams = 1200}));
  Append(BookingEventRecord({kBoot, 3}, kStart,
                            {DecisionId({kBoot, 1}), BookingFate::kConfirmed, 17}));
  Append(LeftAloneLine(4));
  Append(BookingEventRecord({kBoot, 5}, kStart, {DecisionId({kBoot, 2}), BookingFate::kSeen, 19}));
  const Ran ran = RunOnLog("");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(
      ran.out,
      R"(ID                 JOBID TIME                USER    JOB   PARTITION->POOL      START                  CO2E HOME CO2E SAVED    (90%) CONSEQUENTIAL OUTCOME    REASON
------------------ ----- ------------------- ------- ----- -------------------- ------------------- ------- --------- ----- -------- ------------- ---------- -----------
3f9c21aa04d7be15-1    17 2026-11-24T19:00:00 4242424 train frankfurt->oslo-h100 2026-11-25T02:00:00 14.2 kg   38.4 kg   63% (57-69%)             - placed     emits less
3f9c21aa04d7be15-2    19 2026-11-24T19:01:00 4242424 eval  frankfurt            2026-11-24T19:01:00  1.2 kg    1.2 kg    0%   (0-0%)             - kept-home  emits less
3f9c21aa04d7be15-4     - 2026-11-24T19:00:00 4242424 shell oslo                 -                         -         -     -        -             - left-alone interactive
3 decisions, 1 placed; predicted 15.4 kg CO2e, at home 39.6 kg: saving 24.2 kg (61%)
accounting does not know what became of 2 of 2 jobs
)");
}

TEST_F(ScarbonLog, ShowsAJobThatWasGivenBackAndCountsNoSavingForIt) {
  Append(Line({.sequence = 1}) + Line({.sequence = 2, .name = "refused"}));
  JobReturn given_back;
  given_back.decision_id = DecisionId({kBoot, 1});
  given_back.reason = "its pool is down";
  Append(ReturnRecord({"0123456789abcdef", 1}, kStart, given_back, ""));
  given_back.decision_id = DecisionId({kBoot, 2});
  Append(ReturnRecord({"0123456789abcdef", 2}, kStart, given_back, "slurmctld says no"));
  const Ran ran = RunOnLog("-o job,co2e,saved,outcome,reason");
  EXPECT_THAT(ran.out, HasSubstr("given-back its pool is down"));
  EXPECT_THAT(ran.out, HasSubstr("placed     emits less"));
  EXPECT_THAT(ran.out, HasSubstr("2 decisions, 2 placed, 1 given back; predicted 52.6 kg CO2e, at "
                                 "home 76.8 kg: saving 24.2 kg"));
  const auto records = nlohmann::json::parse(RunOnLog("--json").out);
  EXPECT_EQ(records[0]["returned"]["reason"], "its pool is down");
  EXPECT_FALSE(records[1].contains("returned"));
}

// `sbatch --test-only` and jobs that Slurm refused save nothing, whatever was decided for them.
TEST_F(ScarbonLog, CountsNothingOfWhatNeverWasInTheQueue) {
  Append(Line({.sequence = 1}) + Line({.sequence = 2, .name = "refused"}));
  Append(
      BookingEventRecord({kBoot, 3}, kStart, {DecisionId({kBoot, 2}), BookingFate::kExpired, 0}));
  EXPECT_THAT(
      RunOnLog("").out,
      HasSubstr("2 decisions, 2 placed, 1 never queued (will-runs, or refused): not counted; "
                "predicted 14.2 kg CO2e, at home 38.4 kg: saving 24.2 kg (63%)"));
  EXPECT_EQ(RunOnLog("-nP -o job,saved,outcome").out, "train|63%|placed\nrefused||not-queued\n");
  const auto records = nlohmann::json::parse(RunOnLog("--json").out);
  EXPECT_FALSE(records[0].contains("not_queued"));
  EXPECT_EQ(records[1]["not_queued"], true);
}

// The file may be anybody's.
TEST_F(ScarbonLog, LeavesOutWhatIsTooDeepOrTooLongToBeARecord) {
  for (const char* type : {"decision", "return"}) {
    Append(absl::StrCat(R"({"v":1,"type":")", type, R"(","boot":"a","seq":1,"x":)",
                        std::string(100'000, '['), std::string(100'000, ']'), "}\n"));
  }
  Append(absl::StrCat("{\"x\":\"", std::string(3 << 20, 'a'), "\"}\n"));
  Append(Line({}));
  for (const char* options : {"-nP -o job", "--json"}) {
    const Ran ran = RunOnLog(options);
    EXPECT_EQ(ran.code, 0) << options;
    EXPECT_THAT(ran.out, HasSubstr("train"));
    EXPECT_THAT(ran.err, HasSubstr("3 lines are no record"));
  }
}

class ScarbonLogWithAccounting : public ScarbonLog {
 protected:
  // A decision whose job the queue has shown as `job_id`.
  void AppendQueued(const Sample& sample, uint32_t job_id) {
    Append(Line(sample) + BookingEventRecord({"0123456789abcdef", sample.sequence}, kStart,
                                             {DecisionId({kBoot, sample.sequence}),
                                              BookingFate::kConfirmed, job_id}));
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
                    waits ? "None assigned" : row.nodes, "\n");
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
  // Of the eight that count five have ended: after 30 hours of 30, none, one, one and 30.
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

// What was not to move, or was given back, ran wherever it was to run.
TEST_F(ScarbonLogWithAccounting, CountsWhatWasNotMovedWhereverItRan) {
  AppendQueued({.sequence = 1, .name = "shadow", .mode = Mode::kShadow}, 101);
  AppendQueued({.sequence = 2, .name = "kept", .chosen = "frankfurt"}, 102);
  AppendQueued({.sequence = 3, .name = "returned"}, 103);
  JobReturn given_back;
  given_back.decision_id = DecisionId({kBoot, 3});
  Append(ReturnRecord({"0123456789abcdef", 4}, kStart, given_back, ""));
  std::vector<Row> rows;
  for (const char* job_id : {"101", "102", "103"}) {
    rows.push_back({job_id, "COMPLETED", absl::Hours(1), "lyon", absl::ZeroDuration()});
  }
  Accounting(Print(rows));
  EXPECT_EQ(Shown("-nP -o job,outcome"), "shadow|placed\nkept|kept-home\nreturned|given-back\n");
}

// The log of another cluster, or one from before the job numbers began anew.
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

// Where sacct has more to say than is read at once it is asked for less, and what it does not
// answer is said.
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

TEST_F(ScarbonLog, SaysThatAnybodyMayWriteTheLog) {
  Append(Line({}));
  ASSERT_EQ(chmod(log_.c_str(), 0666), 0);
  EXPECT_EQ(RunOnLog("").err, absl::StrCat("scarbon: ", log_, ": anybody may write it\n"));
}

TEST_F(ScarbonLog, SaysWhyTheLogMayNotBeRead) {
  if (geteuid() == 0)
    GTEST_SKIP() << "root may read anything, and others may not run what is built";
  Append(Line({}));
  ASSERT_EQ(chmod(log_.c_str(), 0), 0);
  const Ran ran = RunOnLog("");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err, absl::StrCat("scarbon: ", log_,
                                  ": Permission denied: root and SlurmUser may read what was "
                                  "decided of all jobs; of yours, scontrol show job ID has it in "
                                  "AdminComment\n"));
}

// The figure that counts only what is drawn more than without the job, with its own sign, and of
// how many decisions it is known.
TEST_F(ScarbonLog, ShowsTheConsequentialFigureWhereItIsKnown) {
  Append(Line({.sequence = 1}));
  Append(Line({.sequence = 2, .name = "costs", .home_grams = 1000, .chosen_grams = 900},
              /*home_consequential=*/700, /*chosen_consequential=*/900));
  EXPECT_EQ(RunOnLog("-n -P -o job,saved,consequential,consequentialco2e,consequentialhome,"
                     "consequentialsaved,minimised")
                .out,
            "train|63%|||||attributional\ncosts|10%|-29%|900 g|700 g|-200 g|consequential\n");
  EXPECT_THAT(
      RunOnLog("").out,
      HasSubstr("saving 24.3 kg (62%)\nconsequential (known for 1 of 2): predicted 900 g CO2e, "
                "at home 700 g: saving -200 g (-29%)\n"));
}

TEST_F(ScarbonLog, KeepsTheSignOfALoss) {
  Append(Line({.home_grams = 1000, .chosen_grams = 1100}));
  EXPECT_THAT(RunOnLog("").out, HasSubstr("saving -100 g (-10%)"));
  EXPECT_EQ(RunOnLog("-n -P -o saved,interval,savedco2e").out, "-10%|(-11 to -9%)|-100 g\n");
}

TEST_F(ScarbonLog, TellsThatShadowPlacementsWereNotCarriedOut) {
  Append(Line({.mode = Mode::kShadow}));
  EXPECT_THAT(RunOnLog("").out,
              HasSubstr("1 decision, 1 placed (1 in shadow: not carried out); predicted"));
}

TEST_F(ScarbonLog, FiltersByUserAccountPartitionSiteAndPolicy) {
  Append(Line({.sequence = 1, .name = "a", .uid = 0, .account = "ml"}));
  Append(Line({.sequence = 2, .name = "b", .account = "bio", .home = "lyon", .chosen = "lyon"}));
  const auto jobs = [&](const std::string& filter) {
    return RunOnLog(absl::StrCat("-n -P -o job ", filter)).out;
  };
  EXPECT_EQ(jobs(""), "a\nb\n");
  EXPECT_EQ(jobs("-u root"), "a\n");
  EXPECT_EQ(jobs("--user=4242424"), "b\n");
  EXPECT_EQ(jobs("-u root,4242424"), "a\nb\n");
  EXPECT_EQ(jobs("-A bio"), "b\n");
  EXPECT_EQ(jobs("-p oslo"), "a\n");
  EXPECT_EQ(jobs("--partition lyon"), "b\n");
  EXPECT_EQ(jobs("--site frankfurt"), "a\n");
  EXPECT_EQ(jobs("--site oslo,lyon"), "a\nb\n");
  EXPECT_EQ(jobs("--policy all"), "a\nb\n");
  EXPECT_EQ(jobs("--policy other"), "");
  EXPECT_EQ(jobs("-u root -A bio"), "");
}

TEST_F(ScarbonLog, FiltersByTimeAsSlurmWritesIt) {
  Append(Line({.sequence = 1, .name = "a"}));
  Append(Line({.sequence = 2, .name = "b", .after = absl::Hours(6)}));
  const auto jobs = [&](const std::string& filter) {
    return RunOnLog(absl::StrCat("-n -P -o job ", filter)).out;
  };
  EXPECT_EQ(jobs("-S 2026-11-25"), "b\n");
  EXPECT_EQ(jobs("-S 2026-11-24T19:00:00"), "a\nb\n");
  EXPECT_EQ(jobs("-S 2026-11-24T19:00:01"), "b\n");
  EXPECT_EQ(jobs("-E 2026-11-24T23:00"), "a\n");
  EXPECT_EQ(jobs("-S 112526"), "b\n");
  EXPECT_EQ(jobs("-S 11/25/26-00:30"), "b\n");
  EXPECT_EQ(jobs("-S 1999-01-01 -E now+520000weeks"), "a\nb\n");
  EXPECT_EQ(jobs("-S now+2000weeks"), "");
  for (const char* time : {"today", "tomorrow", "midnight", "noon", "fika", "teatime", "08:30",
                           "8:30:15", "now", "now-2hours", "now-90", "now+1day", "0229", "12/31"}) {
    const Ran ran = RunOnLog(absl::StrCat("-n -S ", time));
    // The 29th of February is a day in some years only.
    if (std::string(time) == "0229") continue;
    EXPECT_EQ(ran.code, 0) << time << ran.err;
  }
}

TEST_F(ScarbonLog, RefusesWhatIsNoTime) {
  for (const char* time : {"yesterdayish", "2026-13-01", "2026-06-31", "25:00", "now-2fortnights",
                           "now-", "12345", "2026-11-24T", "2026-11-24T7"}) {
    const Ran ran = RunOnLog(absl::StrCat("-S ", time));
    EXPECT_EQ(ran.code, 2) << time;
    EXPECT_EQ(ran.err,
              absl::StrCat("scarbon: time \"", time, "\": is not a time as Slurm writes them\n"));
  }
}

TEST_F(ScarbonLog, ChoosesFieldsAndWidths) {
  Append(Line({.name = "a-rather-long-name"}));
  EXPECT_EQ(RunOnLog("-n -o job%8").out, "a-rathe+\n");
  EXPECT_EQ(RunOnLog("-n -o site%8,job%-20,co2e%10").out,
            "    oslo a-rather-long-name      14.2 kg\n");
  EXPECT_EQ(RunOnLog("-P -o Job,SITE,delay,runtime,kwh").out,
            "JOB|SITE|DELAY|RUNTIME|KWH\na-rather-long-name|oslo|07:00:00|1-06:00:00|71.5\n");
}

TEST_F(ScarbonLog, RefusesAnUnknownFieldNamingTheNearest) {
  Append(Line({}));
  const Ran ran = RunOnLog("-o job,sitte");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err,
            "scarbon: field \"sitte\": is not known; did you mean \"site\"? (--helpformat lists "
            "all)\n");
  EXPECT_EQ(RunOnLog("-o job%x").err,
            "scarbon: field \"job%x\": its width is not a whole number but 0\n");
}

TEST_F(ScarbonLog, ListsItsFieldsAndShowsEachOfThem) {
  Append(Line({}));
  const Ran list = Run("-e");
  EXPECT_EQ(list.code, 0);
  std::istringstream names(list.out);
  int count = 0;
  for (std::string name; names >> name; ++count) {
    EXPECT_EQ(RunOnLog("-n -o " + name).code, 0) << name;
  }
  EXPECT_GT(count, 30);
}

TEST_F(ScarbonLog, GivesTheRecordsThemselvesAsJson) {
  const std::string first = Line({.sequence = 1});
  Append(first);
  Append(Line({.sequence = 2, .account = "bio"}));
  const Ran ran = RunOnLog("--json -A ml");
  EXPECT_EQ(ran.code, 0);
  const nlohmann::json array = nlohmann::json::parse(ran.out);
  ASSERT_EQ(array.size(), 1u);
  EXPECT_EQ(array[0], nlohmann::json::parse(first));
  EXPECT_EQ(RunOnLog("--json -A none").out, "[]\n");
}

TEST_F(ScarbonLog, LeavesOutLinesThatAreNoRecordsAndSaysSo) {
  Append(Line({.sequence = 1, .name = "a"}));
  Append("{\"v\":1}\nnonsense\n[1]\n{\"v\":2,\"type\":\"decision\",\"boot\":\"b\",\"seq\":1}\n");
  Append(Line({.sequence = 2, .name = "b"}));
  Append(Line({.sequence = 3}).substr(0, 100));
  const Ran ran = RunOnLog("-n -P -o job");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, "a\nb\n");
  EXPECT_EQ(ran.err,
            absl::StrCat("scarbon: ", log_, ": 5 lines are no record of version 1 and left out\n"));
}

TEST_F(ScarbonLog, ShowsWhatItCanOfARecordWithOddFields) {
  Append(R"({"v":1,"type":"decision","boot":"b","seq":1,"time":"2026-11-24T19:00:00Z",)"
         R"("job":{"name":7,"user_id":"x"},"chosen":[],"saving":3})"
         "\n");
  const Ran ran = RunOnLog("-n");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("2026-11-24T19:00:00"));
}

TEST_F(ScarbonLog, ReportsGapsInASequence) {
  Append(Line({.sequence = 4}));
  Append(Line({.sequence = 8}));
  Append(BookingEventRecord({kBoot, 10}, kStart, {"x", BookingFate::kConfirmed, 17}));
  Append(DroppedRecord({"0000000000000000", 1}, kStart, 2));
  const Ran ran = RunOnLog("");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, absl::StrCat("scarbon: ", log_, ": 3 records missing between ", kBoot,
                                  "-4 and ", kBoot, "-8\nscarbon: ", log_,
                                  ": 1 record missing between ", kBoot, "-8 and ", kBoot, "-10\n"));
}

TEST_F(ScarbonLog, TellsOfWhatWasWithheldUserByUser) {
  Append(Line({.sequence = 1}));
  const WithheldRecords withheld = {
      .user_id = 4242424, .count = 1000, .first = kStart, .last = kStart + absl::Seconds(30)};
  Append(WithheldRecord({kBoot, 2}, kStart, withheld));
  WithheldRecords more = withheld;
  more.count = 1;
  more.last += absl::Hours(1);
  Append(WithheldRecord({kBoot, 3}, kStart, more));
  more.user_id.reset();
  Append(WithheldRecord({kBoot, 4}, kStart, more));
  const Ran ran = RunOnLog("");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err,
            "scarbon: 1 decision of other users not recorded from 2026-11-24T19:00:00 to "
            "2026-11-24T20:00:30: above a user's share of the log; those jobs passed unchanged\n"
            "scarbon: 1001 decisions of user 4242424 not recorded from 2026-11-24T19:00:00 to "
            "2026-11-24T20:00:30: above a user's share of the log; those jobs passed unchanged\n");
}

TEST_F(ScarbonLog, ReadsRotatedLogsOldestFirstAndSeesNoGapBetweenThem) {
  const auto write = [&](const std::string& suffix, uint64_t sequence) {
    std::ofstream(log_ + suffix) << Line({.sequence = sequence, .name = absl::StrCat(sequence)});
  };
  write("-20261122", 1);
  write("-20261123", 2);
  write(".10", 3);
  write(".2", 4);
  write(".1", 5);
  write("", 6);
  write(".bak", 99);
  std::ofstream(log_ + ".3.gz") << "x";
  const Ran all = RunOnLog("--all -n -P -o job");
  EXPECT_EQ(all.out, "1\n2\n3\n4\n5\n6\n");
  EXPECT_EQ(all.err, absl::StrCat("scarbon: ", log_, ".3.gz: is compressed and left out\n"));
  EXPECT_EQ(RunOnLog("-n -P -o job").out, "6\n");
}

TEST_F(ScarbonLog, NamesTheFileThatIsMissing) {
  const Ran ran = RunOnLog("");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, absl::StrCat("scarbon: ", log_, ": No such file or directory\n"));
  EXPECT_EQ(Run("--file " + folder_).err, absl::StrCat("scarbon: ", folder_, ": Is a directory\n"));
  EXPECT_EQ(Run(absl::StrCat("--config ", folder_, "/carbon.json")).code, 1);
}

TEST_F(ScarbonLog, KeepsTheTerminalSafeFromJobNames) {
  Append(Line({.name = "\x1b[31mred\n\xc2\x9b"}));
  EXPECT_EQ(RunOnLog("-n -P -o job").out, "?[31mred??\n");
  EXPECT_THAT(RunOnLog("--json").out, Not(HasSubstr("\x1b")));
}

TEST_F(ScarbonLog, ShowsAnEmptyLogAsNothing) {
  Append("");
  const Ran ran = RunOnLog("");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("0 decisions, 0 placed; predicted 0 g CO2e, at home 0 g"));
}

}  // namespace
}  // namespace carbon
