// Runs the built scarbon log --effect with the test's own sacct, scontrol and grid. What it says is
// compared with sums over each second of each run, which share nothing with the product.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/decision/watch.h"
#include "core/record/event_records.h"
#include "core/record/record.h"
#include "tests/cli/log/sample_log.h"
#include "tests/cli/run_scarbon.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

// Fast hardware draws 1 kW per device, 0.2 kW without a job; slow hardware draws 0.6 and 0.1.
constexpr char kConfig[] = R"({
  "paths": {"log": "FOLDER/placements.jsonl", "snapshot": "FOLDER/snapshot"},
  "zones": {"DE": {"kind": "average-lifecycle", "forecast": [{"static": 400}]},
            "NO": {"kind": "average-lifecycle", "forecast": [{"static": 30}]}},
  "sites": {
    "frankfurt": {"zone": "DE", "pue": {"value": 1.5, "quality": "measured", "source": "meters"}},
    "oslo": {"zone": "NO", "pue": {"value": 1.1, "quality": "measured", "source": "meters"}}
  },
  "hardware": {
    "fast": {"unit": "device",
      "busy_watts": {"value": 1000, "quality": "measured", "source": "test"},
      "idle_watts": {"value": 300, "quality": "measured", "source": "test"},
      "free_watts": {"value": 200, "quality": "measured", "source": "test"}},
    "slow": {"unit": "device",
      "busy_watts": {"value": 600, "quality": "measured", "source": "test"},
      "free_watts": {"value": 100, "quality": "measured", "source": "test"}}
  },
  "pools": {
    "frankfurt": {"site": "frankfurt", "partition": "frankfurt", "hardware": "fast",
      "powers_down": false},
    "oslo": {"site": "oslo", "partition": "oslo", "hardware": "fast",
      "powers_down": false},
    "bergen": {"site": "oslo", "partition": "bergen", "hardware": "slow",
      "powers_down": false}
  },
  "policies": [{"name": "all", "mode": "enforce"}]
})";

struct Place {
  std::string site, zone, hardware;
  double pue, busy, free;
};
const Place& PlaceOf(const std::string& partition) {
  static const auto& places =
      *new std::map<std::string, Place>{{"frankfurt", {"frankfurt", "DE", "fast", 1.5, 1000, 200}},
                                        {"oslo", {"oslo", "NO", "fast", 1.1, 1000, 200}},
                                        {"bergen", {"oslo", "NO", "slow", 1.1, 600, 100}}};
  return places.at(partition);
}

// One job. At home, in Frankfurt, it would take `hours` on `devices`; on slow hardware twice as
// long.
struct Job {
  Arm arm = Arm::kPlaced;
  double hours = 2;
  int64_t devices = 8;
  std::string planned = "oslo";  // if it was placed
  std::string ran = "";          // the partition; empty: as planned
  int64_t start = 4 * 3600;      // seconds after kStart
  int64_t seconds = 7200;
  double exempt = 0.5;
  std::string state = "COMPLETED";
  double joules = 0;
};

class ScarbonLogEffect : public ScarbonLog {
 protected:
  ScarbonLogEffect() {
    std::string text = kConfig;
    for (size_t at = 0; (at = text.find("FOLDER", at)) != text.npos;) {
      text.replace(at, 6, folder_);
    }
    std::ofstream(folder_ + "/carbon.json") << text;
    Script("scontrol", "echo 'AcctGatherEnergyType = (null)'\n");
    std::filesystem::create_directory(folder_ + "/grid");
    WriteGrid("DE", {500, 300, 450, 200, 420, 380, 610, 200, 150, 330, 480, 290});
    WriteGrid("NO", {90, 80, 70, 60, 50, 40, 30, 20, 25, 35, 45, 55});
  }

  void Script(const std::string& name, const std::string& script) {
    std::ofstream(folder_ + "/" + name) << "#!/bin/sh\n" << script;
    ASSERT_EQ(chmod((folder_ + "/" + name).c_str(), 0755), 0);
  }
  // Values by hour from kStart on.
  void WriteGrid(const std::string& zone, const std::vector<double>& values) {
    std::ofstream file(folder_ + "/grid/" + zone + ".csv");
    file << "time,value\n";
    for (size_t i = 0; i < values.size(); ++i) {
      file << absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", kStart + absl::Hours(i), absl::UTCTimeZone())
           << "," << values[i] << "\n";
    }
    grid_[zone] = values;
  }

  static Plan PlanIn(const std::string& partition, absl::Time start, const Job& job) {
    const Place& place = PlaceOf(partition);
    Plan plan = At(partition, start, 0);
    PlannedRun& run = plan.first();
    run.names = std::make_shared<const PoolNames>(PoolNames{.pool = partition,
                                                            .site = place.site,
                                                            .zone = place.zone,
                                                            .partition = partition,
                                                            .hardware = place.hardware});
    run.runtime = absl::Hours(job.hours * (place.hardware == "slow" ? 2 : 1));
    run.units = job.devices;
    run.energy = Watts(place.busy) * (static_cast<double>(job.devices) * place.pue) * run.runtime;
    run.intensity = GramsPerKilowattHour(place.zone == "DE" ? 400 : 50);
    run.gross = run.energy * run.intensity;
    run.consequential = run.gross * (1 - place.free / place.busy);
    run.stays_powered = 1;
    return plan;
  }

  // Logs a decision whose job the queue has shown, and has sacct show what became of it. Returns
  // the number of both.
  uint32_t Add(const Job& job) {
    const uint32_t id = ++last_;
    JobRequest request;
    request.name = "train";
    request.user_id = 4242424;
    request.account = "ml";
    request.partitions = {"frankfurt"};
    request.exclusive = true;
    request.demand.devices = job.devices;
    Decision decision;
    decision.mode = Mode::kEnforce;
    decision.policy = "all";
    decision.home = PlanIn("frankfurt", kStart, job);
    const bool is_placed = job.arm == Arm::kPlaced;
    decision.outcome = is_placed ? Outcome::kPlaced : Outcome::kKeptHome;
    decision.reason = {is_placed ? Reason::kGreenest : Reason::kExempt, {}};
    decision.chosen =
        is_placed ? PlanIn(job.planned, kStart + absl::Hours(2), job) : *decision.home;
    decision.trial = Trial{job.arm, job.exempt};
    Append(WriteRecord(RecordOfDecision({kBoot, id}, kStart, request, decision)) +
           WriteRecord(BookingRecord{{{"0123456789abcdef", id}, kStart},
                                     {DecisionId({kBoot, id}), BookingFate::kConfirmed, id}}));
    const std::string partition = RanIn(job);
    absl::StrAppend(&accounting_, id, "|4242424|", absl::ToUnixSeconds(kStart), "|",
                    absl::ToUnixSeconds(kStart) + job.start, "|", job.seconds, "|", partition, "|",
                    job.state, job.state == "CANCELLED" ? "|None assigned" : "|n1",
                    "|1|gres/gpu=", job.devices, "|0\n", id, ".extern||||||", job.state, "|n1|1||",
                    static_cast<int64_t>(job.joules), "\n");
    jobs_.push_back(job);
    return id;
  }
  static std::string RanIn(const Job& job) {
    if (!job.ran.empty()) return job.ran;
    return job.arm == Arm::kPlaced ? job.planned : "frankfurt";
  }
  void AddOfEach(int count, const Job& job = {}) {
    for (int i = 0; i < count; ++i) {
      for (const Arm arm : {Arm::kPlaced, Arm::kExempt}) {
        Job one = job;
        one.arm = arm;
        Add(one);
      }
    }
  }

  Ran RunEffect(const std::string& arguments, bool with_grid = true) {
    Script("sacct",
           absl::StrCat("echo \"$@\" >>", folder_, "/asked\ncat <<END\n", accounting_, "END\n"));
    return RunScarbon(absl::StrCat("log --effect --config ", folder_, "/carbon.json ",
                                   with_grid ? "--grid " + folder_ + "/grid " : "", arguments),
                      absl::StrCat("TZ=UTC PATH=", folder_, ":$PATH"));
  }
  std::string Shown(const std::string& arguments) {
    const Ran ran = RunEffect(arguments);
    EXPECT_EQ(ran.code, 0);
    EXPECT_EQ(ran.err, "");
    return ran.out;
  }
  Json Effect(const std::string& arguments = "") {
    return Json::parse(Shown("--json " + arguments), nullptr, false);
  }

  // What a job emitted and added, in grams, and its device-hours at home. Second by second.
  struct Came {
    double emitted = 0, added = 0, device_hours = 0;
  };
  Came CameOf(const Job& job) const {
    Came came;
    const Place& place = PlaceOf(RanIn(job));
    const auto devices = static_cast<double>(job.devices);
    const double speed = place.hardware == "slow" ? 0.5 : 1;
    for (int64_t second = job.start; second < job.start + job.seconds; ++second) {
      const double grams_per_joule =
          grid_.at(place.zone)[static_cast<size_t>(second / 3600)] / 3.6e6;
      came.emitted += place.busy * devices * place.pue * grams_per_joule;
      came.added += (place.busy - place.free) * devices * place.pue * grams_per_joule;
      came.device_hours += devices * speed / 3600;
    }
    return came;
  }
  // Per device-hour of one arm, each job weighted by the inverse of the probability of its arm.
  Came MeanOf(Arm arm) const {
    Came sum;
    for (const Job& job : jobs_) {
      if (job.arm != arm) continue;
      const double weight = 1 / (arm == Arm::kExempt ? job.exempt : 1 - job.exempt);
      const Came came = CameOf(job);
      sum.emitted += weight * came.emitted;
      sum.added += weight * came.added;
      sum.device_hours += weight * came.device_hours;
    }
    return {sum.emitted / sum.device_hours, sum.added / sum.device_hours, sum.device_hours};
  }

  uint32_t last_ = 0;
  std::vector<Job> jobs_;
  std::string accounting_;
  std::map<std::string, std::vector<double>> grid_;
};

double MeanIn(const Json& effect, const char* figure, const char* arm) {
  return effect["figures"][figure][arm]["mean"].get<double>();
}

TEST_F(ScarbonLogEffect, AgreesWithASumOverEachSecond) {
  std::mt19937 random(7);
  const auto draw = [&random](int from, int to) {
    return std::uniform_int_distribution<int>(from, to)(random);
  };
  for (int i = 0; i < 60; ++i) {
    Job job;
    job.arm = draw(0, 1) == 0 ? Arm::kPlaced : Arm::kExempt;
    job.exempt = draw(0, 1) == 0 ? 0.5 : 0.2;
    job.devices = draw(1, 8);
    job.hours = draw(1, 3);
    job.planned = draw(0, 1) == 0 ? "oslo" : "bergen";
    if (draw(0, 4) == 0) job.ran = draw(0, 1) == 0 ? "frankfurt" : "oslo";
    job.start = draw(0, 5 * 3600);
    job.seconds = draw(0, 6 * 3600);
    job.state = draw(0, 1) == 0 ? "COMPLETED" : "FAILED";
    Add(job);
  }
  const Json effect = Effect();
  for (const auto& [arm, name] : {std::pair(Arm::kPlaced, "placed"), {Arm::kExempt, "exempt"}}) {
    const Came mean = MeanOf(arm);
    EXPECT_NEAR(MeanIn(effect, "gross_g_per_device_hour", name), mean.emitted, 1e-6) << name;
    EXPECT_NEAR(MeanIn(effect, "consequential_g_per_device_hour", name), mean.added, 1e-6) << name;
    // 1.5 kWh at the meter and 400 g/kWh, as the decisions predicted it.
    EXPECT_NEAR(MeanIn(effect, "home_g_per_device_hour", name), 600, 1e-6) << name;
  }
  EXPECT_EQ(effect["counted"], effect["emission"]["known"]);
  EXPECT_EQ(effect["emission"]["unknown"], Json::object());
  EXPECT_EQ(effect["emission"]["modelled"]["no-meter"], effect["counted"]);
}

// All jobs of an arm are alike: only the errors of the watts and of the PUE are left.
TEST_F(ScarbonLogEffect, CountsHowTheWattsErrInTheInterval) {
  AddOfEach(12);
  const Json gross = Effect()["figures"]["gross_g_per_device_hour"];
  const double placed = MeanOf(Arm::kPlaced).emitted, exempt = MeanOf(Arm::kExempt).emitted;
  const Json& difference = gross["difference"];
  EXPECT_NEAR(difference["mean"].get<double>(), placed - exempt, 1e-6);
  // Measured values err by 5%; of the PUE, what is above 1. Draws of the three are nearly apart.
  const double of_oslo = 0.05 * 0.1 / 1.1, of_frankfurt = 0.05 * 0.5 / 1.5;
  const double expected =
      1.645 * std::hypot(0.05 * (placed - exempt), of_oslo * placed, of_frankfurt * exempt);
  EXPECT_NEAR((difference["high"].get<double>() - difference["low"].get<double>()) / 2, expected,
              0.3 * expected);
  // The share does not depend on the watts, which both arms have.
  const Json& share = gross["share"];
  EXPECT_NEAR((share["high"].get<double>() - share["low"].get<double>()) / 2,
              1.645 * placed / exempt * std::hypot(of_oslo, of_frankfurt),
              0.5 * placed / exempt * std::hypot(of_oslo, of_frankfurt));
}

TEST_F(ScarbonLogEffect, ShowsATableAndWhatItRestsOn) {
  AddOfEach(12);
  // 1.1 kWh at 50 and 40 g/kWh; 1.5 kWh at 420 and 380 g/kWh.
  const std::string table = Shown("-P");
  EXPECT_THAT(table, HasSubstr("\nwait|04:00:00|04:00:00|+00:00:00|"));
  EXPECT_THAT(table, HasSubstr("\nCO2e per device-hour|49.5 g|600 g|-"));
  EXPECT_THAT(table, HasSubstr("\nCO2e per device-hour, predicted at home|600 g|600 g|+0 g|"));
  const std::string shown = Shown("");
  EXPECT_THAT(shown,
              HasSubstr("24 jobs were drawn: 12 placed, 12 exempt; counted: 12 placed, 12 exempt\n"
                        "CO2e of 12 placed and 12 exempt, by what came: runs as in accounting, and "
                        "actual intensities (DE from " +
                        folder_ + "/grid/DE.csv; NO from " + folder_ +
                        "/grid/NO.csv)\n"
                        "energy of 12 placed and 12 exempt: modelled, because Slurm gathers no "
                        "energy (AcctGatherEnergyType)\n"));
}

// What became of a job must not say whether it counts.
TEST_F(ScarbonLogEffect, CountsAJobInItsArmWhateverBecameOfIt) {
  AddOfEach(12);
  Add({.ran = "frankfurt"});  // its user moved it home
  Add({.start = 60});         // … or started it at once
  const uint32_t restored = Add({.ran = "frankfurt", .start = 7 * 3600});  // … or scarbond did
  Append(WriteRecord(
      ReturnRecord{{{"1123456789abcdef", 1}, kStart},
                   {.job_id = restored, .decision_id = DecisionId({kBoot, restored})}}));
  const Json effect = Effect();
  EXPECT_EQ(effect["counted"]["placed"], 15);
  EXPECT_EQ(effect["emission"]["known"]["placed"], 15);
  EXPECT_EQ(effect["not_counted"], Json::object());
  EXPECT_NEAR(MeanIn(effect, "gross_g_per_device_hour", "placed"), MeanOf(Arm::kPlaced).emitted,
              1e-6);
}

TEST_F(ScarbonLogEffect, UsesTheMeterOfJobsForWhichItIsBelieved) {
  AddOfEach(10);
  // 12 of 16 kWh, and so much that nobody believes it.
  Add({.joules = 12 * 3.6e6});
  Add({.joules = 100 * 3.6e6});
  Script("scontrol",
         "case \"$*\" in 'show config') echo 'AcctGatherEnergyType = acct_gather_energy/ipmi';\n"
         "esac\n");
  const Json effect = Effect();
  EXPECT_EQ(effect["emission"]["measured"], Json::parse(R"({"ipmi": {"placed": 1, "exempt": 0}})"));
  EXPECT_EQ(effect["emission"]["modelled"],
            Json::parse(R"({"below-idle": {"placed": 10, "exempt": 10},
                            "above-maximum": {"placed": 1, "exempt": 0}})"));
  // Eleven modelled jobs of two hours, and one that drew three quarters of that.
  EXPECT_NEAR(MeanIn(effect, "gross_g_per_device_hour", "placed"), 49.5 * (11 + 0.75) / 12, 1e-6);
  EXPECT_THAT(Shown(""), HasSubstr("\nenergy of 1 placed and 0 exempt: measured (ipmi)\n"));
}

TEST_F(ScarbonLogEffect, WeighsJobsByTheWorkThatTheyDid) {
  AddOfEach(12, {.seconds = 600});
  Add({.arm = Arm::kExempt, .seconds = 7 * 3600});
  const Json effect = Effect();
  const Json& exempt = effect["figures"]["gross_g_per_device_hour"]["exempt"];
  EXPECT_NEAR(exempt["mean"].get<double>(), MeanOf(Arm::kExempt).emitted, 1e-6);
  EXPECT_LT(exempt["effective_jobs"], 5);
  EXPECT_TRUE(effect["figures"]["gross_g_per_device_hour"]["difference"].is_null());
  EXPECT_EQ(effect["figures"]["wait_s"]["exempt"]["effective_jobs"], 13);
  EXPECT_THAT(Shown(""), HasSubstr("too few jobs for an interval: it needs 10 of each"));
}

TEST_F(ScarbonLogEffect, SaysHowManyOfEachArmItCannotCount) {
  AddOfEach(12);
  Add({.state = "RUNNING"});
  Add({.seconds = 0, .state = "CANCELLED"});
  Add({.arm = Arm::kExempt, .state = "RUNNING"});
  Job unknown = {.arm = Arm::kExempt};
  const std::string known = accounting_;
  Add(unknown);
  accounting_ = known;
  Append(Line({.sequence = ++last_}));  // it was not drawn
  const Json effect = Effect();
  EXPECT_EQ(effect["drawn"], Json::parse(R"({"placed": 14, "exempt": 14})"));
  EXPECT_EQ(effect["counted"], Json::parse(R"({"placed": 12, "exempt": 12})"));
  EXPECT_EQ(effect["not_counted"], Json::parse(R"({
    "unknown to accounting": {"placed": 0, "exempt": 1},
    "not ended": {"placed": 1, "exempt": 1}, "never ran": {"placed": 1, "exempt": 0}})"));
  EXPECT_THAT(Shown(""),
              HasSubstr("not counted: 0 placed and 1 exempt unknown to accounting; 1 placed and 1 "
                        "exempt not ended; 1 placed and 0 exempt never ran\n"
                        "placed jobs end later: choose an --endtime before which all have "
                        "ended\n"));
}

// They waited, and nobody knows what they emitted. If one arm has more of them, the other jobs of
// both arms are not alike any more.
TEST_F(ScarbonLogEffect, LeavesOutByReasonWhatCannotBeKnown) {
  AddOfEach(12);
  Add({.seconds = 20 * 3600});  // beyond the grid
  Add({.ran = "debug"});        // no pool
  Add({.arm = Arm::kExempt, .ran = "debug"});
  const Json effect = Effect();
  EXPECT_EQ(effect["counted"], Json::parse(R"({"placed": 14, "exempt": 13})"));
  EXPECT_EQ(effect["emission"]["known"], Json::parse(R"({"placed": 12, "exempt": 12})"));
  EXPECT_EQ(effect["emission"]["unknown"], Json::parse(R"({
    "actual-values-missing": {"placed": 1, "exempt": 0},
    "no-pool": {"placed": 1, "exempt": 1}})"));
  EXPECT_NEAR(MeanIn(effect, "gross_g_per_device_hour", "placed"), 49.5, 1e-6);
  EXPECT_EQ(effect["figures"]["wait_s"]["placed"]["jobs"], 14);
  EXPECT_THAT(Shown(""),
              HasSubstr("without a known emission, so that they count for the wait only: 1 placed "
                        "and 1 exempt: it ran in a partition that is no pool; 1 placed and 0 "
                        "exempt: there are no actual values for a part of the time\n"
                        "the emission of 14% of the placed and of 8% of the exempt jobs is not "
                        "known: its difference may mislead\n"));
  // Without any actual intensities only the waits are known.
  const Ran none = RunEffect("--json", /*with_grid=*/false);
  EXPECT_THAT(none.err, HasSubstr("--archive FILE or --grid DIR names them"));
  const Json without = Json::parse(none.out, nullptr, false);
  EXPECT_EQ(without["emission"]["unknown"]["no-actual-values"],
            Json::parse(R"({"placed": 13, "exempt": 12})"));
  EXPECT_EQ(without["figures"]["wait_s"]["placed"]["jobs"], 14);
  EXPECT_EQ(without["figures"]["gross_g_per_device_hour"]["placed"]["jobs"], 0);
}

// A site or a partition is what the draw changes: with such a filter the arms are not alike.
TEST_F(ScarbonLogEffect, TakesNoFilterThatTheDrawChanges) {
  AddOfEach(12);
  for (const char* filter : {"--site oslo", "--partition oslo"}) {
    EXPECT_EQ(RunEffect(filter).code, 2) << filter;
  }
  EXPECT_EQ(Effect("--account bio")["drawn"]["placed"], 0);
  EXPECT_EQ(Effect("--policy all")["drawn"]["placed"], 12);
}

TEST_F(ScarbonLogEffect, ShowsTheSameFromTheIndexAsFromTheFiles) {
  AddOfEach(12);
  Add({.ran = "frankfurt"});
  Add({.seconds = 20 * 3600});
  Append(Line({.sequence = ++last_}) +
         WriteRecord(BookingRecord{{{"0123456789abcdef", last_}, kStart},
                                   {DecisionId({kBoot, last_}), BookingFate::kConfirmed, 4711}}));
  const std::string files = Shown("--json --no-index");
  std::filesystem::remove(folder_ + "/asked");
  for (int time = 0; time < 2; ++time) EXPECT_EQ(Shown("--json --all"), files);
  EXPECT_TRUE(std::filesystem::exists(log_ + ".index"));
  // Once each time, for the jobs that were drawn.
  const std::string asked = Contents(folder_ + "/asked");
  EXPECT_EQ(std::count(asked.begin(), asked.end(), '\n'), 2) << asked;
  EXPECT_THAT(asked, HasSubstr(",25,26\n"));
}

TEST_F(ScarbonLogEffect, SaysThatNoJobWasDrawn) {
  Append(Line({.sequence = 1}));
  EXPECT_THAT(Shown(""), HasSubstr("no job was drawn: a policy in enforce needs an \"exempt\" "
                                   "share, see carbon.json(5)\n"));
}

}  // namespace
}  // namespace carbon
