#include "cli/report/report_text.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "cli/log/fields.h"
#include "cli/text/table.h"
#include "core/base/mass_text.h"
#include "core/outcome/known.h"

namespace carbon {
namespace {

constexpr char kNotKnown[] = "not known";
// More rows than these are for the other forms.
constexpr size_t kMaxReasons = 10;

std::string Thousands(double value, int digits) {
  std::string text = absl::StrFormat("%.*f", digits, value);
  const size_t dot = std::min(text.find('.'), text.size());
  const size_t first = text[0] == '-' ? 1 : 0;
  for (size_t i = dot; i > first + 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

std::string FigureNumber(double value) {
  if (std::abs(value) >= 1000) return Thousands(value, 0);
  if (std::abs(value) >= 100) return absl::StrFormat("%.0f", value);
  if (value == 0) return "0";
  return absl::StrFormat("%.3g", value);
}

std::string FiguresTable(const std::vector<ReportFigure>& figures, const char* run) {
  Table table({{"FIGURE"},
               {"AT HOME", true},
               {run, true},
               {"SAVED", true},
               {"SHARE", true},
               {"INTERVAL OF SAVED", true},
               {"BASIS"},
               {"JOBS", true}});
  for (const ReportFigure& figure : figures) {
    if (!figure.home.has_value() && !figure.run.has_value()) {
      table.AddRow({figure.title, "", "", "", "", "", kNotKnown, OfText(figure)});
      continue;
    }
    const auto amount = [&figure](const std::optional<double>& value) {
      return value.has_value() ? AmountText(value, figure.unit) : std::string();
    };
    table.AddRow({figure.title, amount(figure.home), RunText(figure), amount(figure.saved),
                  figure.saved_share().has_value() ? ShareText(figure.saved_share()) : "",
                  SavedIntervalText(figure.saved_low, figure.saved_high, figure.unit),
                  FigureBasisName(figure.basis), OfText(figure)});
  }
  return table.Format(Table::Style::kAligned, true);
}

std::string WaitsLine(const AddedWaits& waits, const char* basis) {
  std::string text = absl::StrCat(CountText(waits.delayed), " of ", CountText(waits.jobs),
                                  " jobs start later than at home");
  if (waits.delayed > 0) {
    absl::StrAppend(&text, ", by ", WaitText(waits.mean), " on average, ", WaitText(waits.median),
                    " at the median, ", WaitText(waits.p95), " at 95%, ", WaitText(waits.longest),
                    " at most; together ", WaitText(waits.total));
  }
  if (waits.sooner > 0) absl::StrAppend(&text, "; ", CountText(waits.sooner), " start sooner");
  return absl::StrCat(text, " (", basis, ")\n");
}

std::string ActualsText(const ReportActuals& actuals) {
  std::string text = absl::StrCat(
      "\nACTUAL: with the runs, the energy and the intensities that came\n",
      FiguresTable(ActualFiguresOf(actuals.totals), "AS RUN"), CountText(actuals.totals.measured),
      " of ", CountText(actuals.totals.with_energy),
      " energies are measured, the others modelled\n");
  for (const auto& [why, count] : actuals.totals.unknown) {
    absl::StrAppend(&text, CountText(count), " savings are not known: ", WhyUnknownText(why), "\n");
  }
  Table table({{"LEAD TIME"},
               {"JOBS", true},
               {"FORECAST G/KWH", true},
               {"ACTUAL", true},
               {"BIAS", true},
               {"MEAN ERROR", true}});
  for (size_t i = 0; i < kLeadTimes; ++i) {
    const ForecastErrors& of = actuals.forecasts[i];
    if (of.jobs == 0) continue;
    const auto jobs = static_cast<double>(of.jobs);
    table.AddRow({LeadTimeText(i), CountText(of.jobs), FigureNumber(of.predicted.value() / jobs),
                  FigureNumber(of.actual.value() / jobs),
                  FigureNumber((of.predicted - of.actual).value() / jobs),
                  FigureNumber(of.absolute_error.value() / jobs)});
  }
  return absl::StrCat(text, "\n", table.Format(Table::Style::kAligned, true),
                      WithinIntervalText(actuals), "\n", WaitsLine(actuals.waits, "actual"));
}

std::string SavedMass(const PredictedSums& sums) {
  return sums.attributional.jobs > 0 ? FormatMass(sums.attributional.saved()) : std::string();
}
std::string SavedShare(const PredictedSums& sums) {
  const double home = sums.attributional.home.value();
  return home > 0 ? ShareText(sums.attributional.saved().value() / home) : std::string();
}
std::string MassOf(const PredictedSums& sums, GramsCo2e mass) {
  return sums.attributional.jobs > 0 ? FormatMass(mass) : std::string();
}
std::string DelayOf(const AddedWaits& waits, absl::Duration delay) {
  return waits.delayed > 0 ? WaitText(delay) : std::string();
}

std::vector<TableColumn> GroupColumns(const std::vector<std::string>& fields) {
  std::vector<TableColumn> columns;
  for (const std::string& field : fields) columns.push_back({absl::AsciiStrToUpper(field)});
  return columns;
}

std::string GroupsTable(const Report& report) {
  std::vector<TableColumn> columns = GroupColumns(report.group_fields);
  for (const char* title :
       {"DECISIONS", "PLACED", "OPTED OUT", "HARMED", "HOME KWH", "KWH", "HOME CO2E", "CO2E",
        "SAVED", "SHARE", "DELAYED", "MEAN WAIT", "95%", "LONGEST"}) {
    columns.push_back({title, true});
  }
  if (report.actuals.has_value()) columns.push_back({"SAVED, ACTUAL", true});
  Table table(std::move(columns));
  for (const ReportGroup& group : report.groups) {
    std::vector<std::string> cells = group.names;
    const PredictedSums& sums = group.sums;
    const bool has_energy = sums.energy.jobs > 0;
    for (const int64_t count : {group.counts.decisions, group.counts.carried_out,
                                group.counts.opted_out, group.counts.harmed}) {
      cells.push_back(CountText(count));
    }
    cells.push_back(has_energy ? FigureNumber(sums.energy.home.value()) : "");
    cells.push_back(has_energy ? FigureNumber(sums.energy.run.value()) : "");
    cells.push_back(MassOf(sums, sums.attributional.home));
    cells.push_back(MassOf(sums, sums.attributional.run));
    cells.push_back(SavedMass(sums));
    cells.push_back(SavedShare(sums));
    cells.push_back(CountText(group.waits.delayed));
    cells.push_back(DelayOf(group.waits, group.waits.mean));
    cells.push_back(DelayOf(group.waits, group.waits.p95));
    cells.push_back(DelayOf(group.waits, group.waits.longest));
    if (report.actuals.has_value()) {
      const bool is_known = group.actuals.has_value() && group.actuals->attributional.decisions > 0;
      cells.push_back(is_known ? FormatMass(group.actuals->attributional.saved.value) : "");
    }
    table.AddRow(std::move(cells));
  }
  return table.Format(Table::Style::kAligned, true);
}

std::string SitesTable(const Report& report) {
  Table table({{"SITE"},
               {"ZONE"},
               {"HOME JOBS", true},
               {"JOBS", true},
               {"HOME KWH", true},
               {"KWH", true},
               {"HOME G/KWH", true},
               {"G/KWH", true}});
  const auto intensity = [](GramsCo2e emission, KilowattHours energy) {
    return energy.value() > 0 ? FigureNumber(emission.value() / energy.value()) : std::string();
  };
  for (const ReportSite& site : report.sites) {
    table.AddRow({site.site, site.zone, CountText(site.home_jobs), CountText(site.run_jobs),
                  FigureNumber(site.home_energy.value()), FigureNumber(site.run_energy.value()),
                  intensity(site.home_emission, site.home_energy),
                  intensity(site.run_emission, site.run_energy)});
  }
  return table.Format(Table::Style::kAligned, true);
}

std::string JobsTable(const std::vector<ReportJob>& jobs, bool is_worst) {
  std::vector<TableColumn> columns = {
      {"ID"},         {"JOBID", true}, {"USER"},          {"ACCOUNT"},
      {"JOB"},        {"SITE"},        {"DELAY", true},   {"HOME CO2E", true},
      {"CO2E", true}, {"SAVED", true}, {"INTERVAL", true}};
  if (is_worst) columns.push_back({"WHAT IS WRONG"});
  Table table(std::move(columns));
  for (const ReportJob& job : jobs) {
    const auto grams = [](const std::optional<GramsCo2e>& mass) {
      return mass.has_value() ? std::optional(mass->value()) : std::nullopt;
    };
    std::vector<std::string> cells = {
        job.id,
        job.job_id.has_value() ? absl::StrCat(*job.job_id) : "",
        UserName(job.user_id),
        job.account,
        job.name,
        job.site == job.home_site ? job.site : absl::StrCat(job.home_site, "->", job.site),
        job.delay.has_value() ? WaitText(*job.delay) : "",
        FormatMass(job.home),
        FormatMass(job.run),
        FormatMass(job.saved()),
        SavedIntervalText(grams(job.saved_low), grams(job.saved_high), "g")};
    if (is_worst) cells.push_back(HarmsText(job.harms));
    table.AddRow(std::move(cells));
  }
  return table.Format(Table::Style::kAligned, true);
}

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

std::string LeftAloneTable(const Report& report) {
  std::vector<std::pair<int64_t, std::string>> reasons;
  for (const auto& [reason, count] : report.left_alone) reasons.emplace_back(-count, reason);
  std::sort(reasons.begin(), reasons.end());
  Table table({{"LEFT ALONE", true}, {"WHY"}});
  int64_t others = 0;
  for (size_t i = 0; i < reasons.size(); ++i) {
    if (i < kMaxReasons) {
      table.AddRow({CountText(-reasons[i].first), reasons[i].second});
    } else {
      others -= reasons[i].first;
    }
  }
  if (others > 0) table.AddRow({CountText(others), "other reasons"});
  return table.Format(Table::Style::kAligned, true);
}

std::string ShadowText(const Report& report) {
  const ReportShadow& shadow = *report.shadow;
  std::string text = "\nSHADOW: what enforcing these decisions would have done\n";
  if (shadow.sums.jobs == 0) return text + "There was no decision in shadow that counts.\n";
  absl::StrAppend(&text, FiguresTable(FiguresOf(shadow.sums), "ENFORCED"),
                  WaitsLine(shadow.waits, "predicted"), CountText(shadow.emit_more),
                  " of these jobs would emit more than at home\n\n");
  Table table({{"ACCOUNT"},
               {"JOBS", true},
               {"HOME CO2E", true},
               {"ENFORCED", true},
               {"SAVED", true},
               {"SHARE", true},
               {"DELAYED", true},
               {"MEAN WAIT", true},
               {"95%", true},
               {"LONGEST", true},
               {"TOGETHER", true}});
  for (const ReportGroup& account : shadow.accounts) {
    const PredictedSums& sums = account.sums;
    table.AddRow({account.names[0], CountText(sums.jobs), MassOf(sums, sums.attributional.home),
                  MassOf(sums, sums.attributional.run), SavedMass(sums), SavedShare(sums),
                  CountText(account.waits.delayed), DelayOf(account.waits, account.waits.mean),
                  DelayOf(account.waits, account.waits.p95),
                  DelayOf(account.waits, account.waits.longest),
                  DelayOf(account.waits, account.waits.total)});
  }
  return text + table.Format(Table::Style::kAligned, true);
}

}  // namespace

std::string AmountText(const std::optional<double>& amount, const char* unit) {
  if (!amount.has_value() || !std::isfinite(*amount)) return kNotKnown;
  if (absl::string_view(unit) == "g") return FormatMass(GramsCo2e(*amount));
  const absl::string_view rate = unit;
  if (rate.substr(0, 2) == "g/" && rate != "g/kWh") {
    return absl::StrCat(FormatMass(GramsCo2e(*amount)), rate.substr(1));
  }
  return absl::StrCat(FigureNumber(*amount), " ", unit);
}

std::string ShareText(const std::optional<double>& share) {
  return share.has_value() && std::isfinite(*share) ? PercentText(*share) : kNotKnown;
}

std::string SavedIntervalText(const std::optional<double>& low, const std::optional<double>& high,
                              const char* unit) {
  if (!low.has_value() || !high.has_value()) return "";
  const std::string from = AmountText(low, unit), to = AmountText(high, unit);
  // The unit stands once if both have the same.
  const auto blank = [](const std::string& text) { return text.rfind(' '); };
  if (blank(from) != std::string::npos && blank(to) != std::string::npos &&
      from.substr(blank(from)) == to.substr(blank(to))) {
    return absl::StrCat(from.substr(0, blank(from)), " to ", to);
  }
  return absl::StrCat(from, " to ", to);
}

std::string RunText(const ReportFigure& figure) {
  if (!figure.run.has_value()) return "";
  const std::string interval = SavedIntervalText(figure.run_low, figure.run_high, figure.unit);
  return absl::StrCat(AmountText(figure.run, figure.unit),
                      interval.empty() ? "" : absl::StrCat(" (", interval, ")"));
}

std::string OfText(const ReportFigure& figure) {
  if (figure.jobs == figure.of) return CountText(figure.jobs);
  return absl::StrCat(CountText(figure.jobs), " of ", CountText(figure.of));
}

std::string WithinIntervalText(const ReportActuals& actuals) {
  return absl::StrCat("The actual saving of ", CountText(actuals.within_interval), " of ",
                      CountText(actuals.with_interval),
                      " placed jobs is within its predicted 90% interval.");
}

std::string CountText(int64_t count) { return Thousands(static_cast<double>(count), 0); }

std::string WaitText(absl::Duration wait) {
  const int64_t minutes = std::llabs(absl::ToInt64Minutes(wait + absl::Seconds(30)));
  const char* const sign = wait < -absl::Seconds(30) ? "-" : "";
  if (minutes < 60) return absl::StrCat(sign, minutes, " min");
  if (minutes < 48 * 60) return absl::StrFormat("%s%d:%02d h", sign, minutes / 60, minutes % 60);
  const int64_t hours = (minutes + 30) / 60;
  return absl::StrCat(sign, CountText(hours / 24), " d ", hours % 24, " h");
}

std::string PeriodText(const Report& report) {
  // What was asked for, otherwise the decisions that there are.
  const bool is_empty = report.first > report.last;
  const absl::Time from =
      report.from == absl::InfinitePast() && !is_empty ? report.first : report.from;
  const absl::Time to = report.to == absl::InfiniteFuture() && !is_empty ? report.last : report.to;
  const auto day = [&report](absl::Time time) {
    return absl::FormatTime("%Y-%m-%d", time, report.time_zone);
  };
  const bool has_from = from != absl::InfinitePast(), has_to = to != absl::InfiniteFuture();
  if (!has_from && !has_to) return "the whole log";
  if (!has_from) return absl::StrCat("until ", day(to));
  if (!has_to) return absl::StrCat("from ", day(from));
  if (day(from) == day(to)) return day(from);
  return absl::StrCat(day(from), " to ", day(to));
}

std::string ZoneText(const Report& report) {
  const std::string name = report.time_zone.name();
  const bool is_file = name.empty() || name[0] == '/' || name == "localtime";
  return is_file ? absl::FormatTime("%Z", report.made_at, report.time_zone) : name;
}

std::vector<std::string> WaitBinTexts() {
  std::vector<std::string> texts = {"sooner", "as at home"};
  for (size_t i = 2; i < AddedWaits::kBounds.size(); ++i) {
    const auto hours = [](absl::Duration bound) { return absl::ToInt64Hours(bound); };
    texts.push_back(i == 2 ? absl::StrCat("up to ", hours(AddedWaits::kBounds[i]), " h")
                           : absl::StrCat(hours(AddedWaits::kBounds[i - 1]), " to ",
                                          hours(AddedWaits::kBounds[i]), " h"));
  }
  texts.push_back(absl::StrCat("over ", absl::ToInt64Hours(AddedWaits::kBounds.back()), " h"));
  return texts;
}

std::string HarmsText(const std::vector<Harm>& harms) {
  return absl::StrJoin(harms, "; ",
                       [](std::string* out, Harm harm) { out->append(HarmText(harm)); });
}

std::vector<std::string> MethodTexts(const Report& report) {
  std::vector<std::string> texts = {
      "At home: where and when a job would have run without carbon. As run: the chosen plan if it "
      "was carried out, otherwise home.",
      "Predicted: from the forecasts, the runtimes and the hardware profiles as they were when the "
      "job was submitted. The placement log has them for each job.",
      "The interval of a saving is the sum of the jobs' 90% intervals, as if all forecasts erred "
      "in the same direction. The true interval is narrower if their errors differ.",
      "CO2e, location-based: energy at the meter times the grid's intensity over the hours of the "
      "run. Market-based: the same with the intensity that the site states for its contracts, "
      "where it states one. Embodied CO2e of the hardware stands apart and is in no other sum.",
      "Consequential: only of the power that is drawn in addition because of the jobs.",
      "A figure is of the jobs of which it is known, and says how many these are. A job that never "
      "was in the queue, never ran, or left its plan is in no sum.",
      "The added wait is the planned start less the start that the queue left at home."};
  if (report.actuals.has_value()) {
    texts.push_back(
        "Actual: from the runs in Slurm's accounting, from the intensities that the grids then "
        "had, "
        "and from measured energy where a meter is believed, otherwise from the recorded power. At "
        "home, the same runs would have begun when the queue left room there. Predicted and actual "
        "sums are of the same jobs only where a row says so.");
  }
  if (report.counts.in_shadow > 0 && !report.shadow.has_value()) {
    texts.push_back(absl::StrCat(CountText(report.counts.in_shadow),
                                 " decisions were in shadow: they were not carried out, so they "
                                 "save nothing here. --shadow shows what they would have saved."));
  }
  return texts;
}

std::string ReportText(const Report& report) {
  const ReportCounts& counts = report.counts;
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
  if (counts.decisions == 0) {
    return text + "There is no decision in this period. See the options -S and -E.\n";
  }
  absl::StrAppend(&text, "\n", FiguresTable(FiguresOf(report.sums), "AS RUN"));
  if (report.actuals.has_value()) absl::StrAppend(&text, ActualsText(*report.actuals));
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
  if (!report.best.empty()) absl::StrAppend(&text, "\nTHE BEST\n", JobsTable(report.best, false));
  if (!report.worst.empty()) absl::StrAppend(&text, "\nTHE WORST\n", JobsTable(report.worst, true));
  if (report.shadow.has_value()) absl::StrAppend(&text, ShadowText(report));
  absl::StrAppend(&text, "\n");
  for (const std::string& method : MethodTexts(report)) absl::StrAppend(&text, method, "\n");
  return text;
}

}  // namespace carbon
