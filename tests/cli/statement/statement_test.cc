// Runs the built scarbon statement with the test's own sacct and scontrol.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/record/event_records.h"
#include "core/record/record.h"
#include "tests/cli/run_scarbon.h"
#include "tests/core/record/sample_decision.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

constexpr char kBoot[] = "3f9c21aa04d7be15";
constexpr uint32_t kUser = 4242424;

// 8 devices in Oslo for 8 hours take 71.5 kWh at the meter, as the decision recorded it.
class ScarbonStatement : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder_ + "/carbon.json") << R"({
      "paths": {"log": ")" << folder_ << R"(/placements.jsonl", "snapshot": ")"
                                            << folder_ << R"("},
      "zones": {"Z": {"kind": "average-lifecycle", "forecast": [{"static": 200}]}},
      "sites": {
        "oslo": {"zone": "Z", "pue": {"value": 1.1, "quality": "measured", "source": "its meters"},
                 "net_intensity": 10},
        "frankfurt": {"zone": "Z", "pue": 1.25}},
      "hardware": {"mine": {"unit": "device", "busy_watts": {
        "value": 1000, "quality": "measured", "source": "made up"}}},
      "pools": {
        "oslo-h100": {"site": "oslo", "partition": "oslo", "hardware": "h100-sxm"},
        "frankfurt-h100": {"site": "frankfurt", "partition": "frankfurt", "hardware": "mine"}},
      "policies": [{"name": "all", "mode": "enforce", "max_delay": "12h",
                    "may_change": ["time", "site"]}]})";
    Script("scontrol", "echo 'AcctGatherEnergyType = (null)'; echo 'SLURM_VERSION = 24.11.5'");
    std::ofstream grid(MakeFolder("grid") + "/Z.csv");
    grid << "time,gCO2e/kWh\n";
    for (int hour = -2; hour < 72; ++hour) {
      grid << absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", kNow + absl::Hours(hour), absl::UTCTimeZone())
           << ",100\n";
    }
  }

  std::string MakeFolder(const std::string& name) {
    const std::string path = folder_ + "/" + name;
    mkdir(path.c_str(), 0755);
    return path;
  }
  void Script(const std::string& name, const std::string& script) {
    std::ofstream(folder_ + "/" + name) << "#!/bin/sh\n" << script << "\n";
    ASSERT_EQ(chmod((folder_ + "/" + name).c_str(), 0755), 0);
  }
  // Has sacct print these lines.
  void Accounting(const std::string& lines) {
    Script("sacct", absl::StrCat("cat <<END\n", lines, "END"));
  }
  // A line of sacct's: hours count from the submission of the first job.
  static std::string Row(const std::string& job, const std::string& state, int start, int hours,
                         const std::string& partition = "oslo", int submitted = 0) {
    const auto second = [](int hour) { return absl::ToUnixSeconds(kNow + absl::Hours(hour)); };
    return absl::StrCat(job, "|", kUser, "|", second(submitted), "|", second(start), "|",
                        hours * 3600, "|", partition, "|", state, "|", partition, "1|1|",
                        "cpu=64,gres/gpu=8,node=1|\n");
  }
  // A decision that moves job 101 from Frankfurt to Oslo, seven hours later.
  void LogDecision() {
    Decision decision = Placed();
    for (auto* plan : {&decision.home, &decision.chosen}) {
      (*plan)->first().units = 8;
      (*plan)->first().stays_powered = 0;
    }
    JobRequest job;
    job.user_id = kUser;
    job.name = "train";
    job.partitions = {"frankfurt"};
    Manifest manifest;
    manifest.hashes[SnapshotPart::kConfig] = std::string(64, 'a');
    manifest.hashes[SnapshotPart::kForecast] = std::string(64, 'b');
    std::ofstream(folder_ + "/placements.jsonl")
        << WriteRecord(RecordOfDecision({kBoot, 1}, kNow, job, decision, manifest))
        << WriteRecord(BookingRecord{{{kBoot, 2}, kNow},
                                     {DecisionId({kBoot, 1}), BookingFate::kConfirmed, 101}});
  }
  Ran Run(const std::string& arguments) {
    return RunScarbon(absl::StrCat("statement --config ", folder_, "/carbon.json ", arguments),
                      absl::StrCat("TZ=UTC PATH=", folder_, ":$PATH"), folder_);
  }
  Json Stated(const std::string& arguments) {
    const Ran ran = Run(arguments + " --format json");
    EXPECT_EQ(ran.code, 0) << ran.err;
    return Json::parse(ran.out, nullptr, false);
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
};

TEST_F(ScarbonStatement, CountsEveryRunOfAPlacedJobWithActualIntensities) {
  LogDecision();
  Accounting(Row("101", "REQUEUED", 7, 2) + Row("101", "COMPLETED", 10, 6, "oslo", 9));
  const Json stated = Stated("101 --grid grid");
  EXPECT_EQ(stated["jobs"]["restarts"], 1);
  EXPECT_NEAR(stated["energy"]["at_meter_kwh"], 71.5, 1e-9);
  EXPECT_NEAR(stated["energy"]["it_kwh"], 71.5 / 1.1, 1e-9);
  EXPECT_EQ(stated["energy"]["methods"][0]["method"], "profile");
  EXPECT_NEAR(stated["location_based"]["g"], 7150, 1e-6);
  EXPECT_EQ(stated["location_based"]["actual_share"], 1);
  EXPECT_EQ(stated["location_based"]["providers"][0], "grid/Z.csv");
  EXPECT_NEAR(stated["market_based"]["g"], 715, 1e-6);
  EXPECT_EQ(stated["hardware"][0]["unit_hours"], 64);
  EXPECT_EQ(stated["sites"][0]["pue_source"], "its meters");
  EXPECT_EQ(stated["snapshot_parts"]["config"][0], std::string(64, 'a'));
  EXPECT_EQ(stated["accounting"], "Slurm 24.11.5");
  // At home it would have taken as much, in hours of the same intensity.
  EXPECT_EQ(stated["avoided"]["actual_decisions"], 1);
  EXPECT_NEAR(stated["avoided"]["attributional_g"], 0, 1e-6);
  EXPECT_EQ(stated["avoided"]["longest_delay_s"], 7 * 3600);
}

TEST_F(ScarbonStatement, UsesTheForecastOfTheDecisionWithoutActualIntensities) {
  LogDecision();
  Accounting(Row("101", "COMPLETED", 7, 8));
  const Json stated = Stated("101");
  EXPECT_NEAR(stated["location_based"]["g"], 14200, 1e-6);
  EXPECT_EQ(stated["location_based"]["actual_share"], 0);
  EXPECT_LT(stated["location_based"]["g_90"][0], 14200);
  EXPECT_GT(stated["location_based"]["g_90"][1], 14200);
  EXPECT_EQ(stated["avoided"]["actual_decisions"], 0);
  EXPECT_EQ(stated["avoided"]["attributional_g"], 24200);
  EXPECT_THAT(std::string(stated["methodology"]), HasSubstr("as forecast"));
}

// The prediction is of a job that runs for eight hours.
TEST_F(ScarbonStatement, AvoidsAsPredictedOnlyForAsLongAsTheJobRan) {
  LogDecision();
  Accounting(Row("101", "FAILED", 7, 2));
  EXPECT_NEAR(Stated("101")["avoided"]["attributional_g"], 24200.0 / 4, 1e-6);
}

TEST_F(ScarbonStatement, ClaimsNothingForAJobThatLeftItsPlan) {
  LogDecision();
  Accounting(Row("101", "COMPLETED", 0, 8, "frankfurt"));
  const Ran ran = Run("101 --format json");
  EXPECT_TRUE(Json::parse(ran.out, nullptr, false)["avoided"].is_null()) << ran.out;
  EXPECT_THAT(ran.err, HasSubstr("it is not known what its decision avoided"));
}

TEST_F(ScarbonStatement, LeavesOutEarlierJobsOfOthersWithTheSameNumber) {
  LogDecision();
  std::string other = Row("101", "COMPLETED", -900, 50, "oslo", -1000);
  other.replace(other.find(absl::StrCat("|", kUser, "|")), absl::StrCat("|", kUser, "|").size(),
                "|7|");
  Accounting(other + Row("101", "COMPLETED", 7, 8));
  const Ran ran = Run("101 --format json");
  EXPECT_EQ(Json::parse(ran.out, nullptr, false)["jobs"]["restarts"], 0) << ran.out;
  EXPECT_THAT(ran.err, HasSubstr("earlier jobs of other users with this number"));
}

TEST_F(ScarbonStatement, CountsAJobThatNoDecisionIsAboutByItsPartition) {
  Accounting(Row("102_1", "COMPLETED", 1, 10, "frankfurt") +
             Row("102_2", "FAILED", 1, 5, "frankfurt"));
  const Json stated = Stated("102 --grid grid");
  // 8 x 1000 W x 15 h.
  EXPECT_NEAR(stated["energy"]["it_kwh"], 120, 1e-9);
  EXPECT_NEAR(stated["location_based"]["g"], 120 * 1.25 * 100, 1e-6);
  EXPECT_EQ(stated["jobs"]["array_tasks"], 2);
  EXPECT_EQ(stated["jobs"]["ended"]["FAILED"], 1);
  EXPECT_TRUE(stated["avoided"].is_null());
  EXPECT_TRUE(stated["unknown"].contains("snapshot_parts"));
  const Json one = Stated("102_2 --grid grid");
  EXPECT_NEAR(one["energy"]["it_kwh"], 40, 1e-9);
}

TEST_F(ScarbonStatement, NamesTheRunsThatAreNotCovered) {
  Accounting(Row("102", "COMPLETED", 1, 10, "frankfurt") + Row("103", "COMPLETED", 1, 2, "debug"));
  const Ran ran = Run("102,103 --grid grid --format json");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.err,
              HasSubstr("scarbon: not covered: 1 run of 2, with 16.0 device-hours reserved; "
                        "partition debug: it ran in a partition that is no pool; carbon.json must "
                        "name one kind of pool for the partition, with its site and hardware\n"));
  const Json stated = Json::parse(ran.out);
  const Json& coverage = stated["energy"]["coverage"];
  EXPECT_EQ(coverage["runs"], 2);
  EXPECT_EQ(coverage["covered_runs"], 1);
  ASSERT_EQ(coverage["hours"].size(), 1u);
  EXPECT_EQ(coverage["hours"][0]["unit"], "device");
  EXPECT_NEAR(coverage["hours"][0]["share"], 80.0 / 96, 1e-12);
  EXPECT_EQ(stated["runs"][1]["not_covered"],
            "partition debug: it ran in a partition that is no pool");
  EXPECT_TRUE(stated["runs"][1]["it_kwh"].is_null());
}

TEST_F(ScarbonStatement, BelievesTheMeterOfNodesThatTheJobHadAlone) {
  Script("scontrol",
         "case \"$*\" in *partitions*) echo 'PartitionName=frankfurt OverSubscribe=EXCLUSIVE';;\n"
         "*) echo 'AcctGatherEnergyType = acct_gather_energy/ipmi'\n"
         "echo 'SLURM_VERSION = 24.11.5';; esac");
  // 70 kWh in 10 hours: 875 W for each device.
  Accounting(absl::StrCat(Row("102", "COMPLETED", 1, 10, "frankfurt"), "102.extern|||||||||", "|",
                          70 * 3600000LL, "\n"));
  const Json stated = Stated("102 --grid grid");
  EXPECT_EQ(stated["energy"]["methods"][0]["method"], "bmc");
  EXPECT_EQ(stated["energy"]["methods"][0]["source"], "acct_gather_energy/ipmi of Slurm 24.11.5");
  EXPECT_NEAR(stated["energy"]["it_kwh"], 70, 1e-9);
}

TEST_F(ScarbonStatement, HasEveryForm) {
  LogDecision();
  Accounting(Row("101", "COMPLETED", 7, 8));
  const std::string facts =
      "101 --grid grid --name demo --tokens 2e9 --parameters 1e9 --location Oslo "
      "--training-type pre-training --precision bf16 --format ";
  const std::vector<std::pair<std::string, std::string>> begins = {
      {"text", "Statement of a training run: demo\n"},
      {"json", "{\n  \"statement_version\": 2,\n"},
      {"huggingface", "co2_eq_emissions:\n  emissions: 7150.00  # grams\n"},
      {"codecarbon", "timestamp,project_name,run_id,"},
      {"eu", "Model Documentation Form\n\nModel name\n  demo\n\nCOMPUTATIONAL RESOURCES "},
      {"sci", "{\n  \"standard\": "}};
  for (const auto& [format, begin] : begins) {
    const Ran ran = Run(facts + format);
    EXPECT_EQ(ran.code, 0) << format;
    EXPECT_EQ(ran.err, "") << format;
    EXPECT_THAT(ran.out, StartsWith(begin)) << format;
    EXPECT_THAT(ran.out, EndsWith("\n")) << format;
  }
}

TEST_F(ScarbonStatement, WritesAFile) {
  LogDecision();
  Accounting(Row("101", "COMPLETED", 7, 8));
  const Ran ran = Run("101 --grid grid --format huggingface -o card.yaml");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(Contents(folder_ + "/card.yaml"), StartsWith("co2_eq_emissions:\n"));
  const Ran nowhere = Run("101 --grid grid -o missing/card.yaml");
  EXPECT_EQ(nowhere.code, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("missing/card.yaml"));
}

TEST_F(ScarbonStatement, RefusesAJobThatAccountingDoesNotKnow) {
  Accounting(Row("101", "COMPLETED", 7, 8));
  const Ran ran = Run("101 104 105");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, StartsWith("scarbon: job 104, 105: Slurm's accounting does not know it; "));
  EXPECT_EQ(Run("101_7").code, 1);
}

TEST_F(ScarbonStatement, SaysThatNothingHasRun) {
  Accounting(absl::StrCat("101|", kUser, "|", absl::ToUnixSeconds(kNow),
                          "|Unknown|0|oslo|PENDING|None assigned|1||\n"));
  const Ran ran = Run("101");
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err,
              EndsWith("scarbon: job 101: has not run, so that there is nothing to state yet\n"));
}

TEST_F(ScarbonStatement, RefusesWrongOptions) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", "jobs is required"},
      {"17-20", "job \"17-20\": is not a job; write 17, a task 17_3 or tasks 17_[0-7,9]"},
      {"101 --tokens -1", "--tokens: \"-1\" is not a positive number, such as 2e10"},
      {"101 --tokens 2e9 --epochs 0.5", "--epochs: is less than 1; leave it out if"},
      {"101 --epochs 2", "--epochs: says how often the training data was read; give --tokens too"},
      {"101 --tokens-kind gross", "--tokens-kind: says what --tokens counts; give --tokens too"},
      {"101 --flops-kind gross", "--flops-kind: says what --flops counts; give --flops too"},
      {"101 --flops 1e20 --flops-kind net", "--flops-kind: \"net\" is none of gross, effective"},
      {"101 --format yml", "--format: \"yml\" is none of text, json, huggingface, codecarbon"},
      {"101 --training-type pretraining", "did you mean pre-training?"},
      {"101 --precision int7", "--precision: \"int7\" is none of"},
      {"101 --name ''", "--name: is empty"},
      {"101 --location \"$(printf 'a\\nb')\"", "--location: has a control character"},
      {"101 --parameters 1e9 --active-parameters 2e9",
       "--active-parameters: 2e+09 is more than --parameters 1e+09; --parameters counts all"}};
  for (const auto& [arguments, error] : wrong) {
    const Ran ran = Run(arguments);
    EXPECT_EQ(ran.code, 2) << arguments;
    EXPECT_THAT(ran.err, HasSubstr(error)) << arguments;
  }
}

TEST_F(ScarbonStatement, SaysWhichFileItCannotRead) {
  Accounting(Row("101", "COMPLETED", 7, 8));
  const Ran no_log = Run("101 --file missing.jsonl");
  EXPECT_EQ(no_log.code, 1);
  EXPECT_THAT(no_log.err, HasSubstr("missing.jsonl"));
  const Ran no_grid = Run("101 --grid missing");
  EXPECT_EQ(no_grid.code, 1);
  EXPECT_THAT(no_grid.err, HasSubstr("missing"));
}

}  // namespace
}  // namespace carbon
