#include "cli/report/report_page.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/log/fields.h"
#include "cli/report/page_table.h"
#include "cli/report/report_json.h"
#include "cli/report/report_text.h"
#include "cli/text/slurm_time.h"
#include "core/base/mass_text.h"
#include "core/outcome/estimated.h"
#include "core/outcome/known.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

extern const char kPageStyle[], kPageScript[], kPageCharts[];

namespace {

constexpr size_t kMaxReasons = 20;

std::string Digest(absl::string_view text) {
  return absl::StrCat("'sha256-", absl::Base64Escape(absl::HexStringToBytes(Sha256Hex(text))), "'");
}

std::string Paragraph(absl::string_view text, const char* css_class = "") {
  return absl::StrCat("<p", *css_class == '\0' ? "" : absl::StrCat(" class=\"", css_class, "\""),
                      ">", HtmlText(text), "</p>\n");
}

// A chart that the script draws. Without script only its table is there.
std::string Chart(const char* name, absl::string_view caption, const std::string& table) {
  return absl::StrCat("<figure data-chart=\"", name, "\"><figcaption>", HtmlText(caption),
                      "</figcaption><div class=\"chart\"></div></figure>\n<details open data-of=\"",
                      name, "\"><summary>The same as a table</summary>\n", table, "</details>\n");
}

// The sections, and the list of them.
class Sections {
 public:
  void Add(const char* id, absl::string_view title, const std::string& html) {
    absl::StrAppend(&links_, "<li><a href=\"#", id, "\">", HtmlText(title), "</a></li>");
    absl::StrAppend(&html_, "<section id=\"", id, "\" aria-labelledby=\"", id, "-title\"><h2 id=\"",
                    id, "-title\">", HtmlText(title), "</h2>\n", html, "</section>\n");
  }
  std::string Links() const {
    return absl::StrCat("<nav aria-label=\"Sections\"><ul>", links_, "</ul></nav>\n");
  }
  const std::string& Html() const { return html_; }

 private:
  std::string links_, html_;
};

std::optional<double> Grams(const std::optional<GramsCo2e>& mass) {
  return mass.has_value() ? std::optional(mass->value()) : std::nullopt;
}

template <class Value>
std::string PairText(const PairSum<Value>& sum, const Value& value, const char* unit) {
  return sum.jobs > 0 ? AmountText(value.value(), unit) : std::string();
}

std::string SavedText(const PredictedSums& sums) {
  return PairText(sums.attributional, sums.attributional.saved(), "g");
}
std::string SavedShareText(const PredictedSums& sums) {
  const double home = sums.attributional.home.value();
  return home > 0 ? ShareText(sums.attributional.saved().value() / home) : std::string();
}
std::string IntervalText(const PredictedSums& sums) {
  if (!sums.HasInterval()) return "";
  return SavedIntervalText(sums.saved_low.value(), sums.saved_high.value(), "g");
}
std::string DelayText(const AddedWaits& waits, absl::Duration delay) {
  return waits.delayed > 0 ? WaitText(delay) : std::string();
}

std::string FiguresTable(absl::string_view caption, const std::vector<ReportFigure>& figures,
                         const char* run) {
  PageTable table(std::string(caption), {{"Figure"},
                                         {"At home", true},
                                         {run, true},
                                         {"Saved", true},
                                         {"Share", true},
                                         {"Interval of saved", true},
                                         {"Basis"},
                                         {"Jobs", true}});
  for (const ReportFigure& figure : figures) {
    const bool is_known = figure.home.has_value() || figure.run.has_value();
    const auto amount = [&](const std::optional<double>& value) {
      return value.has_value() ? AmountText(value, figure.unit) : std::string();
    };
    table.AddRow({figure.title, amount(figure.home), RunText(figure), amount(figure.saved),
                  figure.saved_share().has_value() ? ShareText(figure.saved_share()) : "",
                  SavedIntervalText(figure.saved_low, figure.saved_high, figure.unit),
                  is_known ? FigureBasisName(figure.basis) : "not known", OfText(figure)});
  }
  std::string html = table.Html();
  // Each source and each kind of interval once.
  std::vector<std::string> sources, intervals;
  const auto add = [](std::vector<std::string>* texts, const char* text) {
    if (*text == '\0' || std::find(texts->begin(), texts->end(), text) != texts->end()) return;
    texts->emplace_back(text);
  };
  for (const ReportFigure& figure : figures) {
    add(&sources, figure.source);
    add(&intervals, figure.interval);
  }
  absl::StrAppend(&html,
                  Paragraph(absl::StrCat("Source: ", absl::StrJoin(sources, "; "), "."), "source"));
  if (!intervals.empty()) {
    absl::StrAppend(
        &html,
        Paragraph(absl::StrCat("Interval: ", absl::StrJoin(intervals, "; "), "."), "source"));
  }
  return html;
}

// One of the large figures at the top.
std::string Headline(absl::string_view title, absl::string_view value, absl::string_view below) {
  return absl::StrCat("<div><dt>", HtmlText(title), "</dt><dd><strong>", HtmlText(value),
                      "</strong> <span>", HtmlText(below), "</span></dd></div>\n");
}

std::string Summary(const Report& report) {
  const PredictedSums& sums = report.sums;
  const PairSum<GramsCo2e>& emission = sums.attributional;
  const ReportCounts& counts = report.counts;
  std::string html = "<dl class=\"headlines\">\n";
  if (report.actuals.has_value() && report.actuals->totals.attributional.decisions > 0) {
    const OutcomeTotals& totals = report.actuals->totals;
    const Estimated<GramsCo2e>& saved = totals.attributional.saved;
    absl::StrAppend(
        &html,
        Headline("CO2e saved, actual", FormatMass(saved.value),
                 absl::StrCat(SavedIntervalText(saved.low().value(), saved.high().value(), "g"),
                              "; known of ", CountText(totals.attributional.decisions), " of ",
                              CountText(totals.decisions), " jobs")));
  }
  if (emission.jobs > 0) {
    const std::string interval = IntervalText(sums);
    const ReportRuntimes& runtimes = report.runtimes;
    std::string ran;
    if (runtimes.predicted > GramsCo2e(0)) {
      ran = absl::StrCat(", of which jobs that have ended ran ",
                         ShareText(runtimes.ran / runtimes.predicted));
    }
    absl::StrAppend(&html,
                    Headline("CO2e saved", SavedText(sums),
                             absl::StrCat(SavedShareText(sums), " of at home",
                                          interval.empty() ? "" : absl::StrCat("; ", interval),
                                          "; predicted for the whole predicted time", ran)),
                    Headline("CO2e emitted", AmountText(emission.run.value(), "g"),
                             absl::StrCat("at home ", AmountText(emission.home.value(), "g"),
                                          "; location-based, predicted")));
  }
  if (sums.energy.jobs > 0) {
    absl::StrAppend(&html,
                    Headline("Energy", AmountText(sums.energy.run.value(), "kWh"),
                             absl::StrCat("at home ", AmountText(sums.energy.home.value(), "kWh"),
                                          "; predicted")));
  }
  absl::StrAppend(
      &html,
      Headline("Added wait",
               report.waits.delayed > 0 ? WaitText(report.waits.mean) : std::string("none"),
               absl::StrCat("mean of ", CountText(report.waits.delayed), " delayed jobs",
                            report.waits.delayed > 0
                                ? absl::StrCat("; longest ", WaitText(report.waits.longest))
                                : "",
                            "; predicted")),
      Headline("Harmed jobs", CountText(counts.harmed),
               absl::StrCat("of ", CountText(counts.carried_out), " placed")),
      Headline("Opted out", CountText(counts.opted_out),
               absl::StrCat("of ", CountText(counts.decisions), " decisions")),
      "</dl>\n");
  return html;
}

std::string BucketText(const Report& report, absl::Time start) {
  const char* const format = report.step == TimeStep::kHour    ? "%Y-%m-%d %H:%M"
                             : report.step == TimeStep::kMonth ? "%Y-%m"
                                                               : "%Y-%m-%d";
  return absl::FormatTime(format, start, report.time_zone);
}

std::string Timeline(const Report& report) {
  const std::string step = TimeStepName(report.step);
  PageTable table(absl::StrCat("By ", step, " of submission; predicted"),
                  {{step == "week" ? "Week from" : "From"},
                   {"Jobs", true},
                   {"Delayed", true},
                   {"At home", true},
                   {"As run", true},
                   {"Saved", true},
                   {"Share", true},
                   {"Interval", true}});
  for (const ReportBucket& bucket : report.timeline) {
    const PairSum<GramsCo2e>& emission = bucket.sums.attributional;
    table.AddRow({BucketText(report, bucket.start), CountText(bucket.jobs),
                  CountText(bucket.delayed), PairText(emission, emission.home, "g"),
                  PairText(emission, emission.run, "g"), SavedText(bucket.sums),
                  SavedShareText(bucket.sums), IntervalText(bucket.sums)});
  }
  return Chart("timeline",
               absl::StrCat("CO2e by ", step,
                            " of submission: the outline is at home, the filled bar as run. Below: "
                            "what was saved, with its interval. Location-based, predicted."),
               table.Html());
}

std::string IntensityText(GramsCo2e emission, KilowattHours energy) {
  if (energy.value() <= 0) return "";
  return AmountText(emission.value() / energy.value(), "g/kWh");
}

std::string Sites(const Report& report) {
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

// `start`: the verb.
std::string WaitsSentence(const AddedWaits& waits, const char* start) {
  std::string text = absl::StrCat(CountText(waits.delayed), " of ", CountText(waits.jobs),
                                  " placed jobs ", start, " later than at home");
  if (waits.delayed > 0) {
    absl::StrAppend(&text, ": by ", WaitText(waits.mean), " on average, ", WaitText(waits.median),
                    " at the median, ", WaitText(waits.p95), " at the 95th percentile and ",
                    WaitText(waits.longest), " at most. Together they wait ", WaitText(waits.total),
                    " longer");
  }
  absl::StrAppend(&text, ". ", CountText(waits.sooner), " ", start, " sooner.");
  return text;
}

std::string Waits(const AddedWaits& waits, const char* chart, absl::string_view caption) {
  PageTable table("Jobs by their added wait; predicted",
                  {{"Added wait"}, {"Jobs", true}, {"Share", true}});
  const std::vector<std::string> bins = WaitBinTexts();
  for (size_t i = 0; i < bins.size(); ++i) {
    table.AddRow({bins[i], CountText(waits.bins[i]),
                  waits.jobs > 0 ? ShareText(static_cast<double>(waits.bins[i]) /
                                             static_cast<double>(waits.jobs))
                                 : ""});
  }
  return absl::StrCat(Paragraph(WaitsSentence(waits, "start")),
                      Chart(chart, caption, table.Html()));
}

std::string Others(size_t total, absl::string_view what) {
  if (total <= kMaxPageRows) return "";
  return Paragraph(absl::StrCat("The page shows ", kMaxPageRows, " of ",
                                CountText(static_cast<int64_t>(total)), " ", what,
                                "; --json and --csv have all of them."));
}

std::string Groups(const Report& report, size_t total) {
  std::vector<PageColumn> columns;
  for (const std::string& field : report.group_fields) {
    std::string title = field;
    title[0] = absl::ascii_toupper(title[0]);
    columns.push_back({std::move(title)});
  }
  for (const char* title :
       {"Decisions", "Placed", "Opted out", "Harmed", "At home", "As run", "Saved", "Share",
        "Interval", "Delayed", "Mean added wait", "Longest"}) {
    columns.push_back({title, true});
  }
  if (report.actuals.has_value()) columns.push_back({"Saved, actual", true});
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
    cells.push_back(PairText(emission, emission.home, "g"));
    cells.push_back(PairText(emission, emission.run, "g"));
    cells.push_back(SavedText(group.sums));
    cells.push_back(SavedShareText(group.sums));
    cells.push_back(IntervalText(group.sums));
    cells.push_back(CountText(group.waits.delayed));
    cells.push_back(DelayText(group.waits, group.waits.mean));
    cells.push_back(DelayText(group.waits, group.waits.longest));
    if (report.actuals.has_value()) {
      const bool is_known = group.actuals.has_value() && group.actuals->attributional.decisions > 0;
      cells.push_back(is_known ? FormatMass(group.actuals->attributional.saved.value) : "");
    }
    table.AddRow(std::move(cells));
  }
  return absl::StrCat(
      Chart("groups", absl::StrCat("CO2e saved by ", by, ", with its interval. Predicted."),
            table.Html()),
      Others(total, "groups"));
}

std::string Jobs(absl::string_view caption, const std::vector<ReportJob>& jobs, bool is_worst,
                 bool with_actuals) {
  std::vector<PageColumn> columns = {
      {"Decision"},      {"Job", true},        {"Name"},          {"User"},         {"Account"},
      {"Site"},          {"Added wait", true}, {"At home", true}, {"As run", true}, {"Saved", true},
      {"Interval", true}};
  if (with_actuals) columns.push_back({"Saved, actual", true});
  if (is_worst) columns.push_back({"What is wrong"});
  PageTable table(std::string(caption), std::move(columns));
  for (const ReportJob& job : jobs) {
    std::vector<std::string> cells = {
        job.id,
        job.job_id.has_value() ? absl::StrCat(*job.job_id) : "",
        job.name,
        UserName(job.user_id),
        job.account,
        job.site == job.home_site ? job.site : absl::StrCat(job.home_site, " → ", job.site),
        job.delay.has_value() ? WaitText(*job.delay) : "",
        FormatMass(job.home),
        FormatMass(job.run),
        FormatMass(job.saved()),
        SavedIntervalText(Grams(job.saved_low), Grams(job.saved_high), "g")};
    if (with_actuals) {
      cells.push_back(job.actual_saved.has_value() ? FormatMass(*job.actual_saved) : "");
    }
    if (is_worst) cells.push_back(HarmsText(job.harms));
    table.AddRow(std::move(cells));
  }
  return table.Html();
}

std::string Harmed(const Report& report) {
  PageTable table("Harmed jobs, by what is wrong", {{"What is wrong"}, {"Jobs", true}});
  for (size_t i = 0; i < kHarms; ++i) {
    table.AddRow({HarmText(static_cast<Harm>(i)), CountText(report.harms[i])});
  }
  return absl::StrCat(
      Paragraph(absl::StrCat(CountText(report.counts.harmed), " of ",
                             CountText(report.counts.carried_out),
                             " placed jobs were harmed. One job may be in several rows.")),
      table.Html());
}

std::string BestAndWorst(const Report& report) {
  std::string html = Harmed(report);
  if (report.worst.empty() && report.best.empty()) {
    return html + Paragraph("No job was placed in this period.");
  }
  if (!report.worst.empty()) {
    absl::StrAppend(&html, Jobs("The worst: the placed jobs that save least; predicted",
                                report.worst, true, report.actuals.has_value()));
  }
  if (!report.best.empty()) {
    absl::StrAppend(&html, Jobs("The best: the placed jobs that save most; predicted", report.best,
                                false, report.actuals.has_value()));
  }
  return html;
}

std::string LeftAlone(const Report& report) {
  std::vector<std::pair<int64_t, std::string>> reasons;
  for (const auto& [reason, count] : report.left_alone) reasons.emplace_back(-count, reason);
  std::sort(reasons.begin(), reasons.end());
  PageTable table("Jobs that were left alone, by reason", {{"Why"}, {"Jobs", true}});
  int64_t others = 0;
  for (size_t i = 0; i < reasons.size(); ++i) {
    if (i < kMaxReasons) {
      table.AddRow({reasons[i].second, CountText(-reasons[i].first)});
    } else {
      others -= reasons[i].first;
    }
  }
  if (others > 0) table.AddRow({"other reasons", CountText(others)});
  const std::string text = absl::StrCat(
      CountText(report.counts.left_alone), " of ", CountText(report.counts.decisions),
      " jobs were left alone; of ", CountText(report.counts.opted_out), " the user opted out.");
  return absl::StrCat(Paragraph(text), table.empty() ? "" : table.Html());
}

std::string WhatBecame(const Report& report) {
  const ReportRuntimes& runtimes = report.runtimes;
  std::string html;
  if (runtimes.predicted > GramsCo2e(0)) {
    html = Paragraph(absl::StrCat(
        CountText(runtimes.ended), " jobs have ended. They ran for ",
        ShareText(runtimes.ran / runtimes.predicted),
        " of the predicted time, weighted by their predicted emission (source: sacct)."));
  }
  if (runtimes.unknown > 0) {
    absl::StrAppend(
        &html, Paragraph(absl::StrCat("Slurm's accounting does not know what became of ",
                                      CountText(runtimes.unknown), " of ",
                                      CountText(runtimes.known + runtimes.unknown), " jobs.")));
  }
  for (const auto& [why, count] : report.not_counted) {
    absl::StrAppend(&html, Paragraph(absl::StrCat(CountText(count), " decisions are in no sum: ",
                                                  NotCountedName(why), ".")));
  }
  return html;
}

std::string Actuals(const ReportActuals& actuals) {
  const OutcomeTotals& totals = actuals.totals;
  std::string html = FiguresTable("With the runs, the energy and the intensities that came",
                                  ActualFiguresOf(totals), "As run");
  absl::StrAppend(
      &html, Paragraph(absl::StrCat(
                 CountText(totals.measured), " of ", CountText(totals.with_energy),
                 " energies are measured, the others modelled. ", WithinIntervalText(actuals))));
  PageTable unknown("Why actual savings are not known", {{"Why"}, {"Jobs", true}});
  for (const auto& [why, count] : totals.unknown) {
    unknown.AddRow({std::string(WhyUnknownText(why)), CountText(count)});
  }
  if (!unknown.empty()) html.append(unknown.Html());
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
  if (!table.empty()) html.append(table.Html());
  if (actuals.waits.jobs > 0) {
    absl::StrAppend(&html, Paragraph(WaitsSentence(actuals.waits, "started")));
  }
  return html;
}

std::string Shadow(const ReportShadow& shadow, size_t total) {
  if (shadow.sums.jobs == 0) return Paragraph("There was no decision in shadow that counts.");
  PageTable table("By account, the largest saving first; predicted", {{"Account"},
                                                                      {"Jobs", true},
                                                                      {"At home", true},
                                                                      {"Enforced", true},
                                                                      {"Saved", true},
                                                                      {"Share", true},
                                                                      {"Interval", true},
                                                                      {"Delayed", true},
                                                                      {"Mean added wait", true},
                                                                      {"95%", true},
                                                                      {"Longest", true},
                                                                      {"Together", true}});
  for (const ReportGroup& account : shadow.accounts) {
    const PairSum<GramsCo2e>& emission = account.sums.attributional;
    table.AddRow({account.names[0], CountText(account.sums.jobs),
                  PairText(emission, emission.home, "g"), PairText(emission, emission.run, "g"),
                  SavedText(account.sums), SavedShareText(account.sums), IntervalText(account.sums),
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
      Others(total, "accounts"),
      Waits(shadow.waits, "shadow-waits",
            "Jobs in shadow by the wait that enforcing would have added. Predicted."));
}

std::string Method(const Report& report) {
  std::string html = "<ul>\n";
  for (const std::string& text : MethodTexts(report)) {
    absl::StrAppend(&html, "<li>", HtmlText(text), "</li>\n");
  }
  for (const std::string& warning : report.warnings) {
    absl::StrAppend(&html, "<li>When the log was read: ", HtmlText(warning), "</li>\n");
  }
  return html + "</ul>\n";
}

template <class T>
void CutTo(size_t size, std::vector<T>* rows) {
  if (rows->size() > size) rows->resize(size);
}

}  // namespace

std::string ReportPage(const Report& whole, const std::string& version) {
  Report report = whole;
  CutTo(kMaxPageRows, &report.groups);
  CutTo(kMaxPageRows, &report.sites);
  if (report.shadow.has_value()) CutTo(kMaxPageRows, &report.shadow->accounts);

  Sections sections;
  const bool is_empty = report.counts.decisions == 0;
  if (!is_empty) {
    sections.Add("when", "What was saved, and when", Timeline(report));
    sections.Add("figures", "All figures",
                 FiguresTable("Totals and rates", FiguresOf(report.sums), "As run"));
    if (report.actuals.has_value()) {
      sections.Add("actual", "What really came", Actuals(*report.actuals));
    }
    sections.Add("where", "Where and when jobs ran", Sites(report));
    sections.Add("waits", "What it cost in waiting",
                 Waits(report.waits, "waits", "Placed jobs by their added wait. Predicted."));
    sections.Add("cases", "The worst and the best cases", BestAndWorst(report));
    sections.Add("who", "Who", Groups(report, whole.groups.size()));
    if (report.shadow.has_value()) {
      sections.Add("shadow", "In shadow: what enforcing would have done",
                   Shadow(*report.shadow, whole.shadow->accounts.size()));
    }
    sections.Add("left-alone", "Left alone, and opted out", LeftAlone(report));
    const std::string became = WhatBecame(report);
    if (!became.empty()) sections.Add("fates", "What became of the jobs", became);
  }
  sections.Add("method", "How to read these figures", Method(report));

  const std::string script = absl::StrCat(kPageCharts, "\n", kPageScript);
  const std::string style = kPageStyle;
  const std::string data = JsonInScript(ReportJson(report).dump(
      -1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace));
  const std::string period = PeriodText(report);
  std::string filters;
  for (const std::string& filter : report.filters) {
    absl::StrAppend(&filters, Paragraph(absl::StrCat("Only ", filter, ".")));
  }
  const ReportCounts& counts = report.counts;
  const std::string intro =
      is_empty ? std::string("There is no decision in this period.")
               : absl::StrCat(
                     CountText(counts.decisions), " decisions: ", CountText(counts.carried_out),
                     " jobs placed, ", CountText(counts.in_shadow), " only in shadow, ",
                     CountText(counts.kept_home), " kept at home", ExemptText(counts), ", ",
                     CountText(counts.left_alone), " left alone; ", CountText(counts.given_back),
                     " given back, ", CountText(counts.not_counted), " not counted.");
  return absl::StrCat(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src ",
      Digest(script), "; style-src ", Digest(style),
      "; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>Carbon report, ",
      HtmlText(period), "</title>\n<style>", style, "</style>\n</head>\n<body>\n<header>\n",
      "<h1>Carbon report</h1>\n",
      Paragraph(absl::StrCat(period, " (", ZoneText(report), ")"), "period"), Paragraph(intro),
      filters, is_empty ? "" : Summary(report), sections.Links(), "</header>\n<main>\n",
      sections.Html(), "</main>\n<footer>\n",
      Paragraph(
          absl::StrCat("Made by scarbon ", version, " on ",
                       absl::FormatTime("%Y-%m-%d %H:%M:%S %Z", report.made_at, report.time_zone),
                       " from ", report.log, ".")),
      "</footer>\n<script type=\"application/json\" id=\"report\">", data, "</script>\n<script>",
      script, "</script>\n</body>\n</html>\n");
}

}  // namespace carbon
