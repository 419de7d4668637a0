// The built scarbon explains decisions of a log that a Placer made on a published snapshot, and
// makes each of them again.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/cluster/capacity_codec.h"
#include "core/grid/forecast_codec.h"
#include "core/placer/placer.h"
#include "core/record/event_records.h"
#include "core/record/record.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/part_archive.h"
#include "store/snapshot_store.h"
#include "tests/core/drawn_world.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kBoot[] = "3f9c21aa04d7be15";

struct Ran {
  int code;
  std::string out;  // errors included
};

// Its policies use learnt runtimes. Jobs of which nothing was learnt are decided as without that.
World LearningWorld(Draws* draws) {
  World world = DrawnWorld(draws);
  for (Policy& policy : world.config.policies) {
    policy.learnt_runtime = true;
    policy.exempt = 0.3;
  }
  return world;
}

class ScarbonExplain : public ::testing::Test {
 protected:
  ScarbonExplain() {
    absl::StatusOr<SnapshotPublisher> publisher = SnapshotPublisher::Open(folder_ + "/snapshot");
    EXPECT_TRUE(publisher.ok()) << publisher.status();
    const absl::StatusOr<Manifest> manifest = publisher->Publish(
        {.bytes = {{SerializeConfig(world_.config), SerializeForecasts(world_.forecasts),
                    SerializeCapacity(world_.capacity), SerializeAdmission(world_.admission)}}},
        world_.now);
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    // Decides on the parts as they were published, not on what they were made from.
    absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot =
        SnapshotReader(folder_ + "/snapshot").ReadIfChanged();
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    snapshot_ = *std::move(snapshot);
    LedgerBase base(snapshot_->capacity());
    placer_.Adopt(snapshot_, &base, world_.now);
  }

  // The id of its record, which is written to the log.
  std::string Submit(const JobRequest& job, const Circumstances& circumstances = {},
                     absl::Duration later = absl::ZeroDuration()) {
    const absl::Time now = world_.now + later;
    const Submission submission = placer_.Submit(job, circumstances, now);
    if (!submission.id.has_value()) return "";
    Append(WriteRecord(RecordOf(job, submission, snapshot_->manifest(), now)));
    return DecisionId(*submission.id);
  }
  // The queue shows the decision's job.
  void ShowJob(const std::string& decision, int job_id) {
    const RecordId id = placer_.NextId();
    Append(WriteRecord(BookingRecord{
        {id, world_.now}, {decision, BookingFate::kSeen, static_cast<uint32_t>(job_id)}}));
  }
  // Publishes a later look at the queue, which also shows `uses`. Logs the fates of bookings, and
  // returns how many it ended.
  int LookAgain(absl::Duration later, const std::vector<QueuedUse>& uses = {}) {
    CapacityState capacity = world_.capacity;
    const absl::Time now = world_.now + later;
    capacity.taken_at = now;
    capacity.uses.insert(capacity.uses.end(), uses.begin(), uses.end());
    absl::StatusOr<SnapshotPublisher> publisher = SnapshotPublisher::Open(folder_ + "/snapshot");
    EXPECT_TRUE(publisher.ok()) << publisher.status();
    EXPECT_TRUE(
        publisher
            ->Publish(
                {.bytes = {{SerializeConfig(world_.config), SerializeForecasts(world_.forecasts),
                            SerializeCapacity(capacity), SerializeAdmission(world_.admission)}}},
                now)
            .ok());
    snapshot_ = SnapshotReader(folder_ + "/snapshot").ReadIfChanged().value();
    LedgerBase base(snapshot_->capacity());
    int ended = 0;
    for (const BookingEvent& event : placer_.Adopt(snapshot_, &base, now)) {
      Append(WriteRecord(BookingRecord{{placer_.NextId(), now}, event}));
      if (event.fate != BookingFate::kSeen) ++ended;
    }
    return ended;
  }
  void Append(const std::string& line) const { std::ofstream(log_, std::ios::app) << line; }
  Ran Run(const std::string& arguments) const {
    const std::string command =
        absl::StrCat("TZ=UTC ", scarbon_, " explain ", arguments, " --file ", log_, " --snapshot ",
                     folder_, "/snapshot 2>&1");
    FILE* pipe = popen(command.c_str(), "r");
    std::string out;
    char buffer[4096];
    while (const size_t count = fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, count);
    return {WEXITSTATUS(pclose(pipe)), out};
  }

  std::string scarbon_ = SCARBON_BINARY;
  Draws draws_;
  const World world_ = LearningWorld(&draws_);
  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  const std::string log_ = folder_ + "/placements.jsonl";
  std::shared_ptr<const Snapshot> snapshot_;
  Placer placer_{kBoot, {}};
};

TEST_F(ScarbonExplain, MakesEachDecisionAgainToTheLastBit) {
  std::vector<std::string> ids;
  for (int i = 0; i < 60; ++i) {
    Circumstances circumstances;
    if (i % 13 == 5) circumstances.log_error = "No space left on device";
    if (i % 13 == 7) circumstances.in_charge_since = world_.now + absl::Seconds(20);
    ids.push_back(Submit(DrawnJob(world_, &draws_), circumstances, absl::Milliseconds(700) * i));
  }
  int repeated = 0;
  for (const std::string& id : ids) {
    if (id.empty()) continue;
    const Ran ran = Run(id);
    EXPECT_EQ(ran.code, 0) << ran.out;
    EXPECT_THAT(ran.out, HasSubstr("repeated    the same to the last bit\n"));
    ++repeated;
  }
  EXPECT_GT(repeated, 40);
}

TEST_F(ScarbonExplain, MakesTheDecisionsOnDrawnJobsAgain) {
  std::vector<std::string> placed, exempt;
  for (int i = 0; i < 40; ++i) {
    const double draw = i % 2 == 0 ? 0.015625 : 0.875;
    const std::string id = Submit(DrawnJob(world_, &draws_), {.draw = draw});
    if (id.empty()) continue;
    const Ran ran = Run(id);
    EXPECT_EQ(ran.code, 0) << ran.out;
    EXPECT_THAT(ran.out, HasSubstr("repeated    the same to the last bit\n"));
    if (absl::StrContains(ran.out, "\narm         placed: its draw 0.8750 is not below 0.3\n")) {
      placed.push_back(id);
    }
    if (absl::StrContains(ran.out, "\narm         exempt: its draw 0.0156 is below 0.3\n")) {
      EXPECT_THAT(ran.out, HasSubstr("spared"));
      exempt.push_back(id);
    }
  }
  EXPECT_GT(placed.size(), 3u);
  ASSERT_GT(exempt.size(), 3u);
  // With another draw the job is in the other arm.
  std::ifstream in(log_);
  const std::string log{std::istreambuf_iterator<char>(in), {}};
  in.close();
  std::ofstream(log_) << absl::StrReplaceAll(log, {{"\"draw\":0.015625", "\"draw\":0.5"}});
  const Ran ran = Run(exempt.front());
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("repeated    differs: "));
}

// The line as a release before wrote it: a plan is its one run, and what is booked is beside them.
std::string AsVersion2(const std::string& line) {
  nlohmann::ordered_json record = nlohmann::ordered_json::parse(line);
  record["v"] = 2;
  record["booked"] = nullptr;
  const auto without_list = [](nlohmann::ordered_json* plan) {
    if (plan->is_null()) return;
    const nlohmann::ordered_json run = (*plan)["runs"][0];
    *plan = run;
    plan->erase("booked");
  };
  if (!record["chosen"].is_null()) {
    const nlohmann::ordered_json& run = record["chosen"]["runs"][0];
    absl::Time start;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, run["start"].get<std::string>(), &start, {}));
    const absl::Time end = start + absl::Seconds(run["booked"]["held_s"].get<double>());
    record["booked"] = {{"group", run["booked"]["group"]},
                        {"start", run["start"]},
                        {"end", absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", end, absl::UTCTimeZone())},
                        {"amount", run["booked"]["amount"]}};
  }
  for (const char* key : {"home", "chosen", "static_best"}) without_list(&record[key]);
  for (nlohmann::ordered_json& candidate : record["candidates"]) without_list(&candidate);
  nlohmann::ordered_json& job = record["job"];
  job["leave_alone"] = job["leave_alone"].is_null() ? "" : job["leave_alone"].get<std::string>();
  job.erase("uncountable");
  return record.dump() + "\n";
}

TEST_F(ScarbonExplain, MakesDecisionsOfTheVersionBeforeAgain) {
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(Submit(DrawnJob(world_, &draws_)));
  std::vector<std::string> lines;
  std::ifstream in(log_);
  for (std::string line; std::getline(in, line);) lines.push_back(AsVersion2(line));
  std::filesystem::remove(log_);
  for (const std::string& line : lines) Append(line);
  int repeated = 0;
  for (const std::string& id : ids) {
    if (id.empty()) continue;
    EXPECT_THAT(Run(id).out, HasSubstr("repeated    the same to the last bit\n"));
    ++repeated;
  }
  EXPECT_GT(repeated, 10);
}

TEST_F(ScarbonExplain, SaysWhatWasAskedForDecidedAndWeighed) {
  JobRequest job = world_.Job("carbon:runtime=90m");
  job.partitions = {"frankfurt"};
  job.deadline = world_.Hour(20);
  const std::string id = Submit(job);
  ShowJob(id, 4711);
  const Ran ran = Run("4711");
  EXPECT_EQ(ran.code, 0);
  for (const std::string& line :
       {absl::StrCat("decision    ", id, " at 2026-11-24T00:00:00\n"),
        std::string("job         train (4711) of user "),
        std::string("asked for   1 node, 8 devices, 8 CPUs\n"),
        std::string("partitions  frankfurt\n"), std::string("time limit  04:00:00\n"),
        std::string("deadline    2026-11-24T20:00:00\n"),
        std::string("comment     carbon:runtime=90m\n"), std::string("policy      all (enforce)\n"),
        std::string("excluded    "), std::string("chosen")}) {
    EXPECT_THAT(ran.out, HasSubstr(line));
  }
  EXPECT_EQ(Run(id).out, ran.out);
}

// The part need not exist any more: the record has what it said of the job.
TEST_F(ScarbonExplain, MakesADecisionOnALearntRuntimeAgain) {
  JobRequest job = world_.Job();
  job.learnt_runtime =
      ExpectedRuntime{.share = 0.123457, .spread = 0.07, .jobs = 17, .level = RuntimeLevel::kName};
  const std::string id = Submit(job);
  const Ran ran = Run(id);
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("the runtime is learnt from 17 jobs of the user with this name: "
                                 "12% of the time limit, give or take 7%\n"));
  EXPECT_THAT(ran.out, HasSubstr("repeated    the same to the last bit\n"));
  // Another value gives another decision.
  std::ifstream in(log_);
  const std::string log{std::istreambuf_iterator<char>(in), {}};
  in.close();
  std::ofstream(log_) << absl::StrReplaceAll(log, {{"\"share\":0.123457,", "\"share\":0.2,"}});
  EXPECT_EQ(Run(id).code, 1);
  EXPECT_THAT(Run(id).out, HasSubstr("repeated    differs: "));
}

TEST_F(ScarbonExplain, MeansTheLastOfTheJobsThatHadANumber) {
  const std::string first = Submit(world_.Job());
  const std::string second = Submit(world_.Job());
  ShowJob(second, 7);
  ShowJob(first, 8);
  EXPECT_THAT(Run("8").out, HasSubstr("decision    " + first));
  const std::string third = Submit(world_.Job());
  ShowJob(third, 8);
  EXPECT_THAT(Run("8").out, HasSubstr("decision    " + third));
}

// A reviewer sees that a log was changed, and where.
TEST_F(ScarbonExplain, SaysWhereARecordDiffersFromItsDecision) {
  const std::string id = Submit(world_.Job());
  std::ifstream in(log_);
  std::string line;
  std::getline(in, line);
  nlohmann::ordered_json record = nlohmann::ordered_json::parse(line);
  ASSERT_EQ(record["outcome"], "placed");
  nlohmann::ordered_json& gross = record["chosen"]["runs"][0]["gross_g"];
  gross = gross.get<double>() / 2;
  std::ofstream(log_) << record.dump() << "\n";
  const Ran ran = Run(id);
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("repeated    differs: chosen.runs.0.gross_g: "));
  const nlohmann::json json = nlohmann::json::parse(Run(id + " --json").out);
  EXPECT_EQ(json["repeated"]["result"], "differs");
  EXPECT_EQ(json["id"], id);
}

TEST_F(ScarbonExplain, SaysWhyADecisionCannotBeMadeAgain) {
  const std::string first = Submit(world_.Job());
  const std::string second = Submit(world_.Job());
  // The booking of the first is lost: the digest shows it.
  std::ifstream in(log_);
  std::string line, other;
  std::getline(in, other);
  std::getline(in, line);
  in.close();
  std::ofstream(log_) << line << "\n";
  EXPECT_THAT(Run(second).out, HasSubstr("no: other bookings counted"));
  EXPECT_EQ(Run(second).code, 0);
  // A part is gone.
  std::ofstream(log_) << other << "\n";
  const std::string part = snapshot_->manifest().FileOf(SnapshotPart::kCapacity);
  std::filesystem::remove(folder_ + "/snapshot/" + part);
  const Ran ran = Run(first);
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr(absl::StrCat("parts       config, forecast, admission: snapshot; "
                                              "capacity: missing\n"
                                              "repeated    no: neither ",
                                              folder_, "/snapshot nor the archive ", folder_,
                                              "/snapshot-parts has ", part, "\n")));
  // Another arithmetic.
  std::ofstream(log_) << absl::StrReplaceAll(other, {{"\"arithmetic\":3", "\"arithmetic\":99"}})
                      << "\n";
  EXPECT_THAT(Run(first).out, Not(HasSubstr("to the last bit")));
}

// Parts are in the snapshot's folder for an hour only.
TEST_F(ScarbonExplain, MakesADecisionAgainFromArchivedParts) {
  const std::string id = Submit(world_.Job());
  absl::StatusOr<PartArchive> archive =
      PartArchive::Create({.folder = folder_ + "/snapshot-parts", .min_free_share = 0});
  ASSERT_TRUE(archive.ok()) << archive.status();
  const Manifest& manifest = snapshot_->manifest();
  for (const PartInfo& info : kParts) {
    if (info.is_optional) continue;
    const std::string name = manifest.FileOf(info.part);
    const std::string path = folder_ + "/snapshot/" + name;
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    ASSERT_TRUE(archive->Put(name, bytes, world_.now).ok());
    if (info.part != SnapshotPart::kConfig) std::filesystem::remove(path);
  }
  const Ran ran = Run(id);
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("parts       config: snapshot; forecast, capacity, admission: "
                                 "archive\nrepeated    the same to the last bit\n"));
  const nlohmann::json json = nlohmann::json::parse(Run(id + " --json").out);
  EXPECT_EQ(json["parts"]["config"], "snapshot");
  EXPECT_EQ(json["parts"]["admission"], "archive");
  // Elsewhere, if the administrator says so.
  std::filesystem::rename(folder_ + "/snapshot-parts", folder_ + "/elsewhere");
  EXPECT_THAT(Run(id).out, HasSubstr("repeated    no: "));
  EXPECT_THAT(Run(id + " --parts " + folder_ + "/elsewhere").out,
              HasSubstr("repeated    the same to the last bit\n"));
}

// The pauses that follow a user's unused bookings: the real ledger's decisions are made again
// through each step.
TEST_F(ScarbonExplain, FollowsThePausesOfUsersWhoseBookingsExpired) {
  JobRequest asks = world_.Job("carbon:runtime=20m");
  asks.user_id = 2000;
  asks.time_limit = absl::Minutes(30);
  JobRequest other = asks;
  other.user_id = 3000;
  JobRequest nice = asks;
  nice.nice = 100;
  std::vector<std::string> ids;
  int expired = 0;
  absl::Duration later;
  const auto look = [&](absl::Duration at) {
    later = at;
    expired += LookAgain(at);
  };
  const auto submit = [&] {
    // Each of them sees what counts for it of the bookings before.
    for (const JobRequest& job : {asks, other, nice, asks}) {
      later += absl::Milliseconds(300);
      ids.push_back(Submit(job, {}, later));
    }
  };
  submit();
  // None of those jobs reaches the queue: both users are paused for ten minutes from here.
  look(absl::Seconds(40));
  submit();
  look(absl::Seconds(80));  // bookings of within a pause: no further one
  submit();
  // After the pause the user's bookings count for all users again, and expire. The next pause is
  // twenty minutes.
  look(absl::Minutes(12));
  submit();
  look(absl::Minutes(13));
  submit();
  look(absl::Minutes(25));
  submit();
  look(absl::Minutes(26));  // within the pause of twenty minutes: no longer one of forty
  submit();
  look(absl::Minutes(40));
  submit();
  EXPECT_GT(expired, 20);
  int repeated = 0;
  for (const std::string& id : ids) {
    ASSERT_FALSE(id.empty());
    const Ran ran = Run(id);
    EXPECT_THAT(ran.out, HasSubstr("repeated    the same to the last bit\n"));
    ++repeated;
  }
  EXPECT_EQ(repeated, 32);
}

// A job that waits and uses nothing keeps capacity from others for nothing too.
TEST_F(ScarbonExplain, FollowsThePauseOfAUserWhoseJobIsHeld) {
  JobRequest job = world_.Job("carbon:runtime=20m");
  job.user_id = 2000;
  const std::string held = Submit(job);
  QueuedUse use{.job_id = 7, .decision_id = held, .group = world_.capacity.groups[0].name};
  use.when = {world_.now, world_.now};
  EXPECT_EQ(LookAgain(absl::Seconds(40), {use}), 1);
  const std::string paused = Submit(job, {}, absl::Seconds(41));
  job.user_id = 3000;
  const std::string other = Submit(job, {}, absl::Seconds(42));
  for (const std::string& id : {held, paused, other}) {
    EXPECT_THAT(Run(id).out, HasSubstr("repeated    the same to the last bit\n"));
  }
}

// A decision is not reported as different because its user may not read a part.
TEST_F(ScarbonExplain, DoesNotJudgeByPartsThatMayNotBeRead) {
  const std::string id = Submit(world_.Job());
  const std::string part =
      folder_ + "/snapshot/" + snapshot_->manifest().FileOf(SnapshotPart::kCapacity);
  chmod(part.c_str(), 0);
  if (geteuid() == 0) {
    // Root may read anything, and nobody may perhaps not run what is below root's home.
    chmod(folder_.c_str(), 0755);
    std::filesystem::copy_file(SCARBON_BINARY, folder_ + "/scarbon");
    chmod((folder_ + "/scarbon").c_str(), 0755);
    scarbon_ = absl::StrCat("setpriv --reuid=65534 --clear-groups ", folder_, "/scarbon");
  }
  const Ran ran = Run(id);
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("repeated    no: "));
  EXPECT_THAT(ran.out, HasSubstr("ermission denied"));
}

TEST_F(ScarbonExplain, SaysThatALogHasTwoRecordsOfOneDecision) {
  const std::string id = Submit(world_.Job());
  std::ifstream in(log_);
  std::string line;
  std::getline(in, line);
  in.close();
  Append(line + "\n");
  const Ran ran = Run(id);
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("the log has several records of its id"));
}

// More than 64 of one user's: those that were made first count, not those whose ids sort first.
TEST_F(ScarbonExplain, TakesBookingsInTheOrderInWhichTheyWereMade) {
  std::string last;
  for (int i = 0; i < 90; ++i) {
    JobRequest job = world_.Job("carbon:runtime=20m");
    job.time_limit = absl::Minutes(30);
    job.demand.devices = job.per_node.devices = 1;
    last = Submit(job, {}, absl::Milliseconds(100) * i);
  }
  const Ran ran = Run(last);
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("repeated    the same to the last bit\n"));
}

TEST_F(ScarbonExplain, NamesWhatItDoesNotFind) {
  Submit(world_.Job());
  Ran ran = Run("3f9c21aa04d7be15-99");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(
      ran.out,
      "scarbon: decision 3f9c21aa04d7be15-99: is not in the log; --all reads rotated logs too\n");
  ran = Run("4711");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(
      ran.out,
      "scarbon: job 4711: the log names no decision about it; --all reads rotated logs too\n");
  ran = Run("4711_3");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "scarbon: ID \"4711_3\": is neither a decision's id nor a job's number\n");
  EXPECT_EQ(Run("").code, 2);
}

}  // namespace
}  // namespace carbon
