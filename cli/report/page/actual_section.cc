#include "cli/report/page/actual_section.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/report/forms/figure_text.h"
#include "cli/report/forms/report_sentences.h"
#include "cli/report/page/page_parts.h"
#include "cli/report/page/page_table.h"
#include "cli/report/sums/report_actuals.h"
#include "cli/report/sums/report_figures.h"
#include "cli/report/sums/timeline.h"
#include "core/base/mass_text.h"
#include "core/grid/intensity.h"
#include "core/outcome/known.h"

namespace carbon {
namespace {

std::string SavedByTime(const Report& report) {
  const std::string step = TimeStepName(report.step);
  PageTable table(
      absl::StrCat("Saved by ", step, " of submission, of jobs of which both are known; actual"),
      {{step == "week" ? "Week from" : "From"},
       {"Jobs", true},
       {"At home", true},
       {"As run", true},
       {"Saved", true},
       {"Interval", true},
       {"Saved, predicted", true}});
  for (const ReportBucket& bucket : report.timeline) {
    if (!bucket.came.has_value()) continue;
    const SavedAndPredicted& came = *bucket.came;
    table.AddRow({BucketText(report, bucket.start), CountText(came.jobs), FormatMass(came.at_home),
                  FormatMass(came.actual), FormatMass(came.saved.value),
                  SavedIntervalText(came.saved.low().value(), came.saved.high().value(), "g"),
                  FormatMass(came.predicted_saving())});
  }
  if (table.empty()) return Paragraph("No actual saving is known yet.");
  return Chart("actual-timeline",
               absl::StrCat("CO2e saved by ", step,
                            " of submission: the filled bar is what came, with its interval; "
                            "below zero, more was emitted than at home. The outline is what was "
                            "predicted for the same jobs. Location-based."),
               table.Html());
}

std::string SitesThatCame(const ReportActuals& actuals) {
  PageTable table("Jobs that ran as planned, by site, the cleanest first",
                  {{"Site"},
                   {"Zone"},
                   {"Jobs", true},
                   {"Energy, predicted", true},
                   {"Energy, actual", true},
                   {"Intensity, forecast", true},
                   {"Intensity, actual", true}});
  for (const ActualSite& site : actuals.sites) {
    table.AddRow({site.site, site.zone, CountText(site.jobs),
                  AmountText(site.predicted_energy.value(), "kWh"),
                  AmountText(site.energy.value(), "kWh"),
                  IntensityText(site.predicted_emission, site.predicted_energy),
                  IntensityText(site.emission, site.energy)});
  }
  std::string html;
  if (!table.empty()) {
    html = Chart("actual-sites",
                 "Energy by site, the cleanest grid on top: the outline is as predicted, the "
                 "filled bar as it came. Beside it: the mean intensity of the grid while the jobs "
                 "ran, as it was forecast and as it was.",
                 table.Html());
  }
  if (actuals.ran_elsewhere > 0) {
    absl::StrAppend(&html, Paragraph(absl::StrCat(CountText(actuals.ran_elsewhere),
                                                  " jobs did not run in the partition of their "
                                                  "plan, and are in no site.")));
  }
  return html;
}

std::string CasesThatCame(const ReportActuals& actuals) {
  if (actuals.worst.empty()) return "";
  std::string tables =
      JobsTable("The worst: the placed jobs that saved least; actual", actuals.worst, true, true);
  if (!actuals.best.empty()) {
    absl::StrAppend(&tables, JobsTable("The best: the placed jobs that saved most; actual",
                                       actuals.best, false, true));
  }
  return Chart(
      "actual-cases",
      "The worst and the best placed jobs, each with a scale of its own: the filled dot is "
      "what the job saved, the hollow one below it what was predicted, each with its "
      "interval. Left of zero a job emitted more than at home. Location-based.",
      tables);
}

std::string Sources(const ReportActuals& actuals) {
  PageTable energy("How the energies are known", {{"Energy"},
                                                  {"Quality of the watts"},
                                                  {"Jobs", true},
                                                  {"Energy as run", true},
                                                  {"Interval", true}});
  for (const EnergySource& source : actuals.energy_sources) {
    energy.AddRow(
        {EnergySourceText(source), EnergyQualityText(source), CountText(source.jobs),
         AmountText(source.energy.value.value(), "kWh"),
         SavedIntervalText(source.energy.low().value(), source.energy.high().value(), "kWh")});
  }
  PageTable intensity("From where the actual intensities are", {{"Zone"},
                                                                {"Source"},
                                                                {"Kind"},
                                                                {"Jobs", true},
                                                                {"Time known", true},
                                                                {"Of it estimated", true},
                                                                {"Newest fetched"}});
  for (const IntensitySource& source : actuals.intensity_sources) {
    intensity.AddRow(
        {source.zone, source.source.empty() ? "not known" : source.source,
         std::string(SignalKindName(source.kind)), CountText(source.jobs),
         PartText(source.known, source.needed), PartText(source.estimated, source.known),
         source.fetched_at.has_value()
             ? absl::FormatTime("%Y-%m-%d %H:%MZ", *source.fetched_at, absl::UTCTimeZone())
             : ""});
  }
  return absl::StrCat(energy.empty() ? "" : energy.Html(),
                      intensity.empty() ? "" : intensity.Html());
}

std::string Forecasts(const ReportActuals& actuals) {
  PageTable table("The forecasts of the jobs' intensities, by lead time", {{"Lead time"},
                                                                           {"Jobs", true},
                                                                           {"Forecast", true},
                                                                           {"Actual", true},
                                                                           {"Bias", true},
                                                                           {"Mean error", true}});
  for (size_t i = 0; i < kLeadTimes; ++i) {
    const ForecastErrors& of = actuals.forecasts[i];
    if (of.jobs == 0) continue;
    const auto mean = [&of](GramsPerKilowattHour sum) {
      return AmountText(sum.value() / static_cast<double>(of.jobs), "g/kWh");
    };
    table.AddRow({LeadTimeText(i), CountText(of.jobs), mean(of.predicted), mean(of.actual),
                  mean(of.predicted - of.actual), mean(of.absolute_error)});
  }
  return table.empty() ? "" : table.Html();
}

}  // namespace

std::string ActualSection(const Report& report) {
  const ReportActuals& actuals = *report.actuals;
  const OutcomeTotals& totals = actuals.totals;
  std::string html = absl::StrCat(
      FiguresTable("With the runs, the energy and the intensities that came",
                   ActualFiguresOf(totals), "As run"),
      Paragraph(absl::StrCat(CountText(totals.measured), " of ", CountText(totals.with_energy),
                             " energies are measured, the others modelled. ",
                             WithinIntervalText(actuals))),
      SavedByTime(report), CasesThatCame(actuals), SitesThatCame(actuals), Sources(actuals));
  PageTable unknown("Why actual savings are not known", {{"Why"}, {"Jobs", true}});
  for (const auto& [why, count] : totals.unknown) {
    unknown.AddRow({std::string(WhyUnknownText(why)), CountText(count)});
  }
  if (!unknown.empty()) html.append(unknown.Html());
  html.append(Forecasts(actuals));
  if (actuals.waits.jobs > 0) {
    absl::StrAppend(&html, Paragraph(WaitsSentence(actuals.waits, "started")));
  }
  return html;
}

}  // namespace carbon
