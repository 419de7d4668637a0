#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/base/timestamp.h"
#include "core/grid/intensity.h"
#include "core/record/record.h"
#include "forecast/archive/archive.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/cli/run_scarbon.h"
#include "tests/core/record/sample_decision.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

void Write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

// Two sites, of which oslo is clean; the grids are the same at every hour of a week.
class ReplayCommand : public testing::Test {
 protected:
  ReplayCommand() {
    for (const auto& [zone, grams] : {std::pair("NO-1", 100), std::pair("DE", 500)}) {
      std::string csv = "time,value\n";
      for (int hour = 0; hour < 7 * 24; ++hour) {
        absl::StrAppend(&csv,
                        FormatTimestamp(absl::FromUnixSeconds(1'000'000'800) + absl::Hours(hour)),
                        ",", grams, "\n");
      }
      Write(absl::StrCat(folder_.path(), "/", zone, ".csv"), csv);
    }
    Write(folder_.path() + "/carbon.json", R"({
      "zones": {"NO-1": {"kind": "average-lifecycle", "forecast": [{"static": 100}]},
                "DE": {"kind": "average-lifecycle", "forecast": [{"static": 500}]}},
      "sites": {"oslo": {"zone": "NO-1", "pue": {"value": 1.1, "quality": "measured", "source": "set"}},
                "frankfurt": {"zone": "DE", "pue": {"value": 1.1, "quality": "measured", "source": "set"}}},
      "hardware": {"unit-watts": {"extends": null, "unit": "device",
                   "busy_watts": {"value": 1000, "quality": "measured", "source": "set"}}},
      "pools": {"oslo": {"site": "oslo", "partition": "oslo", "hardware": "unit-watts"},
                "frankfurt": {"site": "frankfurt", "partition": "frankfurt", "hardware": "unit-watts"}},
      "policies": [{"name": "all", "mode": "shadow", "may_change": ["time", "site"],
                    "may_change_named_partition": true}]
    })");
    // Two jobs of frankfurt, one of oslo, and rows that are none.
    Write(
        folder_.path() + "/history",
        "JobID|UID|User|Account|Partition|State|Submit|Start|ElapsedRaw|TimelimitRaw|AllocTRES\n"
        "1|1001|anna|vision|frankfurt|COMPLETED|1000090000|1000090060|36000|600|cpu=64,gres/"
        "gpu=8,node=1\n"
        "2|1002|ben|climate|frankfurt|FAILED|1000093600|1000093600|18000|300|cpu=32,gres/"
        "gpu=4,node=1\n"
        "3|1002|ben|climate|oslo|COMPLETED|1000093600|1000093600|18000|300|cpu=32,gres/"
        "gpu=4,node=1\n"
        "3.batch|1002|ben|climate|oslo|COMPLETED|1000093600|1000093600|18000||cpu=32,gres/"
        "gpu=4,node=1\n"
        "4|1002|ben|climate|debug|COMPLETED|1000093600|1000093600|3600|60|cpu=8,gres/gpu=1,node=1\n"
        "5|1002|ben|climate|oslo|CANCELLED by 1002|1000093600|None|0|300|\n");
  }

  Ran Replay(const std::string& arguments) const {
    return RunScarbon(absl::StrCat("replay history --config carbon.json --grid . ", arguments),
                      "TZ=UTC", folder_.path());
  }

  const TemporaryFolder folder_;
};

TEST_F(ReplayCommand, ShowsWhatEnforcingWouldHaveSaved) {
  const Ran ran =
      Replay("--forecasts oracle --group-by site --pool oslo=4x8x64 --pool frankfurt=4x8x64");
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.code, 0);
  // Job 1 draws 88 kWh, the others 22 each.
  EXPECT_EQ(ran.out, R"(history     history, 6 rows
submitted   2001-09-10T02:46:40Z to 2001-09-10T03:46:40Z
forecasts   oracle
runtimes    configured
decided by  placer
decisions   3 for 3 jobs (tasks of an array share one, and so do runs of a requeued job), on 2 looks at the queue

ROWS DEVICE-H SHARE WHAT BECAME OF THEM
---- -------- ----- -----------------------------------------
   3    120.0 99.2% replayed
   1      0.0  0.0% left out: is a step, counted with its job
   1      0.0  0.0% left out: never started
   1      1.0  0.8% left out: its partition is no pool

TOTAL JOBS HOME KWH   KWH HOME CO2E    CO2E SAVED (95%) CONSEQUENTIAL
----- ---- -------- ----- --------- ------- ----- ----- -------------
total    3    132.0 132.0   57.2 kg 13.2 kg 76.9%     -             -

SITE      HOME JOBS JOBS HOME KWH   KWH HOME CO2E    CO2E   SAVED (95%) CONSEQUENTIAL
--------- --------- ---- -------- ----- --------- ------- ------- ----- -------------
frankfurt         2    0    110.0   0.0     55 kg     0 g  100.0%     -             -
oslo              1    3     22.0 132.0    2.2 kg 13.2 kg -500.0%     -             -

WAIT            MEAN      95%  LONGEST
----------- -------- -------- --------
as recorded 00:00:20 00:01:00 00:01:00
at home     00:00:00 00:00:00 00:00:00
enforced    00:00:00 00:00:00 00:00:00
as recorded: by the starts that the history states, of 3 jobs; the other two are simulated
delayed on purpose: 0 jobs (0.0%), on average 00:00:00, at most 00:00:00
harmed (later than at home, and than planned): 0 jobs (0.0%), on average 00:00:00, at most 00:00:00
emit more than at home: 0 jobs (0.0%), 0 g in all

POOL      NODES DEVICES CPUS SIZE FROM IN USE AT HOME ENFORCED IDLE KWH AT HOME ENFORCED
--------- ----- ------- ---- --------- -------------- -------- ---------------- --------
frankfurt     4      32  256 option             25.0%     0.0%                -        -
oslo          4      32  256 option              0.0%    25.0%                -        -

HOUR HOME KWH  KWH CHANGE
---- -------- ---- ------
02        2.0  2.0   0.0%
03       10.8 10.8   0.0%
04       17.6 17.6   0.0%
05       17.6 17.6   0.0%
06       17.6 17.6   0.0%
07       17.6 17.6   0.0%
08       15.6 15.6   0.0%
09        8.8  8.8   0.0%
10        8.8  8.8   0.0%
11        8.8  8.8   0.0%
12        6.8  6.8   0.0%

note: the forecasts are the actual values, which no site could have known
note: without the column SubmitLine each job counts as one that named its partition; most policies do not move those
note: partition debug: has no pool; 1 row
)");
}

TEST_F(ReplayCommand, RefusesWrongOptionsByNameAndValue) {
  struct Case {
    const char* arguments;
    const char* error;
  };
  for (const Case& one : {
           Case{"--pool bergen=4", "--pool \"bergen=4\": carbon.json has no pool \"bergen\""},
           Case{"--pool oslo", "--pool oslo: \"\" is not NODES, "},
           Case{"--pool oslo=none",
                "--pool oslo: \"none\" is not NODES, NODESxDEVICES or "
                "NODESxDEVICESxCPUS"},
           Case{"--pool oslo=4 --pool oslo=5", "--pool oslo: is given twice"},
           Case{"--forecasts error-model --error-model near=0.3,far=0.1",
                "--error-model: far=0.1: is less than near=0.3"},
           Case{"--group-by week", "--group-by: \"week\" is not one of "},
           Case{"--scheduler-parameters bf_window=1d",
                "--scheduler-parameters: bf_window=1d is not a whole number from 1 to 43200"},
           Case{"--look 1h", "--look 1h: must be at most 10m"},
           Case{"--move-to soon", "--move-to: "},
           Case{"--begin 2001-09-01",
                "--begin: is for a history in CSV; history is what sacct printed by its first line "
                "(--format)\n"},
           Case{"--format sacct --partition oslo",
                "--partition: is for a history in CSV; history is what sacct printed\n"},
           Case{"--time-unit 1m", "--time-unit: is for a history in CSV"},
           Case{"--length-unit 1h", "--length-unit: is for a history in CSV"},
           Case{"--cpus-are-devices", "--cpus-are-devices: is for a history in CSV"},
           Case{"--time-zone Mars/Base",
                "--time-zone \"Mars/Base\": this machine does not know it"},
           Case{"--forecasts guess", "--forecasts"},
           Case{"--runtimes guess", "--runtimes"},
       }) {
    const Ran ran = Replay(one.arguments);
    EXPECT_EQ(ran.code, 2) << one.arguments;
    EXPECT_THAT(ran.err, HasSubstr(one.error));
    EXPECT_EQ(ran.out, "");
  }
}

TEST_F(ReplayCommand, NamesWhatCannotBeRead) {
  const Ran no_zone = RunScarbon("replay history --config carbon.json", "TZ=UTC", folder_.path());
  EXPECT_EQ(no_zone.code, 1);
  EXPECT_THAT(no_zone.err, HasSubstr("zone NO-1: carbon.json names no history file; --grid DIR"));
  const Ran no_grid =
      RunScarbon("replay history --config carbon.json --grid /nowhere", "TZ=UTC", folder_.path());
  EXPECT_EQ(no_grid.code, 1);
  EXPECT_THAT(no_grid.err, HasSubstr("scarbon: zone NO-1: /nowhere/NO-1.csv: "));
  Write(folder_.path() + "/empty", "JobID|State\n");
  const Ran no_column =
      RunScarbon("replay empty --config carbon.json --grid .", "TZ=UTC", folder_.path());
  EXPECT_EQ(no_column.code, 1);
  EXPECT_THAT(
      no_column.err,
      StartsWith("scarbon: empty: line 1: has no column Partition; this command prints what "
                 "is needed: TZ=UTC SLURM_TIME_FORMAT=%s sacct --allusers "));
  Write(folder_.path() + "/headless", "17|17|1001|anna|lab|normal|oslo|COMPLETED\n");
  const Ran no_header =
      RunScarbon("replay headless --config carbon.json --grid .", "TZ=UTC", folder_.path());
  EXPECT_EQ(no_header.code, 1);
  EXPECT_THAT(no_header.err,
              StartsWith("scarbon: headless: line 1: is a job and not a header, as sacct prints "
                         "with --noheader; this command prints what is needed: TZ=UTC "));
  Write(folder_.path() + "/table", "submit,gpus\n");
  const Ran no_length =
      RunScarbon("replay table --config carbon.json --grid .", "TZ=UTC", folder_.path());
  EXPECT_EQ(no_length.code, 1);
  EXPECT_EQ(no_length.err,
            "scarbon: table: line 1: has no column runtime or length or duration or elapsed; see "
            "REPLAY in scarbon(1) for what a history needs, and --format\n");
  const Ran no_file =
      RunScarbon("replay gone --config carbon.json --grid .", "TZ=UTC", folder_.path());
  EXPECT_EQ(no_file.code, 1);
  EXPECT_THAT(no_file.err, HasSubstr("scarbon: gone: "));
}

// The same jobs, 52 weeks after the week in which the grids were measured.
TEST_F(ReplayCommand, MovesAHistoryToTheTimeAtWhichTheGridsWereMeasured) {
  std::ifstream in(folder_.path() + "/history");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  Write(folder_.path() + "/late", absl::StrReplaceAll(text, {{"1000090000", "1031539600"},
                                                             {"1000090060", "1031539660"},
                                                             {"1000093600", "1031543200"}}));
  const std::string pools = " --forecasts oracle --pool oslo=4x8x64 --pool frankfurt=4x8x64 ";
  const auto late = [&](const std::string& more) {
    return RunScarbon("replay late --config carbon.json --grid . " + pools + more, "TZ=UTC",
                      folder_.path());
  };
  const Ran refused = late("");
  EXPECT_EQ(refused.code, 1);
  EXPECT_EQ(refused.out, "");
  EXPECT_EQ(refused.err,
            "scarbon: late: no job ran when the grids were measured: the jobs are from "
            "2002-09-09T02:46:40 to 2002-09-09T12:46:40, the grids from 2001-09-09T02:00:00 to "
            "2001-09-16T02:00:00; --move-to 2001-09-10T02:46:40 replays them as if they had been "
            "submitted 52 weeks earlier\n");
  const auto moved = nlohmann::json::parse(late("--move-to 2001-09-10 --json").out, nullptr, false);
  const auto at_once = nlohmann::json::parse(Replay(pools + "--json").out, nullptr, false);
  ASSERT_TRUE(moved.is_object() && at_once.is_object());
  EXPECT_EQ(moved["moved_weeks"], -52);
  EXPECT_EQ(at_once["moved_weeks"], 0);
  for (const char* same : {"from", "to", "groups", "waits", "pools", "hours"}) {
    EXPECT_EQ(moved[same], at_once[same]) << same;
  }
  EXPECT_THAT(moved["notes"].dump(),
              HasSubstr("the history is moved to 2001-09-10T02:46:40Z, 52 weeks back: "));
  // The period is in the history's own times.
  const auto two = nlohmann::json::parse(
      late("--move-to 2001-09-10 --starttime 2002-09-09T03:00 --json").out, nullptr, false);
  EXPECT_EQ(two["jobs"], 2);
}

TEST_F(ReplayCommand, SaysThatAPoolIsSmallerThanWhatTheHistoryUsedOfIt) {
  const std::string pools = "--forecasts oracle --pool oslo=4x8x64 --pool frankfurt=";
  const std::string note =
      "note: pool frankfurt: the history used 2 nodes of this shape at once, and --pool says 1: "
      "the simulated cluster is too small, and jobs wait longer in it than they did\n";
  EXPECT_THAT(Replay(pools + "1x8x64").out, HasSubstr(note));
  EXPECT_THAT(Replay(pools + "2x8x64").out, Not(HasSubstr("too small")));
  const auto json = nlohmann::json::parse(Replay(pools + "1x8x64 --json").out, nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json["pools"][0]["recorded_peak_nodes"], 2);
  EXPECT_EQ(json["waits"]["recorded"]["jobs"], 3);
}

// Three jobs of 10, 5 and 5 hours on 8, 4 and 4 devices; with limits of 40, 20 and 20 hours.
TEST_F(ReplayCommand, SaysThatLimitsAreMuchLongerThanRuns) {
  std::ifstream in(folder_.path() + "/history");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const std::string pools = "--forecasts oracle --pool oslo=4x8x64 --pool frankfurt=4x8x64 ";
  EXPECT_THAT(Replay(pools).out, Not(HasSubstr("the time limits")));
  Write(folder_.path() + "/history", absl::StrReplaceAll(text, {{"|36000|600|", "|36000|2400|"},
                                                                {"|18000|300|", "|18000|1200|"}}));
  const std::string note =
      "note: the time limits of the jobs that policies place are 4.0 times their runtimes; ";
  EXPECT_THAT(Replay(pools).out, HasSubstr(note + "3 jobs were planned as if they ran until it: "));
  EXPECT_THAT(Replay(pools + "--runtimes known").out,
              HasSubstr(note + "nodes are booked until the limit, "));
}

TEST_F(ReplayCommand, NamesTheSchedulerParametersThatItDoesNotFollow) {
  const Ran ran =
      Replay("--forecasts oracle --scheduler-parameters bf_interval=60,defer,bf_intervall=60");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("note: --scheduler-parameters: the simulated scheduler does not "
                                 "follow defer, bf_intervall\n"));
}

// Two tasks of an array, of which each is a job.
TEST_F(ReplayCommand, CountsTasksOfAnArrayAsJobsAndItsDecisionOnce) {
  std::string history =
      "JobID|UID|Partition|State|Submit|Start|ElapsedRaw|TimelimitRaw|AllocTRES\n";
  for (const char* id : {"7_0", "7_1"}) {
    absl::StrAppend(&history, id, "|1001|frankfurt|COMPLETED|1000090000|1000090000|3600|60|",
                    "cpu=8,gres/gpu=1,node=1\n");
  }
  Write(folder_.path() + "/history", history);
  const std::string pools = "--forecasts oracle --pool oslo=4x8x64 --pool frankfurt=4x8x64 ";
  EXPECT_THAT(Replay(pools).out, HasSubstr("decisions   1 for 2 jobs ("));
  const auto json = nlohmann::json::parse(Replay(pools + "--json").out, nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json["decisions"], 1);
  EXPECT_EQ(json["jobs"], 2);
  EXPECT_EQ(json["groups"][0]["enforced"]["jobs"], 2);
}

// The jobs are those of two records; the log does not say how long they ran.
TEST_F(ReplayCommand, ReplaysAPlacementLog) {
  JobRequest job;
  job.user_id = 1001;
  job.time_limit = absl::Hours(10);
  job.demand = {.nodes = 1, .devices = 8, .cpus = 64};
  std::string log;
  for (const uint64_t sequence : {1, 2}) {
    log += WriteRecord(RecordOfDecision({"3f9c21aa04d7be15", sequence},
                                        absl::FromUnixSeconds(1000090000), job, Placed()));
  }
  Write(folder_.path() + "/placements.jsonl", log);
  const Ran ran =
      RunScarbon("replay placements.jsonl --config carbon.json --grid . --forecasts oracle --json",
                 "TZ=UTC", folder_.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.err,
              HasSubstr("placements.jsonl: a placement log does not say how long jobs ran"));
  const nlohmann::json replay = nlohmann::json::parse(ran.out);
  EXPECT_EQ(replay["rows"]["replayed"]["rows"], 2) << ran.out;
}

TEST_F(ReplayCommand, PrintsTheSameAsJson) {
  const Ran ran = Replay("--forecasts oracle --pool oslo=4x8x64 --pool frankfurt=4x8x64 --json");
  EXPECT_EQ(ran.code, 0);
  const auto json = nlohmann::json::parse(ran.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << ran.out << ran.err;
  EXPECT_EQ(json["rows"]["replayed"]["rows"], 3);
  EXPECT_EQ(json["rows"]["left_out"].size(), 3u);
  EXPECT_EQ(json["groups"][0]["name"], "total");
  EXPECT_NEAR(json["groups"][0]["home"]["co2e_g"].get<double>(), 57200, 1e-6);
  EXPECT_NEAR(json["groups"][0]["enforced"]["co2e_g"].get<double>(), 13200, 1e-6);
  EXPECT_EQ(json["waits"]["harmed"]["jobs"], 0);
}

TEST_F(ReplayCommand, PrintsTheSumsAsCsv) {
  const Ran ran =
      Replay("--forecasts oracle --pool oslo=4x8x64 --pool frankfurt=4x8x64 --csv -g account");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(
      ran.out,
      StartsWith(
          "group_by,name,home_jobs,jobs,home_kwh,kwh,home_co2e_g,co2e_g,home_consequential_g,"
          "consequential_g,saved_share,saved_share_low,saved_share_high,home_wait_mean_s,"
          "wait_mean_s,home_wait_p95_s,wait_p95_s,home_wait_max_s,wait_max_s,harmed_jobs,"
          "harmed_mean_s,dearer_jobs,dearer_g,home_in_use,in_use,home_idle_kwh,idle_kwh\n"
          "total,total,3,3,132,132,57200,13200,,,0.7692307692,,,0,0,0,0,0,0,0,0,0,0,,,,\n"
          "account,climate,2,2,44,44,13200,4400,,,0.6666666667,,,,,,,,,,,,,,,,\n"
          "account,vision,1,1,88,88,44000,8800,,,0.8,,,,,,,,,,,,,,,,\n"
          "hour,00,,,0,0,,"));
  for (const absl::string_view line : absl::StrSplit(ran.out, '\n', absl::SkipEmpty())) {
    EXPECT_EQ(std::count(line.begin(), line.end(), ','), 26) << line;
  }
}

TEST_F(ReplayCommand, APolicyOfAPaperDecides) {
  const std::string pools = "--forecasts oracle --pool oslo=4x8x64 --pool frankfurt=4x8x64 --json ";
  const auto emits = [&](const std::string& policy) {
    const Ran ran = Replay(pools + "--policy " + policy);
    EXPECT_EQ(ran.code, 0) << ran.err;
    const auto json = nlohmann::json::parse(ran.out, nullptr, false);
    EXPECT_EQ(json["decided_by"], policy);
    return json["groups"][0]["enforced"]["co2e_g"].get<double>();
  };
  EXPECT_NEAR(emits("static-best"), 13200, 1e-6);
  EXPECT_NEAR(emits("carbon-time"), 57200, 1e-6);  // it moves nothing
  const Ran suspends = Replay(pools + "--policy wait-awhile");
  EXPECT_EQ(suspends.code, 2);
  EXPECT_THAT(suspends.err, HasSubstr("--policy: \"wait-awhile\" suspends jobs"));
}

// What a source had forecast decides, not what came: 500 g/kWh.
TEST_F(ReplayCommand, DecidesByWhatTheSourcesHadIssued) {
  std::ifstream config(folder_.path() + "/carbon.json");
  const std::string text((std::istreambuf_iterator<char>(config)), {});
  Write(folder_.path() + "/carbon.json",
        absl::StrReplaceAll(
            text, {{R"({"static": 500})", R"({"provider": "energy-charts", "zone": "DE"})"}}));
  const auto emits = [&](const std::string& name, double forecast) {
    const std::string path = absl::StrCat(folder_.path(), "/", name, ".db");
    {
      std::vector<std::string> problems;
      const auto archive = Archive::Open(path, absl::FromUnixSeconds(1'000'800'000), &problems);
      EXPECT_TRUE(archive.ok()) << archive.status();
      const absl::Time issued = absl::FromUnixSeconds(1'000'080'000);
      const IntensitySeries series = *IntensitySeries::Create(
          {{issued, GramsPerKilowattHour(forecast)}}, issued + absl::Hours(72));
      const auto added = (*archive)->AddForecast(
          {"DE", "energy-charts:DE", SignalKind::kAverageLifecycle}, issued, series, issued);
      EXPECT_TRUE(added.ok()) << added.status();
    }
    const Ran ran = Replay(absl::StrCat("--pool oslo=4x8x64 --pool frankfurt=4x8x64 --json ",
                                        "--forecasts archived --archive ", path));
    EXPECT_EQ(ran.code, 0) << ran.err;
    const auto json = nlohmann::json::parse(ran.out, nullptr, false);
    return json["groups"][0]["enforced"]["co2e_g"].get<double>();
  };
  EXPECT_NEAR(emits("true", 500), 13200, 1e-6);
  EXPECT_NEAR(emits("false", 5), 66000, 1e-6);  // who believed that moved all jobs there
  const Ran none = Replay("--forecasts archived --archive /nowhere/archive.db");
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("/nowhere/archive.db"));
}

// On grids that are always the same, runtimes change nothing.
TEST_F(ReplayCommand, ComparesWhatIsKnownOfRuntimes) {
  const std::string pools = "--forecasts oracle --pool oslo=4x8x64 --pool frankfurt=4x8x64 ";
  const Ran ran = Replay(pools + "--compare-runtimes");
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("runtimes    configured\n"));
  for (const std::string runtimes : {"limit", "learnt", "known"}) {
    EXPECT_THAT(ran.out, ContainsRegex(runtimes + " +13[.]2 kg +76[.]9% +- +- +100[.]0%"))
        << runtimes;
  }
  const Ran as_json = Replay(pools + "--compare-runtimes --runtimes known --json");
  const auto json = nlohmann::json::parse(as_json.out, nullptr, false);
  EXPECT_EQ(json["runtimes"], "known");
  ASSERT_EQ(json["by_runtimes"].size(), 3u) << as_json.out;
  EXPECT_EQ(json["by_runtimes"][1]["runtimes"], "learnt");
  EXPECT_NEAR(json["by_runtimes"][1]["share_of_known"].get<double>(), 1, 1e-12);
  EXPECT_EQ(json["by_runtimes"][2]["enforced"], json["groups"][0]["enforced"]);
  EXPECT_THAT(as_json.out,
              HasSubstr("the real runtimes were known, which no site could have known"));
}

// The second configuration may change nothing.
TEST_F(ReplayCommand, WhatIfComparesTwoConfigurations) {
  const std::string pools =
      " history --grid . --forecasts oracle --pool oslo=4x8x64 --pool frankfurt=4x8x64 ";
  std::ifstream in(folder_.path() + "/carbon.json");
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  Write(folder_.path() + "/off.json",
        absl::StrReplaceAll(text, {{"\"mode\": \"shadow\"", "\"mode\": \"off\""}}));
  const auto what_if = [&](const std::string& configs, const std::string& more) {
    return RunScarbon("policy what-if " + configs + pools + more, "TZ=UTC", folder_.path());
  };
  const Ran ran = what_if("off.json carbon.json", "-g site");
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, ContainsRegex("A +off[.]json +3 +57[.]2 kg +57[.]2 kg +0[.]0% +-"));
  EXPECT_THAT(ran.out, ContainsRegex("B +carbon[.]json +3 +57[.]2 kg +13[.]2 kg +76[.]9% +-"));
  EXPECT_THAT(ran.out,
              ContainsRegex("total +3 +132[.]0 +132[.]0 +57[.]2 kg +13[.]2 kg +76[.]9% +-"));
  EXPECT_THAT(ran.out, ContainsRegex("frankfurt +0 +110[.]0 +0[.]0 +55 kg +0 g +100[.]0% +-"));
  const auto json =
      nlohmann::json::parse(what_if("carbon.json off.json", "--json").out, nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json["a"]["config"], "carbon.json");
  EXPECT_NEAR(json["groups"][0]["a"]["co2e_g"].get<double>(), 13200, 1e-6);
  EXPECT_NEAR(json["groups"][0]["b"]["co2e_g"].get<double>(), 57200, 1e-6);
  EXPECT_EQ(json["waits"]["dearer"]["jobs"], 2);
  EXPECT_EQ(json["only_a"], 0);
}

TEST_F(ReplayCommand, WhatIfGroupsByPlaceOnlyWhereThePlacesAreTheSame) {
  std::ifstream in(folder_.path() + "/carbon.json");
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  Write(folder_.path() + "/other.json",
        absl::StrReplaceAll(text, {{"\"oslo\": {\"site\": \"oslo\", \"partition\"",
                                    "\"bergen\": {\"site\": \"oslo\", \"partition\""}}));
  const Ran ran = RunScarbon(
      "policy what-if carbon.json other.json history --grid . --forecasts oracle -g pool", "TZ=UTC",
      folder_.path());
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "scarbon: --group-by pool: carbon.json and other.json have different pools\n");
}

}  // namespace
}  // namespace carbon
