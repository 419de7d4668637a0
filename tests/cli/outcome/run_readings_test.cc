// Asks a server of the test's own on loopback.
#include "cli/outcome/run_readings.h"

#include <sys/stat.h>

#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/http/loopback_server.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kStart = absl::FromUnixSeconds(1795546800);

std::string Body(const std::string& value) {
  return absl::StrCat(R"({"status":"success","data":{"resultType":"vector","result":[)",
                      R"({"metric":{},"value":[1,")", value, "\"]}]}}");
}
constexpr char kNoSeries[] = R"({"status":"success","data":{"resultType":"vector","result":[]}})";

class RunReadingsTest : public ::testing::Test {
 protected:
  void Serve(LoopbackServer::Handler handler) {
    server_ = std::make_unique<LoopbackServer>(std::move(handler));
    meter().url = server_->url();
  }
  PrometheusMeter& meter() { return *config_.daemon.meter.prometheus; }

  RunReadingsTest() {
    config_.daemon.meter.prometheus = PrometheusMeter{.query = "job:$job_id:"};
    config_.placement.sites.push_back({.name = "oslo", .zone = "NO"});
    config_.placement.sites[0].pue.value = 1.25;
    config_.placement.pools.push_back({.name = "oslo", .site = "oslo", .partition = "gpu"});
    slurm_.exclusive_partitions = {"gpu"};
  }

  // A run of an hour, which ended `hours` after kStart.
  ActualRun& AddRun(int64_t job_id, double hours = 1) {
    ActualRun& run = runs_[job_id];
    run.task = absl::StrCat(job_id);
    run.own_id = job_id;
    run.end = kStart + absl::Hours(hours);
    run.start = run.end - absl::Hours(1);
    run.partition = "gpu";
    run.joules = 5;  // as accounting has it
    return run;
  }
  const ActualRun& Run(int64_t job_id) { return runs_.at(job_id); }

  void Measure(const std::set<int64_t>& exclusive = {}) {
    RunReadings readings(config_, slurm_);
    for (const auto& [job_id, run] : runs_) readings.Need(run, exclusive.contains(job_id));
    readings.Ask([this](const std::string& line) { said_.push_back(line); });
    for (auto& [job_id, run] : runs_) readings.SetIn(&run);
  }

  Config config_;
  SlurmMeter slurm_;
  std::map<int64_t, ActualRun> runs_;  // by job
  std::vector<std::string> said_;
  std::unique_ptr<LoopbackServer> server_;
};

TEST_F(RunReadingsTest, ReplacesTheEnergyOfAccounting) {
  Serve([](const std::string& path) {
    return LoopbackServer::Answer{
        200, absl::StrContains(path, "job%3A17%3A") ? Body("7.2e6") : kNoSeries};
  });
  AddRun(17);
  AddRun(18);
  Measure();
  EXPECT_EQ(Run(17).joules, 7.2e6);
  EXPECT_EQ(Run(17).why_no_joules, std::nullopt);
  EXPECT_EQ(Run(18).joules, std::nullopt);
  EXPECT_EQ(Run(18).why_no_joules, WhyNotBelieved::kNoReading);
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(RunReadingsTest, KnowsTheUnitAndWhetherPueIsInIt) {
  Serve([](const std::string&) { return LoopbackServer::Answer{200, Body("10")}; });
  meter().unit = EnergyUnit::kKilowattHours;
  AddRun(17);
  Measure();
  EXPECT_EQ(Run(17).joules, 36e6);
  meter().includes_pue = true;
  Measure();
  EXPECT_DOUBLE_EQ(*Run(17).joules, 36e6 / 1.25);
  config_.placement.pools.clear();
  Measure();
  EXPECT_EQ(Run(17).joules, std::nullopt);
  EXPECT_EQ(Run(17).why_no_joules, WhyNotBelieved::kNothingToCompare);
}

TEST_F(RunReadingsTest, AsksOnlyForRunsThatCouldBeBelieved) {
  Serve([](const std::string&) { return LoopbackServer::Answer{200, Body("1")}; });
  AddRun(17).partition = "shared";
  AddRun(18).partition = "shared";
  AddRun(20);
  runs_[20].end = runs_[20].start;
  AddRun(21).own_id.reset();
  Measure(/*exclusive=*/{18});
  EXPECT_THAT(server_->paths(), ElementsAre(HasSubstr("job%3A18%3A")));
  EXPECT_EQ(Run(17).why_no_joules, WhyNotBelieved::kNodesShared);
  EXPECT_EQ(Run(18).joules, 1);
  EXPECT_EQ(Run(20).joules, std::nullopt);
  EXPECT_EQ(Run(21).why_no_joules, WhyNotBelieved::kNoReading);
}

TEST_F(RunReadingsTest, AsksOnceForARunThatIsNeededSeveralTimes) {
  Serve([](const std::string&) { return LoopbackServer::Answer{200, Body("1")}; });
  ActualRun& run = AddRun(17);
  run.partition = "shared";
  RunReadings readings(config_, slurm_);
  // Another decision knows that its job asked for whole nodes.
  for (const bool is_exclusive : {false, true, false}) readings.Need(run, is_exclusive);
  readings.Ask([this](const std::string& line) { said_.push_back(line); });
  readings.SetIn(&run);
  EXPECT_THAT(server_->paths(), SizeIs(1));
  EXPECT_EQ(run.joules, 1);
}

TEST_F(RunReadingsTest, AsksForTheNewestAndSaysWhatItDidNotAskFor) {
  Serve([](const std::string&) { return LoopbackServer::Answer{200, Body("1")}; });
  meter().max_queries = 2;
  for (int i = 0; i < 5; ++i) AddRun(17 + i, i + 1);
  Measure();
  EXPECT_THAT(server_->paths(), SizeIs(2));
  EXPECT_EQ(Run(20).joules, 1);
  EXPECT_EQ(Run(21).joules, 1);
  EXPECT_EQ(Run(17).joules, std::nullopt);
  EXPECT_EQ(Run(17).why_no_joules, WhyNotBelieved::kNotAsked);
  EXPECT_THAT(said_, ElementsAre("meter: asked for the newest 2 of 5 runs (max_queries in "
                                 "carbon.json): the energy of the others is modelled instead of "
                                 "measured"));
}

TEST_F(RunReadingsTest, StopsIfItIsNotAnswered) {
  Serve([](const std::string&) { return LoopbackServer::Answer{}; });
  server_.reset();  // nobody listens there now
  for (int i = 0; i < 100; ++i) AddRun(17 + i);
  Measure();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(Run(17 + i).joules, std::nullopt);
    EXPECT_EQ(Run(17 + i).why_no_joules, WhyNotBelieved::kNoAnswer);
  }
  ASSERT_THAT(said_, SizeIs(1));
  EXPECT_THAT(said_[0], HasSubstr("meter: http://127.0.0.1:"));
  EXPECT_THAT(said_[0], HasSubstr(": the energy of 100 runs is modelled instead of measured"));
}

TEST_F(RunReadingsTest, StopsIfItsQueryIsWrong) {
  Serve([](const std::string&) {
    return LoopbackServer::Answer{
        400, R"({"status":"error","errorType":"bad_data","error":"parse error"})"};
  });
  for (int i = 0; i < 100; ++i) AddRun(17 + i);
  Measure();
  EXPECT_LT(server_->paths().size(), 10);
  EXPECT_EQ(Run(116).why_no_joules, WhyNotBelieved::kNoAnswer);
  ASSERT_THAT(said_, SizeIs(1));
  EXPECT_THAT(said_[0], HasSubstr("parse error"));
  EXPECT_THAT(said_[0], HasSubstr(server_->url()));
}

TEST_F(RunReadingsTest, ContinuesAfterAFailure) {
  Serve([](const std::string& path) {
    return absl::StrContains(path, "job%3A30%3A")
               ? LoopbackServer::Answer{422, R"({"status":"error","error":"too many samples"})"}
               : LoopbackServer::Answer{200, Body("1")};
  });
  for (int i = 0; i < 20; ++i) AddRun(17 + i);
  Measure();
  for (int i = 0; i < 20; ++i) {
    const bool failed = i == 13;
    EXPECT_EQ(Run(17 + i).joules.has_value(), !failed) << i;
  }
  ASSERT_THAT(said_, SizeIs(1));
  EXPECT_THAT(said_[0], HasSubstr("the energy of 1 run is modelled"));
  EXPECT_LE(server_->most_at_once(), 4);
}

TEST_F(RunReadingsTest, AsksNothingWithoutItsSecret) {
  Serve([](const std::string&) { return LoopbackServer::Answer{200, Body("1")}; });
  const TemporaryFolder folder;
  meter().secret_file = absl::StrCat(folder.path(), "/token");
  AddRun(17);
  Measure();
  EXPECT_THAT(server_->paths(), IsEmpty());
  EXPECT_EQ(Run(17).why_no_joules, WhyNotBelieved::kNoAnswer);
  ASSERT_THAT(said_, SizeIs(1));
  EXPECT_THAT(said_[0], HasSubstr(absl::StrCat("meter: ", meter().secret_file)));
  said_.clear();
  std::ofstream(meter().secret_file) << "a-token\n";
  ASSERT_EQ(chmod(meter().secret_file.c_str(), 0600), 0);
  Measure();
  EXPECT_EQ(Run(17).joules, 1);
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(RunReadingsTest, LeavesAccountingAloneWithoutAPrometheus) {
  config_.daemon.meter.prometheus.reset();
  AddRun(17);
  Measure();
  EXPECT_EQ(Run(17).joules, 5);
  EXPECT_EQ(Run(17).why_no_joules, std::nullopt);
}

}  // namespace
}  // namespace carbon
