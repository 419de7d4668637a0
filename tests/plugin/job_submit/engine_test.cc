#include "plugin/job_submit/engine.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <new>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/cluster/capacity_codec.h"
#include "core/decision/admin_comment.h"
#include "core/decision/runtime_keys.h"
#include "core/decision/seal.h"
#include "core/grid/forecast_codec.h"
#include "core/record/record.h"
#include "core/runtime/learnt_runtimes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/seal_file.h"
#include "store/snapshot_store.h"
#include "tests/core/world.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

std::mutex lines_mutex;
std::vector<std::string> lines;  // the lines for slurmctld's log

// A dirty home and a clean site, and a folder in which they are published.
class EngineTest : public ::testing::Test {
 protected:
  EngineTest() {
    log_ = folder_ + "/log/placements.jsonl";
    std::filesystem::create_directory(folder_ + "/log");
    world_.AddZone("DE", std::vector<double>(24, 400));
    world_.AddZone("NO", DayWith(100, 6, 12, 20));
    world_.AddSite("frankfurt", "DE");
    world_.AddSite("oslo", "NO");
    std::lock_guard lock(lines_mutex);
    lines.clear();
  }

  // `runtimes` is that part; empty: none.
  void Publish(absl::Time now, const std::string& runtimes = "") {
    absl::StatusOr<SnapshotPublisher> publisher = SnapshotPublisher::Open(folder_ + "/snapshot");
    ASSERT_TRUE(publisher.ok()) << publisher.status();
    const absl::StatusOr<Manifest> manifest = publisher->Publish(
        {.bytes = {{SerializeConfig(world_.config), SerializeForecasts(world_.forecasts),
                    SerializeCapacity(world_.capacity), SerializeAdmission(world_.admission),
                    runtimes}},
         .readers = {.log = log_}},
        now);
    ASSERT_TRUE(manifest.ok()) << manifest.status();
  }
  void Publish() { Publish(world_.now); }

  EngineOptions Options() const {
    return {.snapshot_folder = folder_ + "/snapshot",
            .state_folder = folder_,
            .cluster = "alps",
            .poll = absl::Milliseconds(5),
            .log_line = [](Complaints::Tone, const char* line) {
              std::lock_guard lock(lines_mutex);
              lines.push_back(line);
            }};
  }

  static bool Eventually(const std::function<bool()>& condition) {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    while (!condition()) {
      if (absl::Now() > deadline) return false;
      absl::SleepFor(absl::Milliseconds(2));
    }
    return true;
  }

  // Waits until the engine places jobs; what it submitted meanwhile is in the log as well.
  Verdict SubmitUntilPlaced(Engine& engine) {
    Verdict verdict;
    EXPECT_TRUE(Eventually([&] {
      verdict = engine.Submit(world_.Job(), world_.now);
      return !verdict.admin_comment.empty();
    }));
    return verdict;
  }
  bool EventuallyLogged(const std::string& text) {
    return Eventually([&] {
      std::lock_guard lock(lines_mutex);
      for (const std::string& line : lines) {
        if (absl::StrContains(line, text)) return true;
      }
      return false;
    });
  }

  std::vector<nlohmann::json> Records() const {
    std::vector<nlohmann::json> records;
    std::ifstream file(log_);
    for (std::string line; std::getline(file, line);) {
      records.push_back(nlohmann::json::parse(line));
    }
    return records;
  }
  nlohmann::json Status() const {
    std::ifstream file(folder_ + "/log/plugin-status.json");
    return nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  }

  // Zero while there is no status.
  int StatusCount(const std::string& name) const {
    const nlohmann::json status = Status();
    return status.is_object() ? status.value(name, 0) : 0;
  }

  World world_;
  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  std::string log_;
};

TEST_F(EngineTest, PlacesInEnforce) {
  Publish();
  Engine engine(Options());
  const Verdict verdict = SubmitUntilPlaced(engine);
  EXPECT_TRUE(verdict.apply);
  EXPECT_EQ(verdict.partition, "oslo");
  EXPECT_EQ(verdict.begin, world_.Hour(6));
  EXPECT_NE(DecisionIdInComment(verdict.admin_comment), "");
  EXPECT_THAT(verdict.admin_comment, HasSubstr("pool=oslo"));
  EXPECT_THAT(verdict.message, HasSubstr("oslo"));
}

TEST_F(EngineTest, PlansAndRecordsTheRuntimeThatWasLearntFromSuchJobs) {
  world_.policy().learnt_runtime = true;
  Publish();
  Engine engine(Options());
  SubmitUntilPlaced(engine);
  EXPECT_EQ(Eventually([&] { return !Records().empty(); }), true);
  EXPECT_EQ(Records()[0]["runtime_source"], "time_limit");
  // The plugin has made the seal.
  const Seal seal = ReadSeal(folder_, "alps").value();
  LearntRuntimes runtimes;
  runtimes.newest = world_.now;
  runtimes.cluster = LearntRuntimes::Entry{.key = "", .share = 900'000, .spread = 0, .jobs = 99};
  runtimes.names = {{.key = RuntimeKeysOf(1000, "", "train", seal).name,
                     .share = 250'000,
                     .spread = 100'000,
                     .jobs = 7}};
  Publish(world_.now + absl::Seconds(1), SerializeRuntimes(runtimes));
  nlohmann::json last;
  ASSERT_TRUE(Eventually([&] {
    engine.Submit(world_.Job(), world_.now);
    last = Records().back();
    return last["runtime_source"] == "learnt";
  }));
  EXPECT_EQ(last["job"]["learnt_runtime"],
            nlohmann::json::parse(R"({"share": 0.25, "spread": 0.1, "jobs": 7, "of": "name"})"));
  EXPECT_EQ(last["snapshot"]["runtimes"], Sha256Hex(SerializeRuntimes(runtimes)));
  EXPECT_EQ(last["chosen"]["runs"][0]["runtime_s"], 3600);
  EXPECT_EQ(last["chosen"]["runs"][0]["time_limit_s"], 4 * 3600);
  EXPECT_EQ(last["chosen"]["runs"][0]["booked"]["held_s"], 4 * 3600);
}

absl::Time in_charge_since;

TEST_F(EngineTest, BelievesNoLookAtTheQueueFromBeforeItsControllerTookCharge) {
  in_charge_since = world_.now + absl::Seconds(1);
  EngineOptions options = Options();
  options.in_charge_since = [] { return in_charge_since; };
  Publish();
  Engine engine(options);
  const absl::Time now = in_charge_since + absl::Seconds(1);
  ASSERT_TRUE(Eventually([&] {
    engine.Submit(world_.Job(), now);
    return StatusCount("left_alone") > 0;
  }));
  EXPECT_FALSE(engine.Submit(world_.Job(), now).apply);
  // Both are whole seconds: the same one proves nothing.
  world_.capacity.taken_at = in_charge_since + absl::Seconds(1);
  Publish();
  EXPECT_TRUE(Eventually([&] { return engine.Submit(world_.Job(), now).apply; }));
}

TEST_F(EngineTest, IgnoresThatItsControllerTookChargeInTheFuture) {
  in_charge_since = world_.now + absl::Hours(24 * 365);
  EngineOptions options = Options();
  options.in_charge_since = [] { return in_charge_since; };
  Publish();
  Engine engine(options);
  EXPECT_TRUE(Eventually([&] { return engine.Submit(world_.Job(), world_.now).apply; }));
}

TEST_F(EngineTest, NamesThePartitionOfAPlanAmongSeveral) {
  Publish();
  Engine engine(Options());
  SubmitUntilPlaced(engine);
  // Delayed in its home, of which another one named would make nothing.
  JobRequest job = world_.Job();
  job.partitions = {"oslo", "frankfurt"};
  const Verdict verdict = engine.Submit(job, world_.now);
  EXPECT_TRUE(verdict.apply);
  EXPECT_EQ(verdict.begin, world_.Hour(6));
  EXPECT_EQ(verdict.partition, "oslo");
}

TEST_F(EngineTest, ChangesNothingButTheCommentInShadow) {
  world_.policy().mode = Mode::kShadow;
  Publish();
  Engine engine(Options());
  const Verdict verdict = SubmitUntilPlaced(engine);
  EXPECT_FALSE(verdict.apply);
  EXPECT_EQ(verdict.partition, "");
  EXPECT_EQ(verdict.begin, absl::InfinitePast());
  EXPECT_EQ(verdict.message, "");
  EXPECT_THAT(verdict.admin_comment,
              MatchesRegex("carbon:id=[0-9a-f]{16}-[0-9]+,made=[^,]*,seal=[^,]*"));
}

// By lot, which the cluster's key and the decision's id settle: nobody without the key foresees it.
TEST_F(EngineTest, LeavesTheShareOfJobsAtHomeThatItsPolicyExempts) {
  world_.policy().exempt = 0.5;
  Publish();
  constexpr int kJobs = 40;
  int changed = 0;
  {
    Engine engine(Options());
    SubmitUntilPlaced(engine);
    for (int i = 0; i < kJobs; ++i) {
      JobRequest job = world_.Job();
      job.user_id = 2000 + static_cast<uint32_t>(i);  // not kept from a pool by own bookings
      job.demand.devices = job.per_node.devices = 1;
      const Verdict verdict = engine.Submit(job, world_.now);
      changed += verdict.apply ? 1 : 0;
      if (verdict.apply) continue;
      EXPECT_EQ(verdict.partition, "");
      EXPECT_EQ(verdict.begin, absl::InfinitePast());
      EXPECT_THAT(verdict.admin_comment,
                  MatchesRegex("carbon:id=[0-9a-f]{16}-[0-9]+,made=[^,]*,seal=[^,]*"));
      EXPECT_THAT(verdict.message, HasSubstr("left at home by lot"));
    }
  }
  // The odds of fewer or more are one in a million.
  EXPECT_GE(changed, 5);
  EXPECT_LE(changed, 35);
  const absl::StatusOr<Seal> seal = ReadOrMakeSeal(folder_, "alps", world_.now, std::nullopt);
  ASSERT_TRUE(seal.ok());
  for (const nlohmann::json& record : Records()) {
    if (record["outcome"] == "left-alone") continue;
    const double draw = record["circumstances"]["draw"];
    EXPECT_EQ(draw, seal->DrawOf(record["id"].get<std::string>()));
    EXPECT_EQ(record["arm"]["group"], draw < 0.5 ? "exempt" : "placed");
    EXPECT_EQ(record["outcome"], draw < 0.5 ? "kept-home" : "placed");
  }
}

TEST_F(EngineTest, SealsItsMarkForTheJobsUserAndTheCluster) {
  Publish();
  Engine engine(Options());
  SubmitUntilPlaced(engine);
  JobRequest job = world_.Job();
  job.user_id = 1234;
  const Verdict verdict = engine.Submit(job, world_.now);
  const absl::StatusOr<Seal> seal = ReadSeal(folder_, "alps");
  ASSERT_TRUE(seal.ok()) << seal.status();
  const std::vector<CarbonMark> marks = ReadMarks(verdict.admin_comment, 1234, &*seal).marks;
  ASSERT_EQ(marks.size(), 1u);
  EXPECT_TRUE(marks[0].is_sealed);
  EXPECT_EQ(marks[0].made_at, world_.now);
  EXPECT_TRUE(ReadMarks(verdict.admin_comment, 1235, &*seal).marks.empty());
}

// Without a seal, its promises could not be distinguished from forged ones.
TEST_F(EngineTest, DecidesNothingWithoutASealAndSaysWhy) {
  Publish(absl::Now());
  std::filesystem::create_directory(SealPath(folder_));
  Engine engine(Options());
  EXPECT_TRUE(EventuallyLogged("seal: "));
  EXPECT_TRUE(Eventually([&] {
    const nlohmann::json status = Status();
    return status.is_object() && absl::StartsWith(status.value("error", ""), "seal: ");
  }));
  Publish();
  EXPECT_EQ(engine.Submit(world_.Job(), world_.now).admin_comment, "");
  std::filesystem::remove(SealPath(folder_));
  SubmitUntilPlaced(engine);
}

TEST_F(EngineTest, BelievesTheConfiguredPublisherButWritesToItsOwnLogOnly) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const struct passwd* daemon = getpwnam("daemon");
  ASSERT_NE(daemon, nullptr);
  const auto publish_as_daemon = [&] {
    Publish();
    ASSERT_EQ(chown((folder_ + "/snapshot").c_str(), daemon->pw_uid, daemon->pw_gid), 0);
    for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/snapshot")) {
      ASSERT_EQ(chown(entry.path().c_str(), daemon->pw_uid, daemon->pw_gid), 0);
    }
  };
  publish_as_daemon();
  {
    Engine engine(Options());
    EXPECT_TRUE(EventuallyLogged("snapshot: is owned by uid"));
    EXPECT_EQ(engine.Submit(world_.Job(), world_.now).admin_comment, "");
  }
  EngineOptions options = Options();
  options.publisher = "daemon";
  options.log = log_;
  {
    Engine engine(options);
    SubmitUntilPlaced(engine);
    EXPECT_TRUE(Eventually([&] {
      struct stat facts;
      return stat(log_.c_str(), &facts) == 0 && facts.st_gid == daemon->pw_gid &&
             (facts.st_mode & 07777) == 0660;
    }));
    EXPECT_TRUE(ReadSeal(folder_, "alps", {}, daemon->pw_gid).ok());
  }
  // Else it could have slurmctld write to any of SlurmUser's files, and share it.
  options.log = folder_ + "/log/other.jsonl";
  Engine engine(options);
  EXPECT_TRUE(EventuallyLogged("set SLURM_CARBON_LOG in slurmctld's environment"));
  EXPECT_EQ(engine.Submit(world_.Job(), world_.now).admin_comment, "");
}

TEST_F(EngineTest, SaysThatItsPublisherIsUnknownAndBelievesRootAlone) {
  Publish();
  EngineOptions options = Options();
  options.publisher = "no-such-user";
  options.log = log_;
  Engine engine(options);
  EXPECT_TRUE(EventuallyLogged("SLURM_CARBON_PUBLISHER: user no-such-user: is not known here"));
  SubmitUntilPlaced(engine);
}

TEST_F(EngineTest, LeavesBeginAndPartitionWhereHomeIsKept) {
  Publish();
  Engine engine(Options());
  SubmitUntilPlaced(engine);
  JobRequest job = world_.Job("carbon:now");
  job.pinned_by = "--nodelist";
  const Verdict verdict = engine.Submit(job, world_.now);
  EXPECT_FALSE(verdict.apply);
  EXPECT_NE(verdict.admin_comment, "");
}

TEST_F(EngineTest, LogsEachDecisionOnceInOrder) {
  Publish();
  std::string last;
  {
    Engine engine(Options());
    SubmitUntilPlaced(engine);
    for (int i = 0; i < 20; ++i) {
      last = DecisionIdInComment(engine.Submit(world_.Job(), world_.now).admin_comment);
    }
  }
  const std::vector<nlohmann::json> records = Records();
  ASSERT_EQ(records.size(), 21u);
  for (size_t i = 0; i < records.size(); ++i) EXPECT_EQ(records[i]["seq"], i + 1);
  EXPECT_EQ(absl::StrCat(records.back()["boot"].get<std::string>(), "-", 21), last);
}

TEST_F(EngineTest, SaysNothingOfJobsThatNoPolicyIsAbout) {
  world_.policy().mode = Mode::kOff;
  Publish();
  {
    Engine engine(Options());
    ASSERT_TRUE(Eventually([&] { return Status().is_object(); }));
    const Verdict verdict = engine.Submit(world_.Job(), world_.now);
    EXPECT_FALSE(verdict.apply);
    EXPECT_EQ(verdict.admin_comment, "");
    EXPECT_EQ(verdict.message, "");
  }
  EXPECT_THAT(Records(), IsEmpty());
}

TEST_F(EngineTest, LogsWhyAJobIsLeftAlone) {
  Publish();
  {
    Engine engine(Options());
    SubmitUntilPlaced(engine);
    const Verdict verdict = engine.Submit(world_.Job("carbon:off"), world_.now);
    EXPECT_FALSE(verdict.apply);
    EXPECT_EQ(verdict.admin_comment, "");
    EXPECT_EQ(verdict.message, "");
  }
  EXPECT_EQ(Records().size(), 2u);
}

TEST_F(EngineTest, TellsTheUserOfABadHint) {
  Publish();
  Engine engine(Options());
  SubmitUntilPlaced(engine);
  const Verdict verdict = engine.Submit(world_.Job("carbon:wiat=3h"), world_.now);
  EXPECT_FALSE(verdict.apply);
  EXPECT_EQ(verdict.admin_comment, "");
  EXPECT_THAT(verdict.message, HasSubstr("wiat"));
}

TEST_F(EngineTest, BooksWhatItPlaced) {
  // Room for four such jobs at a time, and one window of six hours that takes no job of six twice.
  Publish();
  Engine engine(Options());
  JobRequest job = world_.Job();
  job.time_limit = absl::Hours(6);
  job.demand = {.nodes = 4, .devices = 32, .cpus = 32};
  Verdict first;
  ASSERT_TRUE(Eventually([&] {
    first = engine.Submit(job, world_.now);
    return first.apply;
  }));
  EXPECT_EQ(first.begin, world_.Hour(6));
  const Verdict second = engine.Submit(job, world_.now);
  EXPECT_TRUE(second.begin != first.begin || second.partition != first.partition);
}

TEST_F(EngineTest, LogsWhatBecameOfABooking) {
  Publish();
  {
    Engine engine(Options());
    SubmitUntilPlaced(engine);
    // A look at the queue that does not show the job long after.
    world_.capacity.taken_at = world_.now + absl::Hours(90);
    Publish(world_.now + absl::Hours(90));
    ASSERT_TRUE(Eventually([&] { return Records().size() == 2; }));
  }
  EXPECT_EQ(Records()[1]["seq"], 2);
}

// scarbond was away while many jobs came: one look ends more bookings than the log's queue holds.
TEST_F(EngineTest, TellsOfEachBookingHoweverManyEndAtOnce) {
  constexpr size_t kJobs = 9000;  // the log's queue holds 8192 records, half of them of such ends
  for (NodeGroup& group : world_.capacity.groups) group.total = TotalOf(100'000, group.per_node);
  Publish();
  EngineOptions options = Options();
  options.budget.bytes = int64_t{1} << 40;
  std::set<std::string> decided, told;
  {
    Engine engine(options);
    SubmitUntilPlaced(engine);
    // While the queue is full, jobs pass undecided: the next is submitted once it has room.
    const auto decide_one = [&] {
      const std::string comment = engine.Submit(world_.Job("carbon:now"), world_.now).admin_comment;
      return !comment.empty() && decided.insert(DecisionIdInComment(comment)).second;
    };
    while (decided.size() < kJobs) ASSERT_TRUE(decide_one() || Eventually(decide_one));
    world_.capacity.taken_at = world_.now + absl::Hours(90);
    Publish(world_.now + absl::Hours(90));
    EXPECT_TRUE(
        Eventually([&] { return StatusCount("records_written") > int(2 * decided.size()); }));
  }
  for (const nlohmann::json& record : Records()) {
    if (record["type"] == "booking") told.insert(record["decision"]);
  }
  for (const std::string& id : decided) EXPECT_TRUE(told.contains(id)) << id;
}

TEST_F(EngineTest, LetsJobsPassWithoutASnapshot) {
  Engine engine(Options());
  const Verdict verdict = engine.Submit(world_.Job(), world_.now);
  EXPECT_FALSE(verdict.apply);
  EXPECT_EQ(verdict.admin_comment, "");
  EXPECT_TRUE(EventuallyLogged("carbon: snapshot: "));
}

TEST_F(EngineTest, NoticesTheFirstSnapshotAndSaysSo) {
  Engine engine(Options());
  ASSERT_TRUE(EventuallyLogged("carbon: snapshot: "));
  Publish(absl::Now());
  EXPECT_TRUE(EventuallyLogged("carbon: snapshot: works again"));
}

TEST_F(EngineTest, StopsPlacingWhenTheSnapshotIsGoneAndGoesOnWhenItIsBack) {
  Publish();
  Engine engine(Options());
  SubmitUntilPlaced(engine);
  std::filesystem::rename(folder_ + "/snapshot", folder_ + "/away");
  EXPECT_TRUE(
      Eventually([&] { return engine.Submit(world_.Job(), world_.now).admin_comment.empty(); }));
  std::filesystem::rename(folder_ + "/away", folder_ + "/snapshot");
  SubmitUntilPlaced(engine);
}

TEST_F(EngineTest, NoticesAReplacedSnapshot) {
  Publish();
  Engine engine(Options());
  ASSERT_TRUE(SubmitUntilPlaced(engine).apply);
  world_.policy().mode = Mode::kShadow;
  Publish(world_.now + absl::Seconds(1));
  EXPECT_TRUE(Eventually([&] { return !engine.Submit(world_.Job(), world_.now).apply; }));
}

TEST_F(EngineTest, RefusesASnapshotOfAnotherAge) {
  Publish();
  {
    Engine engine(Options());
    SubmitUntilPlaced(engine);
    for (absl::Time now : {world_.now + absl::Minutes(11), world_.now - absl::Minutes(6)}) {
      const Verdict verdict = engine.Submit(world_.Job(), now);
      EXPECT_FALSE(verdict.apply);
      EXPECT_EQ(verdict.admin_comment, "");
    }
    for (absl::Time now : {world_.now + absl::Minutes(10), world_.now - absl::Minutes(5)}) {
      EXPECT_NE(engine.Submit(world_.Job(), now).admin_comment, "");
    }
  }
  const std::vector<nlohmann::json> records = Records();
  ASSERT_EQ(records.size(), 5u);
  EXPECT_THAT(records[1].dump(), HasSubstr("the snapshot is 11 minutes old, limit 10"));
  EXPECT_THAT(records[2].dump(), HasSubstr("the snapshot is 6 minutes in the future, limit 5"));
}

TEST_F(EngineTest, SurvivesTimesThatAreNone) {
  Publish();
  Engine engine(Options());
  SubmitUntilPlaced(engine);
  for (absl::Time now : {absl::InfinitePast(), absl::InfiniteFuture(), absl::UnixEpoch()}) {
    EXPECT_FALSE(engine.Submit(world_.Job(), now).apply);
  }
  JobRequest job = world_.Job();
  job.begin = absl::InfiniteFuture();
  job.deadline = absl::UnixEpoch();
  job.time_limit = absl::ZeroDuration();
  EXPECT_FALSE(engine.Submit(job, world_.now).apply);
}

TEST_F(EngineTest, WritesItsStatusBesideTheLog) {
  Publish(absl::Now());
  Engine engine(Options());
  ASSERT_TRUE(Eventually([&] { return Status().is_object(); }));
  const nlohmann::json status = Status();
  EXPECT_EQ(status["v"], 1);
  EXPECT_EQ(status["pid"], getpid());
  EXPECT_TRUE(status["error"].is_null()) << status;
  EXPECT_TRUE(status["snapshot"].is_object());
  engine.Submit(world_.Job(), world_.now);
  EXPECT_TRUE(Eventually([&] { return StatusCount("decisions") >= 1; }));
}

TEST_F(EngineTest, LetsJobsPassWhenDecidingThrows) {
  Publish();
  EngineOptions options = Options();
  options.decide = [](const JobRequest&, const Snapshot&, const BookingLedger&, absl::Time,
                      std::optional<double>) -> Decision {
    throw std::runtime_error("out of luck");
  };
  Engine engine(options);
  EXPECT_TRUE(Eventually([&] {
    const Verdict verdict = engine.Submit(world_.Job(), world_.now);
    EXPECT_FALSE(verdict.apply);
    EXPECT_EQ(verdict.admin_comment, "");
    EXPECT_EQ(verdict.message, "");
    std::lock_guard lock(lines_mutex);
    return std::count(lines.begin(), lines.end(), "carbon: decision: out of luck") == 1;
  }));
  EXPECT_TRUE(Eventually([&] { return StatusCount("failed") >= 1; }));
}

TEST_F(EngineTest, LetsJobsPassWhenMemoryRunsOut) {
  Publish();
  EngineOptions options = Options();
  options.decide = [](const JobRequest&, const Snapshot&, const BookingLedger&, absl::Time,
                      std::optional<double>) -> Decision { throw std::bad_alloc(); };
  Engine engine(options);
  EXPECT_TRUE(Eventually([&] {
    EXPECT_FALSE(engine.Submit(world_.Job(), world_.now).apply);
    std::lock_guard lock(lines_mutex);
    return std::count(lines.begin(), lines.end(), "carbon: decision: std::bad_alloc") == 1;
  }));
}

TEST_F(EngineTest, LetsJobsPassWhileTheLogCannotBeWritten) {
  Publish();
  Engine engine(Options());
  SubmitUntilPlaced(engine);
  std::filesystem::rename(folder_ + "/log", folder_ + "/away");
  EXPECT_TRUE(
      Eventually([&] { return engine.Submit(world_.Job(), world_.now).admin_comment.empty(); }));
  std::filesystem::rename(folder_ + "/away", folder_ + "/log");
  SubmitUntilPlaced(engine);
}

TEST_F(EngineTest, TellsWhyTheLogCannotBeWritten) {
  Publish();
  Engine engine(Options());
  SubmitUntilPlaced(engine);
  // Written before the folder goes, or it would be written after it is back.
  ASSERT_TRUE(Eventually([&] { return Records().size() == 1; }));
  std::filesystem::remove_all(folder_ + "/log");
  EXPECT_TRUE(EventuallyLogged("carbon: placement log: "));
  engine.Submit(world_.Job(), world_.now);
  std::filesystem::create_directory(folder_ + "/log");
  EXPECT_TRUE(EventuallyLogged("carbon: placement log: works again"));
  EXPECT_TRUE(Eventually([&] { return Records().size() == 1; }));
  EXPECT_THAT(Records()[0].dump(), HasSubstr("the placement log cannot be written"));
}

TEST_F(EngineTest, NeverPlacesAJobWithoutItsRecordHoweverManyAUserSubmits) {
  for (NodeGroup& group : world_.capacity.groups) group.total = TotalOf(1000, group.per_node);
  Publish();
  EngineOptions options = Options();
  options.budget = {.bytes = 100'000, .refill = absl::Hours(10)};
  std::vector<std::string> ids;
  JobRequest other = world_.Job();
  other.user_id = 1001;
  {
    Engine engine(options);
    SubmitUntilPlaced(engine);
    int unplaced = 0;
    for (int i = 0; i < 100; ++i) {
      const Verdict verdict = engine.Submit(world_.Job(), world_.now);
      EXPECT_EQ(verdict.apply, !verdict.admin_comment.empty());
      if (verdict.apply) {
        ids.push_back(DecisionIdInComment(verdict.admin_comment));
      } else {
        ++unplaced;
      }
    }
    EXPECT_GT(ids.size(), 5u);
    EXPECT_GT(unplaced, 50);
    // A wrong hint is still reported, and other users still have their whole share.
    EXPECT_THAT(engine.Submit(world_.Job("carbon:wiat=3h"), world_.now).message, HasSubstr("wiat"));
    EXPECT_TRUE(engine.Submit(other, world_.now).apply);
    EXPECT_TRUE(Eventually([&] { return StatusCount("records_withheld") == unplaced + 1; }));
  }
  std::set<std::string> recorded;
  uint64_t bytes = 0, withheld = 0;
  for (const nlohmann::json& record : Records()) {
    recorded.insert(record["id"].get<std::string>());
    bytes += record.dump().size();
    if (record["type"] != "withheld") continue;
    EXPECT_EQ(record["user_id"], 1000);
    withheld += record["count"].get<uint64_t>();
  }
  for (const std::string& id : ids) EXPECT_TRUE(recorded.contains(id)) << id;
  EXPECT_EQ(withheld + ids.size(), 101u);
  EXPECT_LT(bytes, 120'000u);
  EXPECT_TRUE(EventuallyLogged(
      "carbon: records: user 1000: a user's share of the placement log is used up"));
}

TEST_F(EngineTest, RecordsOptedOutJobsWithHalfOfAShareOnly) {
  Publish();
  EngineOptions options = Options();
  options.budget = {.bytes = 100'000, .refill = absl::Hours(10)};
  Engine engine(options);
  SubmitUntilPlaced(engine);
  for (int i = 0; i < 100; ++i) engine.Submit(world_.Job("carbon:off"), world_.now);
  EXPECT_TRUE(engine.Submit(world_.Job(), world_.now).apply);
}

TEST_F(EngineTest, KeepsIdsUniqueAndRecordsWholeUnderManyThreads) {
  constexpr int kThreads = 16;
  constexpr int kJobs = 40;
  // Room for all of them.
  for (NodeGroup& group : world_.capacity.groups) {
    group.total = TotalOf(1000, group.per_node);
  }
  Publish();
  std::mutex mutex;
  std::vector<std::string> ids;
  {
    Engine engine(Options());
    SubmitUntilPlaced(engine);
    std::atomic<bool> done = false;
    std::thread swapper([&] {
      for (int i = 1; !done; ++i) {
        world_.capacity.taken_at = world_.now + absl::Milliseconds(i);
        Publish(world_.now + absl::Milliseconds(i));
      }
    });
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        const JobRequest job = World().Job();
        for (int i = 0; i < kJobs; ++i) {
          const Verdict verdict = engine.Submit(job, world_.now);
          std::lock_guard lock(mutex);
          ids.push_back(DecisionIdInComment(verdict.admin_comment));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    done = true;
    swapper.join();
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  EXPECT_EQ(ids.size(), static_cast<size_t>(kThreads * kJobs));
  uint64_t expected = 0;
  for (const nlohmann::json& record : Records()) EXPECT_EQ(record["seq"], ++expected);
}

}  // namespace
}  // namespace carbon
