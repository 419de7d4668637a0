#include "core/record/record_reader.h"

#include <cmath>
#include <fstream>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "core/placer/placer.h"
#include "core/record/record.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/core/drawn_world.h"
#include "tests/core/record/sample_decision.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::ordered_json;

// InvalidArgument if a field is not as it is written, or the line is not a decision.
absl::StatusOr<PlacementRecord> ReadDecisionRecord(const Json& json) {
  absl::StatusOr<LogEntry> entry = ReadLogLine(json.dump());
  if (!entry.ok()) return entry.status();
  auto* record = std::get_if<PlacementRecord>(&*entry);
  if (record == nullptr) return absl::InvalidArgumentError("is not a decision");
  if (!record->fault.empty()) return absl::InvalidArgumentError(record->fault);
  return *std::move(record);
}

// Nothing that a record holds is lost, or comes back as something else.
TEST(ReadLogLine, ReadsBackAllThatIsWritten) {
  Draws draws;
  World world = DrawnWorld(&draws);
  for (Policy& policy : world.config.policies) policy.exempt = 0.4;
  int drawn[2] = {};
  Placer placer("3f9c21aa04d7be15", {});
  const std::shared_ptr<const Snapshot> snapshot = world.Publish();
  LedgerBase base(world.capacity);
  placer.Adopt(snapshot, &base, world.now);
  Manifest manifest = {world.now - absl::Milliseconds(1500), "c0", "f0", "a0", "r0"};
  for (int i = 0; i < 200; ++i) {
    const JobRequest job = DrawnJob(world, &draws);
    Circumstances circumstances;
    if (i % 7 == 0) circumstances.in_charge_since = world.now + absl::Seconds(i % 2);
    if (i % 11 == 0) circumstances.log_error = "no space";
    if (i % 3 != 0) circumstances.draw = i / 200.0 * 0.99999999999;
    const absl::Time now = world.now + absl::Nanoseconds(123'456'789);
    const Submission submission = placer.Submit(job, circumstances, now);
    if (!submission.id.has_value()) continue;
    const std::string line = WriteRecord(RecordOf(job, submission, manifest, now));
    const absl::StatusOr<PlacementRecord> read = ReadDecisionRecord(Json::parse(line));
    ASSERT_TRUE(read.ok()) << read.status() << line;
    ASSERT_EQ(WriteRecord(*read), line);
    EXPECT_EQ(read->version, kRecordVersion);
    EXPECT_EQ(read->arithmetic, kDecisionArithmetic);
    EXPECT_EQ(read->job.demand, job.demand);
    const std::optional<Trial>& trial = submission.decision.trial;
    ASSERT_EQ(read->decision.trial.has_value(), trial.has_value());
    EXPECT_EQ(read->circumstances.draw, submission.circumstances.draw);
    if (trial.has_value()) {
      EXPECT_EQ(read->decision.trial->arm, trial->arm);
      ++drawn[static_cast<int>(trial->arm)];
    }
    const std::optional<Plan>& chosen = submission.decision.chosen;
    ASSERT_EQ(read->decision.chosen.has_value(), chosen.has_value());
    if (!chosen.has_value()) continue;
    EXPECT_EQ(read->decision.chosen->first().hold->amount, chosen->first().hold->amount);
  }
  EXPECT_GT(drawn[static_cast<int>(Arm::kPlaced)], 10);
  EXPECT_GT(drawn[static_cast<int>(Arm::kExempt)], 10);
}

TEST(ReadLogLine, ReadsARecordOfVersion1) {
  const absl::StatusOr<PlacementRecord> read = ReadDecisionRecord(Json::parse(
      R"({"v":1,"type":"decision","boot":"b59543a686dc3b4b","seq":7,"time":"2026-11-29T01:45:42.5Z",
          "job":{"name":"wrap","user_id":7,"time_limit_s":60,"demand":{"nodes":2,"devices":2}},
          "mode":"enforce","outcome":"left-alone","reason":"held"})"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(DecisionId(read->id), "b59543a686dc3b4b-7");
  EXPECT_EQ(read->rule, 1);
  EXPECT_EQ(read->arithmetic, 0);
  EXPECT_EQ(read->job.user_id, 7u);
  EXPECT_EQ(read->job.time_limit, absl::Seconds(60));
  EXPECT_EQ(read->job.nice, 0);
  EXPECT_EQ(read->job.demand.devices, 2);
  EXPECT_EQ(read->circumstances.in_charge_since, absl::InfinitePast());
  EXPECT_EQ(read->decision.outcome, Outcome::kLeftAlone);
  EXPECT_EQ(ReasonText(read->decision.reason), "held");
  EXPECT_EQ(read->decision.reason.reason, Reason::kHeld);
}

TEST(ReadDecisionRecord, ReadsBackEachRunOfAPlan) {
  const std::string line =
      WriteRecord(RecordOfDecision({"b", 1}, kNow, JobRequest(), PlacedInTwoRuns()));
  const absl::StatusOr<PlacementRecord> read = ReadDecisionRecord(Json::parse(line));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(WriteRecord(*read), line);
  const Plan& chosen = *read->decision.chosen;
  ASSERT_EQ(chosen.runs().size(), 2u);
  EXPECT_EQ(chosen.runs()[1].pool(), "lyon-h100");
  EXPECT_EQ(chosen.runs()[1].start, kNow + absl::Hours(15));
  EXPECT_EQ(chosen.gross(), GramsCo2e(16000));
  EXPECT_EQ(chosen.Booked().size(), 2u);
}

// Its plans are single runs, and what is booked is beside them.
TEST(ReadDecisionRecord, ReadsARecordOfVersion2) {
  std::ifstream sample(CARBON_SAMPLES_DIR "/version2.jsonl");
  std::string line;
  ASSERT_TRUE(std::getline(sample, line));
  const absl::StatusOr<PlacementRecord> read = ReadDecisionRecord(Json::parse(line));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->version, 2);
  EXPECT_EQ(read->arithmetic, 2);
  const Decision& decision = read->decision;
  ASSERT_EQ(decision.chosen->runs().size(), 1u);
  const PlannedRun& chosen = decision.chosen->first();
  EXPECT_EQ(chosen.pool(), "oslo");
  EXPECT_EQ(chosen.start, absl::FromUnixSeconds(1796005592));
  EXPECT_EQ(chosen.runtime, absl::Minutes(1));
  EXPECT_EQ(chosen.gross, GramsCo2e(0.36666666666666664));
  EXPECT_EQ(chosen.hold->group, "oslo");
  EXPECT_EQ(chosen.hold->length, absl::Minutes(1));
  EXPECT_EQ(chosen.hold->amount, (Resources{.devices = 2, .cpus = 2}));
  EXPECT_EQ(decision.home->gross(), GramsCo2e(18.333333333333332));
  EXPECT_FALSE(decision.home->first().hold.has_value());
  EXPECT_EQ(decision.best.size(), 2u);
  EXPECT_EQ(read->job.leave_alone, std::nullopt);
}

TEST(ReadDecisionRecord, ReadsWhyAJobIsLeftAloneInAnyVersion) {
  for (const auto& [job, reason, uncountable] :
       {std::tuple(R"({"leave_alone":""})", std::optional<Reason>(), ""),
        std::tuple(R"({"leave_alone":null})", std::optional<Reason>(), ""),
        std::tuple(R"({"leave_alone":"heterogeneous job"})", std::optional(Reason::kHeterogeneous),
                   ""),
        std::tuple(R"({"leave_alone":"heterogeneous-job"})", std::optional(Reason::kHeterogeneous),
                   ""),
        std::tuple(R"({"leave_alone":"--gres=shard"})", std::optional(Reason::kDevicesUncountable),
                   "--gres=shard"),
        std::tuple(R"({"leave_alone":"devices-uncountable","uncountable":"--gres=shard"})",
                   std::optional(Reason::kDevicesUncountable), "--gres=shard")}) {
    Json json = Json::parse(R"({"v":2,"type":"decision","boot":"b59543a686dc3b4b","seq":7})");
    json["job"] = Json::parse(job);
    const absl::StatusOr<PlacementRecord> read = ReadDecisionRecord(json);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->job.leave_alone, reason) << job;
    EXPECT_EQ(read->job.uncountable, uncountable) << job;
  }
}

// A text may be reworded in a later release; a code may not.
TEST(ReadLogLine, FindsExclusionsByTheirCodes) {
  const absl::StatusOr<PlacementRecord> read =
      ReadDecisionRecord(Json::parse(R"({"v":2,"type":"decision","boot":"b59543a686dc3b4b","seq":7,
                      "excluded":{"reworded":2,"of later":1},
                      "excluded_codes":{"partition-not-up":2,"of-later":1}})"));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->decision.excluded.size(), 3u);
  EXPECT_EQ(read->decision.excluded[1].reason, Reason::kPartitionNotUp);
  EXPECT_EQ(ExclusionText(read->decision.excluded[2]), "of later");
}

// Without a code it is the one whose text it is; the text stays what the record has.
TEST(ReadLogLine, FindsTheReasonByItsCodeOrElseByItsText) {
  for (const auto& [fields, reason, text] :
       {std::tuple(R"("reason":"the user opted out")", Reason::kOptedOut, "the user opted out"),
        std::tuple(R"("reason":"its home oslo: no forecast for its zone")", Reason::kUnknown,
                   "its home oslo: no forecast for its zone"),
        std::tuple(R"("reason":"its home oslo: no forecast for its zone",
                      "reason_code":"no-forecast")",
                   Reason::kNoForecast, "its home oslo: no forecast for its zone"),
        std::tuple(R"("reason":"reworded","reason_code":"held")", Reason::kHeld, "reworded"),
        std::tuple(R"("reason":"of later","reason_code":"of-later")", Reason::kUnknown,
                   "of later")}) {
    const absl::StatusOr<PlacementRecord> read = ReadDecisionRecord(
        Json::parse(std::string(R"({"v":2,"type":"decision","boot":"b59543a686dc3b4b","seq":7,)") +
                    fields + R"(,"excluded":{"its partition is not up":2,"of later":1}})"));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->decision.reason.reason, reason);
    EXPECT_EQ(ReasonText(read->decision.reason), text);
    ASSERT_EQ(read->decision.excluded.size(), 3u);
    EXPECT_EQ(read->decision.excluded[1].reason, Reason::kPartitionNotUp);
    EXPECT_EQ(ExclusionText(read->decision.excluded[2]), "of later");
  }
}

TEST(ReadLogLine, RefusesWhatIsOfAnotherTypeAndNamesIt) {
  for (const auto& [field, value, fault] :
       {std::tuple("/job/user_id", "-1", "job.user_id: is not a whole number"),
        std::tuple("/job/user_id", "4294967296", "job.user_id: is not a whole number"),
        std::tuple("/job/nice", "18446744073709551615", "job.nice: is not a whole number"),
        std::tuple("/job/name", "7", "job.name: is not a text"),
        std::tuple("/job/partitions", "[1]", "job.partitions: is not a list of texts"),
        std::tuple("/job/deadline", "\"soon\"", "job.deadline: is not a time"),
        std::tuple("/job/deadline", "\"infinite-future\"", "job.deadline: is not a time"),
        std::tuple("/job/demand", "[]", "job.demand: is not an object"),
        std::tuple("/job/demand", R"({"cpus": -1})", "job.demand.cpus: is below zero"),
        std::tuple("/booked", R"({"start": "2026-11-29T02:00:00Z", "end": "2026-11-29T01:00:00Z"})",
                   "booked.end: is before the start"),
        std::tuple("/chosen", R"({"runs": []})", "chosen.runs: is not a list with a run"),
        std::tuple("/chosen", R"({"runs": [{}, {"rounds": 0.5}]})",
                   "chosen.runs.rounds: is not a whole number"),
        std::tuple("/chosen", R"({"runs": [{"booked": {"held_s": -1}}]})",
                   "chosen.runs.booked.held_s: is below zero"),
        std::tuple("/mode", "\"perhaps\"", "mode: is not known"),
        std::tuple("/arm", "7", "arm: is not an object"),
        std::tuple("/arm", R"({"group": "third", "exempt": 0.1})", "arm.group: is not known"),
        std::tuple("/arm", R"({"group": "placed", "exempt": 0})",
                   "arm.exempt: is not a share of exempt jobs"),
        std::tuple("/arm", R"({"group": "placed", "exempt": 0.6})",
                   "arm.exempt: is not a share of exempt jobs"),
        std::tuple("/circumstances", R"({"draw": 1})", "circumstances.draw: is not in [0, 1)"),
        std::tuple("/candidates", "{}", "candidates: is not a list"),
        std::tuple("/excluded", R"({"x": 1e9})", "excluded: has a count"),
        std::tuple("/excluded", R"({"x": 9999, "y": 9999})", "too many pools"),
        std::tuple("/candidates", "[{},{},{},{},{},{},{},{},{}]", "candidates: is too long"),
        std::tuple("/job/time_limit_s", "-9223372036854775808", "job.time_limit_s: is too long")}) {
    Json json = Json::parse(R"({"v":2,"type":"decision","boot":"b59543a686dc3b4b","seq":7,
                                "job":{"name":"wrap"},"mode":"enforce"})");
    json[Json::json_pointer(field)] = Json::parse(value);
    const absl::StatusOr<PlacementRecord> read = ReadDecisionRecord(json);
    EXPECT_TRUE(absl::IsInvalidArgument(read.status())) << field;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(fault));
  }
}

// What is null in the file is not zero when it is read, and is null again when it is written.
TEST(ReadLogLine, ReadsWhatIsUnknownAsUnknown) {
  Decision decision = Placed();
  decision.chosen->first().gross = GramsCo2e(NAN);
  decision.chosen->first().start = absl::InfiniteFuture();
  decision.chosen->first().runtime = absl::InfiniteDuration();
  decision.saving->share_low = NAN;
  const std::string line = WriteRecord(RecordOfDecision({"b", 1}, kNow, JobRequest(), decision));
  const absl::StatusOr<PlacementRecord> read = ReadDecisionRecord(Json::parse(line));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(std::isnan(read->decision.chosen->gross().value()));
  EXPECT_EQ(read->decision.chosen->start(), absl::InfinitePast());
  EXPECT_EQ(read->decision.chosen->runtime(), absl::InfiniteDuration());
  EXPECT_TRUE(std::isnan(read->decision.saving->share_low));
  EXPECT_EQ(read->decision.saving->share_high, 0.67);
  EXPECT_EQ(WriteRecord(*read), line);
}

TEST(ReadLogLine, SaysWhichNumbersARecordDoesNotHave) {
  const std::string line = WriteRecord(RecordOfDecision({"b", 1}, kNow, JobRequest(), Placed()));
  const absl::StatusOr<PlacementRecord> whole = ReadDecisionRecord(Json::parse(line));
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_FALSE(whole->absent.nodes || whole->absent.devices || whole->absent.array_tasks ||
               whole->absent.mode);
  Json json = Json::parse(line);
  json["job"]["demand"].erase("nodes");
  json["mode"] = nullptr;
  const absl::StatusOr<PlacementRecord> part = ReadDecisionRecord(json);
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_TRUE(part->absent.nodes && part->absent.mode);
  EXPECT_FALSE(part->absent.devices || part->absent.array_tasks);
  json.erase("job");
  const absl::StatusOr<PlacementRecord> jobless = ReadDecisionRecord(json);
  ASSERT_TRUE(jobless.ok()) << jobless.status();
  EXPECT_TRUE(jobless->absent.nodes && jobless->absent.devices && jobless->absent.array_tasks);
}

TEST(ReadLogLine, KeepsWhichTextsAreCut) {
  JobRequest job;
  job.comment = std::string(3000, 'c');
  const std::string line = WriteRecord(RecordOfDecision({"b", 1}, kNow, job, Placed()));
  const absl::StatusOr<PlacementRecord> read = ReadDecisionRecord(Json::parse(line));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->cut, ElementsAre("job.comment"));
  EXPECT_EQ(WriteRecord(*read), line);
}

TEST(ReadLogLine, ReadsWhatItCanOfARecordWithAFault) {
  const absl::StatusOr<LogEntry> entry =
      ReadLogLine(R"({"v":2,"type":"decision","boot":"b","seq":7,"time":"2026-11-24T19:00:00Z",
                      "job":{"name":7,"user_id":"x","account":"ml"},"chosen":[],"outcome":"moved",
                      "reason":"emits less"})");
  ASSERT_TRUE(entry.ok()) << entry.status();
  const PlacementRecord& record = std::get<PlacementRecord>(*entry);
  EXPECT_EQ(record.fault, "job.name: is not a text");
  EXPECT_EQ(record.time, kNow);
  EXPECT_EQ(record.job.user_id, kNoUser);
  EXPECT_EQ(record.job.account, "ml");
  EXPECT_FALSE(record.decision.chosen.has_value());
  EXPECT_EQ(ReasonText(record.decision.reason), "emits less");
}

TEST(ReadLogLine, SaysWhyALineIsNotARecord) {
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  for (const auto& [line, code, fault] :
       {std::tuple(std::string(), absl::StatusCode::kInvalidArgument, "is not a JSON object"),
        {"nonsense", absl::StatusCode::kInvalidArgument, "is not a JSON object"},
        {"[1]", absl::StatusCode::kInvalidArgument, "is not a JSON object"},
        {R"({"v":2,"type":"dec)", absl::StatusCode::kInvalidArgument, "is not a JSON object"},
        {"{\"x\":" + deep + "}", absl::StatusCode::kInvalidArgument, "is nested deeper than 64"},
        {std::string(kMaxLogLine + 1, ' '), absl::StatusCode::kInvalidArgument,
         "is longer than 1048576 bytes"},
        {R"({"type":"job"})", absl::StatusCode::kInvalidArgument, "v: is not there"},
        {R"({"v":"2"})", absl::StatusCode::kInvalidArgument, "v: is not a whole number"},
        {R"({"v":4,"type":"job","boot":"b","seq":1})", absl::StatusCode::kUnimplemented,
         "v: 4, not in [1, 3]"},
        {R"({"v":2,"type":"job","boot":"b","seq":-1})", absl::StatusCode::kInvalidArgument,
         "seq: is not a whole number"},
        {R"({"v":2,"type":"job","seq":1})", absl::StatusCode::kInvalidArgument,
         "boot: is not a text"},
        {R"({"v":2,"boot":"b","seq":1})", absl::StatusCode::kInvalidArgument,
         "type: is not a text"}}) {
    const absl::Status status = ReadLogLine(line).status();
    EXPECT_EQ(status.code(), code) << line.substr(0, 80);
    EXPECT_EQ(status.message(), fault);
  }
}

// Its number belongs to a boot's sequence all the same.
TEST(ReadLogLine, ReadsTheHeadOfAKindThatIsNotKnown) {
  const absl::StatusOr<LogEntry> entry = ReadLogLine(R"({"v":2,"type":"x","boot":"b","seq":7})");
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(std::get<UnknownRecord>(*entry).type, "x");
  EXPECT_EQ(HeadOf(*entry).id.sequence, 7u);
  EXPECT_EQ(HeadOf(*entry).version, 2);
  EXPECT_EQ(HeadOf(*entry).time, absl::InfinitePast());
}

TEST(ReadDecisionRecord, ReadsTheLearntRuntimeAndItsPart) {
  PlacementRecord record;
  record.job.name = "train";
  record.decision = Placed();
  const std::string without = WriteRecord(record);
  EXPECT_EQ(without.find("learnt_runtime"), std::string::npos);
  EXPECT_EQ(without.find("runtimes"), std::string::npos);
  record.job.learnt_runtime = ExpectedRuntime{
      .share = 0.123456, .spread = 0.0625, .jobs = 17, .level = RuntimeLevel::kUser};
  record.decision.runtime_is_limit = false;
  record.decision.runtime_is_learnt = true;
  record.snapshot.hashes[SnapshotPart::kRuntimes] = std::string(64, 'e');
  const std::string line = WriteRecord(record);
  EXPECT_NE(
      line.find(R"("learnt_runtime":{"share":0.123456,"spread":0.0625,"jobs":17,"of":"user"})"),
      std::string::npos)
      << line;
  EXPECT_NE(line.find(R"("runtime_source":"learnt")"), std::string::npos);
  const absl::StatusOr<LogEntry> entry = ReadLogLine(line);
  ASSERT_TRUE(entry.ok()) << entry.status();
  const auto& read = std::get<PlacementRecord>(*entry);
  EXPECT_EQ(read.fault, "");
  EXPECT_EQ(read.job.learnt_runtime, record.job.learnt_runtime);
  EXPECT_TRUE(read.decision.runtime_is_learnt);
  EXPECT_FALSE(read.decision.runtime_is_limit);
  EXPECT_EQ(read.snapshot.hashes, record.snapshot.hashes);
}

}  // namespace
}  // namespace carbon
