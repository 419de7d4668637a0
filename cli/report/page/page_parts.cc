#include "cli/report/page/page_parts.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/log/fields.h"
#include "cli/report/page/page_table.h"
#include "core/base/mass_text.h"

namespace carbon {

std::string Paragraph(absl::string_view text, const char* css_class) {
  return absl::StrCat("<p", *css_class == '\0' ? "" : absl::StrCat(" class=\"", css_class, "\""),
                      ">", HtmlText(text), "</p>\n");
}

std::string Chart(const char* name, absl::string_view caption, const std::string& table) {
  return absl::StrCat("<figure data-chart=\"", name, "\"><figcaption>", HtmlText(caption),
                      "</figcaption><div class=\"chart\"></div></figure>\n<details open data-of=\"",
                      name, "\"><summary>The same as a table</summary>\n", table, "</details>\n");
}

void Sections::Add(const char* id, absl::string_view title, const std::string& html) {
  absl::StrAppend(&links_, "<li><a href=\"#", id, "\">", HtmlText(title), "</a></li>");
  absl::StrAppend(&html_, "<section id=\"", id, "\" aria-labelledby=\"", id, "-title\"><h2 id=\"",
                  id, "-title\">", HtmlText(title), "</h2>\n", html, "</section>\n");
}

std::string Sections::Links() const {
  return absl::StrCat("<nav aria-label=\"Sections\"><ul>", links_, "</ul></nav>\n");
}

std::string SavedText(const PredictedSums& sums) {
  return PairText(sums.attributional, sums.attributional.saved(), "g");
}

std::string IntervalText(const PredictedSums& sums) {
  if (!sums.saved.has_value()) return "";
  return SavedIntervalText(sums.saved->low.value(), sums.saved->high.value(), "g");
}

std::string DelayText(const AddedWaits& waits, absl::Duration delay) {
  return waits.delayed > 0 ? WaitText(delay) : std::string();
}

std::string IntensityText(GramsCo2e emission, KilowattHours energy) {
  if (energy.value() <= 0) return "";
  return AmountText(emission.value() / energy.value(), "g/kWh");
}

std::string FiguresTable(absl::string_view caption, const std::vector<ReportFigure>& figures,
                         const char* run) {
  PageTable table(std::string(caption), {{"Figure"},
                                         {"At home", true},
                                         {run, true},
                                         {"Saved", true},
                                         {"Interval of saved", true},
                                         {"Share (90%)", true},
                                         {"Basis"},
                                         {"Jobs", true}});
  for (const ReportFigure& figure : figures) {
    const bool is_known = figure.home.has_value() || figure.run.has_value();
    const auto amount = [&](const std::optional<double>& value) {
      return value.has_value() ? AmountText(value, figure.unit) : std::string();
    };
    table.AddRow({figure.title, amount(figure.home), RunText(figure), amount(figure.saved),
                  SavedIntervalText(figure.saved_low, figure.saved_high, figure.unit),
                  SavedShareText(figure), is_known ? FigureBasisName(figure.basis) : "not known",
                  OfText(figure)});
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

std::string JobsTable(absl::string_view caption, const std::vector<ReportJob>& jobs, bool is_worst,
                      bool by_actual) {
  std::vector<PageColumn> columns = {
      {"Decision"}, {"Job", true}, {"Name"}, {"User"}, {"Account"}, {"Site"}, {"Added wait", true}};
  if (by_actual) {
    columns.insert(columns.end(), {{"Saved, predicted", true},
                                   {"Saved, actual", true},
                                   {"Interval, actual", true},
                                   {"Energy"}});
  } else {
    columns.insert(columns.end(),
                   {{"At home", true}, {"As run", true}, {"Saved", true}, {"Interval", true}});
  }
  if (is_worst) columns.push_back({"What is wrong"});
  PageTable table(std::string(caption), std::move(columns));
  const auto mass = [](GramsCo2e grams) {
    return std::isfinite(grams.value()) ? FormatMass(grams) : std::string();
  };
  const auto grams = [](const std::optional<GramsCo2e>& of) {
    return of.has_value() ? std::optional(of->value()) : std::nullopt;
  };
  for (const ReportJob& job : jobs) {
    std::vector<std::string> cells = {
        job.id,
        job.job_id.has_value() ? absl::StrCat(*job.job_id) : "",
        job.name,
        UserName(job.user_id),
        job.account,
        job.site == job.home_site ? job.site : absl::StrCat(job.home_site, " → ", job.site),
        job.delay.has_value() ? WaitText(*job.delay) : ""};
    if (by_actual) {
      const ReportJob::Actual actual = job.actual.value_or(ReportJob::Actual());
      cells.push_back(mass(job.saved()));
      cells.push_back(FormatMass(actual.saved));
      cells.push_back(SavedIntervalText(actual.saved_low.value(), actual.saved_high.value(), "g"));
      cells.emplace_back(actual.is_measured ? "measured" : "modelled");
    } else {
      cells.push_back(mass(job.home));
      cells.push_back(mass(job.run));
      cells.push_back(mass(job.saved()));
      cells.push_back(SavedIntervalText(grams(job.saved_low), grams(job.saved_high), "g"));
    }
    if (is_worst) cells.push_back(HarmsText(job.harms));
    table.AddRow(std::move(cells));
  }
  return table.Html();
}

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

std::string WaitsPart(const AddedWaits& waits, const char* chart, absl::string_view caption) {
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

std::string OthersPart(size_t total, absl::string_view what) {
  if (total <= kMaxPageRows) return "";
  return Paragraph(absl::StrCat("The page shows ", kMaxPageRows, " of ",
                                CountText(static_cast<int64_t>(total)), " ", what,
                                "; --json and --csv have all of them."));
}

}  // namespace carbon
