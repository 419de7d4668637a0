#include "cli/report/forms/report_csv.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/report/sums/harm.h"
#include "cli/report/sums/report_actuals.h"
#include "cli/report/sums/report_figures.h"

namespace carbon {
namespace {

std::string Text(absl::string_view text) {
  const bool looks_like_formula =
      !text.empty() && absl::string_view("=+-@\t\r").find(text[0]) != absl::string_view::npos;
  std::string cell = absl::StrCat(looks_like_formula ? "'" : "", text);
  if (cell.find_first_of(",\"\n\r") == std::string::npos) return cell;
  return absl::StrCat("\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
}

std::string Number(const std::optional<double>& number) {
  return number.has_value() && std::isfinite(*number) ? absl::StrFormat("%.10g", *number)
                                                      : std::string();
}

void AddLine(absl::string_view section, absl::string_view group, const ReportFigure& figure,
             std::string* csv) {
  const std::vector<std::string> cells = {Text(section),
                                          Text(group),
                                          figure.name,
                                          figure.unit,
                                          Number(figure.home),
                                          Number(figure.run),
                                          Number(figure.run_low),
                                          Number(figure.run_high),
                                          Number(figure.saved),
                                          Number(figure.saved_low),
                                          Number(figure.saved_high),
                                          FigureBasisName(figure.basis),
                                          Text(figure.source),
                                          absl::StrCat(figure.jobs),
                                          absl::StrCat(figure.of),
                                          Number(figure.saved_share()),
                                          Number(figure.share_low),
                                          Number(figure.share_high)};
  absl::StrAppend(csv, absl::StrJoin(cells, ","), "\n");
}

void AddCount(absl::string_view section, absl::string_view group, const char* name, int64_t count,
              std::string* csv) {
  absl::StrAppend(csv, Text(section), ",", Text(group), ",", name, ",jobs,,", count,
                  ",,,,,,,placement log,,,,,\n");
}

void AddDelay(absl::string_view section, absl::string_view group, const char* name,
              absl::Duration delay, const AddedWaits& waits, std::string* csv) {
  absl::StrAppend(csv, Text(section), ",", Text(group), ",", name, ",s,,",
                  waits.delayed > 0 ? absl::StrCat(absl::ToInt64Seconds(delay)) : "",
                  ",,,,,,predicted,placement log,", waits.delayed, ",", waits.jobs, ",,,\n");
}

void AddSection(absl::string_view section, absl::string_view group, const ReportCounts* counts,
                const PredictedSums& sums, const AddedWaits& waits,
                const std::optional<OutcomeTotals>& actuals, std::string* csv) {
  for (const ReportFigure& figure : FiguresOf(sums)) AddLine(section, group, figure, csv);
  AddDelay(section, group, "added_wait_mean", waits.mean, waits, csv);
  AddDelay(section, group, "added_wait_median", waits.median, waits, csv);
  AddDelay(section, group, "added_wait_p95", waits.p95, waits, csv);
  AddDelay(section, group, "added_wait_longest", waits.longest, waits, csv);
  AddDelay(section, group, "added_wait_total", waits.total, waits, csv);
  if (actuals.has_value()) {
    for (const ReportFigure& figure : ActualFiguresOf(*actuals))
      AddLine(section, group, figure, csv);
  }
  if (counts == nullptr) return;
  AddCount(section, group, "decisions", counts->decisions, csv);
  AddCount(section, group, "placed", counts->placed, csv);
  AddCount(section, group, "carried_out", counts->carried_out, csv);
  AddCount(section, group, "in_shadow", counts->in_shadow, csv);
  AddCount(section, group, "kept_home", counts->kept_home, csv);
  AddCount(section, group, "exempt", counts->exempt, csv);
  AddCount(section, group, "undated", counts->undated, csv);
  AddCount(section, group, "left_alone", counts->left_alone, csv);
  AddCount(section, group, "opted_out", counts->opted_out, csv);
  AddCount(section, group, "given_back", counts->given_back, csv);
  AddCount(section, group, "not_counted", counts->not_counted, csv);
  AddCount(section, group, "harmed", counts->harmed, csv);
}

// How far the forecasts were off: the mean over jobs, by lead time.
void AddForecasts(const ReportActuals& actuals, std::string* csv) {
  for (size_t i = 0; i < kLeadTimes; ++i) {
    const ForecastErrors& of = actuals.forecasts[i];
    for (const auto& [name, sum, basis] :
         {std::tuple("intensity_forecast", of.predicted, FigureBasis::kPredicted),
          {"intensity_actual", of.actual, FigureBasis::kActual},
          {"intensity_absolute_error", of.absolute_error, FigureBasis::kActual}}) {
      ReportFigure figure = {.name = name,
                             .unit = "g/kWh",
                             .basis = basis,
                             .source = "placement log; archive or the named folder"};
      figure.jobs = figure.of = of.jobs;
      if (of.jobs > 0) figure.run = sum.value() / static_cast<double>(of.jobs);
      AddLine("forecast", LeadTimeText(i), figure, csv);
    }
  }
}

}  // namespace

std::string ReportCsv(const Report& report) {
  std::string csv =
      "section,group,figure,unit,home,run,run_low,run_high,saved,saved_low,saved_high,basis,source,"
      "jobs,of,saved_share,saved_share_low,saved_share_high\n";
  AddSection("total", "", &report.counts, report.sums, report.waits,
             report.actuals.has_value() ? std::optional(report.actuals->totals) : std::nullopt,
             &csv);
  for (size_t i = 0; i < kHarms; ++i) {
    const std::string name = absl::StrCat("harmed_", HarmName(static_cast<Harm>(i)));
    AddCount("total", "", name.c_str(), report.harms[i], &csv);
  }
  if (report.actuals.has_value()) AddForecasts(*report.actuals, &csv);
  for (const ReportGroup& group : report.groups) {
    AddSection("group", absl::StrJoin(group.names, ","), &group.counts, group.sums, group.waits,
               group.actuals, &csv);
  }
  if (!report.shadow.has_value()) return csv;
  AddSection("shadow", "", nullptr, report.shadow->sums, report.shadow->waits, std::nullopt, &csv);
  AddCount("shadow", "", "emit_more", report.shadow->emit_more, &csv);
  for (const ReportGroup& account : report.shadow->accounts) {
    AddSection("shadow-account", account.names[0], nullptr, account.sums, account.waits,
               std::nullopt, &csv);
  }
  return csv;
}

}  // namespace carbon
