#include "core/record/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/core/record/sample_decision.h"

namespace carbon {
namespace {

using Json = nlohmann::json;

const RecordId kId = {"3f9c21aa04d7be15", 42};

JobRequest AJob() {
  JobRequest job;
  job.name = "train";
  job.user_id = 1000;
  job.account = "ml";
  job.qos = "normal";
  job.partitions = {"frankfurt"};
  job.comment = "carbon:wait=12h";
  job.time_limit = absl::Hours(10);
  job.deadline = kNow + absl::Hours(40);
  job.demand = {.nodes = 1, .devices = 8, .cpus = 64, .memory_mib = 512000};
  job.per_node = {.devices = 8, .cpus = 64};
  job.device_type = "h100";
  job.array_tasks = 4;
  job.array_width = 2;
  return job;
}

Json Record(const JobRequest& job, const Decision& decision, absl::Time now = kNow) {
  const Manifest manifest = {kNow - absl::Seconds(5), {{"c0", "f0", "a0", "r0"}}};
  const std::string line =
      WriteRecord(RecordOfDecision(kId, now, job, decision, manifest, "00000000000000ff"));
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  return Json::parse(line);
}

TEST(DecisionRecord, HoldsWhatADecisionCanBeReplayedFrom) {
  const Json record = Record(AJob(), Placed());
  EXPECT_EQ(record["v"], 3);
  EXPECT_EQ(record["type"], "decision");
  EXPECT_EQ(record["id"], "3f9c21aa04d7be15-42");
  EXPECT_EQ(record["boot"], "3f9c21aa04d7be15");
  EXPECT_EQ(record["seq"], 42);
  EXPECT_EQ(record["time"], "2026-11-24T19:00:00Z");
  EXPECT_EQ(record["job"], Json::parse(R"({
    "name": "train", "user_id": 1000, "account": "ml", "qos": "normal",
    "partitions": ["frankfurt"], "comment": "carbon:wait=12h",
    "time_limit_s": 36000, "time_min_s": null, "begin": null,
    "deadline": "2026-11-26T11:00:00Z",
    "demand": {"nodes": 1, "devices": 8, "cpus": 64, "memory_mib": 512000},
    "per_node": {"nodes": 0, "devices": 8, "cpus": 64, "memory_mib": 0}, "max_nodes": null,
    "device_type": "h100", "features": [], "exclusive": false, "tasks": null, "all_memory": false,
    "nice": 0, "array_tasks": 4, "array_width": 2,
    "leave_alone": null, "uncountable": "", "pinned_by": ""})"));
  EXPECT_EQ(record["snapshot"], Json::parse(R"({"published_at": "2026-11-24T18:59:55Z",
    "config": "c0", "forecast": "f0", "capacity": "a0", "admission": "r0"})"));
  EXPECT_EQ(record["ledger"], "00000000000000ff");
  EXPECT_EQ(record["arithmetic"], 3);
  EXPECT_EQ(record["circumstances"],
            Json::parse(R"({"in_charge_since": null, "log_error": null})"));
}

TEST(DecisionRecord, HoldsWhatWasDecidedAndAgainstWhat) {
  const Json record = Record(AJob(), Placed());
  EXPECT_EQ(record["policy"], "all");
  EXPECT_EQ(record["mode"], "enforce");
  EXPECT_EQ(record["rule"], 2);
  EXPECT_EQ(record["outcome"], "placed");
  EXPECT_EQ(record["reason"], "emits less");
  EXPECT_EQ(record["reason_code"], "greenest");
  EXPECT_EQ(record["hints"], Json::parse(R"({"off": false, "now": false, "wait_s": 43200,
    "sites": [], "runtime_s": null, "flops": null, "precision": null,
    "any_hardware": false, "hardware": []})"));
  EXPECT_EQ(record["chosen"]["runs"][0]["pool"], "oslo-h100");
  EXPECT_EQ(record["chosen"]["runs"][0]["start"], "2026-11-25T02:00:00Z");
  EXPECT_EQ(record["chosen"]["runs"][0]["runtime_s"], 28800);
  EXPECT_EQ(record["chosen"]["runs"][0]["time_limit_s"], 36000);
  EXPECT_TRUE(record["chosen"]["runs"][0]["time_min_s"].is_null());
  EXPECT_EQ(record["chosen"]["runs"][0]["energy_kwh"], 71.5);
  EXPECT_EQ(record["chosen"]["runs"][0]["gross_g"], 14200.0);
  EXPECT_EQ(record["chosen"]["runs"][0]["net_g"], 900.0);
  EXPECT_TRUE(record["chosen"]["runs"][0]["embodied_g"].is_null());
  EXPECT_TRUE(record["home"]["runs"][0]["net_g"].is_null());
  EXPECT_EQ(record["home"]["runs"][0]["site"], "frankfurt");
  EXPECT_EQ(record["static_best"]["runs"][0]["gross_g"], 15000.0);
  EXPECT_EQ(record["candidates"].size(), 2u);
  EXPECT_EQ(record["excluded"], Json::parse(R"({"its partition is not up": 2,
    "no forecast for its zone": 1})"));
  EXPECT_EQ(record["saving"], Json::parse(R"({
    "gross_g": {"mean": 24200.0, "low": 22300.0, "high": 25700.0},
    "share": {"mean": 0.6302, "low": 0.58, "high": 0.67},
    "consequential_g": null, "consequential_share": null, "interval": 0.9})"));
  EXPECT_EQ(record["minimised"], "attributional");
  EXPECT_TRUE(record["chosen"]["runs"][0]["consequential_g"].is_null());
  EXPECT_TRUE(record["chosen"]["runs"][0]["stays_powered"].is_null());
  EXPECT_EQ(record["signal"], "average-lifecycle");
  EXPECT_EQ(record["accounting"], "location-based");
  EXPECT_EQ(record["chosen"]["runs"][0]["intensity_data"], "forecast");
  EXPECT_TRUE(record.contains("arm") && record["arm"].is_null());
  EXPECT_EQ(record["chosen"]["runs"].size(), 1u);
  EXPECT_EQ(record["chosen"]["runs"][0]["booked"], Json::parse(R"({"group": "oslo",
    "held_s": 36000, "amount": {"nodes": 0, "devices": 16, "cpus": 128, "memory_mib": 0}})"));
  EXPECT_TRUE(record["home"]["runs"][0]["booked"].is_null());
}

TEST(DecisionRecord, ListsEachRunOfAPlan) {
  const Json runs = Record(AJob(), PlacedInTwoRuns())["chosen"]["runs"];
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0]["pool"], "oslo-h100");
  EXPECT_EQ(runs[0]["runtime_s"], 5 * 3600);
  EXPECT_EQ(runs[0]["booked"]["held_s"], 36000);
  EXPECT_EQ(runs[1]["pool"], "lyon-h100");
  EXPECT_EQ(runs[1]["start"], "2026-11-25T10:00:00Z");
  EXPECT_EQ(runs[1]["gross_g"], 7125.0);
  EXPECT_EQ(runs[1]["booked"]["group"], "lyon");
}

TEST(DecisionRecord, SaysByACodeWhyAJobIsLeftAlone) {
  JobRequest job = AJob();
  job.leave_alone = Reason::kHeld;
  EXPECT_EQ(Record(job, Decision())["job"]["leave_alone"], "held");
  job.leave_alone = Reason::kDevicesUncountable;
  job.uncountable = "--gres=shard";
  const Json record = Record(job, Decision())["job"];
  EXPECT_EQ(record["leave_alone"], "devices-uncountable");
  EXPECT_EQ(record["uncountable"], "--gres=shard");
}

TEST(DecisionRecord, HoldsTheConsequentialFigureBesideTheAttributional) {
  Decision decision = Placed();
  decision.minimised = Figure::kConsequential;
  decision.home->first().consequential = GramsCo2e(28800);
  decision.chosen->first().consequential = GramsCo2e(14200);
  decision.chosen->first().stays_powered = 0;
  decision.consequential_saving =
      Saving{GramsCo2e(14600), GramsCo2e(13000), GramsCo2e(16000), 0.507, 0.45, 0.55};
  const Json record = Record(AJob(), decision);
  EXPECT_EQ(record["minimised"], "consequential");
  EXPECT_EQ(record["home"]["runs"][0]["consequential_g"], 28800.0);
  EXPECT_EQ(record["chosen"]["runs"][0]["consequential_g"], 14200.0);
  EXPECT_EQ(record["chosen"]["runs"][0]["stays_powered"], 0.0);
  EXPECT_EQ(record["saving"], Json::parse(R"({
    "gross_g": {"mean": 24200.0, "low": 22300.0, "high": 25700.0},
    "share": {"mean": 0.6302, "low": 0.58, "high": 0.67},
    "consequential_g": {"mean": 14600.0, "low": 13000.0, "high": 16000.0},
    "consequential_share": {"mean": 0.507, "low": 0.45, "high": 0.55}, "interval": 0.9})"));
  EXPECT_TRUE(Record(AJob(), Decision())["minimised"].is_null());
}

TEST(DecisionRecord, NamesWhatAnIntensityRestsOn) {
  const struct {
    bool own, climatology, past_errors;
    const char* data;
    const char* errors;
  } kCases[] = {{false, false, false, "forecast", "lead-time"},
                {true, false, true, "forecast+own", "factors"},
                {false, true, false, "forecast+climatology", "lead-time"},
                {true, true, true, "forecast+own+climatology", "factors"}};
  for (const auto& c : kCases) {
    Decision decision = Placed();
    decision.chosen->first().on_own_forecast = c.own;
    decision.chosen->first().beyond_horizon = c.climatology;
    decision.chosen->first().past_errors = c.past_errors;
    const Json record = Record(AJob(), decision);
    EXPECT_EQ(record["chosen"]["runs"][0]["intensity_data"], c.data);
    EXPECT_EQ(record["chosen"]["runs"][0]["intensity_errors"], c.errors);
  }
}

TEST(DecisionRecord, NeverWritesZeroForWhatIsAbsent) {
  Decision decision;
  decision.reason = {Reason::kNoForecast, AsRecorded{"no usable forecast"}};
  const Json record = Record(JobRequest(), decision);
  for (const char* field :
       {"policy", "home", "chosen", "static_best", "saving", "runtime_source", "arm"}) {
    EXPECT_TRUE(record.contains(field) && record[field].is_null()) << field;
  }
  EXPECT_EQ(record["outcome"], "left-alone");
  EXPECT_EQ(record["candidates"], Json::array());
  EXPECT_EQ(record["excluded"], Json::object());
}

TEST(DecisionRecord, SaysWhereTheRuntimeCameFrom) {
  Decision decision = Placed();
  EXPECT_EQ(Record(AJob(), decision)["runtime_source"], "time_limit");
  decision.runtime_is_limit = false;
  decision.hints.runtime = absl::Hours(8);
  EXPECT_EQ(Record(AJob(), decision)["runtime_source"], "hint");
  decision.hints.flops = Flops(3e21);
  EXPECT_EQ(Record(AJob(), decision)["runtime_source"], "flops");
  EXPECT_EQ(Record(AJob(), decision)["hints"]["flops"], 3e21);
}

TEST(DecisionRecord, WritesAtMostEightCandidates) {
  Decision decision = Placed();
  decision.best.assign(50, *decision.chosen);
  EXPECT_EQ(Record(AJob(), decision)["candidates"].size(), 8u);
}

TEST(DecisionRecord, KeepsEveryBitOfANumberAndOfATime) {
  Decision decision = Placed();
  decision.chosen->first().gross = GramsCo2e(14200.0 / 3);
  const absl::Time now = kNow + absl::Nanoseconds(123456789);
  const Json record = Record(AJob(), decision, now);
  EXPECT_EQ(record["chosen"]["runs"][0]["gross_g"].get<double>(), 14200.0 / 3);
  absl::Time parsed;
  ASSERT_TRUE(
      absl::ParseTime(absl::RFC3339_full, record["time"].get<std::string>(), &parsed, nullptr));
  EXPECT_EQ(parsed, now);
}

TEST(DecisionRecord, EscapesWhateverUsersWrite) {
  JobRequest job = AJob();
  job.name = "a\nb\"c\\d\x1b[31m\xff\xc3\x28\x7f";
  job.comment = "caf\xc3\xa9";
  const std::string line = WriteRecord(RecordOfDecision(kId, kNow, job, Placed(), {}, ""));
  for (const char c : line.substr(0, line.size() - 1)) {
    EXPECT_TRUE(c >= ' ' && c < 0x7f) << static_cast<int>(c);
  }
  const Json record = Json::parse(line);
  EXPECT_EQ(record["job"]["name"], "a\nb\"c\\d\x1b[31m\xef\xbf\xbd\xef\xbf\xbd(\x7f");
  EXPECT_EQ(record["job"]["comment"], "caf\xc3\xa9");
}

TEST(DecisionRecord, WritesNullForWhatIsNoNumberAndNoTime) {
  Decision decision = Placed();
  decision.chosen->first().gross = GramsCo2e(NAN);
  decision.chosen->first().start = absl::InfiniteFuture();
  decision.chosen->first().runtime = absl::InfiniteDuration();
  const Json record = Record(AJob(), decision);
  EXPECT_TRUE(record["chosen"]["runs"][0]["gross_g"].is_null());
  EXPECT_TRUE(record["chosen"]["runs"][0]["start"].is_null());
  EXPECT_TRUE(record["chosen"]["runs"][0]["runtime_s"].is_null());
}

// What a user can fill, filled with what grows most when it is written.
JobRequest HostileJob(const std::string& unit) {
  std::string text;
  while (text.size() < 1024) text += unit;
  JobRequest job = AJob();
  job.name = job.account = job.qos = job.comment = job.device_type = text;
  job.pinned_by = "--gres=" + text;
  job.partitions = job.features = std::vector<std::string>(64, text);
  return job;
}

Decision DecisionOfMany(const std::string& unit) {
  Decision decision = Placed();
  decision.best.assign(kMaxCandidates, *decision.chosen);
  decision.reason = {Reason::kBadHint, InWords{HostileJob(unit).comment}};
  decision.hints.sites = decision.hints.hardware = HostileJob(unit).partitions;
  for (Plan& candidate : decision.best) candidate = InPool(candidate, std::string(10'000, 'p'));
  return decision;
}

TEST(DecisionRecord, IsBoundedWhateverAUserSubmits) {
  for (const std::string unit : {"\x01", "\"", "\xff", "\xf0\x9f\x98\x80", "x"}) {
    const JobRequest job = HostileJob(unit);
    const std::string line =
        WriteRecord(RecordOfDecision(kId, kNow, job, DecisionOfMany(unit), {}, "0",
                                     {.log_error = std::string(100'000, '\x01')}));
    EXPECT_LE(line.size(), kMaxRecordBytes);
    EXPECT_LE(Json::parse(line)["job"].dump(-1, ' ', true).size(), 5600u);
    // Carbon left it alone, as with --comment=carbon:off: the 15 KB of a loop of will-runs.
    EXPECT_LE(WriteRecord(RecordOfDecision(kId, kNow, job, Decision())).size(), 7000u);
  }
}

TEST(DecisionRecord, SaysWhichStringsItCut) {
  JobRequest job = AJob();
  job.comment = std::string(1001, 'c');
  job.partitions = std::vector<std::string>(64, std::string(30, 'p'));
  const Json record = Record(job, Placed());
  EXPECT_EQ(record["cut"], Json::parse(R"(["job.partitions", "job.comment"])"));
  EXPECT_EQ(record["job"]["comment"], std::string(994, 'c') + "\xe2\x80\xa6");
  EXPECT_EQ(record["job"]["partitions"].size(), 30u);
  EXPECT_EQ(record["job"]["partitions"][29], std::string(30, 'p'));
  job = AJob();
  job.comment = std::string(1000, 'c');
  EXPECT_FALSE(Record(job, Placed()).contains("cut"));
}

TEST(DecisionRecord, HoldsTheCircumstances) {
  const Circumstances circumstances = {.in_charge_since = kNow - absl::Seconds(90),
                                       .log_error = "/var/log/carbon: No space left on device"};
  const Json record = Json::parse(
      WriteRecord(RecordOfDecision(kId, kNow, AJob(), Decision(), {}, "0", circumstances)));
  EXPECT_EQ(record["circumstances"], Json::parse(R"({
    "in_charge_since": "2026-11-24T18:58:30Z",
    "log_error": "/var/log/carbon: No space left on device"})"));
}

TEST(DecisionRecord, HoldsTheDrawTheArmAndThePlanThatAnExemptJobWouldHaveGot) {
  Decision decision = Placed();
  decision.outcome = Outcome::kKeptHome;
  decision.trial = Trial{Arm::kExempt, 0.1, decision.chosen};
  decision.chosen = decision.home;
  Json record = Json::parse(
      WriteRecord(RecordOfDecision(kId, kNow, AJob(), decision, {}, "0", {.draw = 0.03125})));
  EXPECT_EQ(record["arm"]["group"], "exempt");
  EXPECT_EQ(record["arm"]["exempt"], 0.1);
  EXPECT_EQ(record["arm"]["spared"]["runs"][0]["gross_g"], 14200.0);
  EXPECT_EQ(record["circumstances"]["draw"], 0.03125);
  decision = Placed();
  decision.trial = Trial{Arm::kPlaced, 0.1};
  record = Record(AJob(), decision);
  EXPECT_EQ(record["arm"], Json::parse(R"({"group": "placed", "exempt": 0.1, "spared": null})"));
  EXPECT_FALSE(record["circumstances"].contains("draw"));
}

TEST(DecisionRecord, IsNeverLongerThanItIsTakenToBe) {
  std::vector<std::pair<JobRequest, Decision>> cases = {
      {AJob(), Placed()}, {AJob(), PlacedInTwoRuns()}, {AJob(), Decision()}};
  cases.push_back(cases.front());
  cases.back().second.trial = Trial{Arm::kExempt, 0.12345600000000001, Placed().chosen};
  for (const std::string unit : {"\x01", "\"", "\xff", "x"}) {
    Decision many = DecisionOfMany(unit);
    for (Plan& candidate : many.best) candidate = InPool(candidate, "p");
    cases.push_back({HostileJob(unit), many});
    cases.push_back({HostileJob(unit), Decision()});
  }
  Manifest manifest = {
      kNow,
      {{std::string(64, 'c'), std::string(64, 'f'), std::string(64, 'a'), std::string(64, 'r')}}};
  const size_t without = cases.size();
  for (size_t i = 0; i < without; ++i) {
    cases.push_back(cases[i]);
    cases.back().first.learnt_runtime = ExpectedRuntime{.share = 0.12345600000000001,
                                                        .spread = 0.65432100000000004,
                                                        .jobs = 123'456'789,
                                                        .level = RuntimeLevel::kAccount};
  }
  for (const auto& [job, decision] : cases) {
    manifest.hashes[SnapshotPart::kRuntimes] =
        job.learnt_runtime.has_value() ? std::string(64, 'l') : "";
    for (const std::string& error : {std::string(), std::string(3000, '\x01')}) {
      const Circumstances circumstances = {
          .in_charge_since = kNow,
          .log_error = error,
          .draw = decision.trial.has_value() ? std::optional(0.12345600000000001) : std::nullopt};
      const size_t bytes = WriteRecord(RecordOfDecision(kId, kNow, job, decision, manifest,
                                                        std::string(16, '0'), circumstances))
                               .size();
      EXPECT_GE(DecisionRecordBytes(job, decision, circumstances), bytes);
      EXPECT_LE(DecisionRecordBytes(job, decision, circumstances), bytes + bytes / 2);
    }
  }
}

}  // namespace
}  // namespace carbon
