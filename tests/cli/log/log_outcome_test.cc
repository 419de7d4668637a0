// Runs the built scarbon log --outcome with the test's own sacct, scontrol and grid, and checks
// that it sets what came beside what was predicted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/decision/watch.h"
#include "core/record/event_records.h"
#include "core/record/record.h"
#include "forecast/archive/archive.h"
#include "tests/cli/log/sample_log.h"
#include "tests/cli/run_scarbon.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Two sites with the same hardware, which draws 1 kW per device, 0.2 kW without a job.
constexpr char kConfig[] = R"({
  "paths": {"log": "FOLDER/placements.jsonl", "snapshot": "FOLDER/snapshot"ARCHIVE},
  "zones": {"DE": {"kind": "average-lifecycle", "forecast": [{"static": 400}]},
            "NO": {"kind": "average-lifecycle", "forecast": [{"static": 30}]}},
  "sites": {
    "frankfurt": {"zone": "DE", "pue": {"value": 1.5, "quality": "measured", "source": "meters"}},
    "oslo": {"zone": "NO", "pue": {"value": 1.1, "quality": "measured", "source": "meters"}}
  },
  "hardware": {"even": {"unit": "device",
    "busy_watts": {"value": 1000, "quality": "measured", "source": "test"},
    "idle_watts": {"value": 300, "quality": "measured", "source": "test"},
    "free_watts": {"value": 200, "quality": "measured", "source": "test"}}},
  "pools": {
    "frankfurt": {"site": "frankfurt", "partition": "frankfurt", "hardware": "even"},
    "oslo": {"site": "oslo", "partition": "oslo", "hardware": "even"}
  },
  "policies": [{"name": "all", "mode": "enforce"}]
})";

// A job of eight devices and two hours.
struct Job {
  uint32_t id = 17;
  std::string name = "train";
  std::string account = "ml";
  Mode mode = Mode::kEnforce;
  bool exclusive = true;
};

class ScarbonLogOutcome : public ScarbonLog {
 protected:
  ScarbonLogOutcome() {
    WriteConfig("");
    Script("sacct", "exit 1\n");
    Script("scontrol", "exit 1\n");
    std::filesystem::create_directory(grid());
    WriteGrid("DE", {500, 300, 200, 200, 200, 200, 200, 200});
    WriteGrid("NO", {90, 80, 70, 60, 50, 40, 30, 20});
  }
  std::string grid() const { return folder_ + "/grid"; }

  void WriteConfig(const std::string& archive) {
    std::string text = kConfig;
    const auto replace = [&text](const std::string& from, const std::string& to) {
      for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) {
        text.replace(at, from.size(), to);
      }
    };
    replace("FOLDER", folder_);
    replace("ARCHIVE", archive.empty() ? "" : absl::StrCat(", \"archive\": \"", archive, "\""));
    std::ofstream(folder_ + "/carbon.json") << text;
  }

  // Values by hour from kStart on.
  void WriteGrid(const std::string& zone, const std::vector<double>& values) {
    std::ofstream file(grid() + "/" + zone + ".csv");
    file << "time,value\n";
    for (size_t i = 0; i < values.size(); ++i) {
      file << absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", kStart + absl::Hours(i), absl::UTCTimeZone())
           << "," << values[i] << "\n";
    }
  }

  void Script(const std::string& name, const std::string& script) {
    std::ofstream(folder_ + "/" + name) << "#!/bin/sh\n" << script;
    ASSERT_EQ(chmod((folder_ + "/" + name).c_str(), 0755), 0);
  }
  // Has sacct print these lines, and note each call.
  void Accounting(const std::string& lines) {
    Script("sacct", absl::StrCat("echo \"$@\" >>", folder_, "/asked\ncat <<END\n", lines, "END\n"));
  }
  void Meter(const std::string& plugin) {
    Script("scontrol", absl::StrCat("case \"$*\" in 'show config') cat <<END\n",
                                    "AcctGatherEnergyType    = ", plugin,
                                    "\nSLURM_VERSION           = 24.11.5\nEND\n;; esac\n"));
  }

  // Planned for Oslo in four hours instead of Frankfurt at once.
  void Decide(const Job& job) {
    JobRequest request;
    request.name = job.name;
    request.user_id = 4242424;
    request.account = job.account;
    request.partitions = {"frankfurt"};
    request.exclusive = job.exclusive;
    Decision decision;
    decision.outcome = Outcome::kPlaced;
    decision.mode = job.mode;
    decision.policy = "all";
    decision.reason = {Reason::kGreenest, {}};
    decision.home = PlanAt("frankfurt", "DE", kStart, 1.5, 400);
    decision.chosen = PlanAt("oslo", "NO", kStart + absl::Hours(4), 1.1, 50);
    const double saved = 9600 - 880;
    decision.saving = Saving{GramsCo2e(saved), GramsCo2e(saved), GramsCo2e(saved),
                             saved / 9600,     saved / 9600,     saved / 9600};
    ++sequence_;
    Append(WriteRecord(RecordOfDecision({kBoot, sequence_}, kStart, request, decision)) +
           WriteRecord(
               BookingRecord{{{"0123456789abcdef", sequence_}, kStart},
                             {DecisionId({kBoot, sequence_}), BookingFate::kConfirmed, job.id}}));
  }
  static Plan PlanAt(const std::string& site, const std::string& zone, absl::Time start, double pue,
                     double intensity) {
    Plan plan = At(site, start, 0);
    PlannedRun& run = plan.first();
    run.names = std::make_shared<const PoolNames>(
        PoolNames{.pool = site, .site = site, .zone = zone, .partition = site, .hardware = "even"});
    run.runtime = absl::Hours(2);
    run.units = 8;
    run.energy = KilowattHours(16 * pue);
    run.intensity = GramsPerKilowattHour(intensity);
    run.gross = run.energy * run.intensity;
    run.consequential = run.gross * 0.8;
    run.stays_powered = 1;
    return plan;
  }

  // Lines of sacct's: an allocation of eight devices, and its step that has the energy.
  void RanAs(uint32_t id, const std::string& partition, double start, double hours,
             const std::string& state = "COMPLETED", double joules = 0) {
    absl::StrAppend(&runs_, id, "|4242424|", absl::ToUnixSeconds(kStart), "|",
                    absl::ToUnixSeconds(kStart) + static_cast<int64_t>(3600 * start), "|",
                    static_cast<int64_t>(3600 * hours), "|", partition, "|", state,
                    "|n1|1|cpu=64,gres/gpu=8,node=1|0\n", id, ".extern||||||", state,
                    "|n1|1|cpu=64,node=1|", static_cast<int64_t>(joules), "\n");
    Accounting(runs_);
  }

  Ran RunOutcome(const std::string& arguments) {
    return RunScarbon(absl::StrCat("log --outcome --config ", folder_, "/carbon.json ", arguments),
                      absl::StrCat("TZ=UTC PATH=", folder_, ":$PATH"));
  }
  std::string Shown(const std::string& arguments) {
    const Ran ran = RunOutcome(absl::StrCat("--grid ", grid(), " ", arguments));
    EXPECT_EQ(ran.code, 0);
    EXPECT_EQ(ran.err, "");
    return ran.out;
  }

  uint64_t sequence_ = 0;
  std::string runs_;
};

TEST_F(ScarbonLogOutcome, SetsWhatCameBesideWhatWasPredicted) {
  Decide({.id = 17});
  // It began half an hour late, and took an hour and a half.
  RanAs(17, "oslo", 4.5, 1.5);
  EXPECT_EQ(Shown("-nP -o jobid,start,actualstart,taskruntime,ran,wait"),
            "17|2026-11-24T23:00:00|2026-11-24T23:30:00|02:00:00|01:30:00|04:30:00\n");
  // 12 kWh before PUE. There: half an hour at 50, an hour at 40. At home: an hour at 500, half an
  // hour at 300.
  EXPECT_EQ(Shown("-nP -o kwh,actualkwh,energyby,intensity,actualintensity,forecasterror"),
            "17.6|13.2|modelled|50|43.33|+11%\n");
  EXPECT_EQ(Shown("-nP -o home,actualhome,co2e,actualco2e,saved,actualsaved,actualsavedco2e,"
                  "actualconsequentialco2e,actualconsequential,unknown"),
            "9.6 kg|7.8 kg|880 g|572 g|91%|93%|7.23 kg|458 g|93%|\n");
  const std::string table = Shown("");
  EXPECT_THAT(table, HasSubstr("came: known of 1 of 1 decision; energy of 1: 13.2 kWh ("));
  EXPECT_THAT(table, HasSubstr("), predicted 17.6 kWh; 0 measured, 1 modelled\n"
                               "came: 572 g CO2e, at home 7.8 kg: saved 7.23 kg (93%, 90%: "));
  EXPECT_THAT(table, HasSubstr("; predicted 880 g, at home 9.6 kg: saving 8.72 kg\n"
                               "came, consequential (known of 1 of 1): 458 g CO2e, at home 6.24 "
                               "kg: saved 5.78 kg (93%, 90%: "));
}

// The report's sums are of the same outcomes.
TEST_F(ScarbonLogOutcome, IsSummedUpByTheReport) {
  Decide({.id = 17});
  RanAs(17, "oslo", 4.5, 1.5);
  const auto report = [this](const std::string& arguments) {
    return RunScarbon(absl::StrCat("report --config ", folder_, "/carbon.json ", arguments),
                      absl::StrCat("TZ=UTC PATH=", folder_, ":$PATH"));
  };
  const Ran ran = report(absl::StrCat("--outcome --json --grid ", grid()));
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto actuals = nlohmann::json::parse(ran.out).at("actuals");
  EXPECT_THAT(actuals.dump(), HasSubstr("7228"));  // 7,800 - 572 g
  EXPECT_THAT(report(absl::StrCat("--outcome --html --grid ", grid())).out,
              HasSubstr("CO2e saved, actual"));
  const Ran refused = report(absl::StrCat("--grid ", grid()));
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--outcome"));
}

TEST_F(ScarbonLogOutcome, WritesTheWholeOutcomeAsJson) {
  Decide({.id = 17});
  RanAs(17, "oslo", 4, 2, "COMPLETED", 12 * 3.6e6);
  Meter("acct_gather_energy/ipmi");
  const auto records = nlohmann::json::parse(Shown("--json"));
  const auto& actual = records.at(0).at("actual");
  EXPECT_EQ(records[0]["outcome"], "placed");
  EXPECT_EQ(actual["course"], "placed");
  EXPECT_EQ(actual["ran"]["start"], "2026-11-24T23:00:00Z");
  EXPECT_EQ(actual["ran"]["total_s"], 7200);
  EXPECT_EQ(actual["ran"]["runs"], 1);
  EXPECT_EQ(actual["energy"]["method"], "measured");
  EXPECT_EQ(actual["energy"]["by"], "ipmi");
  EXPECT_NEAR(actual["energy"]["it_kwh"]["mean"].get<double>(), 12, 1e-9);
  EXPECT_LT(actual["energy"]["it_kwh"]["low"].get<double>(), 12);
  EXPECT_NEAR(actual["energy"]["meter_kwh"]["mean"].get<double>(), 13.2, 1e-9);
  EXPECT_EQ(actual["measured"]["slurm"], "24.11.5");
  EXPECT_EQ(actual["measured"]["not_believed"], nullptr);
  EXPECT_NEAR(actual["attributional"]["actual_g"]["mean"].get<double>(), 13.2 * 45, 1e-9);
  EXPECT_NEAR(actual["attributional"]["home_g"]["mean"].get<double>(), 18 * 400, 1e-9);
  EXPECT_NEAR(actual["attributional"]["saved_g"]["mean"].get<double>(), 7200 - 594, 1e-9);
  EXPECT_NEAR(actual["attributional"]["predicted_g"].get<double>(), 880, 1e-9);
  EXPECT_NEAR(actual["intensity_g_per_kwh"]["actual"].get<double>(), 45, 1e-9);
  EXPECT_EQ(actual["actual_values"][1]["zone"], "NO");
  EXPECT_EQ(actual["actual_values"][1]["source"], grid() + "/NO.csv");
  EXPECT_EQ(actual["actual_values"][1]["needed_s"], 7200);
  EXPECT_EQ(actual["actual_values"][1]["known_s"], 7200);
  EXPECT_EQ(actual["actual_values"][1]["fetched_at"], nullptr);
  EXPECT_EQ(actual["unknown"], nlohmann::json::object());
}

// Each of these figures would be wrong.
TEST_F(ScarbonLogOutcome, BelievesNoMeterThatCannotBeRight) {
  struct Case {
    uint32_t id;
    bool exclusive;
    double kwh;
    std::string why;
  };
  const std::vector<Case> cases = {{17, true, 12, ""},
                                   {18, false, 12, "nodes-shared"},
                                   {19, true, 0, "below-idle"},
                                   {20, true, 4, "below-idle"},
                                   {21, true, 24, "above-maximum"}};
  for (const Case& one : cases) {
    Decide({.id = one.id, .exclusive = one.exclusive});
    RanAs(one.id, "oslo", 4, 2, "COMPLETED", one.kwh * 3.6e6);
  }
  Meter("acct_gather_energy/ipmi");
  const auto records = nlohmann::json::parse(Shown("--json"));
  for (size_t i = 0; i < cases.size(); ++i) {
    const auto& actual = records.at(i).at("actual");
    const bool is_believed = cases[i].why.empty();
    EXPECT_EQ(actual["measured"]["not_believed"],
              is_believed ? nlohmann::json() : nlohmann::json(cases[i].why))
        << i;
    EXPECT_NEAR(actual["energy"]["it_kwh"]["mean"].get<double>(), is_believed ? 12 : 16, 1e-9);
  }
  for (const auto& [plugin, why] : std::vector<std::pair<std::string, std::string>>{
           {"acct_gather_energy/rapl", "part-of-node"},
           {"acct_gather_energy/gpu", "part-of-node"},
           {"(null)", "no-meter"},
           {"acct_gather_energy/ours", "meter-unknown"}}) {
    Meter(plugin);
    const auto of_plugin = nlohmann::json::parse(Shown("--json"));
    EXPECT_EQ(of_plugin[0]["actual"]["measured"]["not_believed"], why) << plugin;
    EXPECT_EQ(of_plugin[0]["actual"]["energy"]["method"], "modelled") << plugin;
  }
}

TEST_F(ScarbonLogOutcome, NamesWhatIsNotKnownAndWhy) {
  for (uint32_t id = 17; id <= 21; ++id) Decide({.id = id, .name = absl::StrCat("job-", id)});
  RanAs(17, "oslo", 4, 2);
  RanAs(18, "oslo", 4, 1, "RUNNING");
  RanAs(19, "oslo", 6, 5);  // beyond the grid, which has eight hours
  RanAs(20, "frankfurt", 1, 2);
  EXPECT_EQ(Shown("-nP -o job,actualco2e,actualsaved,unknown"),
            "job-17|792 g|92%|\n"
            "job-18|||the job has not ended\n"
            "job-19|||there are no actual values for a part of the time (NO: 2 of 5 hours are "
            "known)\n"
            "job-20|6 kg||a later change of the job moved it or started it early\n"
            "job-21|||accounting does not know the job\n");
  const std::string table = Shown("");
  EXPECT_THAT(table, HasSubstr("came: known of 1 of 5 decisions; energy of 3: "));
  EXPECT_THAT(table, HasSubstr("\nunknown of 1: accounting does not know the job\n"
                               "unknown of 1: the job has not ended\n"));
  const auto records = nlohmann::json::parse(Shown("--json"));
  EXPECT_EQ(records[2]["actual"]["unknown"]["attributional.saved_g"], "actual-values-missing");
  EXPECT_EQ(records[2]["actual"]["attributional"]["saved_g"], nullptr);
  EXPECT_EQ(records[4]["actual"]["energy"], nullptr);
  EXPECT_EQ(records[4]["actual"]["unknown"]["energy"], "not-accounted");
}

TEST_F(ScarbonLogOutcome, SumsByGroup) {
  Decide({.id = 17, .account = "climate"});
  Decide({.id = 18, .account = "ml"});
  Decide({.id = 19, .account = "ml", .mode = Mode::kShadow});
  RanAs(17, "oslo", 4, 1);
  RanAs(18, "oslo", 4, 2);
  RanAs(19, "frankfurt", 0, 2);
  // The watts err alike at both sites, so the saving's share errs by the PUE alone.
  const std::string sums = Shown("-P --group-by account");
  EXPECT_THAT(sums, StartsWith("ACCOUNT|DECISIONS|KNOWN|KWH|ACTUAL KWH|HOME CO2E|CO2E|SAVED CO2E|"
                               "ACTUAL HOME CO2E|ACTUAL CO2E|ACTUAL SAVED CO2E|ACTUAL SAVED|"
                               "ACTUAL (90%)|ACTUAL SAVED CONSEQUENTIAL CO2E\n"
                               "ml|2|2|41.6|41.6|19.2 kg|10.5 kg|8.72 kg|19.2 kg|10.4 kg|8.81 kg|"
                               "46%|(4"));
  EXPECT_THAT(sums, HasSubstr("|7.05 kg\nclimate|1|1|17.6|8.8|9.6 kg|880 g|8.72 kg|6 kg|440 g|"
                              "5.56 kg|93%|(9"));
  EXPECT_THAT(Shown(""), HasSubstr("\n1 in shadow would have saved 8.81 kg"));
}

// The energy is known by the steps, so that accounting is asked once for both.
TEST_F(ScarbonLogOutcome, AsksAccountingOnce) {
  Decide({.id = 17});
  Decide({.id = 18});
  RanAs(17, "oslo", 4, 2);
  EXPECT_THAT(Shown(""), HasSubstr("2 decisions, 2 placed; "));
  const std::string asked = Contents(folder_ + "/asked");
  EXPECT_THAT(asked, HasSubstr("--jobs=17,18\n"));
  EXPECT_EQ(std::count(asked.begin(), asked.end(), '\n'), 1) << asked;
}

TEST_F(ScarbonLogOutcome, ShowsTheSameFromTheIndexAsFromTheFiles) {
  Decide({.id = 17, .account = "climate"});
  Decide({.id = 18, .exclusive = false});
  Decide({.id = 19, .mode = Mode::kShadow});
  Decide({.id = 20});
  Decide({.id = 21});
  Append(WriteRecord(ReturnRecord{{{"1123456789abcdef", 1}, kStart},
                                  {.job_id = 20, .decision_id = DecisionId({kBoot, 4})}}));
  RanAs(17, "oslo", 4.5, 1.5, "COMPLETED", 10 * 3.6e6);
  RanAs(18, "oslo", 4, 2, "COMPLETED", 12 * 3.6e6);
  RanAs(19, "frankfurt", 0, 2);
  RanAs(20, "frankfurt", 5, 1);
  Meter("acct_gather_energy/ipmi");
  for (const std::string form :
       {"", "--group-by account", "--sort=-actualsaved -o jobid,unknown"}) {
    const std::string files = Shown("--no-index " + form);
    std::filesystem::remove(folder_ + "/asked");
    for (int time = 0; time < 2; ++time) {  // made, and then used
      EXPECT_EQ(Shown("--all " + form), files) << form;
    }
    EXPECT_TRUE(std::filesystem::exists(log_ + ".index"));
    const std::string asked = Contents(folder_ + "/asked");
    EXPECT_EQ(std::count(asked.begin(), asked.end(), '\n'), 2) << asked;
  }
  // That actual values cannot be read is not the index's fault.
  const Ran no_folder = RunOutcome("--grid /none");
  EXPECT_EQ(no_folder.code, 1);
  EXPECT_EQ(no_folder.err,
            "scarbon: /none: is not a folder; it must have a file ZONE.csv for each zone\n");
}

TEST_F(ScarbonLogOutcome, ReadsTheArchiveThatTheConfigurationNames) {
  Decide({.id = 17});
  RanAs(17, "oslo", 4, 2);
  const std::string path = folder_ + "/archive.sqlite";
  WriteConfig(path);
  std::vector<std::string> problems;
  {
    auto archive = Archive::Open(path, kStart, &problems);
    ASSERT_TRUE(archive.ok()) << archive.status();
    for (const auto& [zone, value] : {std::pair("DE", 300), {"NO", 10}}) {
      const auto history = IntensityHistory::Create(
          {{kStart, kStart + absl::Hours(24), GramsPerKilowattHour(value)}});
      const Feed feed = {zone, "energy-charts:" + std::string(zone), SignalKind::kAverageLifecycle};
      ASSERT_TRUE((*archive)->AddActuals(feed, *history, kStart + absl::Hours(30)).ok());
    }
  }
  const Ran ran = RunOutcome("--json");
  EXPECT_EQ(ran.err, "");
  const auto records = nlohmann::json::parse(ran.out);
  const auto& actual = records.at(0).at("actual");
  EXPECT_NEAR(actual["attributional"]["actual_g"]["mean"].get<double>(), 17.6 * 10, 1e-9);
  EXPECT_EQ(actual["actual_values"][1]["source"], "energy-charts:NO");
  EXPECT_EQ(actual["actual_values"][1]["fetched_at"], "2026-11-26T01:00:00Z");
}

TEST_F(ScarbonLogOutcome, SaysWhatToDoIfSomethingIsMissing) {
  Decide({.id = 17});
  RanAs(17, "oslo", 4, 2);
  // Neither an archive nor files: energy is known, emissions are not.
  const Ran no_grid = RunOutcome("-nP -o actualkwh,actualco2e");
  EXPECT_EQ(no_grid.code, 0);
  EXPECT_EQ(no_grid.out, "17.6|\n");
  EXPECT_EQ(no_grid.err,
            "scarbon: actual intensities of DE, NO: the configuration names neither an archive nor "
            "a history file; --archive FILE or --grid DIR names them\n");
  const Ran no_folder = RunOutcome("--grid /none");
  EXPECT_EQ(no_folder.code, 1);
  EXPECT_EQ(no_folder.err,
            "scarbon: /none: is not a folder; it must have a file ZONE.csv for each zone\n");
  const Ran no_archive = RunOutcome("--archive /none");
  EXPECT_EQ(no_archive.code, 1);
  EXPECT_THAT(no_archive.err, HasSubstr("/none"));
  Script("sacct", "echo 'Slurm accounting storage is disabled' >&2; exit 1\n");
  const Ran no_accounting = RunOutcome(absl::StrCat("-nP -o unknown --grid ", grid()));
  EXPECT_EQ(no_accounting.code, 0);
  EXPECT_EQ(no_accounting.out, "accounting does not know the job\n");
  EXPECT_THAT(no_accounting.err, HasSubstr("scarbon: sacct: "));
  EXPECT_THAT(no_accounting.err, HasSubstr("Slurm accounting storage is disabled"));
}

TEST_F(ScarbonLogOutcome, HasFieldsThatOnlyItHas) {
  const Ran without = RunOnLog("-o job,actualco2e");
  EXPECT_EQ(without.code, 2);
  EXPECT_EQ(without.err, "scarbon: field \"actualco2e\": is known only with --outcome\n");
  EXPECT_EQ(RunOnLog("--sort=-ran").code, 2);
  EXPECT_NE(RunOnLog("--grid " + grid()).code, 0);
  EXPECT_THAT(RunOnLog("--grid " + grid()).err, HasSubstr("--outcome"));
  EXPECT_THAT(Run("--helpformat").out, HasSubstr("\nwith --outcome:\n"));
  Decide({.id = 17, .name = "first"});
  Decide({.id = 18, .name = "second"});
  RanAs(17, "oslo", 4, 1);
  RanAs(18, "oslo", 4, 2);
  EXPECT_EQ(Shown("-nP -o job --sort=-ran"), "second\nfirst\n");
}

}  // namespace
}  // namespace carbon
