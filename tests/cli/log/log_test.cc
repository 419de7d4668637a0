// Runs the built scarbon on logs made of real records.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "core/decision/watch.h"
#include "core/record/event_records.h"
#include "core/record/record.h"
#include "tests/cli/log/sample_log.h"
#include "tests/cli/run_scarbon.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string LeftAloneLine(uint64_t sequence) {
  JobRequest job;
  job.name = "shell";
  job.user_id = 4242424;
  job.partitions = {"oslo"};
  Decision decision;
  decision.reason.reason = Reason::kInteractive;
  return WriteRecord(RecordOfDecision({kBoot, sequence}, kStart, job, decision));
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
  Append(WriteRecord(
      BookingRecord{{{kBoot, 3}, kStart}, {DecisionId({kBoot, 1}), BookingFate::kConfirmed, 17}}));
  Append(LeftAloneLine(4));
  Append(WriteRecord(
      BookingRecord{{{kBoot, 5}, kStart}, {DecisionId({kBoot, 2}), BookingFate::kSeen, 19}}));
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
  JobRestore given_back;
  given_back.decision_id = DecisionId({kBoot, 1});
  given_back.reason = "its pool is down";
  Append(WriteRecord(ReturnRecord{{{"0123456789abcdef", 1}, kStart}, given_back, ""}));
  given_back.decision_id = DecisionId({kBoot, 2});
  Append(WriteRecord(
      ReturnRecord{{{"0123456789abcdef", 2}, kStart}, given_back, "slurmctld says no"}));
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
  Append(WriteRecord(
      BookingRecord{{{kBoot, 3}, kStart}, {DecisionId({kBoot, 2}), BookingFate::kExpired, 0}}));
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
    EXPECT_THAT(ran.err, HasSubstr("3 lines are not records"));
  }
}

TEST_F(ScarbonLog, SaysThatAnybodyMayWriteTheLog) {
  Append(Line({}));
  ASSERT_EQ(chmod(log_.c_str(), 0666), 0);
  EXPECT_EQ(RunOnLog("").err, absl::StrCat("scarbon: ", log_, ": anybody may write it\n"));
}

TEST_F(ScarbonLog, SaysWhyTheLogMayNotBeRead) {
  if (geteuid() == 0)
    GTEST_SKIP() << "root may read anything; file_access_test.py does this as another user";
  Append(Line({}));
  ASSERT_EQ(chmod(log_.c_str(), 0), 0);
  const Ran ran = RunOnLog("");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err, absl::StrCat("scarbon: ", log_,
                                  ": Permission denied: only root and SlurmUser may read the "
                                  "decisions about all jobs; for your own job see AdminComment in "
                                  "scontrol show job ID\n"));
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

TEST_F(ScarbonLog, SortsByValueAndPutsTheUnknownLast) {
  Append(Line({.sequence = 1, .name = "a", .home_grams = 9000, .chosen_grams = 8000}));
  Append(LeftAloneLine(2));
  Append(Line({.sequence = 3, .name = "b", .home_grams = 38400, .chosen_grams = 14200}));
  Append(Line({.sequence = 4, .name = "c", .home_grams = 100, .chosen_grams = 200}));
  EXPECT_EQ(RunOnLog("-n -P -o job --sort savedco2e").out, "c\na\nb\nshell\n");
  EXPECT_EQ(RunOnLog("-n -P -o job --sort=-savedco2e").out, "b\na\nc\nshell\n");
  EXPECT_EQ(RunOnLog("-n -P -o job --sort=-job").out, "shell\nc\nb\na\n");
  // As text 14.2 kg would come before 8 kg, and 200 g after both.
  EXPECT_EQ(RunOnLog("-n -P -o co2e --sort=-co2e").out, "14.2 kg\n8 kg\n200 g\n\n");
  // By the second field where the first is equal.
  EXPECT_EQ(RunOnLog("-n -P -o job --sort site,-job").out, "c\nb\na\nshell\n");
  const Ran wrong = RunOnLog("--sort saving");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("scarbon: --sort: field \"saving\": is not known"));
}

TEST_F(ScarbonLog, SumsByGroupAsTheTotalCounts) {
  Append(Line({.sequence = 1, .account = "ml", .home_grams = 3000, .chosen_grams = 1000}));
  Append(Line({.sequence = 2, .account = "ml", .home_grams = 1000, .chosen_grams = 1500}));
  Append(Line({.sequence = 3, .account = "bio", .home_grams = 9000, .chosen_grams = 1000}));
  Append(Line({.sequence = 4, .account = "bio", .home_grams = 500, .chosen_grams = 100}));
  Append(WriteRecord(
      BookingRecord{{{kBoot, 5}, kStart}, {DecisionId({kBoot, 4}), BookingFate::kExpired, 0}}));
  const Ran ran = RunOnLog("--group-by account");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(
      ran.out,
      R"(ACCOUNT DECISIONS PLACED GIVEN BACK NOT COUNTED HOME CO2E   CO2E SAVED CO2E SAVED SAVED CONSEQUENTIAL CO2E
------- --------- ------ ---------- ----------- --------- ------ ---------- ----- ------------------------
bio             2      2          0           1      9 kg   1 kg       8 kg   89%                        -
ml              2      2          0           0      4 kg 2.5 kg     1.5 kg   38%                        -
4 decisions, 4 placed, 1 never queued (will-runs, or refused): not counted; predicted 3.5 kg CO2e, at home 13 kg: saving 9.5 kg (73%)
accounting does not know what became of 3 of 3 jobs
)");
  EXPECT_EQ(RunOnLog("-n -P -g account,site").out,
            "bio|oslo|2|2|0|1|9 kg|1 kg|8 kg|89%|\nml|oslo|2|2|0|0|4 kg|2.5 kg|1.5 kg|38%|\n");
  const Ran wrong = RunOnLog("-g job");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("scarbon: --group-by: field \"job\": is not one of user, "));
}

TEST_F(ScarbonLog, RefusesAnUnknownFieldNamingTheNearest) {
  Append(Line({}));
  const Ran ran = RunOnLog("-o job,sitte");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err,
            "scarbon: field \"sitte\": is not known; did you mean \"site\"? (--helpformat lists "
            "all)\n");
  EXPECT_EQ(
      RunOnLog("-o job%x").err,
      "scarbon: field \"job%x\": the width must be a whole number from -10000 to 10000, except "
      "0\n");
}

TEST_F(ScarbonLog, ListsItsFieldsAndShowsEachOfThem) {
  Append(Line({}));
  const Ran list = Run("-e");
  EXPECT_EQ(list.code, 0);
  // The fields that need --outcome come last (log_outcome_test.cc).
  const size_t outcomes = list.out.find("with --outcome:");
  ASSERT_NE(outcomes, list.out.npos);
  std::istringstream names(list.out.substr(0, outcomes));
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
  Append("{\"v\":1}\nnonsense\n[1]\n{\"v\":4,\"type\":\"decision\",\"boot\":\"b\",\"seq\":1}\n");
  Append(Line({.sequence = 2, .name = "b"}));
  Append(Line({.sequence = 3}).substr(0, 100));
  const Ran ran = RunOnLog("-n -P -o job");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, "a\nb\n");
  EXPECT_EQ(ran.err, absl::StrCat("scarbon: ", log_,
                                  ": 5 lines are not records of version 1 to 3 and left out\n"));
}

TEST_F(ScarbonLog, ReadsTheRecordsOfVersion1) {
  std::ifstream sample(CARBON_SAMPLES_DIR "/version1.jsonl");
  Append(std::string(std::istreambuf_iterator<char>(sample), {}));
  const Ran ran = RunOnLog("-nP -o id,outcome,start,co2e,home,saved,reason");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.out,
            "b59543a686dc3b4b-1|placed|2026-11-29T01:46:19|367 mg|18.3 g|98%|the greenest\n"
            "b59543a686dc3b4b-3|kept-home|2026-11-29T08:33:15|4.8 kg|4.8 kg|0%|home is the "
            "greenest\n"
            "b59543a686dc3b4b-4|left-alone|||||hint \"wiat=3h\": unknown; did you mean "
            "\"wait\"?\n");
}

TEST_F(ScarbonLog, ReadsTheRecordsOfVersion2) {
  std::ifstream sample(CARBON_SAMPLES_DIR "/version2.jsonl");
  Append(std::string(std::istreambuf_iterator<char>(sample), {}));
  const Ran ran = RunOnLog("-nP -o jobid,outcome,move,start,runtime,co2e,home,saved");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.err, HasSubstr("missing between"));
  EXPECT_THAT(ran.out, HasSubstr("|placed|frankfurt->oslo|2026-11-30T02:26:32|00:01:00|367 mg|"
                                 "18.3 g|98%\n"));
  EXPECT_THAT(ran.out, HasSubstr("|placed|frankfurt->oslo|2026-11-30T02:26:32|00:01:00|183 mg|"
                                 "9.17 g|98%\n"));
}

TEST_F(ScarbonLog, SumsTheRunsOfAPlanAndNamesTheirPools) {
  Append(WriteRecord(RecordOfDecision({kBoot, 1}, kStart, JobRequest(), PlacedInTwoRuns())));
  EXPECT_EQ(RunOnLog("-nP -o move,site,start,delay,runtime,kwh,intensity,co2e,net").out,
            "frankfurt->oslo-h100,lyon-h100|oslo,lyon|2026-11-25T02:00:00|07:00:00|08:00:00|71.5|"
            "161.5|16 kg|1.05 kg\n");
  EXPECT_THAT(RunOnLog("").out, HasSubstr("predicted 16 kg CO2e, at home 38.4 kg: saving 22.4 kg"));
  for (const char* filter : {"--site=lyon", "--site=oslo", "--partition=lyon"}) {
    EXPECT_EQ(RunOnLog(absl::StrCat("-nP -o id ", filter)).out, absl::StrCat(kBoot, "-1\n"));
  }
}

TEST_F(ScarbonLog, ShowsWhatItCanOfARecordWithOddFields) {
  Append(R"({"v":1,"type":"decision","boot":"b","seq":1,"time":"2026-11-24T19:00:00Z",)"
         R"("job":{"name":7,"user_id":"x"},"chosen":[],"saving":3})"
         "\n");
  const Ran ran = RunOnLog("-nP -o id,time,user,uid,job,co2e,saved,outcome");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, "b-1|2026-11-24T19:00:00||||||left-alone\n");
  EXPECT_EQ(ran.err, absl::StrCat("scarbon: ", log_,
                                  ": 1 record has fields that cannot be read; the first is b-1: "
                                  "job.name: is not a text\n"));
}

// A record of a later release with the same version.
TEST_F(ScarbonLog, KeepsFieldsInJsonThatItDoesNotKnow) {
  std::string line = Line({.sequence = 1});
  line.insert(line.size() - 2, R"(,"weather":{"wind":[1,2.50]})");
  Append(line);
  Append(R"({"v":2,"type":"audit","boot":"b","seq":1})"
         "\n");
  const Ran ran = RunOnLog("--json");
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(nlohmann::json::parse(ran.out)[0], nlohmann::json::parse(line));
}

// null in the file: nothing is shown for it, and no total counts it.
TEST_F(ScarbonLog, ShowsNothingForWhatIsUnknown) {
  nlohmann::ordered_json record = nlohmann::ordered_json::parse(Line({.sequence = 1}));
  for (const char* field : {"start", "runtime_s", "energy_kwh", "gross_g"}) {
    record["chosen"]["runs"][0][field] = nullptr;
  }
  record["saving"]["share"]["mean"] = record["saving"]["gross_g"]["mean"] = nullptr;
  Append(record.dump() + "\n");
  EXPECT_EQ(RunOnLog("-nP -o job,start,delay,runtime,kwh,co2e,saved,savedco2e").out,
            "train|||||||\n");
  EXPECT_THAT(RunOnLog("").out, HasSubstr("predicted 0 g CO2e, at home 0 g: saving 0 g\n"));
}

// A default request has one task, and a default decision is in mode off.
TEST_F(ScarbonLog, ShowsNothingForNumbersAndAModeThatARecordDoesNotHave) {
  Append(Line({.sequence = 1}));
  nlohmann::ordered_json record = nlohmann::ordered_json::parse(Line({.sequence = 2}));
  record["job"]["demand"].erase("nodes");
  record["job"]["demand"]["devices"] = nullptr;
  record["job"]["array_tasks"] = "many";
  record["mode"] = "trial";  // of a later release
  Append(record.dump() + "\n");
  Append(R"({"v":1,"type":"decision","boot":"b","seq":1,"time":"2026-11-24T19:00:00Z"})"
         "\n");
  EXPECT_EQ(RunOnLog("-nP -o id,nodes,devices,tasks,mode").out,
            "3f9c21aa04d7be15-1|0|0|1|enforce\n"
            "3f9c21aa04d7be15-2||||\n"
            "b-1||||\n");
}

TEST_F(ScarbonLog, ReportsGapsInASequence) {
  Append(Line({.sequence = 4}));
  Append(Line({.sequence = 8}));
  Append(WriteRecord(BookingRecord{{{kBoot, 10}, kStart}, {"x", BookingFate::kConfirmed, 17}}));
  Append(WriteRecord(DroppedRecord{{{"0000000000000000", 1}, kStart}, 2}));
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
  Append(WriteRecord(WithheldRecord{{{kBoot, 2}, kStart}, withheld}));
  WithheldRecords more = withheld;
  more.count = 1;
  more.last += absl::Hours(1);
  Append(WriteRecord(WithheldRecord{{{kBoot, 3}, kStart}, more}));
  more.user_id.reset();
  Append(WriteRecord(WithheldRecord{{{kBoot, 4}, kStart}, more}));
  const Ran ran = RunOnLog("");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err,
            "scarbon: other users: 1 decision was not recorded from 2026-11-24T19:00:00 to "
            "2026-11-24T20:00:30: above a user's share of the log; those jobs passed unchanged\n"
            "scarbon: user 4242424: 1001 decisions were not recorded from 2026-11-24T19:00:00 to "
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
  std::ofstream(log_ + ".3.lzo") << "x";
  // As logrotate leaves them; of the last the uncompressed file is still there.
  for (const char* name : {"-20261122", ".10", ".2"}) {
    ASSERT_EQ(
        system(
            absl::StrCat("gzip ", name == std::string(".2") ? "--keep " : "", log_, name).c_str()),
        0);
  }
  const Ran all = RunOnLog("--all -n -P -o job");
  EXPECT_EQ(all.out, "1\n2\n3\n4\n5\n6\n");
  constexpr char kNotRead[] =
      ": was not read: it is compressed in another way than gzip, zstd, xz and bzip2, or its "
      "uncompressed file is there too\n";
  EXPECT_EQ(all.err, absl::StrCat("scarbon: ", log_, ".3.lzo", kNotRead, "scarbon: ", log_, ".2.gz",
                                  kNotRead));
  EXPECT_EQ(RunOnLog("-n -P -o job").out, "6\n");
}

TEST_F(ScarbonLog, ShowsWhatIsLeftOfACompressedLogThatWasCut) {
  // Many lines that differ, so that a part of the compressed file has some of them.
  for (uint64_t i = 1; i <= 500; ++i) {
    Append(Line({.sequence = i, .name = absl::StrCat("job", i), .home_grams = 38400.0 + 7.1 * i}));
  }
  fs::rename(log_, log_ + ".1");
  ASSERT_EQ(system(absl::StrCat("gzip ", log_, ".1").c_str()), 0);
  fs::resize_file(log_ + ".1.gz", fs::file_size(log_ + ".1.gz") / 2);
  Append(Line({.sequence = 501, .name = "last"}));
  const Ran ran = RunOnLog("--all -n -P -o job");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("job10\n"));
  EXPECT_THAT(ran.out, HasSubstr("last\n"));
  EXPECT_THAT(ran.err, HasSubstr(log_ + ".1.gz: "));
  EXPECT_THAT(ran.err, HasSubstr("; what follows in it is left out\n"));
}

TEST_F(ScarbonLog, NamesTheFileThatIsMissing) {
  const Ran ran = RunOnLog("");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, absl::StrCat("scarbon: ", log_, ": No such file or directory\n"));
  EXPECT_EQ(Run("--file " + folder_).err, absl::StrCat("scarbon: ", folder_, ": Is a directory\n"));
  EXPECT_EQ(Run(absl::StrCat("--config ", folder_, "/carbon.json")).code, 1);
}

TEST_F(ScarbonLog, ShowsNewDecisionsAsTheyAreMade) {
  Append(Line({.sequence = 1}));
  std::ofstream(folder_ + "/new") << Line({.sequence = 2, .name = "later"})
                                  << Line({.sequence = 3, .name = "bio", .account = "bio"});
  // It is stopped once the line is there, or after a minute.
  ASSERT_EQ(system(absl::StrCat("cd ", folder_, " && { TZ=UTC ", SCARBON_BINARY, " log --file ",
                                log_, " -f -n -A ml -o job,saved >shown & } && follower=$! && ",
                                "until grep -q train shown; do sleep 0.1; done && cat new >>", log_,
                                " && for i in $(seq 600); do grep -q later shown && break; ",
                                "sleep 0.1; done; kill $follower")
                       .c_str()),
            0);
  EXPECT_EQ(Contents(folder_ + "/shown"), "train 63%\nlater 63%\n");
  fs::copy_file(log_, log_ + ".1");
  ASSERT_EQ(system(absl::StrCat("gzip ", log_, ".1").c_str()), 0);
  EXPECT_EQ(Run(absl::StrCat("-f --file ", log_, ".1.gz")).err,
            absl::StrCat("scarbon: ", log_,
                         ".1.gz: cannot be followed: it is not a log that is written to\n"));
  EXPECT_EQ(RunOnLog("-f --json").code, 2);
  EXPECT_EQ(RunOnLog("-f -g site").code, 2);
}

// The log that carbon.json names has an index.
class ScarbonLogOfTheConfiguration : public ScarbonLog {
 protected:
  void SetUp() override {
    auto json = nlohmann::json::parse(Contents(absl::StrCat(CARBON_DOCS_DIR, "/carbon.json")),
                                      nullptr, /*allow_exceptions=*/true, /*ignore_comments=*/true);
    json["paths"]["log"] = log_;
    std::ofstream(folder_ + "/carbon.json") << json.dump();
    ASSERT_EQ(chmod((folder_ + "/carbon.json").c_str(), 0644), 0);
  }
  Ran RunConfigured(const std::string& arguments) {
    return Run(absl::StrCat("--config ", folder_, "/carbon.json ", arguments));
  }
  const std::string index_ = log_ + ".index";
};

TEST_F(ScarbonLogOfTheConfiguration, ShowsTheSameFromTheIndexAsFromTheFiles) {
  std::ofstream(log_ + ".1") << Line({.sequence = 1, .name = "old"}) << "no record\n";
  Append(Line({.sequence = 2, .name = "new"}));
  for (const char* options :
       {"--all", "", "--all -o job,co2e,saved --sort -time", "--all -g account", "--all -A none"}) {
    const Ran files = RunConfigured(absl::StrCat("--no-index ", options));
    const Ran index = RunConfigured(options);
    EXPECT_EQ(index.code, 0) << options;
    EXPECT_EQ(index.out, files.out) << options;
    EXPECT_EQ(index.err, files.err) << options;
    EXPECT_TRUE(fs::exists(index_)) << options;
  }
  EXPECT_EQ(RunConfigured("-nP -o job").out, "new\n");
  EXPECT_EQ(RunConfigured("--all -nP -o job").out, "old\nnew\n");
  EXPECT_THAT(RunConfigured("--all --json").out, HasSubstr("\"name\":\"old\""));
}

// Without --all nobody asked for the rotated logs, which may be many.
TEST_F(ScarbonLogOfTheConfiguration, MakesAnIndexOnlyForAllFilesOfTheLog) {
  Append(Line({.sequence = 1}));
  EXPECT_EQ(RunOnLog("--all -nP -o job").out, "train\n");
  EXPECT_EQ(RunConfigured("-nP -o job").out, "train\n");
  EXPECT_EQ(RunConfigured("--all --no-index -nP -o job").out, "train\n");
  EXPECT_EQ(RunConfigured("--all --json").code, 0);
  EXPECT_FALSE(fs::exists(index_));
}

TEST_F(ScarbonLogOfTheConfiguration, RebuildsADamagedIndex) {
  Append(Line({.sequence = 1}));
  ASSERT_EQ(RunConfigured("--all").code, 0);
  std::fstream(index_, std::ios::in | std::ios::out).seekp(100) << std::string(20'000, 'x');
  const Ran ran = RunConfigured("-nP -o job");
  EXPECT_EQ(ran.out, "train\n");
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(RunConfigured("--all -nP -o job").out, "train\n");
}

TEST_F(ScarbonLogOfTheConfiguration, SaysWhyTheIndexIsNotUsedAndReadsTheFiles) {
  Append(Line({.sequence = 1}));
  std::ofstream(index_) << "my notes";
  Ran ran = RunConfigured("--all -nP -o job");
  EXPECT_EQ(ran.out, "train\n");
  EXPECT_EQ(ran.err, absl::StrCat("scarbon: ", index_,
                                  ": file is not a database; the log's files are read instead\n"));
  EXPECT_EQ(Contents(index_), "my notes");
  fs::remove(index_);
  fs::create_directory(index_);
  ran = RunConfigured("--all -nP -o job");
  EXPECT_EQ(ran.out, "train\n");
  EXPECT_EQ(ran.err, absl::StrCat("scarbon: ", index_,
                                  ": is not a regular file; the log's files are read instead\n"));
}

TEST_F(ScarbonLogOfTheConfiguration, SaysThatTheLogIsMissing) {
  const Ran ran = RunConfigured("");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err, absl::StrCat("scarbon: ", log_, ": No such file or directory\n"));
  EXPECT_FALSE(fs::exists(index_));
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
