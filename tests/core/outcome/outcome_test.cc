#include "core/outcome/outcome.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/decision/plan.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;

const absl::Time kDay = absl::FromUnixSeconds(1795478400);  // 2026-11-24T00:00:00Z

absl::Time At(double hour) { return kDay + absl::Seconds(std::llround(3600 * hour)); }

// Two sites: frankfurt with h100-sxm, oslo with the same or with a100-sxm in another partition.
PlacementConfig SampleConfig() {
  PlacementConfig config;
  config.zones = {{.name = "DE"}, {.name = "NO"}};
  config.sites = {{.name = "frankfurt", .zone = "DE", .pue = {1.5, Quality::kMeasured, ""}},
                  {.name = "oslo", .zone = "NO", .pue = {1.1, Quality::kMeasured, ""}}};
  config.hardware["fast"] = {.name = "fast",
                             .busy = {Watts(1000), Quality::kMeasured, ""},
                             .idle = Sourced<Watts>{Watts(300), Quality::kMeasured, ""},
                             .free = Sourced<Watts>{Watts(200), Quality::kMeasured, ""}};
  config.hardware["slow"] = {.name = "slow", .busy = {Watts(600), Quality::kEstimated, ""}};
  const auto add = [&config](const char* partition, const char* site, const char* hardware,
                             std::optional<bool> powers_down) {
    config.pools.push_back({.name = absl::StrCat(partition, "-pool"),
                            .site = site,
                            .partition = partition,
                            .hardware = hardware,
                            .powers_down = powers_down});
  };
  add("frankfurt", "frankfurt", "fast", false);
  add("oslo", "oslo", "fast", false);
  add("oslo-slow", "oslo", "slow", std::nullopt);
  return config;
}

// Values by hour from kDay on; a negative one is a gap.
ActualIntensity Hours(const std::vector<double>& values, const std::string& source = "file",
                      SignalKind kind = SignalKind::kAverageLifecycle,
                      std::vector<absl::Time> fetched_at = {}) {
  std::vector<IntensityHistory::Interval> intervals;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] < 0) continue;
    const auto hour = static_cast<double>(i);
    intervals.push_back({At(hour), At(hour + 1), GramsPerKilowattHour(values[i])});
  }
  return ActualIntensity(source, kind, *IntensityHistory::Create(std::move(intervals)),
                         std::move(fetched_at));
}

// A plan as a decision records it: `units` for one task, of `tasks` in `rounds`.
PlanSummary PlanIn(const PlacementConfig& config, const std::string& partition, absl::Time start,
                   absl::Duration task_runtime, int64_t units, int64_t tasks = 1,
                   int64_t rounds = 1, double intensity = 100,
                   absl::Duration wake_up = absl::ZeroDuration()) {
  for (const PoolConfig& pool : config.pools) {
    if (pool.partition != partition) continue;
    const HardwareProfile& hardware = config.hardware.at(pool.hardware);
    const SiteConfig& site = config.sites[pool.site == "frankfurt" ? 0 : 1];
    const double all = static_cast<double>(units * tasks);
    const Watts waking = hardware.idle.has_value() ? hardware.idle->value : hardware.busy.value;
    const KilowattHours wake =
        waking * (all / static_cast<double>(rounds)) * site.pue.value * wake_up;
    const KilowattHours energy = hardware.busy.value * all * site.pue.value * task_runtime + wake;
    PlanSummary use = {.pool = pool.name,
                       .partition = partition,
                       .site = pool.site,
                       .zone = site.zone,
                       .hardware = pool.hardware,
                       .start = start,
                       .runtime = task_runtime * rounds,
                       .task_runtime = task_runtime,
                       .energy = energy,
                       .intensity = GramsPerKilowattHour(intensity),
                       .gross = energy * GramsPerKilowattHour(intensity),
                       .wake_up = wake_up,
                       .units = units};
    if (hardware.free.has_value()) {
      const KilowattHours free = hardware.free->value * all * site.pue.value * task_runtime;
      use.consequential = (energy - free) * GramsPerKilowattHour(intensity);
      use.stays_powered = 1;
    }
    return use;
  }
  return {};
}

DecisionSummary Placed(PlanSummary home, PlanSummary chosen, int64_t tasks = 1) {
  DecisionSummary decided;
  decided.time = At(1);
  decided.outcome = Outcome::kPlaced;
  decided.mode = Mode::kEnforce;
  decided.array_tasks = tasks;
  decided.home = std::move(home);
  decided.chosen = std::move(chosen);
  return decided;
}

RanJob Ended(std::vector<ActualRun> runs) {
  RanJob job = {.has_ended = true, .runs = std::move(runs), .submitted = At(1)};
  return job;
}

ActualRun RunIn(const std::string& partition, absl::Time start, absl::Time end) {
  return {.task = "17",
          .submitted = At(1),
          .start = start,
          .end = end,
          .partition = partition,
          .state = "COMPLETED"};
}

const EnergyMeter kNoMeter = EnergyMeterOf("(null)", "22.05.8");
const EnergyMeter kNodeMeter = EnergyMeterOf("acct_gather_energy/ipmi", "24.11.5");

// One device for two hours: 2 kWh before PUE.
TEST(OutcomeModel, ComparesTheRunWithTheSameRunAtHome) {
  const PlacementConfig config = SampleConfig();
  ActualsByZone actuals;
  actuals["DE"].push_back(Hours({500, 400, 300, 200, 100, 100, 100, 100}));
  actuals["NO"].push_back(Hours({10, 10, 10, 10, 20, 40, 40, 40}));
  const OutcomeModel model(config, actuals, kNoMeter);
  const DecisionSummary decided =
      Placed(PlanIn(config, "frankfurt", At(1), absl::Hours(3), 1, 1, 1, 410),
             PlanIn(config, "oslo", At(4), absl::Hours(3), 1, 1, 1, 25));
  const RanJob ran = Ended({RunIn("oslo", At(4.5), At(6.5))});
  const JobOutcome outcome = model.Of(decided, &ran);

  EXPECT_EQ(outcome.course, Course::kPlaced);
  EXPECT_EQ(outcome.ran->total, absl::Hours(2));
  EXPECT_EQ(*outcome.planned_start, At(4));
  EXPECT_EQ(*outcome.planned_runtime, absl::Hours(3));
  EXPECT_EQ(*outcome.wait, absl::Hours(3.5));
  EXPECT_EQ(*outcome.wait_at_home, absl::ZeroDuration());
  EXPECT_EQ(outcome.energy->method, EnergyMethod::kModelled);
  EXPECT_EQ(outcome.energy->by, "fast");
  EXPECT_DOUBLE_EQ(outcome.energy->it->value.value(), 2);
  EXPECT_DOUBLE_EQ(outcome.energy->at_meter.value.value(), 2.2);
  EXPECT_DOUBLE_EQ(outcome.predicted_energy->value(), 3.3);
  // There half an hour at 20, one and a half at 40; at home an hour at 400, one at 300.
  EXPECT_DOUBLE_EQ(outcome.attributional.actual->value.value(), 1.1 * (0.5 * 20 + 1.5 * 40));
  EXPECT_DOUBLE_EQ(outcome.attributional.at_home->value.value(), 1.5 * (400 + 300));
  EXPECT_DOUBLE_EQ(outcome.attributional.saved->value.value(), 1050 - 77);
  EXPECT_DOUBLE_EQ(outcome.attributional.predicted->value(), 3.3 * 25);
  EXPECT_DOUBLE_EQ(outcome.attributional.predicted_home->value(), 4.5 * 410);
  // Of 1000 W a free node would draw 200 W.
  EXPECT_NEAR(outcome.consequential.actual->value.value(), 0.8 * 77, 1e-9);
  EXPECT_NEAR(outcome.consequential.saved->value.value(), 0.8 * (1050 - 77), 1e-9);
  // The forecast said 25 for three hours from 4 on, which had 20, 40 and 40.
  EXPECT_DOUBLE_EQ(outcome.intensity.predicted->value(), 25);
  EXPECT_DOUBLE_EQ(outcome.intensity.actual_as_planned->value(), 100.0 / 3);
  EXPECT_DOUBLE_EQ(outcome.intensity.actual->value(), 35);
}

// Watts that are 5% off are so at both places: the saving errs less than the two emissions.
TEST(OutcomeModel, LetsErrorsThatBothShareCancelInTheSaving) {
  const PlacementConfig config = SampleConfig();
  ActualsByZone actuals;
  actuals["DE"].push_back(Hours(std::vector<double>(24, 400)));
  const OutcomeModel model(config, actuals, kNoMeter);
  const DecisionSummary decided = Placed(PlanIn(config, "frankfurt", At(1), absl::Hours(2), 8),
                                         PlanIn(config, "frankfurt", At(5), absl::Hours(2), 8));
  const RanJob ran = Ended({RunIn("frankfurt", At(5), At(7))});
  const JobOutcome outcome = model.Of(decided, &ran);
  const Estimated<GramsCo2e>& actual = *outcome.attributional.actual;
  EXPECT_LT(actual.low().value(), 0.96 * actual.value.value());
  EXPECT_GT(actual.high().value(), 1.04 * actual.value.value());
  // Equal intensities: nothing is saved, whatever the watts are.
  EXPECT_DOUBLE_EQ(outcome.attributional.saved->low().value(), 0);
  EXPECT_DOUBLE_EQ(outcome.attributional.saved->high().value(), 0);
  // Measured watts err by 5%; the interval of 64 draws has about that of a normal distribution.
  EXPECT_NEAR(actual.high().value() / actual.value.value(), 1 + 1.645 * 0.05, 0.03);
}

// Second by second, with loops that share nothing with the product.
TEST(OutcomeModel, AgreesWithASumOverEachSecond) {
  const PlacementConfig config = SampleConfig();
  std::mt19937 random(7);
  const auto draw = [&random](int from, int to) {
    return std::uniform_int_distribution<int>(from, to)(random);
  };
  for (int round = 0; round < 300; ++round) {
    std::map<std::string, std::vector<double>> grid;  // by zone and hour
    ActualsByZone actuals;
    for (const char* zone : {"DE", "NO"}) {
      for (int hour = 0; hour < 24; ++hour) grid[zone].push_back(draw(0, 900));
      actuals[zone].push_back(Hours(grid[zone]));
    }
    const bool is_slow = draw(0, 1) == 1;
    const bool is_measured = !is_slow && draw(0, 1) == 1;
    const std::string chosen_in = is_slow ? "oslo-slow" : "oslo";
    const int64_t tasks = draw(1, 3), units = draw(1, 8), home_units = draw(1, 8);
    const int64_t home_rounds = tasks == 1 ? 1 : draw(1, 2);
    // The slow hardware takes twice as long, so that all windows have whole seconds.
    const absl::Duration task = absl::Seconds(2 * draw(600, 3600));
    const absl::Duration wake_up = absl::Seconds(draw(0, 1) * 300);
    DecisionSummary decided =
        Placed(PlanIn(config, "frankfurt", At(1), is_slow ? task / 2 : task, home_units, tasks,
                      home_rounds, 300, wake_up),
               PlanIn(config, chosen_in, At(3), task, units, tasks, 1, 50), tasks);
    decided.exclusive = true;

    std::vector<ActualRun> runs;
    absl::Time start = At(3) + absl::Seconds(draw(0, 600));
    const absl::Time first = start;
    double joules = 0;
    for (int64_t i = 0; i < tasks; ++i) {
      ActualRun run = RunIn(chosen_in, start, start + absl::Seconds(2 * draw(0, 3600)));
      run.task = absl::StrCat("17_", i);
      if (is_measured) {
        const double watts = 1000.0 * static_cast<double>(units) * draw(50, 120) / 100;
        run.joules = watts * absl::ToDoubleSeconds(run.end - run.start);
        joules += *run.joules;
      }
      runs.push_back(run);
      start += absl::Seconds(2 * draw(0, 600));
    }
    const RanJob ran = Ended(runs);
    const JobOutcome outcome =
        OutcomeModel(config, actuals, is_measured ? kNodeMeter : kNoMeter).Of(decided, &ran);

    const double busy = is_slow ? 600 : 1000;
    const auto at = [&grid](const std::string& zone, absl::Time time) {
      return grid[zone][static_cast<size_t>(absl::ToInt64Hours(time - kDay))];
    };
    double energy = 0, actual = 0, actual_free = 0, home = 0, home_free = 0;  // J, J x g/kWh
    for (const ActualRun& run : runs) {
      const double seconds = absl::ToDoubleSeconds(run.end - run.start);
      if (seconds == 0) continue;
      const double modelled = busy * static_cast<double>(units);
      const double power = is_measured ? *run.joules / seconds : modelled;
      for (absl::Time t = run.start; t < run.end; t += absl::Seconds(1)) {
        energy += power * 1.1;
        actual += power * 1.1 * at("NO", t);
        actual_free += 200.0 * static_cast<double>(units) * 1.1 * at("NO", t);
      }
      // At home: the same gaps, on fast hardware half as long, in more rounds longer.
      const double slower = is_slow ? 0.5 : 1;
      const double longer = slower * static_cast<double>(home_rounds);
      const absl::Time from = At(1) + (run.start - first) * longer;
      const absl::Time to = At(1) + (run.end - first) * longer;
      const double home_power =
          1000 * static_cast<double>(home_units) * (power / modelled) * slower / longer;
      const double home_free_power = 200 * static_cast<double>(home_units) * slower / longer;
      for (absl::Time t = from; t < to; t += absl::Seconds(1)) {
        home += home_power * 1.5 * at("DE", t);
        home_free += home_free_power * 1.5 * at("DE", t);
      }
    }
    // Its nodes wake up before the first run, at the intensity of that run.
    const ActualRun& front = runs.front();
    if (wake_up > absl::ZeroDuration() && front.end > front.start) {
      const double longer = (is_slow ? 0.5 : 1) * static_cast<double>(home_rounds);
      const absl::Time to = At(1) + (front.end - front.start) * longer;
      double mean = 0, seconds = 0;
      for (absl::Time t = At(1); t < to; t += absl::Seconds(1), ++seconds) mean += at("DE", t);
      const double waking = 300.0 * static_cast<double>(home_units * tasks) /
                            static_cast<double>(home_rounds) * 1.5 * 300;
      home += waking * mean / seconds;
    } else if (wake_up > absl::ZeroDuration()) {
      continue;  // a run of no time has no intensity to compare with
    }
    constexpr double kJoules = 3.6e6;
    const std::string round_text =
        absl::StrCat("round ", round, is_slow ? " slow" : "", is_measured ? " measured" : "");
    absl::Duration of_runs;
    for (const ActualRun& run : runs) of_runs += run.end - run.start;
    ASSERT_NEAR(*outcome.work, absl::FDivDuration(of_runs, task * static_cast<double>(tasks)),
                1e-12)
        << round_text;
    ASSERT_TRUE(outcome.attributional.saved.has_value()) << round_text;
    ASSERT_EQ(outcome.energy->method,
              is_measured && joules > 0 ? EnergyMethod::kMeasured : EnergyMethod::kModelled)
        << round_text;
    ASSERT_NEAR(outcome.energy->at_meter.value.value(), energy / kJoules, 1e-6) << round_text;
    ASSERT_NEAR(outcome.attributional.actual->value.value(), actual / kJoules, 1e-3) << round_text;
    ASSERT_NEAR(outcome.attributional.at_home->value.value(), home / kJoules, 1e-3) << round_text;
    ASSERT_NEAR(outcome.attributional.saved->value.value(), (home - actual) / kJoules, 1e-3);
    if (is_slow) {
      ASSERT_FALSE(outcome.consequential.actual.has_value());
      ASSERT_EQ(outcome.consequential.actual.why(), WhyUnknown::kNoFreeWatts);
    } else {
      ASSERT_NEAR(outcome.consequential.actual->value.value(), (actual - actual_free) / kJoules,
                  1e-3)
          << round_text;
      ASSERT_NEAR(outcome.consequential.at_home->value.value(), (home - home_free) / kJoules, 1e-3)
          << round_text;
    }
  }
}

// A job that was preempted and then ran to its end took the energy of both runs.
TEST(OutcomeModel, CountsRequeuedFailedAndCancelledRuns) {
  const PlacementConfig config = SampleConfig();
  ActualsByZone actuals;
  actuals["DE"].push_back(Hours(std::vector<double>(24, 100)));
  actuals["NO"].push_back(Hours(std::vector<double>(24, 10)));
  const OutcomeModel model(config, actuals, kNoMeter);
  const DecisionSummary decided = Placed(PlanIn(config, "frankfurt", At(1), absl::Hours(4), 1),
                                         PlanIn(config, "oslo", At(4), absl::Hours(4), 1));
  RanJob ran = Ended(
      {RunIn("oslo", At(4), At(5)), RunIn("oslo", At(6), At(7)), RunIn("oslo", At(9), At(13))});
  ran.runs[0].state = "PREEMPTED";
  ran.runs[1].state = "NODE_FAIL";
  const JobOutcome outcome = model.Of(decided, &ran);
  EXPECT_EQ(outcome.ran->runs, 3);
  EXPECT_EQ(outcome.ran->tasks, 1);
  EXPECT_EQ(outcome.ran->longest, absl::Hours(6));
  EXPECT_EQ(outcome.ran->unfinished, absl::Hours(2));
  EXPECT_DOUBLE_EQ(outcome.energy->it->value.value(), 6);
  EXPECT_NEAR(outcome.attributional.saved->value.value(), 6 * 1.5 * 100 - 6 * 1.1 * 10, 1e-9);
}

// Each run did a share of the work of the plan on whose hardware it ran, wherever that was.
TEST(OutcomeModel, CountsWorkByTheSpeedOfTheHardware) {
  PlacementConfig config = SampleConfig();
  config.pools.push_back(
      {.name = "spare-pool", .site = "oslo", .partition = "spare", .hardware = "slow"});
  config.hardware["other"] = {.name = "other", .busy = {Watts(700), Quality::kMeasured, ""}};
  config.pools.push_back(
      {.name = "other-pool", .site = "oslo", .partition = "other", .hardware = "other"});
  const ActualsByZone actuals;
  const OutcomeModel model(config, actuals, kNoMeter);
  // Two hours on four fast devices, or six on eight slow ones.
  const DecisionSummary decided = Placed(PlanIn(config, "frankfurt", At(1), absl::Hours(2), 4),
                                         PlanIn(config, "oslo-slow", At(4), absl::Hours(6), 8));
  const auto work = [&](std::vector<ActualRun> runs, int64_t devices) {
    for (ActualRun& run : runs) run.devices = devices;
    const RanJob ran = Ended(std::move(runs));
    return model.Of(decided, &ran).work;
  };
  EXPECT_DOUBLE_EQ(*work({RunIn("oslo-slow", At(4), At(10))}, 8), 1);
  EXPECT_DOUBLE_EQ(*work({RunIn("oslo-slow", At(4), At(7))}, 4), 0.25);
  EXPECT_DOUBLE_EQ(*work({RunIn("frankfurt", At(4), At(5))}, 4), 0.5);
  EXPECT_DOUBLE_EQ(*work({RunIn("spare", At(4), At(7))}, 8), 0.5);
  EXPECT_DOUBLE_EQ(*work({RunIn("oslo-slow", At(4), At(7)), RunIn("frankfurt", At(8), At(9))}, 4),
                   0.75);
  // Nobody recorded how fast the job is there.
  EXPECT_EQ(work({RunIn("other", At(4), At(5))}, 4).why(), WhyUnknown::kNotAsPlanned);
  EXPECT_EQ(work({RunIn("debug", At(4), At(5))}, 4).why(), WhyUnknown::kNoPool);
}

TEST(OutcomeModel, ChargesWhatTheJobWasGiven) {
  const PlacementConfig config = SampleConfig();
  const ActualsByZone actuals;
  const OutcomeModel model(config, actuals, kNoMeter);
  DecisionSummary decided = Placed(PlanIn(config, "frankfurt", At(1), absl::Hours(1), 8),
                                   PlanIn(config, "oslo", At(4), absl::Hours(1), 8));
  RanJob ran = Ended({RunIn("oslo", At(4), At(5))});
  const auto energy = [&] { return model.Of(decided, &ran).energy->it->value.value(); };
  EXPECT_DOUBLE_EQ(energy(), 8);  // as planned: accounting does not count GPUs
  ran.runs[0].devices = 16;
  EXPECT_DOUBLE_EQ(energy(), 16);
  // Of an exclusive job accounting may count only the devices that it asked for.
  ran.runs[0].devices = 2;
  EXPECT_DOUBLE_EQ(energy(), 2);
  decided.exclusive = true;
  EXPECT_DOUBLE_EQ(energy(), 8);
}

TEST(OutcomeModel, SaysWhyAFigureIsNotKnown) {
  const PlacementConfig config = SampleConfig();
  ActualsByZone actuals;
  actuals["DE"].push_back(Hours(std::vector<double>(24, 100)));
  // Nothing for two of the hours.
  actuals["NO"].push_back(Hours({10, 10, 10, 10, 10, -1, -1, 10, 10}));
  const OutcomeModel model(config, actuals, kNoMeter);
  const DecisionSummary decided = Placed(PlanIn(config, "frankfurt", At(1), absl::Hours(4), 1),
                                         PlanIn(config, "oslo", At(4), absl::Hours(4), 1));
  const auto why_not_saved = [&](const DecisionSummary& one, const RanJob* ran) {
    const JobOutcome outcome = model.Of(one, ran);
    return outcome.attributional.saved.has_value()
               ? std::string("known")
               : std::string(WhyUnknownCode(outcome.attributional.saved.why()));
  };
  EXPECT_EQ(why_not_saved(decided, nullptr), "not-accounted");
  RanJob ran = Ended({RunIn("oslo", At(4), At(8))});
  ran.has_ended = false;
  EXPECT_EQ(why_not_saved(decided, &ran), "not-ended");
  ran.has_ended = true;
  EXPECT_EQ(why_not_saved(decided, &ran), "actual-values-missing");
  const JobOutcome outcome = model.Of(decided, &ran);
  // What does not need the missing values is known: energy, and the emission at home.
  EXPECT_NEAR(outcome.energy->at_meter.value.value(), 4.4, 1e-9);
  EXPECT_NEAR(outcome.attributional.at_home->value.value(), 600, 1e-9);
  ASSERT_EQ(outcome.actuals.size(), 2);
  EXPECT_EQ(outcome.actuals[1].zone, "NO");
  EXPECT_EQ(outcome.actuals[1].needed, absl::Hours(4));
  EXPECT_EQ(outcome.actuals[1].known, absl::Hours(2));
  const RanJob never = Ended({});
  EXPECT_EQ(why_not_saved(decided, &never), "never-ran");
  const RanJob early = Ended({RunIn("oslo", At(2), At(3))});
  EXPECT_EQ(why_not_saved(decided, &early), "not-as-planned");
  const RanJob moved = Ended({RunIn("oslo-slow", At(4), At(5))});
  EXPECT_EQ(why_not_saved(decided, &moved), "units-not-accounted");
  const RanJob elsewhere = Ended({RunIn("debug", At(4), At(5))});
  EXPECT_EQ(why_not_saved(decided, &elsewhere), "no-pool");
  DecisionSummary old = decided;
  old.chosen->units = 0;
  EXPECT_EQ(why_not_saved(old, &ran), "not-recorded");
  DecisionSummary marginal = decided;
  marginal.signal = SignalKind::kMarginal;
  EXPECT_EQ(why_not_saved(marginal, &ran), "no-actual-values");
}

// A later change of the job is not the decision's merit or fault; what it emitted is known.
TEST(OutcomeModel, KnowsTheEmissionOfAJobThatWasMovedLater) {
  const PlacementConfig config = SampleConfig();
  ActualsByZone actuals;
  actuals["DE"].push_back(Hours(std::vector<double>(24, 100)));
  const OutcomeModel model(config, actuals, kNoMeter);
  const DecisionSummary decided = Placed(PlanIn(config, "frankfurt", At(1), absl::Hours(4), 1),
                                         PlanIn(config, "oslo", At(4), absl::Hours(4), 1));
  const RanJob moved = Ended({RunIn("frankfurt", At(2), At(4))});
  const JobOutcome outcome = model.Of(decided, &moved);
  EXPECT_NEAR(outcome.attributional.actual->value.value(), 300, 1e-9);
  EXPECT_EQ(outcome.attributional.saved.why(), WhyUnknown::kNotAsPlanned);
}

TEST(OutcomeModel, SavesNothingWhereNothingWasChanged) {
  const PlacementConfig config = SampleConfig();
  ActualsByZone actuals;
  actuals["DE"].push_back(Hours(std::vector<double>(24, 100)));
  actuals["NO"].push_back(Hours(std::vector<double>(24, 10)));
  const OutcomeModel model(config, actuals, kNoMeter);
  DecisionSummary decided = Placed(PlanIn(config, "frankfurt", At(1), absl::Hours(2), 1),
                                   PlanIn(config, "oslo", At(4), absl::Hours(2), 1));
  decided.mode = Mode::kShadow;
  // It began later than expected, which is nobody's saving.
  const RanJob ran = Ended({RunIn("frankfurt", At(3), At(5))});
  const JobOutcome shadow = model.Of(decided, &ran);
  EXPECT_EQ(shadow.course, Course::kShadow);
  EXPECT_DOUBLE_EQ(shadow.attributional.saved->value.value(), 0);
  EXPECT_DOUBLE_EQ(shadow.attributional.actual->value.value(), 300);
  // What it would have emitted as chosen.
  EXPECT_NEAR(shadow.attributional.as_chosen->value.value(), 22, 1e-9);

  decided.outcome = Outcome::kKeptHome;
  decided.mode = Mode::kEnforce;
  decided.chosen = decided.home;
  const JobOutcome kept = model.Of(decided, &ran);
  EXPECT_EQ(kept.course, Course::kKeptHome);
  EXPECT_DOUBLE_EQ(kept.attributional.saved->value.value(), 0);

  decided.outcome = Outcome::kLeftAlone;
  decided.home.reset();
  decided.chosen.reset();
  RanJob alone = ran;
  alone.runs[0].devices = 4;
  const JobOutcome left = model.Of(decided, &alone);
  EXPECT_EQ(left.course, Course::kLeftAlone);
  EXPECT_DOUBLE_EQ(left.attributional.actual->value.value(), 4 * 300);
  EXPECT_DOUBLE_EQ(left.attributional.saved->value.value(), 0);
  EXPECT_EQ(left.attributional.predicted.why(), WhyUnknown::kNothingPlanned);
  EXPECT_EQ(left.attributional.as_chosen.why(), WhyUnknown::kNothingPlanned);
}

// A job that waited for a plan and was then given back ran at home, but later than without us.
TEST(OutcomeModel, ComparesARestoredJobWithItsStartAtHome) {
  const PlacementConfig config = SampleConfig();
  ActualsByZone actuals;
  actuals["DE"].push_back(Hours({100, 100, 100, 100, 300, 300, 300, 300}));
  actuals["NO"].push_back(Hours(std::vector<double>(24, 10)));
  const OutcomeModel model(config, actuals, kNoMeter);
  const DecisionSummary decided = Placed(PlanIn(config, "frankfurt", At(1), absl::Hours(2), 1),
                                         PlanIn(config, "oslo", At(4), absl::Hours(2), 1));
  RanJob ran = Ended({RunIn("frankfurt", At(5), At(7))});
  ran.was_restored = true;
  const JobOutcome outcome = model.Of(decided, &ran);
  EXPECT_EQ(outcome.course, Course::kRestored);
  EXPECT_DOUBLE_EQ(outcome.attributional.saved->value.value(), 300 - 900);
}

TEST(OutcomeModel, UsesTheSourceThatKnowsMostAndNamesItsRevision) {
  const PlacementConfig config = SampleConfig();
  ActualsByZone actuals;
  actuals["NO"].push_back(Hours({10, 10, 10, 10, 10, -1}, "first"));
  actuals["NO"].push_back(Hours({20, 20, 20, 20, 20, 20}, "second", SignalKind::kAverageLifecycle,
                                std::vector<absl::Time>{At(1), At(2), At(3), At(4), At(9), At(8)}));
  actuals["NO"].push_back(Hours(std::vector<double>(6, 30), "third"));
  const OutcomeModel model(config, actuals, kNoMeter);
  const DecisionSummary decided = Placed(PlanIn(config, "oslo", At(1), absl::Hours(1), 1),
                                         PlanIn(config, "oslo", At(4), absl::Hours(1), 1));
  const RanJob in_first = Ended({RunIn("oslo", At(4), At(5))});
  EXPECT_EQ(model.Of(decided, &in_first).actuals.at(0).source, "first");
  EXPECT_FALSE(model.Of(decided, &in_first).actuals.at(0).fetched_at.has_value());
  const RanJob beyond = Ended({RunIn("oslo", At(4), At(6))});
  const JobOutcome outcome = model.Of(decided, &beyond);
  EXPECT_EQ(outcome.actuals.at(0).source, "second");
  EXPECT_EQ(outcome.actuals.at(0).fetched_at, At(9));
  EXPECT_DOUBLE_EQ(outcome.intensity.actual->value(), 20);
}

TEST(OutcomeModel, BelievesAMeterOnlyForAJobThatHadItsNodesAlone) {
  const PlacementConfig config = SampleConfig();
  ActualsByZone actuals;
  actuals["DE"].push_back(Hours(std::vector<double>(24, 100)));
  actuals["NO"].push_back(Hours(std::vector<double>(24, 10)));
  const OutcomeModel model(config, actuals, kNodeMeter);
  DecisionSummary decided = Placed(PlanIn(config, "frankfurt", At(1), absl::Hours(2), 2),
                                   PlanIn(config, "oslo", At(4), absl::Hours(2), 2));
  RanJob ran = Ended({RunIn("oslo", At(4), At(6))});
  ran.runs[0].joules = 3.6e6 * 3;  // 3 of 4 kWh
  const JobOutcome shared = model.Of(decided, &ran);
  EXPECT_EQ(shared.measured.why_not, WhyNotBelieved::kNodesShared);
  EXPECT_DOUBLE_EQ(shared.measured.energy->value(), 3);
  EXPECT_EQ(shared.energy->method, EnergyMethod::kModelled);
  EXPECT_DOUBLE_EQ(shared.energy->it->value.value(), 4);

  ran.had_nodes_alone = true;
  const JobOutcome alone = model.Of(decided, &ran);
  EXPECT_FALSE(alone.measured.why_not.has_value());
  EXPECT_EQ(alone.energy->method, EnergyMethod::kMeasured);
  EXPECT_EQ(alone.energy->by, "ipmi");
  EXPECT_NEAR(alone.energy->it->value.value(), 3, 1e-9);
  EXPECT_NEAR(alone.attributional.actual->value.value(), 3 * 1.1 * 10, 1e-9);
  // It would have drawn as much less than modelled at home.
  EXPECT_NEAR(alone.attributional.at_home->value.value(), 3 * 1.5 * 100, 1e-9);
  // Without the job the two devices would have drawn 0.4 kW.
  EXPECT_NEAR(alone.consequential.actual->value.value(), (3 - 0.8) * 1.1 * 10, 1e-9);

  ran.runs[0].joules.reset();
  EXPECT_EQ(model.Of(decided, &ran).measured.why_not, WhyNotBelieved::kNotReported);
  // The meter's own reason says more.
  ran.runs[0].why_no_joules = WhyNotBelieved::kNoAnswer;
  const JobOutcome unanswered = model.Of(decided, &ran);
  EXPECT_EQ(unanswered.measured.why_not, WhyNotBelieved::kNoAnswer);
  EXPECT_EQ(unanswered.energy->method, EnergyMethod::kModelled);
  EXPECT_DOUBLE_EQ(unanswered.energy->it->value.value(), 4);
}

// Where the configuration no longer has the site, the recorded energy is still known at the meter.
TEST(OutcomeModel, NeedsNoConfigurationForWhatTheRecordSays) {
  const PlacementConfig then = SampleConfig();
  PlacementConfig config;
  ActualsByZone actuals;
  actuals["DE"].push_back(Hours(std::vector<double>(24, 100)));
  actuals["NO"].push_back(Hours(std::vector<double>(24, 10)));
  const OutcomeModel model(config, actuals, kNodeMeter);
  DecisionSummary decided = Placed(PlanIn(then, "frankfurt", At(1), absl::Hours(2), 2),
                                   PlanIn(then, "oslo", At(4), absl::Hours(2), 2));
  decided.exclusive = true;
  RanJob ran = Ended({RunIn("oslo", At(4), At(6))});
  ran.runs[0].joules = 3.6e6 * 3;
  const JobOutcome outcome = model.Of(decided, &ran);
  EXPECT_EQ(outcome.measured.why_not, WhyNotBelieved::kNothingToCompare);
  EXPECT_EQ(outcome.energy->it.why(), WhyUnknown::kNoPue);
  EXPECT_NEAR(outcome.energy->at_meter.value.value(), 4.4, 1e-9);
  EXPECT_NEAR(outcome.attributional.saved->value.value(), 600 - 44, 1e-9);
  EXPECT_NEAR(outcome.consequential.saved->value.value(), 0.8 * (600 - 44), 1e-9);
}

TEST(WhyUnknownWords, AreDistinctAndComplete) {
  std::set<std::string> codes, texts;
  for (int i = 0; i < kWhysUnknown; ++i) {
    codes.insert(std::string(WhyUnknownCode(static_cast<WhyUnknown>(i))));
    texts.insert(std::string(WhyUnknownText(static_cast<WhyUnknown>(i))));
  }
  EXPECT_EQ(codes.size(), kWhysUnknown);
  EXPECT_EQ(texts.size(), kWhysUnknown);
  EXPECT_FALSE(codes.contains(""));
  EXPECT_FALSE(texts.contains(""));
  EXPECT_EQ(WhyUnknownCode(WhyUnknown::kActualsMissing), "actual-values-missing");
}

}  // namespace
}  // namespace carbon
