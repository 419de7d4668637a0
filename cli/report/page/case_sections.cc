#include "cli/report/page/case_sections.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/report/forms/figure_text.h"
#include "cli/report/page/page_parts.h"
#include "cli/report/page/page_table.h"
#include "cli/report/sums/harm.h"

namespace carbon {
namespace {

constexpr size_t kMaxReasons = 20;

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

}  // namespace

std::string CasesSection(const Report& report) {
  std::string html = Harmed(report);
  if (report.worst.empty() && report.best.empty()) {
    return html + Paragraph("No job was placed in this period.");
  }
  if (!report.worst.empty()) {
    absl::StrAppend(&html, JobsTable("The worst: the placed jobs that save least; predicted",
                                     report.worst, true, false));
  }
  if (!report.best.empty()) {
    absl::StrAppend(&html, JobsTable("The best: the placed jobs that save most; predicted",
                                     report.best, false, false));
  }
  return html;
}

std::string LeftAloneSection(const Report& report) {
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

std::string FatesSection(const Report& report) {
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

}  // namespace carbon
