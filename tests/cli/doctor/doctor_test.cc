// Runs the built scarbon on installations that it finds fault with, slurmctld being down:
// slurm.conf, PluginDir with copies of the real plugin, and the folders.
// tests/integration/doctor_test.py has the slurmctld that runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "core/cluster/capacity_codec.h"
#include "core/config/config.h"
#include "core/finding/finding_code.h"
#include "core/grid/forecast_codec.h"
#include "plugin/installation/elf_file.h"
#include "plugin/installation/plugin_file.h"
#include "store/snapshot_store.h"
#include "tests/cli/run_scarbon.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ScarbonDoctor : public ::testing::Test {
 protected:
  ScarbonDoctor() {
    chmod(folder_.c_str(), 0755);
    for (const char* name : {"/a", "/b", "/log"}) fs::create_directory(folder_ + name);
    // Later releases of Slurm's library load some of its own plugins to read a slurm.conf.
    for (const fs::directory_entry& plugin : fs::directory_iterator(CARBON_SLURM_PLUGINS)) {
      const std::string name = plugin.path().filename();
      if (name != "job_submit_carbon.so") fs::create_symlink(plugin, folder_ + "/a/" + name);
    }
    // The user who runs the tests must be slurmctld's user; root is the default.
    WriteSlurmConf(
        absl::StrCat("PluginDir=", folder_, "/a:", folder_, "/b\nSlurmUser=", geteuid(), "\n"));
    WriteConfig();
    const absl::StatusOr<PluginFile> plugin = ReadPluginFile(CARBON_PLUGIN_FILE);
    EXPECT_TRUE(plugin.ok()) << plugin.status();
    release_ = plugin->version;
  }
  ~ScarbonDoctor() override {
    if (scarbond_ > 0) {
      kill(scarbond_, SIGKILL);
      waitpid(scarbond_, nullptr, 0);
    }
  }

  void Write(const std::string& name, const std::string& text) {
    umask(022);  // otherwise a warning says that the group may write carbon.json
    std::ofstream(absl::StrCat(folder_, "/", name), std::ios::trunc) << text;
  }
  void WriteSlurmConf(const std::string& lines, const std::string& plugins = "carbon") {
    Write("slurm.conf",
          absl::StrCat("ClusterName=doctor\nSlurmctldHost=localhost\nSlurmctldPidFile=", folder_,
                       "/slurmctld.pid\nNodeName=n1\nPartitionName=green Nodes=n1\n",
                       plugins.empty() ? "" : "JobSubmitPlugins=" + plugins + "\n", lines));
  }
  void WriteConfig() {
    Write("grid.csv", "time,value\n2026-01-01T00:00:00Z,30\n2026-01-01T01:00:00Z,30\n");
    Write("carbon.json",
          absl::StrCat(R"({"paths": {"snapshot": ")", folder_, R"(/snapshot", "log": ")", folder_,
                       R"(/log/placements.jsonl"},
             "zones": {"NO-1": {"forecast": [{"file": "grid.csv"}], "kind": "average-lifecycle"}},
             "sites": {"oslo": {"zone": "NO-1", "pue": 1.1}},
             "pools": {"oslo": {"site": "oslo", "partition": "green", "hardware": "h100-sxm"}},
             "policies": [{"name": "all", "mode": "shadow"}]})"));
  }

  // The plugin as if built for another release: its version's four bytes replaced.
  void Install(const std::string& name, const SlurmVersion& release) {
    std::string bytes = Contents(CARBON_PLUGIN_FILE);
    const auto as_bytes = [](const SlurmVersion& v) {
      const uint32_t number = static_cast<uint32_t>(v.major << 16 | v.minor << 8 | v.micro);
      return std::string(reinterpret_cast<const char*>(&number), sizeof(number));
    };
    // The version lies before the type, which lies before the name.
    const size_t type = bytes.find(std::string("job_submit/carbon\0", 18));
    const size_t at = bytes.rfind(as_bytes(release_), type);
    ASSERT_LT(at, bytes.size());
    bytes.replace(at, 4, as_bytes(release));
    Write(name, bytes);
    const absl::StatusOr<PluginFile> plugin = ReadPluginFile(absl::StrCat(folder_, "/", name));
    ASSERT_TRUE(plugin.ok()) << plugin.status();
    ASSERT_EQ(plugin->version, release);
  }
  void InstallPlugin() { Install("a/job_submit_carbon.so", release_); }

  void Publish(std::optional<uid_t> slurm_user = std::nullopt) {
    const absl::Time now = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
    std::vector<ConfigError> errors;
    const std::optional<Config> config = ParseConfig(Contents(folder_ + "/carbon.json"), &errors);
    ASSERT_TRUE(config.has_value());
    const IntensitySeries series =
        IntensitySeries::Create({{now - absl::Hours(1), GramsPerKilowattHour(25)}},
                                now + absl::Hours(24))
            .value();
    const std::vector<ZoneForecast> forecasts = {{.zone = "NO-1",
                                                  .source = "csv:grid.csv",
                                                  .fetched_at = now,
                                                  .valid_until = now + absl::Hours(20),
                                                  .series = series,
                                                  .horizon = series.end(),
                                                  .long_run_mean = GramsPerKilowattHour(25)}};
    CapacityState capacity{.taken_at = now, .cluster = "doctor"};
    capacity.groups = {{"g", {4, 0, 0, 0}, {1, 0, 0, 0}}};
    capacity.pools = {{.pool = "oslo", .group = "g", .up = true}};
    AdmissionRules admission;
    admission.partitions.push_back({.name = "green", .root_only = root_only_});
    absl::StatusOr<SnapshotPublisher> publisher = SnapshotPublisher::Open(folder_ + "/snapshot");
    ASSERT_TRUE(publisher.ok()) << publisher.status();
    if (slurm_user.has_value()) publisher->set_slurm_user(*slurm_user);
    ASSERT_TRUE(
        publisher
            ->Publish({.bytes = {{SerializeConfig(config->placement), SerializeForecasts(forecasts),
                                  SerializeCapacity(capacity), SerializeAdmission(admission)}},
                       .readers = {.log = config->daemon.paths.log}},
                      now)
            .ok());
  }

  // A process of scarbond's name, with its pid where scarbond writes it.
  void StartScarbond(uid_t user = geteuid()) {
    const std::string program = folder_ + "/scarbond";
    fs::copy_file(fs::canonical("/bin/sleep"), program);
    scarbond_ = fork();
    ASSERT_GE(scarbond_, 0);
    if (scarbond_ == 0) {
      if (setresuid(user, user, user) == 0) execl(program.c_str(), program.c_str(), "600", nullptr);
      _exit(1);
    }
    Write("snapshot/.lock", absl::StrCat(scarbond_, "\n"));
    const std::string name = absl::StrCat("/proc/", scarbond_, "/comm");
    for (int i = 0; i < 1000 && Contents(name) != "scarbond\n"; ++i) usleep(1000);
  }

  Ran Run(const std::string& arguments) {
    return RunScarbon(absl::StrCat("doctor --config ", folder_, "/carbon.json -f ", folder_,
                                   "/slurm.conf ", arguments),
                      "TZ=UTC " + environment_, ".", program_);
  }
  // All lines, "result: subject: fact", with DIR for the folder; the exit code must be right.
  std::vector<std::string> Lines(const std::string& arguments = "") {
    const Ran ran = Run("--json " + arguments);
    EXPECT_EQ(ran.err, "");
    const nlohmann::json json = nlohmann::json::parse(ran.out);
    std::vector<std::string> lines;
    int errors = 0;
    for (const nlohmann::json& check : json["checks"]) {
      errors += check["result"] == "error" ? 1 : 0;
      EXPECT_EQ(check["advice"].is_null(), check["result"] == "ok") << check;
      EXPECT_NE(FindFindingCode(check["code"].get<std::string>()), std::nullopt) << check;
      const std::string line =
          absl::StrCat(check["result"].get<std::string>(), ": ",
                       check["subject"].get<std::string>(), ": ", check["fact"].get<std::string>());
      lines.push_back(absl::StrReplaceAll(line, {{folder_, "DIR"}}));
    }
    EXPECT_EQ(ran.code, errors == 0 ? 0 : 1);
    EXPECT_EQ(json["ok"], errors == 0);
    EXPECT_EQ(json["errors"], errors);
    return lines;
  }
  std::string Release() const { return FormatSlurmVersion(release_); }
  SlurmVersion Next() const { return {release_.major, release_.minor, release_.micro + 1}; }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  SlurmVersion release_;
  bool root_only_ = false;
  std::string environment_;
  std::string program_ = SCARBON_BINARY;
  pid_t scarbond_ = 0;
};

TEST_F(ScarbonDoctor, FindsNoErrorBeforeSlurmctldIsStarted) {
  InstallPlugin();
  Publish();
  StartScarbond();
  const std::vector<std::string> lines = Lines();
  for (const std::string& line : lines)
    EXPECT_THAT(line, Not(testing::StartsWith("error"))) << line;
  EXPECT_THAT(lines,
              Contains("ok: plugin: DIR/a/job_submit_carbon.so: is built for Slurm " + Release()));
  EXPECT_THAT(lines, Contains("ok: JobSubmitPlugins: carbon"));
  EXPECT_THAT(lines, Contains("warning: slurmctld: does not run on this machine"));
  EXPECT_THAT(lines, Contains(absl::StrCat("ok: scarbond: pid ", scarbond_, ", user ",
                                           getpwuid(geteuid())->pw_name)));
}

// A site's Slurm lies in a prefix, and Debian's is in PATH too.
TEST_F(ScarbonDoctor, JudgesForTheSlurmThatItWasBuiltForAndSaysThatPathLeadsElsewhere) {
  InstallPlugin();
  Publish();
  fs::create_directory(folder_ + "/other");
  Write("other/slurmctld", "#!/bin/sh\necho slurm 99.11.1\n");
  fs::permissions(folder_ + "/other/slurmctld", fs::perms(0755));
  environment_ = "PATH=" + folder_ + "/other:$PATH";
  const std::vector<std::string> lines = Lines();
  EXPECT_THAT(lines, Contains(testing::MatchesRegex(
                         "warning: slurmctld installed: .*/slurmctld is checked, but "
                         "PATH has another one first, DIR/other/slurmctld")));
  EXPECT_THAT(lines,
              Contains("ok: plugin: DIR/a/job_submit_carbon.so: is built for Slurm " + Release()));
}

// scarbond waits for slurmctld, and the doctor is asked whether that may be started.
TEST_F(ScarbonDoctor, WarnsThatNothingIsPublishedYetWhereSlurmctldIsDown) {
  InstallPlugin();
  for (const char* name : {"/snapshot", "/log"}) fs::create_directory(folder_ + name);
  StartScarbond();
  const std::vector<std::string> lines = Lines();
  EXPECT_THAT(lines, Contains(testing::StartsWith("warning: snapshot read: by ")));
  for (const std::string& line : lines) {
    EXPECT_THAT(line, Not(testing::StartsWith("error"))) << line;
  }
}

TEST_F(ScarbonDoctor, ShowsATable) {
  InstallPlugin();
  const Ran ran = Run("");
  EXPECT_EQ(ran.code, 1);  // scarbond does not run
  EXPECT_THAT(ran.out, testing::StartsWith("RESULT  SUBJECT             FACT; WHAT TO DO\n"));
  EXPECT_THAT(ran.out, HasSubstr("\nok      JobSubmitPlugins    carbon\n"));
  EXPECT_THAT(ran.out, HasSubstr("start it: systemctl start scarbond"));
  EXPECT_THAT(ran.out, testing::ContainsRegex("\n[0-9]+ errors?, [0-9]+ warnings?\\.\n$"));
}

TEST_F(ScarbonDoctor, TellsOfAPluginForAnotherMicroRelease) {
  Install("a/job_submit_carbon.so", Next());
  EXPECT_THAT(Lines(), Contains(absl::StrCat("error: plugin: DIR/a/job_submit_carbon.so: is built "
                                             "for Slurm ",
                                             FormatSlurmVersion(Next()), ": slurmctld ", Release(),
                                             " will not start with it")));
}

TEST_F(ScarbonDoctor, JudgesForASlurmThatIsYetToBeInstalled) {
  InstallPlugin();
  const std::string next = FormatSlurmVersion(Next());
  EXPECT_THAT(
      Lines("--slurm-version " + next),
      Contains(absl::StrCat("error: plugin: DIR/a/job_submit_carbon.so: is built for Slurm ",
                            Release(), ": slurmctld ", next, " will not start with it")));
  Install("a/job_submit_carbon.so", Next());
  EXPECT_THAT(Lines("--slurm-version " + next),
              Contains("ok: plugin: DIR/a/job_submit_carbon.so: is built for Slurm " + next));
}

TEST_F(ScarbonDoctor, FollowsPluginDirAsSlurmDoes) {
  const std::string a = "DIR/a/job_submit_carbon.so", b = "DIR/b/job_submit_carbon.so";
  EXPECT_THAT(Lines(),
              Contains("error: plugin: job_submit_carbon.so is not in PluginDir=DIR/a:DIR/b: "
                       "slurmctld will not start with carbon in JobSubmitPlugins"));
  // An older one first: passed over.
  Install("a/job_submit_carbon.so", Next());
  Install("b/job_submit_carbon.so", release_);
  std::vector<std::string> lines = Lines();
  EXPECT_THAT(lines, Contains(absl::StrCat("warning: plugin: ", a, ": is built for Slurm ",
                                           FormatSlurmVersion(Next()), ": slurmctld ", Release(),
                                           " skips it")));
  EXPECT_THAT(lines, Contains(absl::StrCat("ok: plugin: ", b, ": is built for Slurm ", Release())));
  // Two that fit: the first.
  InstallPlugin();
  lines = Lines();
  EXPECT_THAT(lines, Contains(absl::StrCat("ok: plugin: ", a, ": is built for Slurm ", Release())));
  EXPECT_THAT(lines, Contains(absl::StrCat("warning: plugin: ", b, ": is built for Slurm ",
                                           Release(), ": it is never loaded, because ", a,
                                           " comes before it in PluginDir")));
  // A file that is not a plugin is skipped too.
  Write("a/job_submit_carbon.so", "half a file");
  lines = Lines();
  EXPECT_THAT(lines,
              Contains(absl::StrCat("warning: plugin: ", a, ": is not an ELF file: slurmctld ",
                                    Release(), " skips it")));
  EXPECT_THAT(lines, Contains(absl::StrCat("ok: plugin: ", b, ": is built for Slurm ", Release())));
}

TEST_F(ScarbonDoctor, TellsOfAnIncompletePlugin) {
  std::string bytes = Contents(CARBON_PLUGIN_FILE);
  const size_t at = bytes.find(std::string("\0job_modify\0", 12));
  ASSERT_NE(at, std::string::npos);
  bytes[at + 1] = 'J';
  Write("a/job_submit_carbon.so", bytes);
  EXPECT_THAT(Lines(), Contains("error: plugin: DIR/a/job_submit_carbon.so: has no job_modify: "
                                "slurmctld will not start"));
}

TEST_F(ScarbonDoctor, TellsOfALibraryThatIsNotThere) {
  std::string bytes = Contents(CARBON_PLUGIN_FILE);
  const absl::StatusOr<ElfFile> elf = ElfFile::Read(CARBON_PLUGIN_FILE);
  ASSERT_TRUE(elf.ok());
  std::string library;
  for (const std::string& needed : elf->Needed()) {
    if (needed.find("libmd") == 0 || needed.find("libabsl") == 0) library = needed;
  }
  ASSERT_NE(library, "");
  const size_t at = bytes.find('\0' + library + '\0');
  ASSERT_NE(at, std::string::npos);
  bytes[at + 4] = 'X';
  library[3] = 'X';
  Write("a/job_submit_carbon.so", bytes);
  EXPECT_THAT(Lines(), Contains(absl::StrCat("error: plugin: DIR/a/job_submit_carbon.so: needs ",
                                             library, ", not found: slurmctld will not start")));
}

TEST_F(ScarbonDoctor, ReadsSlurmConfAsSlurmDoes) {
  WriteSlurmConf(absl::StrCat("Include ", folder_, "/more.conf\n"), "");
  Write("more.conf",
        absl::StrCat("jobsubmitplugins=lua,\\\ncarbon # at the end\nPluginDir=", folder_, "/a\n"));
  InstallPlugin();
  EXPECT_THAT(Lines(), Contains("ok: JobSubmitPlugins: lua,carbon: carbon is the last of 2"));

  WriteSlurmConf("NoSuchKey=1\n");
  EXPECT_THAT(Lines(), Contains(testing::AllOf(testing::StartsWith("error: slurm.conf: "),
                                               HasSubstr("unrecognized key: NoSuchKey"))));
  fs::remove(folder_ + "/slurm.conf");
  EXPECT_THAT(Lines(), Contains("error: slurm.conf: DIR/slurm.conf: No such file or directory"));
}

TEST_F(ScarbonDoctor, JudgesTheListOfPlugins) {
  const std::string dirs = absl::StrCat("PluginDir=", folder_, "/a\n");
  const std::pair<const char*, const char*> kCases[] = {
      {"", "error: JobSubmitPlugins: is not set"},
      {"lua", "error: JobSubmitPlugins: lua: carbon is not in it"},
      {"job_submit/carbon", "ok: JobSubmitPlugins: job_submit/carbon"},
      {"lua,require_timelimit,carbon",
       "ok: JobSubmitPlugins: lua,require_timelimit,carbon: carbon is the last of 3"},
      {"carbon,lua", "warning: JobSubmitPlugins: carbon,lua: lua comes after carbon"},
      {"carbon,lua,carbon",
       "error: JobSubmitPlugins: carbon,lua,carbon: carbon is in it more than once"}};
  for (const auto& [list, line] : kCases) {
    WriteSlurmConf(dirs, list);
    EXPECT_THAT(Lines(), Contains(line));
  }
}

TEST_F(ScarbonDoctor, TellsWhatIsWrongWithTheConfiguration) {
  Write("carbon.json", R"({"pool": {}})");
  EXPECT_THAT(Lines(),
              Contains(testing::StartsWith("error: carbon.json: DIR/carbon.json:1: /pool")));
  WriteConfig();
  fs::remove(folder_ + "/grid.csv");
  EXPECT_THAT(Lines(), Contains("warning: carbon.json: zone NO-1: DIR/grid.csv: does not exist"));
}

TEST_F(ScarbonDoctor, TellsOfAScarbondThatDoesNotRun) {
  Publish();
  fs::remove(folder_ + "/snapshot/.lock");
  EXPECT_THAT(Lines(), Contains("error: scarbond: does not run on this machine: "
                                "DIR/snapshot/.lock names no process"));
  Write("snapshot/.lock", absl::StrCat(getpid(), "\n"));  // a process, but another program's
  EXPECT_THAT(Lines(), Contains(absl::StrCat("error: scarbond: does not run on this machine: "
                                             "DIR/snapshot/.lock names process ",
                                             getpid(), ", which is not a running scarbond")));
}

TEST_F(ScarbonDoctor, NamesTheScarbondBesideItAndItsLibslurm) {
  EXPECT_THAT(Lines(), Contains(testing::MatchesRegex(
                           "ok: scarbond installed: .*/scarbond, with /.*/libslurm\\.so\\..*")));
}

// An installation whose scarbond is linked to a libslurm.so.99, which no loader knows, and looks
// for it in the lib folder of its own prefix.
TEST_F(ScarbonDoctor, LooksForLibslurmOnScarbondsOwnPath) {
  for (const char* name : {"/bin", "/sbin", "/lib", "/elsewhere"}) {
    fs::create_directory(folder_ + name);
  }
  fs::copy_file(SCARBON_BINARY, folder_ + "/bin/scarbon");
  fs::copy_file(CARBON_PREFIX_SCARBOND, folder_ + "/sbin/scarbond");
  program_ = folder_ + "/bin/scarbon";
  EXPECT_THAT(Lines(), Contains("error: scarbond installed: DIR/sbin/scarbond: needs "
                                "libslurm.so.99, not found: it will not start"));

  // A service has no such variable.
  fs::copy_file(CARBON_PREFIX_LIBSLURM, folder_ + "/elsewhere/libslurm.so.99");
  environment_ = "LD_LIBRARY_PATH=" + folder_ + "/elsewhere";
  EXPECT_THAT(Lines(), Contains("warning: scarbond installed: DIR/sbin/scarbond: needs "
                                "libslurm.so.99, not found without LD_LIBRARY_PATH"));

  environment_.clear();
  fs::copy_file(CARBON_PREFIX_LIBSLURM, folder_ + "/lib/libslurm.so.99");
  EXPECT_THAT(Lines(), Contains("ok: scarbond installed: DIR/sbin/scarbond, with "
                                "DIR/lib/libslurm.so.99"));

  fs::remove(folder_ + "/sbin/scarbond");
  EXPECT_THAT(Lines(), Contains(testing::StartsWith(
                           "warning: scarbond installed: is neither next to scarbon nor at ")));
}

TEST_F(ScarbonDoctor, TellsWhatAScarbondOfAnotherUserLacks) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  constexpr uid_t kNobody = 65534;
  WriteSlurmConf("SlurmUser=root\nPrivateData=jobs,nodes\n");
  Publish();
  StartScarbond(kNobody);
  const std::vector<std::string> lines = Lines();
  EXPECT_THAT(lines, Contains(absl::StrCat("ok: scarbond: pid ", scarbond_, ", user nobody")));
  EXPECT_THAT(lines,
              Contains("warning: publisher: whether the plugin trusts user nobody depends on "
                       "slurmctld's environment, which is unknown before it runs"));
  EXPECT_THAT(lines, Contains("error: scarbond's right: nobody may not restore jobs: Slurm has "
                              "operators only with slurmdbd"));
  EXPECT_THAT(lines, Contains("ok: PrivateData: jobs,nodes: does not affect root, SlurmUser and "
                              "operators, who see everything"));
}

TEST_F(ScarbonDoctor, TellsWhereNoJobIsMoved) {
  root_only_ = true;
  Publish();
  const std::vector<std::string> lines = Lines();
  EXPECT_THAT(lines, Contains("ok: pools: jobs may be moved to 0 of 1"));
  EXPECT_THAT(lines, Contains("warning: pool oslo: no job is moved there: its partition is for "
                              "root only"));
}

TEST_F(ScarbonDoctor, TriesTheFoldersOutAsSlurmUser) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become SlurmUser";
  // 26.05 takes no SlurmUser=nobody.
  const struct passwd* daemon = getpwnam("daemon");
  ASSERT_NE(daemon, nullptr);
  WriteSlurmConf(absl::StrCat("SlurmUser=daemon\nPluginDir=", folder_, "/a\n"));
  InstallPlugin();
  Publish(daemon->pw_uid);
  std::vector<std::string> lines = Lines();
  EXPECT_THAT(lines, Contains("ok: snapshot read: by daemon, in DIR/snapshot"));
  EXPECT_THAT(lines, Contains("error: log written: by daemon: DIR/log: Permission denied"));
  ASSERT_EQ(chown((folder_ + "/log").c_str(), daemon->pw_uid, daemon->pw_gid), 0);
  EXPECT_THAT(Lines(),
              Contains("ok: log written: by daemon: DIR/log/placements.jsonl: does not exist "
                       "yet"));

  Write("log/placements.jsonl", "{}\n");
  EXPECT_THAT(Lines(),
              Contains("error: log written: by daemon: DIR/log/placements.jsonl: Permission "
                       "denied"));
  const std::string log = folder_ + "/log/placements.jsonl";
  chmod(log.c_str(), 0666);
  EXPECT_THAT(Lines(), Contains("error: log written: by daemon: DIR/log/placements.jsonl: is "
                                "writable by others, mode 666"));
  fs::remove(folder_ + "/log/placements.jsonl");
  fs::create_symlink("/dev/null", folder_ + "/log/placements.jsonl");
  EXPECT_THAT(Lines(), Contains("error: log written: by daemon: DIR/log/placements.jsonl: is a "
                                "symbolic link, which the plugin does not follow"));

  chmod((folder_ + "/snapshot").c_str(), 0700);
  EXPECT_THAT(Lines(),
              Contains("error: snapshot read: by daemon: DIR/snapshot: Permission denied"));
  chmod((folder_ + "/snapshot").c_str(), 0777);
  EXPECT_THAT(Lines(),
              Contains("error: snapshot read: by daemon: DIR/snapshot: is writable by group "
                       "or others, mode 777"));
  chmod((folder_ + "/snapshot").c_str(), 0755);
  fs::rename(folder_ + "/snapshot", folder_ + "/elsewhere");
  fs::create_symlink(folder_ + "/elsewhere", folder_ + "/snapshot");
  EXPECT_THAT(Lines(),
              Contains("error: snapshot read: by daemon: DIR/snapshot: is a symbolic link, "
                       "which the plugin does not follow"));

  chmod((folder_ + "/a/job_submit_carbon.so").c_str(), 0600);
  EXPECT_THAT(Lines(), Contains("error: plugin: DIR/a/job_submit_carbon.so: Permission denied for "
                                "daemon: slurmctld will not start"));
}

TEST_F(ScarbonDoctor, RefusesWrongUsage) {
  for (const char* arguments :
       {"--slurm-version new", "--slurmctld /nonexistent/slurmctld", "--unknown", "surplus"}) {
    const Ran ran = Run(arguments);
    EXPECT_EQ(ran.code, 2) << arguments;
    EXPECT_EQ(ran.out, "") << arguments;
    EXPECT_THAT(ran.err, HasSubstr("Try 'scarbon doctor --help'")) << arguments;
  }
}

TEST_F(ScarbonDoctor, NamesAnotherToolThatWritesInAdminComment) {
  WriteSlurmConf(absl::StrCat("PluginDir=", folder_, "/a:", folder_,
                              "/b\nAccountingStorageType=accounting_storage/slurmdbd\n"));
  Write("log/placements.jsonl",
        R"({"v":1,"type":"booking","decision":"0123456789abcdef-4","job_id":17,"fate":"ended"})"
        "\n");
  fs::create_directory(folder_ + "/bin");
  Write("bin/sacct", "#!/bin/sh\necho \"17|COMPLETED|$(cat \"${0%sacct}comment\")\"\n");
  fs::permissions(folder_ + "/bin/sacct", fs::perms::owner_all);
  environment_ = absl::StrCat("PATH=", folder_, "/bin:$PATH");
  Write("bin/comment", "carbon:id=0123456789abcdef-4,pool=oslo\n");
  EXPECT_THAT(Lines(), Not(Contains(HasSubstr("AdminComment"))));
  Write("bin/comment", "JS1:H4sI\n");
  EXPECT_THAT(Lines(),
              Contains("ok: AdminComment: another tool writes there: 1 of 1 jobs that "
                       "ended lost carbon's part (job 17: \"JS1:H4sI\"); carbon does not depend "
                       "on it: the placement log names the jobs"));
}

}  // namespace
}  // namespace carbon
