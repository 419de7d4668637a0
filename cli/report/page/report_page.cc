#include "cli/report/page/report_page.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/report/forms/figure_text.h"
#include "cli/report/forms/report_json.h"
#include "cli/report/forms/report_sentences.h"
#include "cli/report/page/actual_section.h"
#include "cli/report/page/case_sections.h"
#include "cli/report/page/page_parts.h"
#include "cli/report/page/page_table.h"
#include "cli/report/page/predicted_sections.h"
#include "cli/report/sums/report_figures.h"
#include "core/base/mass_text.h"
#include "core/outcome/estimated.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

extern const char kPageStyle[], kPageScript[], kPageCharts[];

namespace {

std::string Digest(absl::string_view text) {
  return absl::StrCat("'sha256-", absl::Base64Escape(absl::HexStringToBytes(Sha256Hex(text))), "'");
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
    // The location-based one.
    const std::string share = SavedShareText(ActualFiguresOf(totals)[1]);
    absl::StrAppend(
        &html,
        Headline("CO2e saved, actual", FormatMass(saved.value),
                 absl::StrCat(share, share.empty() ? "" : " of at home; ",
                              SavedIntervalText(saved.low().value(), saved.high().value(), "g"),
                              "; known of ", CountText(totals.attributional.decisions), " of ",
                              CountText(totals.decisions), " jobs")));
  }
  if (emission.jobs > 0) {
    const std::string interval = IntervalText(sums), share = SavedShareText(sums);
    const ReportRuntimes& runtimes = report.runtimes;
    std::string ran;
    if (runtimes.predicted > GramsCo2e(0)) {
      ran = absl::StrCat(", of which jobs that have ended ran ",
                         ShareText(runtimes.ran / runtimes.predicted));
    }
    absl::StrAppend(&html,
                    Headline("CO2e saved", SavedText(sums),
                             absl::StrCat(share, share.empty() ? "" : " of at home; ", interval,
                                          interval.empty() ? "" : "; ",
                                          "predicted for the whole predicted time", ran)),
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
    sections.Add("when", "What was saved, and when", TimelineSection(report));
    sections.Add("figures", "All figures",
                 FiguresTable("Totals and rates", FiguresOf(report.sums), "As run"));
    if (report.actuals.has_value()) {
      sections.Add("actual", "What really came", ActualSection(report));
    }
    sections.Add("where", "Where and when jobs ran", SitesSection(report));
    sections.Add("waits", "What it cost in waiting",
                 WaitsPart(report.waits, "waits", "Placed jobs by their added wait. Predicted."));
    sections.Add("cases", "The worst and the best cases", CasesSection(report));
    sections.Add("who", "Who", GroupsSection(report, whole.groups.size()));
    if (report.shadow.has_value()) {
      sections.Add("shadow", "In shadow: what enforcing would have done",
                   ShadowSection(*report.shadow, whole.shadow->accounts.size()));
    }
    sections.Add("left-alone", "Left alone, and opted out", LeftAloneSection(report));
    const std::string became = FatesSection(report);
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
