// Runs the built scarbon on published snapshots and on the plugin's files next to its log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/cluster/capacity_codec.h"
#include "core/config/daemon_config.h"
#include "core/grid/forecast_codec.h"
#include "core/runtime/learnt_runtimes.h"
#include "store/daemon_state.h"
#include "store/plugin_status.h"
#include "store/snapshot_store.h"
#include "tests/cli/run_scarbon.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Utc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

class ScarbonStatus : public ::testing::Test {
 protected:
  ScarbonStatus() {
    fs::create_directory(folder_ + "/log");

    config_.zones.push_back({.name = "NO-1", .climatology = GramsPerKilowattHour(30)});
    config_.sites.push_back(
        {.name = "oslo", .zone = "NO-1", .pue = {.value = 1.1, .source = "the operator"}});
    config_.hardware = ShippedProfiles();
    config_.pools.push_back({.name = "oslo",
                             .site = "oslo",
                             .partition = "green",
                             .hardware = config_.hardware.begin()->first});
    config_.policies.push_back({.name = "all"});
    paths_ = {.snapshot = folder_ + "/snapshot", .log = folder_ + "/log/placements.jsonl"};
    capacity_.taken_at = now_;
    capacity_.groups = {{"g", {4, 0, 0, 0}, {1, 0, 0, 0}}};
    capacity_.pools = {{.pool = "oslo", .group = "g", .up = true}};
    admission_.accounting_known = true;
    admission_.partitions = {{.name = "green"}};
    const IntensitySeries series =
        IntensitySeries::Create({{now_ - absl::Hours(1), GramsPerKilowattHour(25)}},
                                now_ + absl::Hours(24))
            .value();
    forecasts_ = {ZoneForecast{.zone = "NO-1",
                               .source = "csv:NO-1.csv",
                               .issued_at = now_ - absl::Hours(2),
                               .fetched_at = now_,
                               .valid_until = now_ + absl::Hours(20),
                               .series = series,
                               .horizon = series.end(),
                               .long_run_mean = GramsPerKilowattHour(25)}};
    daemon_ = {.pid = 4712, .started_at = now_ - absl::Hours(5), .updated_at = now_};
    daemon_.sources = {{.zone = "NO-1",
                        .source = "csv:NO-1.csv",
                        .in_use = true,
                        .issued_at = now_ - absl::Hours(2),
                        .fetched_at = now_,
                        .reaches = now_ + absl::Hours(24),
                        .next_refresh = now_ + absl::Hours(1)}};
  }

  Manifest Publish(absl::Time published_at) {
    absl::StatusOr<SnapshotPublisher> publisher = SnapshotPublisher::Open(paths_.snapshot);
    EXPECT_TRUE(publisher.ok()) << publisher.status();
    absl::StatusOr<Manifest> manifest = publisher->Publish(
        {.bytes = {{SerializeConfig(config_), SerializeForecasts(forecasts_),
                    SerializeCapacity(capacity_), SerializeAdmission(admission_), runtimes_}},
         .readers = {.log = paths_.log}},
        published_at);
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    daemon_.published_at = published_at;
    if (leaves_state_) Write(daemon_);
    return *manifest;
  }
  void Write(const DaemonState& daemon) {
    std::ofstream(DaemonStatePath(paths_.snapshot)) << SerializeDaemonState(daemon);
  }
  Manifest Publish() { return Publish(now_); }

  PluginStatus Plugin(const Manifest& manifest) {
    return {.boot = "3f9c21aa04d7be15",
            .pid = 4711,
            .started_at = now_ - absl::Hours(5),
            .snapshot = manifest,
            .loaded_at = now_,
            .decisions = 12,
            .placed = 7,
            .left_alone = 2,
            .failed = 0,
            .records_written = 13,
            .records_dropped = 1,
            .records_withheld = 4,
            .updated_at = now_};
  }
  std::string PluginPath() const { return PluginStatusPath(paths_.log); }
  void Write(const PluginStatus& plugin) {
    std::ofstream(PluginPath()) << SerializePluginStatus(plugin);
  }

  Ran Run(const std::string& arguments = "") {
    return RunScarbon(absl::StrCat("status --snapshot ", paths_.snapshot, " ", arguments),
                      "TZ=UTC");
  }
  // Returns what scarbon finds wrong, line by line.
  std::vector<std::string> Problems() {
    const Ran ran = Run("--json");
    std::vector<std::string> problems = nlohmann::json::parse(ran.out)["problems"];
    EXPECT_EQ(ran.code, problems.empty() ? 0 : 1);
    return problems;
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  const absl::Time now_ = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  PlacementConfig config_;
  PathsConfig paths_;
  std::vector<ZoneForecast> forecasts_;
  CapacityState capacity_;
  AdmissionRules admission_;
  std::string runtimes_;  // the part; empty: none
  DaemonState daemon_;
  bool leaves_state_ = true;
};

TEST_F(ScarbonStatus, SaysThatAllIsWell) {
  const Manifest manifest = Publish();
  Write(Plugin(manifest));
  const Ran ran = Run();
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, HasSubstr(absl::StrCat("Snapshot in ", folder_, "/snapshot, published ")));
  EXPECT_THAT(ran.out, HasSubstr("  config    " + manifest.hashes[SnapshotPart::kConfig]));
  EXPECT_THAT(ran.out, HasSubstr("  forecast  " + manifest.hashes[SnapshotPart::kForecast]));
  EXPECT_THAT(ran.out, HasSubstr("  capacity  " + manifest.hashes[SnapshotPart::kCapacity]));
  EXPECT_THAT(ran.out,
              HasSubstr("  admission " + manifest.hashes[SnapshotPart::kAdmission] + ", 0 users"));
  EXPECT_THAT(ran.out, HasSubstr("NO-1 csv:NO-1.csv average-lifecycle 02:00:0"));
  EXPECT_THAT(ran.out, HasSubstr("12 decisions: 7 placed, 2 left alone, 0 failed"));
  EXPECT_THAT(ran.out, HasSubstr("13 log records written, 1 dropped, 4 withheld"));
  EXPECT_THAT(ran.out, HasSubstr("All is well.\n"));
}

TEST_F(ScarbonStatus, ShowsTheRuntimesThatWereLearntIfThereAreAny) {
  Publish();
  EXPECT_THAT(Run().out, Not(HasSubstr("  runtimes  ")));
  EXPECT_EQ(nlohmann::json::parse(Run("--json").out)["snapshot"]["runtimes"], nullptr);
  LearntRuntimes runtimes;
  runtimes.newest = now_;
  runtimes.cluster = LearntRuntimes::Entry{.key = "", .share = 500'000, .spread = 0, .jobs = 9};
  runtimes_ = SerializeRuntimes(runtimes);
  const std::string hash = Publish().hashes[SnapshotPart::kRuntimes];
  EXPECT_THAT(Run().out, HasSubstr("  runtimes  " + hash + ", 9 jobs that ended by "));
  EXPECT_EQ(nlohmann::json::parse(Run("--json").out)["snapshot"]["runtimes"], hash);
}

TEST_F(ScarbonStatus, GivesTheSameAsJson) {
  const Manifest manifest = Publish();
  Write(Plugin(manifest));
  const nlohmann::json json = nlohmann::json::parse(Run("--json").out);
  EXPECT_EQ(json["snapshot"]["config"], manifest.hashes[SnapshotPart::kConfig]);
  EXPECT_EQ(json["snapshot"]["published_at"], Utc(now_));
  EXPECT_EQ(json["zones"][0]["zone"], "NO-1");
  EXPECT_EQ(json["zones"][0]["usable"], true);
  EXPECT_EQ(json["zones"][0]["issued_at"], Utc(now_ - absl::Hours(2)));
  EXPECT_EQ(json["pools"][0]["state"], "up");
  EXPECT_EQ(json["plugin"]["decisions"], 12);
  EXPECT_EQ(json["problems"], nlohmann::json::array());
}

// Runs scarbon as an ordinary user: root becomes nobody; other users lose access to the files.
TEST_F(ScarbonStatus, ShowsForecastsAndSitesToThoseWhoMayNotReadWhatIsAboutJobs) {
  const Manifest manifest = Publish();
  Write(Plugin(manifest));
  const std::string program = folder_ + "/scarbon";
  fs::copy_file(SCARBON_BINARY, program);
  std::string as_user;
  const std::string capacity =
      absl::StrCat(folder_, "/snapshot/", manifest.FileOf(SnapshotPart::kCapacity));
  if (geteuid() == 0) {
    as_user = "setpriv --reuid=65534 --clear-groups";
    ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);
    ASSERT_EQ(chmod((folder_ + "/log").c_str(), 0750), 0);
  } else {
    ASSERT_EQ(chmod(capacity.c_str(), 0), 0);
  }
  const auto run = [&](const std::string& arguments) {
    return RunScarbon(absl::StrCat(arguments, " --snapshot ", folder_, "/snapshot"),
                      absl::StrCat("TZ=UTC ", as_user), ".", program);
  };
  const Ran ran = run("status");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("NO-1 csv:NO-1.csv average-lifecycle 02:00:0"));
  EXPECT_THAT(ran.out, ContainsRegex("oslo +oslo +green +[^ ]+ +not shown +not shown"));
  EXPECT_THAT(ran.out, HasSubstr(absl::StrCat(
                           "note: pools, sources and the plugin are shown to root and SlurmUser "
                           "only: ",
                           capacity, ": Permission denied\n")));
  EXPECT_THAT(ran.out, Not(HasSubstr("problem: ")));
  EXPECT_THAT(ran.out, Not(HasSubstr("All is well")));
  const nlohmann::json json = nlohmann::json::parse(run("status --json").out);
  EXPECT_EQ(json["pools"][0]["state"], nullptr);
  EXPECT_EQ(json["pools"][0]["site"], "oslo");
  EXPECT_EQ(json["notes"].size(), 1u);
  // It rests on nothing that is about jobs.
  const Ran forecast = run("forecast NO-1");
  EXPECT_EQ(forecast.code, 0);
  EXPECT_EQ(forecast.err, "");
}

TEST_F(ScarbonStatus, TellsWhatDecidesWhetherJobsMayBeMoved) {
  const auto told = [this](auto change) {
    const AdmissionRules rules = admission_;
    change(admission_);
    Publish();
    admission_ = rules;
    return nlohmann::json::parse(Run("--json").out)["pools"][0]["may_be_moved_here"];
  };
  EXPECT_EQ(told([](AdmissionRules&) {}), "yes");
  EXPECT_EQ(told([](AdmissionRules& r) { r.partitions.clear(); }), "no: its rules are not known");
  EXPECT_EQ(told([](AdmissionRules& r) { r.partitions[0].hidden = true; }), "no: it is hidden");
  EXPECT_EQ(told([](AdmissionRules& r) {
              r.partitions[0].allow_groups = {"physics"};
              r.partitions[0].qos = "p";
            }),
            "by group, QOS");
  EXPECT_EQ(told([](AdmissionRules& r) { r.enforces_limits = true; }), "by account");
  EXPECT_EQ(told([](AdmissionRules& r) {
              r.enforces_limits = true;
              r.accounting_known = false;
            }),
            "no: accounts and QOS are not known");
}

TEST_F(ScarbonStatus, TellsThatNothingWasEverPublished) {
  EXPECT_THAT(Problems(), testing::ElementsAre(absl::StrCat(
                              "snapshot: ", folder_,
                              "/snapshot: No such file or directory: has scarbond ever published "
                              "here?")));
  EXPECT_THAT(Run().out, Not(HasSubstr("All is well")));
}

TEST_F(ScarbonStatus, TellsOfAStalePublish) {
  Write(Plugin(Publish(now_ - absl::Hours(7))));
  const auto problems = Problems();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0], HasSubstr("snapshot: published 07:00:0"));
  EXPECT_THAT(problems[0], HasSubstr(" ago, expected every 5s: is scarbond running?"));
}

TEST_F(ScarbonStatus, TellsOfAPublishFromTheFuture) {
  Write(Plugin(Publish(now_ + absl::Hours(1))));
  ASSERT_EQ(Problems().size(), 1u);
  EXPECT_THAT(Problems()[0], HasSubstr(": is a clock wrong?"));
}

TEST_F(ScarbonStatus, TellsOfEachForecastThatCannotBeUsed) {
  forecasts_[0].valid_until = now_ - absl::Hours(3);
  Write(Plugin(Publish()));
  EXPECT_THAT(
      Problems(),
      testing::ElementsAre(absl::StrCat(
          "zone NO-1: forecast stale since ",
          absl::FormatTime("%Y-%m-%dT%H:%M:%S", now_ - absl::Hours(3), absl::UTCTimeZone()))));
  forecasts_.clear();
  Write(Plugin(Publish()));
  EXPECT_THAT(Problems(), testing::ElementsAre("zone NO-1: has no forecast"));
}

TEST_F(ScarbonStatus, TellsOfAPartitionThatTheClusterDoesNotShow) {
  capacity_.pools.clear();
  Write(Plugin(Publish()));
  EXPECT_THAT(Problems(),
              testing::ElementsAre("pool oslo: the cluster does not show its partition green"));
}

// Decisions are made all the same, but all is not well.
TEST_F(ScarbonStatus, TellsOfAPoolThatIsDownAndWhy) {
  capacity_.pools[0].up = false;
  Write(Plugin(Publish()));
  EXPECT_THAT(Problems(),
              testing::ElementsAre("pool oslo: is down: its partition green is not up"));
  EXPECT_THAT(Run("").out, testing::Not(HasSubstr("All is well")));
  capacity_.groups[0].total = {};
  Write(Plugin(Publish()));
  EXPECT_THAT(Problems(), testing::ElementsAre("pool oslo: is down: none of its nodes takes jobs"));
}

TEST_F(ScarbonStatus, TellsOfADamagedPart) {
  const Manifest manifest = Publish();
  const std::string part =
      absl::StrCat(folder_, "/snapshot/", manifest.FileOf(SnapshotPart::kForecast));
  std::ofstream(part) << "x";
  const auto problems = Problems();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0], HasSubstr("its SHA-256 is not the one in its name"));
}

TEST_F(ScarbonStatus, TellsOfAMissingPlugin) {
  Publish();
  EXPECT_THAT(Problems(), testing::ElementsAre(absl::StrCat(
                              "plugin: no status file at ", PluginPath(),
                              ": is JobSubmitPlugins=carbon set and slurmctld running with "
                              "SLURM_CARBON_SNAPSHOT_DIR=",
                              folder_, "/snapshot?")));
}

TEST_F(ScarbonStatus, TellsOfAMissingLogFolder) {
  Publish();
  fs::remove_all(folder_ + "/log");
  const auto problems = Problems();
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0],
            absl::StrCat("placement log: ", folder_, "/log/: No such file or directory"));
}

TEST_F(ScarbonStatus, TellsOfASilentPlugin) {
  PluginStatus plugin = Plugin(Publish());
  plugin.updated_at = now_ - absl::Hours(1);
  Write(plugin);
  const auto problems = Problems();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0], HasSubstr("plugin: silent since "));
  EXPECT_THAT(problems[0], HasSubstr(": is slurmctld running?"));
}

TEST_F(ScarbonStatus, PassesOnWhatThePluginComplainsOf) {
  PluginStatus plugin = Plugin(Publish());
  plugin.error = "/x/manifest.json: Permission denied";
  plugin.log_error = "/y: No space left on device";
  plugin.snapshot.reset();
  Write(plugin);
  EXPECT_THAT(Problems(),
              testing::ElementsAre("plugin: /x/manifest.json: Permission denied",
                                   "plugin: placement log: /y: No space left on device"));
}

TEST_F(ScarbonStatus, TellsOfAPluginThatLagsBehind) {
  PluginStatus plugin = Plugin(Publish());
  plugin.snapshot->hashes[SnapshotPart::kConfig] = std::string(64, '0');
  Write(plugin);
  EXPECT_TRUE(Problems().empty());  // just published: the plugin may not have looked yet
  plugin.loaded_at = now_ - absl::Minutes(2);
  Write(plugin);
  ASSERT_EQ(Problems().size(), 1u);
  EXPECT_THAT(Problems()[0], HasSubstr("plugin: still uses the snapshot that it loaded at "));
}

TEST_F(ScarbonStatus, ShowsFieldsOfALaterPluginInJson) {
  nlohmann::json later = nlohmann::json::parse(SerializePluginStatus(Plugin(Publish())));
  later["of-a-later-release"] = {{"count", 7}};
  std::ofstream(PluginPath()) << later;
  EXPECT_EQ(nlohmann::json::parse(Run("--json").out)["plugin"], later);
}

TEST_F(ScarbonStatus, RefusesAStatusFileThatIsNone) {
  Publish();
  for (const char* text : {"", "{", "[]", "{}", "{\"v\":1,\"updated_at\":5}"}) {
    std::ofstream(PluginPath()) << text;
    EXPECT_THAT(Problems(), testing::ElementsAre(testing::StartsWith(absl::StrCat(
                                "plugin: ", PluginPath(), ": is not a plugin's status: "))))
        << text;
  }
}

TEST_F(ScarbonStatus, TellsOfAConfigurationThatCannotBeRead) {
  const Ran ran = RunScarbon(absl::StrCat("status --json --config ", folder_, "/none.json"));
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr(absl::StrCat(folder_, "/none.json: No such file or directory")));
}

TEST_F(ScarbonStatus, ShowsTheSourcesOfAZoneBeneathTheOneInUse) {
  SourceState asked{.zone = "NO-1",
                    .source = "electricity-maps:NO-NO1",
                    .provider = "electricity-maps",
                    .fetched_at = now_ - absl::Hours(30),
                    .reaches = now_ - absl::Hours(6),
                    .next_refresh = now_ + absl::Hours(2),
                    .error = "status 429",
                    .error_at = now_ - absl::Hours(1),
                    .failures = 7,
                    .requests = 90,
                    .errors = {{"429", 7}}};
  daemon_.sources.insert(daemon_.sources.begin(), asked);
  daemon_.sources.push_back({.zone = "NO-1", .source = "static"});
  daemon_.sources.push_back({.zone = "FR", .source = "csv:FR.csv"});
  Write(Plugin(Publish()));
  const Ran ran = Run();
  EXPECT_EQ(ran.code, 1);
  const std::vector<std::string> lines = absl::StrSplit(ran.out, '\n');
  const auto title = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
    return absl::StartsWith(line, "ZONE");
  });
  ASSERT_GE(lines.end() - title, 5);
  EXPECT_THAT(title[0], testing::ContainsRegex(
                            "^ZONE +SOURCE +KIND +MADE +VALID UNTIL +HORIZON +USABLE +NEXT REFRESH "
                            "+LAST ERROR$"));
  EXPECT_THAT(title[2], testing::ContainsRegex(
                            "^NO-1 csv:NO-1.csv +average-lifecycle 02:00:0. ago .* yes +in "
                            "(00:59:[0-9]+|01:00:00) +-$"));
  EXPECT_THAT(title[3],
              testing::ContainsRegex(
                  "^     electricity-maps:NO-NO1 average-lifecycle 1-06:00:0. ago .* "
                  "passed over in (01:59:[0-9]+|02:00:00) +status 429 .7 times in a row, 01:00:0. "
                  "ago.$"));
  EXPECT_THAT(title[4],
              testing::ContainsRegex("^     static +average-lifecycle - +- +- +not needed "
                                     "+- +-$"));
  EXPECT_EQ(title[5], "");
  EXPECT_THAT(ran.out,
              HasSubstr("problem: zone NO-1: electricity-maps:NO-NO1: status 429 (7 times"));

  const nlohmann::json zone = nlohmann::json::parse(Run("--json").out)["zones"][0];
  EXPECT_EQ(zone["source"], "csv:NO-1.csv");
  ASSERT_EQ(zone["sources"].size(), 3u);
  EXPECT_EQ(zone["sources"][0]["error"], "status 429");
  EXPECT_EQ(zone["sources"][0]["failures"], 7);
  EXPECT_EQ(zone["sources"][0]["errors"]["429"], 7);
  EXPECT_EQ(zone["sources"][0]["next_refresh"], Utc(now_ + absl::Hours(2)));
  EXPECT_EQ(zone["sources"][1]["in_use"], true);
  EXPECT_EQ(zone["sources"][2]["fetched_at"], nullptr);
}

TEST_F(ScarbonStatus, NotesWhatWasLeftOutAndIsWellAllTheSame) {
  daemon_.sources[0].left_out = 2;
  daemon_.sources[0].note = "2 of 96 records left out, the first because of x";
  daemon_.findings = {{Severity::kNote, FindingCode::kHistoryDataLeftOut, "zone NO-1",
                       "history of eia-930:CISO: 1 of 240 records left out"}};
  Write(Plugin(Publish()));
  const Ran ran = Run();
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("note: zone NO-1: history of eia-930:CISO: 1 of 240 records left "
                                 "out\nnote: zone NO-1: csv:NO-1.csv: 2 of 96 records left out, "
                                 "the first because of x\nAll is well.\n"));
  const nlohmann::json json = nlohmann::json::parse(Run("--json").out);
  EXPECT_EQ(json["notes"].size(), 2u);
  EXPECT_TRUE(json["problems"].empty());
  EXPECT_EQ(json["zones"][0]["sources"][0]["left_out"], 2);
  EXPECT_EQ(json["zones"][0]["sources"][0]["note"],
            "2 of 96 records left out, the first because of x");
}

TEST_F(ScarbonStatus, ShowsWhichSourcesOurOwnForecastStandsInFor) {
  forecasts_[0].source = "own:ridge";
  daemon_.sources[0].in_use = false;
  daemon_.sources[0].error = "is stale";
  daemon_.sources.push_back({.zone = "NO-1", .source = "static"});
  Write(Plugin(Publish()));
  const std::string out = Run().out;
  EXPECT_THAT(out, testing::ContainsRegex("NO-1 own:ridge +average-lifecycle 02:00:0. ago .* yes"));
  EXPECT_THAT(out, testing::ContainsRegex(" csv:NO-1.csv .* passed over .* is stale"));
  EXPECT_THAT(out, testing::ContainsRegex(" static .* not needed"));
  EXPECT_THAT(Problems(), testing::ElementsAre("zone NO-1: csv:NO-1.csv: is stale"));
}

TEST_F(ScarbonStatus, TellsHowFarASourceReachesAndThatOursCarriesOn) {
  forecasts_[0].own_from = now_ + absl::Hours(6);
  Write(Plugin(Publish()));
  const auto local = [](absl::Time time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%S", time, absl::LocalTimeZone());
  };
  const std::string text = Run().out;
  EXPECT_THAT(text, testing::ContainsRegex(absl::StrCat("NO-1 csv:NO-1.csv .* ",
                                                        local(now_ + absl::Hours(6)), " yes")));
  EXPECT_THAT(
      text, testing::ContainsRegex(absl::StrCat("     own .* - +- +", local(now_ + absl::Hours(24)),
                                                " carries on +- +-\n")));
  const nlohmann::json zone = nlohmann::json::parse(Run("--json").out)["zones"][0];
  EXPECT_EQ(zone["own_from"], Utc(now_ + absl::Hours(6)));
  EXPECT_EQ(zone["horizon"], Utc(now_ + absl::Hours(24)));
}

TEST_F(ScarbonStatus, KnowsNoAgeOfAStaticValue) {
  forecasts_[0].source = "static";
  daemon_.sources = {{.zone = "NO-1", .source = "static", .in_use = true}};
  Write(Plugin(Publish()));
  EXPECT_THAT(Run().out, testing::ContainsRegex("NO-1 static average-lifecycle - +- +20.* yes"));
}

TEST_F(ScarbonStatus, ShowsAZoneWithoutAForecastAndWhatItsSourcesSay) {
  forecasts_.clear();
  daemon_.sources[0].in_use = false;
  daemon_.sources[0].error = "line 3: no number";
  Write(Plugin(Publish()));
  EXPECT_THAT(Run().out, testing::ContainsRegex("NO-1 - +average-lifecycle - +- +- +no forecast"));
  EXPECT_THAT(Problems(), testing::ElementsAre("zone NO-1: has no forecast",
                                               "zone NO-1: csv:NO-1.csv: line 3: no number"));
}

TEST_F(ScarbonStatus, TellsWhereScarbondLeftNothingOrSomethingOld) {
  leaves_state_ = false;
  Write(Plugin(Publish()));
  const std::string path = DaemonStatePath(paths_.snapshot);
  EXPECT_THAT(Problems(),
              testing::ElementsAre(absl::StrCat("scarbond: no status file at ", path,
                                                ": does a scarbond of another release publish?")));
  std::ofstream(path) << "{}";
  EXPECT_THAT(Problems(),
              testing::ElementsAre(absl::StrCat(
                  "scarbond: ", path, ": is not scarbond's status: /v: is not a whole number")));
  daemon_.updated_at = now_ - absl::Hours(1);
  Write(daemon_);
  EXPECT_THAT(Problems(), testing::ElementsAre(testing::ContainsRegex(
                              "^scarbond: .*: not written since .*, although the snapshot was$")));
  EXPECT_EQ(nlohmann::json::parse(Run("--json").out)["zones"][0]["sources"].size(), 0u);
}

TEST_F(ScarbonStatus, PassesOnWhatKeepsScarbondFromPublishingAndWhatItGoesOnWithout) {
  daemon_.findings = {{Severity::kWarning, FindingCode::kScarbondNotPublishing, "scarbond",
                       "slurmctld: no answer"}};
  Write(Plugin(Publish()));
  EXPECT_THAT(Problems(), testing::ElementsAre("scarbond: slurmctld: no answer"));
  daemon_.findings = {{Severity::kWarning, FindingCode::kArchiveUnusable, "scarbond",
                       "archive: /a: the disk is full"},
                      {Severity::kWarning, FindingCode::kHistoryFailing, "zone NO-1",
                       "history of neso:GB: status 503"}};
  Write(daemon_);
  EXPECT_THAT(Problems(), testing::ElementsAre("scarbond: archive: /a: the disk is full",
                                               "zone NO-1: history of neso:GB: status 503"));
  EXPECT_EQ(Run().code, 1);
}

TEST_F(ScarbonStatus, GivesEachFindingItsSeverityAndCode) {
  daemon_.findings = {
      {Severity::kNote, FindingCode::kHistoryShort, "zone NO-1", "12 hours are known"}};
  daemon_.sources[0].error = "is stale";
  capacity_.pools.clear();
  Write(Plugin(Publish()));
  const nlohmann::json findings = nlohmann::json::parse(Run("--json").out)["findings"];
  std::vector<std::string> lines;
  for (const nlohmann::json& finding : findings) {
    EXPECT_TRUE(finding["advice"].is_null());
    lines.push_back(absl::StrCat(
        finding["severity"].get<std::string>(), " ", finding["code"].get<std::string>(), " ",
        finding["subject"].get<std::string>(), ": ", finding["fact"].get<std::string>()));
  }
  EXPECT_THAT(lines, testing::ElementsAre(
                         "note history-short zone NO-1: 12 hours are known",
                         "warning source-failing zone NO-1: csv:NO-1.csv: is stale",
                         "error pool-not-shown pool oslo: the cluster does not show its partition "
                         "green"));
  // The gravest first, as the plain list has always been.
  EXPECT_THAT(Problems(), testing::ElementsAre(testing::StartsWith("pool oslo: "),
                                               testing::StartsWith("zone NO-1: ")));
}

TEST_F(ScarbonStatus, PassesOnNotesWithoutCallingThemProblems) {
  daemon_.findings = {{Severity::kNote, FindingCode::kHistoryShort, "zone NO-1",
                       "12 hours of history are known, 336 are needed"}};
  Write(Plugin(Publish()));
  EXPECT_THAT(Run().out, testing::HasSubstr("note: zone NO-1: 12 hours of history are known, 336"));
  EXPECT_EQ(nlohmann::json::parse(Run("--json").out)["notes"][0],
            "zone NO-1: 12 hours of history are known, 336 are needed");
  EXPECT_THAT(Problems(), testing::IsEmpty());
  EXPECT_EQ(Run().code, 0);
}

TEST_F(ScarbonStatus, IsNotAllWellWhilePoolsHaveNodesThatSlurmDoesNotShow) {
  daemon_.findings = {{Severity::kWarning, FindingCode::kPoolNodesHidden, "pool oslo",
                       "partition oslo: Slurm hides 2 nodes"}};
  Write(Plugin(Publish()));
  EXPECT_THAT(Problems(), testing::ElementsAre("pool oslo: partition oslo: Slurm hides 2 nodes"));
  EXPECT_EQ(Run().code, 1);
  // It is meant so.
  daemon_.findings[0].severity = Severity::kNote;
  Write(daemon_);
  const auto status = Run();
  EXPECT_EQ(status.code, 0);
  EXPECT_THAT(status.out, testing::HasSubstr("note: pool oslo: partition oslo: Slurm hides"));
  EXPECT_THAT(status.out, testing::Not(testing::HasSubstr("All is well")));
}

TEST_F(ScarbonStatus, TellsWhichPoolsSleepAndHowLongTheyTakeToWakeUp) {
  capacity_.pools[0].wake_up = absl::Seconds(330);
  capacity_.pools[0].asleep = 1;
  Write(Plugin(Publish()));
  EXPECT_THAT(Run().out, testing::HasSubstr("up, asleep"));
  const auto pool = nlohmann::json::parse(Run("--json").out)["pools"][0];
  EXPECT_EQ(pool["state"], "up");
  EXPECT_EQ(pool["wake_up_s"], 330);
  EXPECT_EQ(pool["asleep"], 1);
  capacity_.pools[0].asleep = 0.5;
  Publish();
  EXPECT_THAT(Run().out, testing::Not(testing::HasSubstr("asleep")));
}

}  // namespace
}  // namespace carbon
