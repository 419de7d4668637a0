// A day of scarbond's, on a cluster and a clock of the test's own: what it publishes, what it gives
// back, and how it gets through failures.
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
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/recorded_snapshot.h"
#include "tests/core/world.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The cluster of a World. A job that is given back no longer waits.
class SimulatedCluster : public ClusterSource {
 public:
  explicit SimulatedCluster(World* world) : world_(world) {}

  absl::StatusOr<ClusterLook> Look(const std::vector<PoolConfig>&, absl::Duration,
                                   absl::Time now) override {
    ++looks;
    if (!answers) return absl::UnavailableError("slurmctld: does not answer");
    ClusterLook look;
    look.capacity = world_->capacity;
    look.capacity.taken_at = now;
    look.watched = watched;
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
  absl::Status GiveBack(const JobReturn& job, absl::Time now) override {
    if (!takes_updates) return absl::UnavailableError("slurmctld: does not answer");
    returned.emplace_back(now, job);
    std::erase_if(watched, [&](const WatchedJob& other) { return other.job_id == job.job_id; });
    return absl::OkStatus();
  }
  void RememberPublished(const CapacityState& published) override { restored = published.taken_at; }

  bool answers = true, tells_rules = true, takes_updates = true;
  int looks = 0;
  std::vector<WatchedJob> watched;
  std::vector<std::pair<absl::Time, JobReturn>> returned;
  std::optional<absl::Time> restored;

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

  Publication Open() {
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
            "policies": [{"name": "all", "mode": "enforce", "margin": "2m"}]})",
        {{"@", folder_}});
    std::vector<ConfigError> errors;
    std::optional<Config> config = ParseConfig(text, &errors);
    EXPECT_TRUE(config.has_value()) << (errors.empty() ? "" : errors[0].message);
    auto cluster = std::make_unique<SimulatedCluster>(&world_);
    cluster_ = cluster.get();
    absl::StatusOr<Publication> publication =
        Publication::Open(*std::move(config), std::move(cluster), [] { return simulated_now; });
    EXPECT_TRUE(publication.ok()) << publication.status();
    return *std::move(publication);
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
  WatchedJob Delayed(uint32_t job_id, absl::Time start, absl::Time deadline) const {
    WatchedJob job;
    job.job_id = job_id;
    job.user_id = 1000;
    job.admin_comment = "carbon:id=3f9c21aa04d7be15-42,…";
    job.promise = {.decision_id = absl::StrCat("3f9c21aa04d7be15-", job_id),
                   .pool = "oslo",
                   .start = start,
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

TEST_F(PublicationTest, GivesAJobBackOnceItsPoolIsDownAndRecordsIt) {
  std::filesystem::create_directories(folder_ + "/log");
  std::ofstream(folder_ + "/log/placements.jsonl").flush();
  Publication publication = Open();
  cluster_->watched = {Delayed(7, world_.Hour(3), world_.Hour(10))};
  world_.capacity.uses = {UseOf(7)};
  ASSERT_TRUE(PublishAt(&publication, world_.now).ok());
  EXPECT_TRUE(cluster_->returned.empty());
  world_.state("oslo").up = false;
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(PublishAt(&publication, world_.now + i * absl::Minutes(5)).ok());
  }
  ASSERT_EQ(cluster_->returned.size(), 1u);
  EXPECT_EQ(cluster_->returned[0].first, world_.now + absl::Minutes(5));
  EXPECT_THAT(cluster_->returned[0].second.partitions, ElementsAre("frankfurt"));
  std::ifstream log(folder_ + "/log/placements.jsonl");
  std::string line;
  ASSERT_TRUE(std::getline(log, line));
  const auto record = nlohmann::json::parse(line);
  EXPECT_EQ(record["type"], "return");
  EXPECT_EQ(record["job_id"], 7);
  EXPECT_EQ(record["reason"], "its pool is down");
  EXPECT_TRUE(record.contains("chain") && record["chain"].is_null());  // its boot's first
  EXPECT_FALSE(std::getline(log, line));
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
  EXPECT_TRUE(cluster_->returned.empty());
  EXPECT_EQ(Published()->capacity().watched_at, std::nullopt);
  EXPECT_EQ(Published()->capacity().watched_until, std::nullopt);
  cluster_->takes_updates = true;
  const absl::Time later = world_.now + absl::Minutes(20);
  ASSERT_TRUE(PublishAt(&publication, later).ok());
  EXPECT_EQ(cluster_->returned.size(), 1u);
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

TEST_F(PublicationTest, RemembersAcrossARestartWhatItPublished) {
  {
    Publication publication = Open();
    EXPECT_EQ(cluster_->restored, std::nullopt);
    ASSERT_TRUE(PublishAt(&publication, world_.now).ok());
  }
  Publication publication = Open();
  EXPECT_EQ(cluster_->restored, world_.now);
}

}  // namespace
}  // namespace carbon
