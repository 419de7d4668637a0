// A day of scarbond's, on a cluster and a clock of the test's own: what it publishes, which jobs it
// restores, and how it gets through failures.
#include "scarbond/publication.h"

#include <sys/time.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "core/decision/runtime_keys.h"
#include "core/grid/forecast_codec.h"
#include "core/runtime/learnt_runtimes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/fetched_forecasts.h"
#include "store/file.h"
#include "store/recorded_snapshot.h"
#include "tests/core/world.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The cluster of a World. A job that is restored goes on waiting, as it had asked for.
class SimulatedCluster : public ClusterSource {
 public:
  explicit SimulatedCluster(World* world) : world_(world) {}

  absl::StatusOr<ClusterLook> Look(const std::vector<PoolConfig>&, absl::Duration, absl::Time now,
                                   const RestoredJobs& known) override {
    ++looks;
    if (!answers) return absl::UnavailableError("slurmctld: does not answer");
    ClusterLook look;
    look.capacity = world_->capacity;
    look.capacity.taken_at = now;
    for (const WatchedJob& job : watched) {
      const MarkedJobState state{.job_id = job.job_id,
                                 .decision_id = job.promise.decision_id,
                                 .partitions = job.partition,
                                 .begin = job.begin,
                                 .limit = job.limit,
                                 .waits = true};
      if (known.Knows(state.decision_id)) look.restored.push_back(state);
      if (!known.IsRestored(state)) look.watched.push_back(job);
    }
    look.ended = ended;
    look.may_update = true;
    look.jobs = static_cast<int64_t>(watched.size());
    return look;
  }
  absl::Status RefreshAdmission(absl::Time, absl::Duration) override {
    return tells_rules ? absl::OkStatus() : absl::UnavailableError("slurmctld: no partitions");
  }
  const AdmissionRules& admission() const override { return world_->admission; }
  uint64_t admission_version() const override { return 1; }
  std::optional<bool> IsInAnyGroup(uint32_t, const std::vector<std::string>&) override {
    return true;
  }
  absl::Status RestoreJob(const JobRestore& job) override {
    if (!takes_updates) return absl::UnavailableError("slurmctld: does not answer");
    restored.push_back(job);
    for (WatchedJob& other : watched) {
      if (other.job_id != job.job_id) continue;
      other.partition = absl::StrJoin(job.partitions, ",");
      other.begin = job.begin;
    }
    if (!answers_updates) return absl::UnavailableError("slurmctld: does not answer");
    return absl::OkStatus();
  }
  const Seal* seal() const override { return its_seal.has_value() ? &*its_seal : nullptr; }
  void RememberPublished(const CapacityState& published) override {
    remembered = published.taken_at;
  }

  bool answers = true, tells_rules = true, takes_updates = true, answers_updates = true;
  int looks = 0;
  std::vector<WatchedJob> watched;
  std::vector<JobRestore> restored;
  std::vector<AccountedJob> ended;
  std::optional<Seal> its_seal;
  std::optional<absl::Time> remembered;

 private:
  World* world_;
};

// scarbond measures with it how long its work took.
absl::Time simulated_now;

class PublicationTest : public ::testing::Test {
 protected:
  PublicationTest() {
    world_.AddZone("DE", std::vector<double>(24, 400));
    world_.AddZone("NO", std::vector<double>(24, 50));
    world_.AddSite("frankfurt", "DE");
    world_.AddSite("oslo", "NO");
    simulated_now = world_.now;
    for (const auto& [zone, value] : {std::pair("DE", 400), {"NO", 50}}) {
      std::ofstream csv(folder_ + "/" + zone + ".csv");
      csv << "time,value\n";
      for (int hour = -1; hour < 72; ++hour) {
        csv << absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", world_.now + absl::Hours(hour),
                                absl::UTCTimeZone())
            << "," << value << "\n";
      }
      csv.close();
      // A file from the future is not believed.
      const timeval then = absl::ToTimeval(world_.now);
      const timeval times[] = {then, then};
      utimes(absl::StrCat(folder_, "/", zone, ".csv").c_str(), times);
    }
  }

  // `policy` is what the only policy has besides its name and mode.
  Config MakeConfig(absl::string_view policy = R"("margin": "2m")") const {
    const std::string text = absl::StrReplaceAll(
        R"({"paths": {"snapshot": "@/snapshot", "log": "@/log/placements.jsonl"},
            "refresh": {"capacity": "5m"},
            "zones": {"DE": {"kind": "average-lifecycle",
                             "forecast": [{"file": "@/DE.csv", "format": "csv"}]},
                      "NO": {"kind": "average-lifecycle",
                             "forecast": [{"file": "@/NO.csv", "format": "csv"}]}},
            "sites": {"frankfurt": {"zone": "DE", "pue": 1.1}, "oslo": {"zone": "NO", "pue": 1.1}},
            "pools": {"frankfurt": {"site": "frankfurt", "partition": "frankfurt",
                                    "hardware": "h100-sxm"},
                      "oslo": {"site": "oslo", "partition": "oslo", "hardware": "h100-sxm"}},
            "policies": [{"name": "all", "mode": "enforce", POLICY}]})",
        {{"@", folder_}, {"POLICY", policy}});
    std::vector<ConfigError> errors;
    std::optional<Config> config = ParseConfig(text, &errors);
    EXPECT_TRUE(config.has_value()) << (errors.empty() ? "" : errors[0].message);
    return *std::move(config);
  }
  absl::StatusOr<Publication> TryToOpen(Config config) {
    auto cluster = std::make_unique<SimulatedCluster>(&world_);
    cluster_ = cluster.get();
    return Publication::Open(std::move(config), std::move(cluster), [] { return simulated_now; });
  }
  Publication Open() { return Open(MakeConfig()); }
  Publication Open(Config config) {
    absl::StatusOr<Publication> publication = TryToOpen(std::move(config));
    EXPECT_TRUE(publication.ok()) << publication.status();
    return *std::move(publication);
  }
  // One whose forecasts are scarbond-fetch's. A provider's secret is not this process's to read.
  Config MakeOfflineConfig() const {
    Config config = MakeConfig();
    config.daemon.paths.forecasts = folder_ + "/fetched/forecasts";
    config.daemon.paths.archive = folder_ + "/fetched-archive/archive.sqlite";
    config.daemon.zones[0].forecasts = {ForecastProvider{
        .provider = "electricity-maps", .zone = "DE", .secret_file = folder_ + "/no-token"}};
    return config;
  }
  // As scarbond-fetch does.
  void Fetch(absl::Time now) {
    std::filesystem::create_directories(folder_ + "/fetched");
    FetchedForecasts fetched{.pid = 1, .started_at = now, .updated_at = now};
    fetched.sources = {{.zone = "DE", .source = "electricity-maps:DE", .requests = 3}};
    fetched.part = SerializeForecasts(world_.forecasts);
    const std::string path = folder_ + "/fetched/forecasts";
    ASSERT_TRUE(WriteFileAtomically(path, SerializeFetchedForecasts(fetched)).ok());
  }

  absl::Status PublishAt(Publication* publication, absl::Time now) {
    simulated_now = now;
    return publication->Publish(now, Publication::Watch::kYes);
  }
  // As the plugin reads it.
  std::shared_ptr<const Snapshot> Published() const {
    auto snapshot = SnapshotReader(folder_ + "/snapshot").ReadIfChanged();
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    return snapshot.ok() ? *snapshot : nullptr;
  }
  // The plugin's file, which scarbond does not create.
  void MakeLog() const {
    std::filesystem::create_directories(folder_ + "/log");
    std::ofstream(folder_ + "/log/placements.jsonl").flush();
  }
  std::vector<nlohmann::json> Records() const {
    std::ifstream log(folder_ + "/log/placements.jsonl");
    std::vector<nlohmann::json> records;
    for (std::string line; std::getline(log, line);) {
      records.push_back(nlohmann::json::parse(line));
    }
    return records;
  }
  WatchedJob Delayed(uint32_t job_id, absl::Time start, absl::Time deadline) const {
    WatchedJob job;
    job.job_id = job_id;
    job.user_id = 1000;
    job.promise = {.decision_id = absl::StrCat("3f9c21aa04d7be15-", job_id),
                   .runs = {{"oslo", start}},
                   .from = {"frankfurt"}};
    job.partition = "oslo";
    job.begin = start;
    job.limit = absl::Hours(4);
    job.deadline = deadline;
    return job;
  }

  QueuedUse UseOf(uint32_t job_id) const {
    return {.job_id = job_id,
            .decision_id = absl::StrCat("3f9c21aa04d7be15-", job_id),
            .group = "oslo",
            .when = {world_.Hour(3), world_.Hour(7)},
            .amount = {.devices = 32}};
  }

  World world_;
  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  SimulatedCluster* cluster_ = nullptr;
};

TEST_F(PublicationTest, PublishesADayOfLooksThroughFailures) {
  Publication publication = Open();
  EXPECT_EQ(publication.period(), absl::Minutes(5));
  absl::Time last;
  int published = 0;
  for (absl::Time now = world_.now; now < world_.Hour(24); now += absl::Minutes(5)) {
    // slurmctld is away from six to seven.
    cluster_->answers = now < world_.Hour(6) || now >= world_.Hour(7);
    const absl::Status status = PublishAt(&publication, now);
    EXPECT_EQ(status.ok(), cluster_->answers) << status;
    if (!status.ok()) {
      EXPECT_THAT(std::string(status.message()), HasSubstr("does not answer"));
    } else {
      last = now;
      ++published;
    }
    if (absl::ToInt64Minutes(now - world_.now) % 60 != 0) continue;
    const std::shared_ptr<const Snapshot> snapshot = Published();
    ASSERT_NE(snapshot, nullptr);
    EXPECT_EQ(snapshot->capacity().taken_at, last);
    EXPECT_EQ(snapshot->capacity().watched_at, last);
    EXPECT_EQ(snapshot->capacity().watched_until, last + absl::Minutes(15));
    EXPECT_EQ(snapshot->forecasts().size(), 2u);
  }
  EXPECT_EQ(cluster_->looks, 288);
  EXPECT_EQ(published, 276);
}

TEST_F(PublicationTest, RestoresAJobOnceItsPoolIsDownAndRecordsIt) {
  MakeLog();
  Publication publication = Open();
  cluster_->watched = {Delayed(7, world_.Hour(3), world_.Hour(10))};
  world_.capacity.uses = {UseOf(7)};
  ASSERT_TRUE(PublishAt(&publication, world_.now).ok());
  EXPECT_TRUE(cluster_->restored.empty());
  world_.state("oslo").up = false;
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(PublishAt(&publication, world_.now + i * absl::Minutes(5)).ok());
  }
  ASSERT_EQ(cluster_->restored.size(), 1u);
  EXPECT_EQ(cluster_->restored[0].begin, world_.now + absl::Minutes(5));
  EXPECT_THAT(cluster_->restored[0].partitions, ElementsAre("frankfurt"));
  const std::vector<nlohmann::json> records = Records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0]["type"], "return");
  EXPECT_EQ(records[0]["job_id"], 7);
  EXPECT_EQ(records[0]["reason"], "its pool is down");
}

// Its partition is home's, so that only scarbond's own file tells it from a job that is placed.
TEST_F(PublicationTest, RemembersAcrossARestartWhichJobsItRestored) {
  MakeLog();
  WatchedJob job = Delayed(7, world_.Hour(3), world_.Hour(10));
  job.promise.from = {"oslo"};
  world_.capacity.uses = {UseOf(7)};
  world_.state("oslo").up = false;
  {
    Publication publication = Open();
    cluster_->watched = {job};
    ASSERT_TRUE(PublishAt(&publication, world_.now).ok());
    ASSERT_EQ(cluster_->restored.size(), 1u);
    job = cluster_->watched[0];
  }
  {
    Publication publication = Open();
    cluster_->watched = {job};
    ASSERT_TRUE(PublishAt(&publication, world_.now + absl::Minutes(5)).ok());
    EXPECT_THAT(cluster_->restored, IsEmpty());
    EXPECT_EQ(Records().size(), 1u);
  }
  // Without the file it is restored to what it has already, once.
  std::filesystem::remove(folder_ + "/snapshot/scarbond-restored.json");
  Publication publication = Open();
  cluster_->watched = {job};
  for (int i = 2; i < 5; ++i) {
    ASSERT_TRUE(PublishAt(&publication, world_.now + i * absl::Minutes(5)).ok());
  }
  EXPECT_EQ(cluster_->restored.size(), 1u);
  EXPECT_EQ(cluster_->watched[0].partition, "oslo");
}

// Killed behind slurmctld's change: the job itself says that it was restored.
TEST_F(PublicationTest, RecordsAfterAKillWhatSlurmctldHadDone) {
  MakeLog();
  world_.capacity.uses = {UseOf(7)};
  world_.state("oslo").up = false;
  std::vector<WatchedJob> queue;
  {
    Publication publication = Open();
    cluster_->watched = {Delayed(7, world_.Hour(3), world_.Hour(10))};
    cluster_->answers_updates = false;
    ASSERT_TRUE(PublishAt(&publication, world_.now).ok());
    queue = cluster_->watched;
  }
  EXPECT_EQ(queue[0].partition, "frankfurt");
  for (const nlohmann::json& record : Records()) EXPECT_FALSE(record["error"].is_null());
  Publication publication = Open();
  cluster_->watched = queue;
  ASSERT_TRUE(PublishAt(&publication, world_.now + absl::Minutes(5)).ok());
  EXPECT_THAT(cluster_->restored, IsEmpty());
  const nlohmann::json record = Records().back();
  EXPECT_EQ(record["job_id"], 7);
  EXPECT_TRUE(record.contains("chain") && record["chain"].is_null());  // its boot's first
  EXPECT_TRUE(record["error"].is_null());
  EXPECT_EQ(record["partitions"], nlohmann::json({"frankfurt"}));
}

// Killed before it: the job is as it was placed, and is watched.
TEST_F(PublicationTest, RestoresAfterAKillWhatSlurmctldHadNotDone) {
  MakeLog();
  world_.capacity.uses = {UseOf(7)};
  world_.state("oslo").up = false;
  {
    Publication publication = Open();
    cluster_->watched = {Delayed(7, world_.Hour(3), world_.Hour(10))};
    cluster_->takes_updates = false;
    ASSERT_TRUE(PublishAt(&publication, world_.now).ok());
  }
  Publication publication = Open();
  cluster_->watched = {Delayed(7, world_.Hour(3), world_.Hour(10))};
  ASSERT_TRUE(PublishAt(&publication, world_.now + absl::Minutes(5)).ok());
  ASSERT_EQ(cluster_->restored.size(), 1u);
  EXPECT_THAT(cluster_->restored[0].partitions, ElementsAre("frankfurt"));
}

// Neither a broken file nor one that cannot be written keeps a job from what it was promised.
TEST_F(PublicationTest, RestoresJobsWhateverIsWrongWithItsFile) {
  MakeLog();
  const std::string path = folder_ + "/snapshot/scarbond-restored.json";
  std::filesystem::create_directories(path + "/in-the-way");
  world_.capacity.uses = {UseOf(7)};
  world_.state("oslo").up = false;
  Publication publication = Open();
  cluster_->watched = {Delayed(7, world_.Hour(3), world_.Hour(10))};
  ASSERT_TRUE(PublishAt(&publication, world_.now).ok());
  EXPECT_EQ(cluster_->restored.size(), 1u);
  EXPECT_EQ(Published()->capacity().watched_at, world_.now);
  ASSERT_TRUE(PublishAt(&publication, world_.now + absl::Minutes(5)).ok());
  EXPECT_EQ(cluster_->restored.size(), 1u);
  EXPECT_EQ(Records().size(), 1u);
}

// Before the publisher removes it.
TEST_F(PublicationTest, ArchivesThePartsThatADecisionNames) {
  std::filesystem::create_directories(folder_ + "/log");
  Publication publication = Open();
  ASSERT_TRUE(PublishAt(&publication, world_.now).ok());
  const Manifest named = Published()->manifest();
  ASSERT_TRUE(PublishAt(&publication, world_.now + absl::Minutes(5)).ok());
  const Manifest unnamed = Published()->manifest();
  std::ofstream(folder_ + "/log/placements.jsonl") << absl::StrCat(
      "{\"v\":2,\"type\":\"decision\",\"boot\":\"3f9c21aa04d7be15\",\"seq\":1,\"snapshot\":{"
      "\"config\":\"",
      named.hashes[SnapshotPart::kConfig], "\",\"forecast\":\"",
      named.hashes[SnapshotPart::kForecast], "\",\"capacity\":\"",
      named.hashes[SnapshotPart::kCapacity], "\",\"admission\":\"",
      named.hashes[SnapshotPart::kAdmission], "\"}}\n");
  // The first tick that looks at the log is the one that would remove them.
  ASSERT_TRUE(PublishAt(&publication, world_.now + absl::Hours(3)).ok());
  EXPECT_FALSE(
      std::filesystem::exists(folder_ + "/snapshot/" + named.FileOf(SnapshotPart::kCapacity)));
  EXPECT_TRUE(LoadRecordedSnapshot(folder_ + "/snapshot", folder_ + "/snapshot-parts", named)
                  .snapshot.ok());
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/snapshot-parts/" +
                                       unnamed.FileOf(SnapshotPart::kCapacity) + ".zst"));
  EXPECT_EQ(FormatFindings(publication.Findings(), Severity::kWarning), std::vector<std::string>());
}

// That nobody watches shows in the part: the plugin delays no job then.
TEST_F(PublicationTest, DoesNotSayThatItWatchesWhereSlurmctldTakesNoUpdate) {
  Publication publication = Open();
  cluster_->watched = {Delayed(7, world_.Hour(3), world_.Hour(10))};
  world_.capacity.uses = {UseOf(7)};
  ASSERT_TRUE(PublishAt(&publication, world_.now).ok());
  EXPECT_EQ(Published()->capacity().watched_at, world_.now);
  world_.state("oslo").up = false;
  cluster_->takes_updates = false;
  for (int i = 1; i < 4; ++i) {
    ASSERT_TRUE(PublishAt(&publication, world_.now + i * absl::Minutes(5)).ok());
  }
  EXPECT_TRUE(cluster_->restored.empty());
  EXPECT_EQ(Published()->capacity().watched_at, std::nullopt);
  EXPECT_EQ(Published()->capacity().watched_until, std::nullopt);
  cluster_->takes_updates = true;
  const absl::Time later = world_.now + absl::Minutes(20);
  ASSERT_TRUE(PublishAt(&publication, later).ok());
  EXPECT_EQ(cluster_->restored.size(), 1u);
  EXPECT_EQ(Published()->capacity().watched_at, later);
}

// The plugin learns from it where the log is, and scarbon status how old a publish may be.
TEST_F(PublicationTest, TellsReadersWhatTheyNeedBesideTheParts) {
  Publication publication = Open();
  ASSERT_TRUE(PublishAt(&publication, world_.now).ok());
  const ReaderSettings expected{.log = folder_ + "/log/placements.jsonl",
                                .period = absl::Minutes(5)};
  EXPECT_EQ(Published()->manifest().readers, expected);
}

TEST_F(PublicationTest, PublishesAlsoWhereTheRulesCannotBeRead) {
  Publication publication = Open();
  cluster_->tells_rules = false;
  EXPECT_TRUE(PublishAt(&publication, world_.now).ok());
  EXPECT_EQ(Published()->capacity().taken_at, world_.now);
}

TEST_F(PublicationTest, PublishesWhatScarbondFetchFetchedAndReadsNoSecret) {
  Config alone = MakeOfflineConfig();
  alone.daemon.paths.forecasts.clear();
  EXPECT_THAT(std::string(TryToOpen(alone).status().message()), HasSubstr("no-token"));
  absl::StatusOr<Publication> publication = TryToOpen(MakeOfflineConfig());
  ASSERT_TRUE(publication.ok()) << publication.status();
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/fetched-archive/archive.sqlite"));
  // Before there is a forecast it publishes, and says that there is none.
  ASSERT_TRUE(PublishAt(&*publication, world_.now).ok());
  EXPECT_TRUE(Published()->forecasts().empty());
  EXPECT_THAT(FormatFindings(publication->Findings(), Severity::kWarning),
              ElementsAre(HasSubstr("there are none yet")));
  Fetch(world_.now);
  ASSERT_TRUE(PublishAt(&*publication, world_.now + absl::Minutes(1)).ok());
  EXPECT_EQ(SerializeForecasts(Published()->forecasts()), SerializeForecasts(world_.forecasts));
  EXPECT_EQ(publication->forecasts().zones().size(), 2u);
  EXPECT_EQ(publication->forecasts().Sources()[0].requests, 3);
  EXPECT_THAT(FormatFindings(publication->Findings(), Severity::kWarning), IsEmpty());
}

// The forecasts are valid for a day.
TEST_F(PublicationTest, GoesOnWithTheLastForecastsWhereScarbondFetchIsDead) {
  Fetch(world_.now);
  absl::StatusOr<Publication> publication = TryToOpen(MakeOfflineConfig());
  ASSERT_TRUE(publication.ok()) << publication.status();
  for (int hour = 0; hour < 48; hour += 6) {
    const absl::Time now = world_.now + absl::Hours(hour);
    ASSERT_TRUE(PublishAt(&*publication, now).ok());
    EXPECT_EQ(Published()->capacity().taken_at, now);
    ASSERT_EQ(Published()->forecasts().size(), 2u);
    EXPECT_EQ(Published()->forecasts()[0].valid_until, world_.Hour(24));
    EXPECT_EQ(publication->Findings().empty(), hour == 0);
  }
  std::filesystem::remove(folder_ + "/fetched/forecasts");
  ASSERT_TRUE(PublishAt(&*publication, world_.Hour(49)).ok());
  EXPECT_EQ(Published()->forecasts().size(), 2u);
}

TEST_F(PublicationTest, TakesForecastsFromElsewhereAfterAReload) {
  Publication publication = Open();
  ASSERT_TRUE(PublishAt(&publication, world_.now).ok());
  EXPECT_EQ(Published()->forecasts()[0].source, "csv:DE.csv");
  Fetch(world_.now);
  ASSERT_TRUE(publication.Reconfigure(MakeOfflineConfig()).ok());
  ASSERT_TRUE(PublishAt(&publication, world_.now + absl::Minutes(5)).ok());
  EXPECT_EQ(Published()->forecasts()[0].source, "made up");
  // One that is wrong changes nothing.
  Config wrong = MakeOfflineConfig();
  wrong.daemon.paths.forecasts.clear();
  EXPECT_FALSE(publication.Reconfigure(wrong).ok());
  ASSERT_TRUE(PublishAt(&publication, world_.now + absl::Minutes(10)).ok());
  EXPECT_EQ(Published()->forecasts()[0].source, "made up");
  ASSERT_TRUE(publication.Reconfigure(MakeConfig()).ok());
  ASSERT_TRUE(PublishAt(&publication, world_.now + absl::Minutes(15)).ok());
  EXPECT_EQ(Published()->forecasts()[0].source, "csv:DE.csv");
}

TEST_F(PublicationTest, RemembersAcrossARestartWhatItPublished) {
  {
    Publication publication = Open();
    EXPECT_EQ(cluster_->remembered, std::nullopt);
    ASSERT_TRUE(PublishAt(&publication, world_.now).ok());
  }
  Publication publication = Open();
  EXPECT_EQ(cluster_->remembered, world_.now);
}

constexpr char kLearns[] = R"("learnt_runtime": true)";

// The sacct of this machine does not know the cluster of the test.
TEST_F(PublicationTest, LearnsRuntimesFromJobsThatItSeesEndIfThereIsNoAccounting) {
  setenv("SLURM_CONF", absl::StrCat(folder_, "/none").c_str(), 1);
  Publication publication = Open(MakeConfig(kLearns));
  absl::Time now = world_.now;
  ASSERT_TRUE(PublishAt(&publication, now).ok());
  EXPECT_EQ(Published()->runtimes(), nullptr);  // there is no seal
  cluster_->its_seal = Seal(std::string(32, 'k'), "test", world_.now);
  cluster_->ended = {{7, 1000, "physics", "train", world_.now, absl::Hours(1), absl::Hours(10)}};
  const absl::Time deadline = absl::Now() + absl::Minutes(1);
  while (Published()->runtimes() == nullptr && absl::Now() < deadline) {
    now += absl::Seconds(5);
    ASSERT_TRUE(PublishAt(&publication, now).ok());
  }
  const std::shared_ptr<const Snapshot> snapshot = Published();
  ASSERT_NE(snapshot->runtimes(), nullptr);
  const RuntimeKeys keys = RuntimeKeysOf(1000, "physics", "train", *cluster_->its_seal);
  const std::optional<ExpectedRuntime> expected = snapshot->runtimes()->Find(keys);
  EXPECT_EQ(expected->level, RuntimeLevel::kName);
  EXPECT_EQ(expected->jobs, 1);
  EXPECT_LT(expected->share, 0.5);
  const auto notes = [&publication] {
    std::vector<Finding> notes = publication.Findings();
    std::erase_if(notes, [](const Finding& finding) {
      return finding.code != FindingCode::kAccountingNotRead || finding.severity != Severity::kNote;
    });
    return notes;
  };
  ASSERT_EQ(notes().size(), 1u);
  EXPECT_THAT(notes()[0].fact, HasSubstr("they are learnt from jobs that are seen to end"));
  // A configuration that does not use them has neither the part nor the finding.
  ASSERT_TRUE(publication.Reconfigure(MakeConfig()).ok());
  ASSERT_TRUE(PublishAt(&publication, now + absl::Seconds(5)).ok());
  EXPECT_EQ(Published()->runtimes(), nullptr);
  EXPECT_THAT(notes(), IsEmpty());
}

// What was published stays until it is learnt again, as long as a policy uses it.
TEST_F(PublicationTest, KeepsTheRuntimesThatWerePublishedBefore) {
  LearntRuntimes runtimes;
  runtimes.newest = world_.now;
  runtimes.cluster = LearntRuntimes::Entry{.key = "", .share = 500'000, .spread = 0, .jobs = 9};
  {
    Publication publication = Open();
    ASSERT_TRUE(PublishAt(&publication, world_.now).ok());
    EXPECT_EQ(Published()->runtimes(), nullptr);
  }
  const std::shared_ptr<const Snapshot> before = Published();
  SnapshotParts parts;
  for (const PartInfo& info : kParts) {
    if (info.is_optional) continue;
    std::ifstream file(folder_ + "/snapshot/" + before->manifest().FileOf(info.part));
    parts.bytes[info.part].assign(std::istreambuf_iterator<char>(file), {});
  }
  parts.bytes[SnapshotPart::kRuntimes] = SerializeRuntimes(runtimes);
  SnapshotPublisher::Open(folder_ + "/snapshot")->Publish(parts, world_.now).value();
  {
    Publication publication = Open(MakeConfig(kLearns));
    ASSERT_TRUE(PublishAt(&publication, world_.now + absl::Seconds(5)).ok());
    EXPECT_EQ(*Published()->runtimes(), runtimes);
    // Accounting does not answer yet: one job that was seen to end does not replace nine.
    setenv("SLURM_CONF", absl::StrCat(folder_, "/none").c_str(), 1);
    cluster_->its_seal = Seal(std::string(32, 'k'), "test", world_.now);
    cluster_->ended = {{7, 1000, "physics", "train", world_.now, absl::Hours(1), absl::Hours(10)}};
    absl::Time now = world_.now + absl::Seconds(5);
    const auto is_without_accounting = [&publication] {
      const std::vector<Finding> findings = publication.Findings();
      return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.code == FindingCode::kAccountingNotRead;
      });
    };
    const absl::Time deadline = absl::Now() + absl::Minutes(1);
    while (!is_without_accounting() && absl::Now() < deadline) {
      ASSERT_TRUE(PublishAt(&publication, now += absl::Seconds(5)).ok());
    }
    ASSERT_TRUE(is_without_accounting());
    for (int i = 0; i < 200; ++i)
      ASSERT_TRUE(PublishAt(&publication, now += absl::Seconds(5)).ok());
    EXPECT_EQ(*Published()->runtimes(), runtimes);
    cluster_->its_seal.reset();
    cluster_->ended.clear();
  }
  Publication publication = Open();
  ASSERT_TRUE(PublishAt(&publication, world_.now + absl::Seconds(10)).ok());
  EXPECT_EQ(Published()->runtimes(), nullptr);
}

}  // namespace
}  // namespace carbon
