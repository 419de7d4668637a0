#include "cli/report/forms/report_text.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "cli/report/forms/actuals_text.h"
#include "cli/report/forms/figure_text.h"
#include "cli/report/forms/report_sentences.h"
#include "cli/report/forms/report_tables.h"
#include "cli/report/sums/report_figures.h"
#include "cli/text/table.h"

namespace carbon {
namespace {

std::string HarmsLines(const Report& report) {
  std::string text = absl::StrCat(CountText(report.counts.harmed), " of ",
                                  CountText(report.counts.carried_out), " placed jobs harmed\n");
  for (size_t i = 0; i < kHarms; ++i) {
    if (report.harms[i] == 0) continue;
    absl::StrAppend(&text, "  ", CountText(report.harms[i]), " ", HarmText(static_cast<Harm>(i)),
                    "\n");
  }
  return text;
}

std::string ShadowText(const Report& report) {
  const ReportShadow& shadow = *report.shadow;
  std::string text = "\nSHADOW: what enforcing these decisions would have done\n";
  if (shadow.sums.jobs == 0) return text + "There was no decision in shadow that counts.\n";
  absl::StrAppend(&text, FiguresTable(FiguresOf(shadow.sums), "ENFORCED"),
                  WaitsLine(shadow.waits, "predicted"), CountText(shadow.emit_more),
                  " of these jobs would emit more than at home\n\n");
  return text + ShadowAccountsTable(shadow);
}

}  // namespace

std::string ReportText(const Report& report) {
  const ReportCounts& counts = report.counts;
  const bool has_actuals = report.actuals.has_value();
  std::string text = absl::StrCat("Carbon report, ", PeriodText(report), " (", ZoneText(report),
                                  "), of ", Printable(report.log), "\n");
  for (const std::string& filter : report.filters) {
    absl::StrAppend(&text, "Only ", Printable(filter), "\n");
  }
  absl::StrAppend(&text, CountText(counts.decisions), " decisions: ", CountText(counts.carried_out),
                  " placed, ", CountText(counts.in_shadow), " in shadow, ",
                  CountText(counts.kept_home), " kept at home", ExemptText(counts), ", ",
                  CountText(counts.left_alone), " left alone (", CountText(counts.opted_out),
                  " opted out); ", CountText(counts.given_back), " given back, ",
                  CountText(counts.not_counted), " not counted\n");
  if (counts.undated > 0) absl::StrAppend(&text, UndatedText(counts), "\n");
  if (counts.decisions == 0) {
    return text + "There is no decision in this period. See the options -S and -E.\n";
  }
  absl::StrAppend(&text, "\n", FiguresTable(FiguresOf(report.sums), "AS RUN"));
  absl::StrAppend(&text, ActualsText(report));
  absl::StrAppend(&text, "\n", GroupsTable(report));
  if (!report.sites.empty()) absl::StrAppend(&text, "\n", SitesTable(report));
  absl::StrAppend(&text, "\n", WaitsLine(report.waits, "predicted"), HarmsLines(report));
  const ReportRuntimes& runtimes = report.runtimes;
  if (runtimes.predicted > GramsCo2e(0)) {
    absl::StrAppend(&text, CountText(runtimes.ended), " jobs have ended; they ran for ",
                    ShareText(runtimes.ran / runtimes.predicted),
                    " of the predicted time, weighted by emission\n");
  }
  if (runtimes.unknown > 0) {
    absl::StrAppend(&text, "accounting does not know what became of ", CountText(runtimes.unknown),
                    " of ", CountText(runtimes.known + runtimes.unknown), " jobs\n");
  }
  if (!report.left_alone.empty()) absl::StrAppend(&text, "\n", LeftAloneTable(report));
  if (!report.best.empty())
    absl::StrAppend(&text, "\nTHE BEST\n", JobsTable(report.best, false, has_actuals));
  if (!report.worst.empty())
    absl::StrAppend(&text, "\nTHE WORST\n", JobsTable(report.worst, true, has_actuals));
  if (report.shadow.has_value()) absl::StrAppend(&text, ShadowText(report));
  absl::StrAppend(&text, "\n");
  for (const std::string& method : MethodTexts(report)) absl::StrAppend(&text, method, "\n");
  return text;
}

}  // namespace carbon
