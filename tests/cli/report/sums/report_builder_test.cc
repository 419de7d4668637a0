#include "cli/report/sums/report_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "cli/log/fields.h"
#include "cli/report/forms/figure_text.h"
#include "cli/report/forms/report_sentences.h"
#include "cli/report/sums/report_contents.h"
#include "cli/report/sums/report_figures.h"
#include "core/config/placement_config.h"
#include "core/config/profile.h"
#include "core/grid/error_factors.h"
#include "core/outcome/estimated.h"
#include "core/outcome/outcome.h"
#include "core/reason/reason.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::TimeZone kBerlin = [] {
  absl::TimeZone zone;
  absl::LoadTimeZone("Europe/Berlin", &zone);
  return zone;
}();
const absl::Time kNoon = absl::FromCivil(absl::CivilHour(2026, 11, 24, 12), kBerlin);

PlanSummary PlanAt(const std::string& site, absl::Time start, double grams, double kwh = 10) {
  PlanSummary plan;
  plan.pool = plan.partition = plan.site = site;
  plan.zone = absl::StrCat("zone-", site);
  plan.start = start;
  plan.runtime = plan.task_runtime = absl::Hours(2);
  plan.energy = KilowattHours(kwh);
  plan.gross = GramsCo2e(grams);
  return plan;
}

// A job that was placed in enforce mode.
LoggedDecision Placed(double home, double chosen, absl::Duration delay = absl::Hours(3)) {
  LoggedDecision decision;
  DecisionSummary& summary = decision.summary;
  summary.id = {"3f9c21aa04d7be15", 1};
  summary.time = kNoon;
  summary.account = "ml";
  summary.outcome = Outcome::kPlaced;
  summary.mode = Mode::kEnforce;
  summary.devices = 8;
  summary.home = PlanAt("krakow", kNoon, home);
  summary.chosen = PlanAt("oslo", kNoon + delay, chosen);
  summary.saving = SavingSummary{.mean = GramsCo2e(home - chosen),
                                 .share = (home - chosen) / home,
                                 .share_low = 0.8 * (home - chosen) / home,
                                 .share_high = 1.1 * (home - chosen) / home};
  return decision;
}

LoggedDecision LeftAlone(Reason reason) {
  LoggedDecision decision;
  decision.summary.time = kNoon;
  decision.summary.account = "bio";
  decision.summary.reason = std::string(ReasonText(reason));
  return decision;
}

Report ReportOf(const std::vector<LoggedDecision>& decisions, bool with_shadow = false,
                size_t listed = 10) {
  Report head;
  head.time_zone = kBerlin;
  std::string error;
  ReportBuilder builder({.group_by = *ParseLogGroups("account", &error),
                         .listed_jobs = listed,
                         .with_shadow = with_shadow},
                        head);
  for (const LoggedDecision& decision : decisions) builder.Add(decision);
  return builder.Finish();
}

TEST(ReportBuilder, SumsWhatJobsEmitAtHomeAndAsRun) {
  LoggedDecision stays = Placed(500, 500, absl::ZeroDuration());
  stays.summary.outcome = Outcome::kKeptHome;
  const Report report = ReportOf({Placed(1000, 200), stays, LeftAlone(Reason::kOptedOut)});
  EXPECT_EQ(report.counts.decisions, 3);
  EXPECT_EQ(report.counts.carried_out, 1);
  EXPECT_EQ(report.counts.kept_home, 1);
  EXPECT_EQ(report.counts.opted_out, 1);
  EXPECT_EQ(report.sums.jobs, 2);
  EXPECT_EQ(report.sums.attributional.home, GramsCo2e(1500));
  EXPECT_EQ(report.sums.attributional.run, GramsCo2e(700));
  // A job that stays saves exactly nothing.
  ASSERT_TRUE(report.sums.saved.has_value());
  EXPECT_DOUBLE_EQ(report.sums.saved->low.value(), 640);
  EXPECT_DOUBLE_EQ(report.sums.saved->high.value(), 880);
  ASSERT_EQ(report.groups.size(), 2);
  EXPECT_THAT(report.groups[0].names, ElementsAre("ml"));
  EXPECT_EQ(report.groups[1].counts.opted_out, 1);
}

TEST(ReportBuilder, TakesShadowAndGivenBackJobsForRunningAtHome) {
  LoggedDecision shadow = Placed(1000, 200), given_back = Placed(300, 100);
  shadow.summary.mode = Mode::kShadow;
  given_back.returned = LoggedReturn{"its pool is down", ""};
  const Report report = ReportOf({shadow, given_back});
  EXPECT_EQ(report.sums.attributional.run, GramsCo2e(1300));
  EXPECT_EQ(report.sums.attributional.saved(), GramsCo2e(0));
  EXPECT_EQ(report.sums.saved->high, GramsCo2e(0));
  EXPECT_EQ(report.counts.in_shadow, 1);
  EXPECT_EQ(report.waits.jobs, 0);
  EXPECT_FALSE(report.shadow.has_value());
}

TEST(ReportBuilder, LeavesOutDecisionsThatDoNotCount) {
  LoggedDecision not_queued = Placed(1000, 200), longer = Placed(1000, 200);
  not_queued.not_queued = true;
  longer.fate = JobFate{.ran_longer = true};
  const Report report = ReportOf({Placed(100, 10), not_queued, longer});
  EXPECT_EQ(report.sums.attributional.home, GramsCo2e(100));
  EXPECT_EQ(report.counts.not_counted, 2);
  EXPECT_EQ(report.not_counted.at(NotCounted::kNotQueued), 1);
  EXPECT_EQ(report.not_counted.at(NotCounted::kRanLonger), 1);
}

TEST(ReportBuilder, SaysOfHowManyJobsAFigureIsKnown) {
  LoggedDecision known = Placed(1000, 200), unknown = Placed(100, 50);
  known.summary.home->consequential = GramsCo2e(600);
  known.summary.chosen->consequential = GramsCo2e(100);
  unknown.summary.home->gross = GramsCo2e(std::nan(""));
  unknown.summary.chosen->consequential = GramsCo2e(7);
  const Report report = ReportOf({known, unknown});
  EXPECT_EQ(report.sums.jobs, 2);
  EXPECT_EQ(report.sums.attributional.jobs, 1);
  EXPECT_EQ(report.sums.attributional.home, GramsCo2e(1000));
  EXPECT_EQ(report.sums.consequential.jobs, 1);
  EXPECT_EQ(report.sums.consequential.saved(), GramsCo2e(500));
  EXPECT_EQ(report.sums.market.jobs, 0);
  for (const ReportFigure& figure : FiguresOf(report.sums)) {
    if (std::string(figure.name) == "co2e_market") {
      EXPECT_FALSE(figure.saved.has_value());
    }
    EXPECT_EQ(figure.of, 2);
  }
}

TEST(ReportBuilder, HasNoIntervalIfThatOfOneJobIsUnknown) {
  LoggedDecision unknown = Placed(100, 50);
  unknown.summary.saving->share_low = std::nan("");
  const Report report = ReportOf({Placed(1000, 200), unknown});
  EXPECT_FALSE(report.sums.saved.has_value());
  for (const ReportFigure& figure : FiguresOf(report.sums)) {
    EXPECT_FALSE(figure.saved_low.has_value()) << figure.name;
  }
}

TEST(ReportBuilder, SummarisesTheWaitsOfDelayedJobs) {
  std::vector<LoggedDecision> decisions;
  for (int hours = 1; hours <= 20; ++hours) {
    decisions.push_back(Placed(1000, 200, absl::Hours(hours)));
  }
  decisions.push_back(Placed(1000, 200, absl::ZeroDuration()));
  decisions.push_back(Placed(1000, 200, -absl::Hours(1)));
  const AddedWaits waits = ReportOf(decisions).waits;
  EXPECT_EQ(waits.jobs, 22);
  EXPECT_EQ(waits.delayed, 20);
  EXPECT_EQ(waits.sooner, 1);
  EXPECT_EQ(waits.mean, absl::Minutes(630));
  EXPECT_EQ(waits.p95, absl::Hours(19));
  EXPECT_EQ(waits.longest, absl::Hours(20));
  EXPECT_EQ(waits.total, absl::Hours(210));
  // Sooner, as at home, below 1 h, 4 h, 12 h, 24 h, 48 h, longer. A bound is in the bin above it.
  EXPECT_THAT(waits.bins, ElementsAre(1, 1, 0, 3, 8, 9, 0, 0));
  EXPECT_EQ(WaitBinTexts().size(), waits.bins.size());
}

TEST(ReportBuilder, CountsJobsThatWereExemptByLot) {
  LoggedDecision exempt = Placed(300, 300);
  exempt.summary.outcome = Outcome::kKeptHome;
  exempt.summary.arm = Arm::kExempt;
  const ReportCounts counts = ReportOf({exempt, Placed(300, 100)}).counts;
  EXPECT_EQ(counts.exempt, 1);
  EXPECT_EQ(counts.kept_home, 1);
  EXPECT_EQ(ExemptText(counts), " (1 of them exempt by lot)");
  EXPECT_EQ(ExemptText(ReportCounts()), "");
}

TEST(ReportBuilder, NamesWhatIsWrongWithHarmedJobs) {
  LoggedDecision given_back = Placed(300, 100), never_ran = Placed(300, 100),
                 elsewhere = Placed(300, 100), not_queued = Placed(100, 300);
  given_back.returned = LoggedReturn{"its pool is down", ""};
  never_ran.fate = JobFate{.has_ended = true, .never_ran = true};
  elsewhere.fate = JobFate{.ran_elsewhere = {"lyon"}};
  not_queued.not_queued = true;
  const Report report =
      ReportOf({Placed(100, 300), given_back, never_ran, elsewhere, not_queued, Placed(300, 100)});
  EXPECT_EQ(report.counts.harmed, 4);
  EXPECT_THAT(report.harms, ElementsAre(1, 1, 1, 1, 0, 0, 0));
  ASSERT_GE(report.worst.size(), 3);
  EXPECT_THAT(report.worst[0].harms, ElementsAre(Harm::kEmitsMore));
  EXPECT_EQ(report.worst[0].saved(), GramsCo2e(-200));
  EXPECT_THAT(report.worst[1].harms, ElementsAre(Harm::kGivenBack));
  EXPECT_EQ(report.worst[1].saved(), GramsCo2e(0));
  EXPECT_THAT(report.worst[2].harms, IsEmpty());
}

TEST(ReportBuilder, ListsTheSameJobsAsASort) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<LoggedDecision> decisions;
    std::vector<double> saved;
    const size_t jobs = random() % 40;
    for (size_t i = 0; i < jobs; ++i) {
      const double chosen = static_cast<double>(random() % 20) * 10;
      decisions.push_back(Placed(100, chosen));
      saved.push_back(100 - chosen);
    }
    const Report report = ReportOf(decisions, false, 5);
    std::sort(saved.begin(), saved.end());
    ASSERT_EQ(report.worst.size(), std::min<size_t>(5, jobs));
    for (size_t i = 0; i < report.worst.size(); ++i) {
      EXPECT_EQ(report.worst[i].saved().value(), saved[i]);
    }
    std::reverse(saved.begin(), saved.end());
    for (size_t i = 0; i < report.best.size(); ++i) {
      EXPECT_EQ(report.best[i].saved().value(), saved[i]);
      EXPECT_GT(saved[i], 0);
    }
  }
}

TEST(ReportBuilder, ListsTheLongerWaitFirstAmongTheWorst) {
  const Report report =
      ReportOf({Placed(100, 50, absl::Hours(1)), Placed(100, 50, absl::Hours(9)), Placed(100, 50)},
               false, 2);
  ASSERT_EQ(report.worst.size(), 2);
  EXPECT_EQ(report.worst[0].delay, absl::Hours(9));
  EXPECT_EQ(report.worst[1].delay, absl::Hours(3));
}

TEST(ReportBuilder, SaysWhatEnforcingTheShadowWouldHaveDoneForEachAccount) {
  LoggedDecision ml = Placed(1000, 200), bio = Placed(600, 100, absl::Hours(8)),
                 more = Placed(100, 150, absl::ZeroDuration());
  for (LoggedDecision* decision : {&ml, &bio, &more}) decision->summary.mode = Mode::kShadow;
  bio.summary.account = more.summary.account = "bio";
  const Report report = ReportOf({ml, bio, more, Placed(7000, 1000)}, /*with_shadow=*/true);
  ASSERT_TRUE(report.shadow.has_value());
  EXPECT_EQ(report.shadow->sums.jobs, 3);
  EXPECT_EQ(report.shadow->sums.attributional.saved(), GramsCo2e(1250));
  EXPECT_EQ(report.shadow->emit_more, 1);
  EXPECT_EQ(report.shadow->waits.delayed, 2);
  ASSERT_EQ(report.shadow->accounts.size(), 2);
  EXPECT_THAT(report.shadow->accounts[0].names, ElementsAre("ml"));
  EXPECT_EQ(report.shadow->accounts[1].sums.attributional.saved(), GramsCo2e(450));
  EXPECT_EQ(report.shadow->accounts[1].waits.longest, absl::Hours(8));
  // They are no part of what was saved.
  EXPECT_EQ(report.sums.attributional.saved(), GramsCo2e(6000));
}

TEST(ReportBuilder, CutsTheTimelineAtLocalMidnightAlsoWhereClocksChange) {
  std::vector<LoggedDecision> decisions;
  for (int hour = 0; hour < 24 * 9; ++hour) {
    decisions.push_back(Placed(100, 50));
    // The clocks go back on the 25th of October, so that this day has 25 hours.
    decisions.back().summary.time =
        absl::FromCivil(absl::CivilDay(2026, 10, 20), kBerlin) + absl::Hours(hour);
  }
  const Report report = ReportOf(decisions);
  EXPECT_EQ(report.step, TimeStep::kDay);
  ASSERT_EQ(report.timeline.size(), 9);
  double home = 0;
  for (size_t i = 0; i < report.timeline.size(); ++i) {
    const ReportBucket& bucket = report.timeline[i];
    EXPECT_EQ(absl::ToCivilSecond(bucket.start, kBerlin), absl::CivilDay(2026, 10, 20) + int(i));
    EXPECT_EQ(bucket.jobs, i == 5 ? 25 : i == 8 ? 23 : 24);
    home += bucket.sums.attributional.home.value();
  }
  EXPECT_EQ(home, report.sums.attributional.home.value());
}

TEST(ReportBuilder, ChoosesTheStepByThePeriod) {
  for (const auto& [days, step] : {std::pair(1, TimeStep::kHour),
                                   {30, TimeStep::kDay},
                                   {365, TimeStep::kWeek},
                                   {2000, TimeStep::kMonth}}) {
    std::vector<LoggedDecision> decisions = {Placed(100, 50), Placed(100, 50)};
    decisions[1].summary.time += absl::Hours(24 * days);
    const Report report = ReportOf(decisions);
    EXPECT_EQ(report.step, step) << days;
    EXPECT_EQ(report.timeline.size(), 2) << days;
  }
}

TEST(ReportBuilder, CountsARecordWithoutATimeAndKeepsTheTimeline) {
  LoggedDecision undated = Placed(1000, 200);
  undated.summary.time = absl::InfinitePast();
  const Report without = ReportOf({Placed(100, 50), Placed(300, 150)});
  const Report report = ReportOf({Placed(100, 50), undated, Placed(300, 150)});
  EXPECT_EQ(report.counts.undated, 1);
  EXPECT_EQ(report.sums.attributional.home, GramsCo2e(1400));
  EXPECT_EQ(report.step, without.step);
  EXPECT_EQ(report.first, kNoon);
  EXPECT_EQ(report.last, kNoon);
  ASSERT_EQ(report.timeline.size(), 1);
  EXPECT_EQ(report.timeline[0].start, without.timeline[0].start);
  EXPECT_EQ(report.timeline[0].sums.attributional.home, GramsCo2e(400));
  EXPECT_EQ(UndatedText(report.counts),
            "1 record has no time. It is in the sums, but not in the timeline.");
  EXPECT_EQ(UndatedText(without.counts), "");
  // A report of such records alone has no timeline at all.
  EXPECT_THAT(ReportOf({undated}).timeline, IsEmpty());
  EXPECT_EQ(PeriodText(ReportOf({undated})), "the whole log");
}

JobOutcome Came(double home, double actual, double predicted_home, double predicted,
                double error = 0.1) {
  JobOutcome outcome;
  outcome.course = Course::kPlaced;
  const auto estimated = [error](double grams) {
    Estimated<GramsCo2e> of{.value = GramsCo2e(grams)};
    for (size_t s = 0; s < of.draws.size(); ++s) {
      of.draws[s] = grams * (1 + (s % 2 == 0 ? error : -error));
    }
    return of;
  };
  EmissionOutcome& emission = outcome.attributional;
  emission.predicted = GramsCo2e(predicted);
  emission.predicted_home = GramsCo2e(predicted_home);
  emission.actual = estimated(actual);
  emission.at_home = estimated(home);
  emission.saved = *emission.at_home - *emission.actual;
  outcome.ran = RunFacts{.start = kNoon, .end = kNoon + absl::Hours(2), .partitions = {"oslo"}};
  outcome.planned_start = kNoon;
  outcome.predicted_energy = KilowattHours(10);
  outcome.energy = EnergyOutcome{
      .by = "h100-sxm", .at_meter = EstimatedBy(KilowattHours(8), DrawFactor("watts", 0.05))};
  outcome.actuals = {{.zone = "zone-oslo",
                      .source = "grid/NO.csv",
                      .needed = absl::Hours(2),
                      .known = absl::Hours(2),
                      .estimated = absl::Hours(1)}};
  return outcome;
}

Report ReportThatCame(const std::vector<std::pair<LoggedDecision, JobOutcome>>& jobs) {
  PlacementConfig config;
  HardwareProfile profile;
  profile.busy.quality = Quality::kSpecified;
  config.hardware = {{"h100-sxm", profile}};
  Report head;
  head.time_zone = kBerlin;
  ReportBuilder builder({.with_outcomes = true, .config = &config}, head);
  for (const auto& [decision, outcome] : jobs) builder.Add(decision, &outcome);
  return builder.Finish();
}

TEST(ReportBuilder, SetsWhatCameBesideWhatWasPredicted) {
  LoggedDecision unknown = Placed(5000, 100);
  JobOutcome not_ended;
  not_ended.attributional.saved = WhyUnknown::kNotEnded;
  const Report report = ReportThatCame({{Placed(1000, 200), Came(900, 300, 1000, 200)},
                                        {Placed(500, 400), Came(400, 600, 500, 400)},
                                        {unknown, not_ended}});
  ASSERT_EQ(report.timeline.size(), 1);
  ASSERT_TRUE(report.timeline[0].came.has_value());
  const SavedAndPredicted& came = *report.timeline[0].came;
  // Of the same jobs.
  EXPECT_EQ(came.jobs, 2);
  EXPECT_EQ(came.predicted_saving(), GramsCo2e(900));
  EXPECT_EQ(came.saved.value, GramsCo2e(400));
  // Errors that the jobs share are added in each scenario: 10% of the sum.
  EXPECT_NEAR(came.saved.low().value(), 360, 1e-9);
  EXPECT_NEAR(came.saved.high().value(), 440, 1e-9);

  const ReportActuals& actuals = *report.actuals;
  ASSERT_EQ(actuals.worst.size(), 2);
  EXPECT_EQ(actuals.worst[0].actual->saved, GramsCo2e(-200));
  EXPECT_NEAR(actuals.worst[0].actual->saved_low.value(), -220, 1e-9);
  EXPECT_THAT(actuals.worst[0].harms, ElementsAre(Harm::kEmittedMore));
  // A job that emitted more than at home is none of the best.
  ASSERT_EQ(actuals.best.size(), 1);
  EXPECT_EQ(actuals.best[0].actual->saved, GramsCo2e(600));

  ASSERT_EQ(actuals.sites.size(), 1);
  EXPECT_EQ(actuals.sites[0].site, "oslo");
  EXPECT_EQ(actuals.sites[0].predicted_energy, KilowattHours(20));
  EXPECT_EQ(actuals.sites[0].energy, KilowattHours(16));
  EXPECT_EQ(actuals.sites[0].emission, GramsCo2e(900));
  ASSERT_EQ(actuals.energy_sources.size(), 1);
  EXPECT_EQ(actuals.energy_sources[0].quality, "specified");
  EXPECT_EQ(EnergySourceText(actuals.energy_sources[0]), "modelled: h100-sxm");
  ASSERT_EQ(actuals.intensity_sources.size(), 1);
  EXPECT_EQ(actuals.intensity_sources[0].jobs, 2);
  EXPECT_EQ(actuals.intensity_sources[0].estimated, absl::Hours(2));
}

TEST(ReportBuilder, JudgesPredictedIntervalsByTheShareThatWasSaved) {
  // It ran for half of the predicted time, and saved the predicted share.
  const Report report = ReportThatCame({{Placed(1000, 200), Came(500, 100, 1000, 200)},
                                        {Placed(1000, 200), Came(1000, 900, 1000, 200)}});
  EXPECT_EQ(report.actuals->with_interval, 2);
  EXPECT_EQ(report.actuals->within_interval, 1);
}

TEST(ReportBuilder, LeavesJobsThatRanElsewhereOutOfTheActualSites) {
  JobOutcome elsewhere = Came(900, 300, 1000, 200);
  RunFacts ran = *elsewhere.ran;
  ran.partitions = {"oslo", "krakow"};
  elsewhere.ran = ran;
  const Report report = ReportThatCame({{Placed(1000, 200), elsewhere}});
  EXPECT_THAT(report.actuals->sites, IsEmpty());
  EXPECT_EQ(report.actuals->ran_elsewhere, 1);
}

TEST(ReportBuilder, ComparesWhereAndWhenJobsRun) {
  const Report report = ReportOf({Placed(7000, 300), Placed(7000, 250, absl::Hours(5))});
  ASSERT_EQ(report.sites.size(), 2);
  EXPECT_EQ(report.sites[0].site, "oslo");  // the cleanest
  EXPECT_EQ(report.sites[0].home_jobs, 0);
  EXPECT_EQ(report.sites[0].run_jobs, 2);
  EXPECT_EQ(report.sites[0].run_emission, GramsCo2e(550));
  EXPECT_EQ(report.sites[1].home_energy, KilowattHours(20));
  EXPECT_EQ(report.hours[12].home_energy, KilowattHours(20));
  EXPECT_EQ(report.hours[15].run_energy, KilowattHours(10));
  EXPECT_EQ(report.hours[17].run_energy, KilowattHours(10));
}

}  // namespace
}  // namespace carbon
