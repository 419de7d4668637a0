#include "cli/report/page/predicted_sections.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/report/forms/figure_text.h"
#include "cli/report/forms/report_sentences.h"
#include "cli/report/page/page_parts.h"
#include "cli/report/page/page_table.h"
#include "cli/report/sums/report_figures.h"
#include "core/base/mass_text.h"

namespace carbon {

std::string TimelineSection(const Report& report) {
  const std::string undated =
      report.counts.undated > 0 ? Paragraph(UndatedText(report.counts)) : std::string();
  if (report.timeline.empty()) {
    return absl::StrCat(Paragraph("No job with a plan and a time counts in this period."), undated);
  }
  const std::string step = TimeStepName(report.step);
  PageTable table(absl::StrCat("By ", step, " of submission; predicted"),
                  {{step == "week" ? "Week from" : "From"},
                   {"Jobs", true},
                   {"Delayed", true},
                   {"At home", true},
                   {"As run", true},
                   {"Saved", true},
                   {"Interval", true},
                   {"Share (90%)", true}});
  for (const ReportBucket& bucket : report.timeline) {
    const PairSum<GramsCo2e>& emission = bucket.sums.attributional;
    table.AddRow({BucketText(report, bucket.start), CountText(bucket.jobs),
                  CountText(bucket.delayed), PairText(emission, emission.home, "g"),
                  PairText(emission, emission.run, "g"), SavedText(bucket.sums),
                  IntervalText(bucket.sums), SavedShareText(bucket.sums)});
  }
  return Chart("timeline",
               absl::StrCat("CO2e by ", step,
                            " of submission: the outline is at home, the filled bar as run. Below: "
                            "what was saved, with its interval. Location-based, predicted."),
               table.Html()) +
         undated;
}

std::string SitesSection(const Report& report) {
  if (report.sites.empty()) return Paragraph("Of no job energy and emission are known.");
  PageTable table("By site, the cleanest first; predicted", {{"Site"},
                                                             {"Zone"},
                                                             {"Jobs at home", true},
                                                             {"Jobs as run", true},
                                                             {"Energy at home", true},
                                                             {"Energy as run", true},
                                                             {"Intensity at home", true},
                                                             {"Intensity as run", true}});
  for (const ReportSite& site : report.sites) {
    table.AddRow({site.site, site.zone, CountText(site.home_jobs), CountText(site.run_jobs),
                  AmountText(site.home_energy.value(), "kWh"),
                  AmountText(site.run_energy.value(), "kWh"),
                  IntensityText(site.home_emission, site.home_energy),
                  IntensityText(site.run_emission, site.run_energy)});
  }
  PageTable hours("By the hour of the day in which jobs begin; predicted",
                  {{"Hour"},
                   {"Energy at home", true},
                   {"Energy as run", true},
                   {"Intensity at home", true},
                   {"Intensity as run", true}});
  for (size_t hour = 0; hour < report.hours.size(); ++hour) {
    const ReportHour& of = report.hours[hour];
    if (of.home_energy.value() <= 0 && of.run_energy.value() <= 0) continue;
    hours.AddRow({absl::StrCat(hour, ":00"), AmountText(of.home_energy.value(), "kWh"),
                  AmountText(of.run_energy.value(), "kWh"),
                  IntensityText(of.home_emission, of.home_energy),
                  IntensityText(of.run_emission, of.run_energy)});
  }
  return absl::StrCat(
      Chart("sites",
            "Energy by site, the cleanest grid on top: the outline is at home, the filled bar as "
            "run. Beside it: the mean intensity of the grid while the jobs run there. Predicted.",
            table.Html()),
      Chart("hours",
            absl::StrCat("Energy by the hour of the day in which jobs begin (", ZoneText(report),
                         "): the outline is at home, the filled bar as run. Predicted."),
            hours.Html()));
}

namespace {

std::vector<PageColumn> GroupColumns(const Report& report) {
  std::vector<PageColumn> columns;
  for (const std::string& field : report.group_fields) {
    std::string title = field;
    title[0] = absl::ascii_toupper(title[0]);
    columns.push_back({std::move(title)});
  }
  return columns;
}

std::string GroupsThatCame(const Report& report) {
  std::vector<PageColumn> columns = GroupColumns(report);
  for (const char* title : {"Jobs", "At home", "As run", "Saved", "Interval of saved",
                            "Share (90%)", "Saved, predicted"}) {
    columns.push_back({title, true});
  }
  PageTable table(absl::StrCat("By ", absl::StrJoin(report.group_fields, ", "),
                               ", of jobs of which both are known; actual"),
                  std::move(columns));
  for (const ReportGroup& group : report.groups) {
    if (!group.actuals.has_value() || group.actuals->attributional.decisions == 0) continue;
    std::vector<std::string> cells = group.names;
    // The location-based one.
    const ReportFigure figure = ActualFiguresOf(*group.actuals)[1];
    cells.push_back(OfText(figure));
    cells.push_back(AmountText(figure.home, figure.unit));
    cells.push_back(AmountText(figure.run, figure.unit));
    cells.push_back(AmountText(figure.saved, figure.unit));
    cells.push_back(SavedIntervalText(figure.saved_low, figure.saved_high, figure.unit));
    cells.push_back(SavedShareText(figure));
    cells.push_back(FormatMass(group.actuals->attributional.predicted_saving()));
    table.AddRow(std::move(cells));
  }
  return table.empty() ? "" : table.Html();
}

}  // namespace

std::string GroupsSection(const Report& report, size_t total) {
  std::vector<PageColumn> columns = GroupColumns(report);
  for (const char* title :
       {"Decisions", "Placed", "Opted out", "Harmed", "Energy", "At home", "As run", "Saved",
        "Interval", "Share (90%)", "Delayed", "Mean added wait", "Longest"}) {
    columns.push_back({title, true});
  }
  const std::string by = absl::StrJoin(report.group_fields, ", ");
  PageTable table(absl::StrCat("By ", by, ", the largest saving first; predicted"),
                  std::move(columns));
  for (const ReportGroup& group : report.groups) {
    std::vector<std::string> cells = group.names;
    const PairSum<GramsCo2e>& emission = group.sums.attributional;
    for (const int64_t count : {group.counts.decisions, group.counts.carried_out,
                                group.counts.opted_out, group.counts.harmed}) {
      cells.push_back(CountText(count));
    }
    cells.push_back(PairText(group.sums.energy, group.sums.energy.run, "kWh"));
    cells.push_back(PairText(emission, emission.home, "g"));
    cells.push_back(PairText(emission, emission.run, "g"));
    cells.push_back(SavedText(group.sums));
    cells.push_back(IntervalText(group.sums));
    cells.push_back(SavedShareText(group.sums));
    cells.push_back(CountText(group.waits.delayed));
    cells.push_back(DelayText(group.waits, group.waits.mean));
    cells.push_back(DelayText(group.waits, group.waits.longest));
    table.AddRow(std::move(cells));
  }
  return absl::StrCat(
      Chart("groups", absl::StrCat("CO2e saved by ", by, ", with its interval. Predicted."),
            absl::StrCat(table.Html(), report.actuals.has_value() ? GroupsThatCame(report) : "")),
      OthersPart(total, "groups"));
}

std::string ShadowSection(const ReportShadow& shadow, size_t total) {
  if (shadow.sums.jobs == 0) return Paragraph("There was no decision in shadow that counts.");
  PageTable table("By account, the largest saving first; predicted", {{"Account"},
                                                                      {"Jobs", true},
                                                                      {"At home", true},
                                                                      {"Enforced", true},
                                                                      {"Saved", true},
                                                                      {"Interval", true},
                                                                      {"Share (90%)", true},
                                                                      {"Delayed", true},
                                                                      {"Mean added wait", true},
                                                                      {"95%", true},
                                                                      {"Longest", true},
                                                                      {"Together", true}});
  for (const ReportGroup& account : shadow.accounts) {
    const PairSum<GramsCo2e>& emission = account.sums.attributional;
    table.AddRow({account.names[0], CountText(account.sums.jobs),
                  PairText(emission, emission.home, "g"), PairText(emission, emission.run, "g"),
                  SavedText(account.sums), IntervalText(account.sums), SavedShareText(account.sums),
                  CountText(account.waits.delayed), DelayText(account.waits, account.waits.mean),
                  DelayText(account.waits, account.waits.p95),
                  DelayText(account.waits, account.waits.longest),
                  DelayText(account.waits, account.waits.total)});
  }
  return absl::StrCat(
      Paragraph(absl::StrCat("These decisions were only recorded. Enforced, ",
                             CountText(shadow.emit_more),
                             " of the jobs would emit more than at home.")),
      FiguresTable("Decisions in shadow, if they had been enforced", FiguresOf(shadow.sums),
                   "Enforced"),
      Chart("shadow",
            "CO2e that enforcing would have saved, by account, with its interval. Beside "
            "it: the mean added wait of the delayed jobs. Predicted.",
            table.Html()),
      OthersPart(total, "accounts"),
      WaitsPart(shadow.waits, "shadow-waits",
                "Jobs in shadow by the wait that enforcing would have added. Predicted."));
}

}  // namespace carbon
