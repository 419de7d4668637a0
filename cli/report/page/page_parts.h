// The parts of which the page of a report is made: HTML as text. Pure.
#ifndef CLI_REPORT_PAGE_PAGE_PARTS_H_
#define CLI_REPORT_PAGE_PAGE_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/report/forms/figure_text.h"
#include "cli/report/sums/added_waits.h"
#include "cli/report/sums/job_listing.h"
#include "cli/report/sums/predicted_sums.h"
#include "cli/report/sums/report_figures.h"
#include "core/base/quantities.h"

namespace carbon {

// The page shows this many groups, sites and accounts at most, and says how many others there are.
inline constexpr size_t kMaxPageRows = 50;

std::string Paragraph(absl::string_view text, const char* css_class = "");

// A chart that the script draws. Without script only its table is there.
std::string Chart(const char* name, absl::string_view caption, const std::string& table);

// The sections of the page, and the list of them.
class Sections {
 public:
  void Add(const char* id, absl::string_view title, const std::string& html);
  std::string Links() const;
  const std::string& Html() const { return html_; }

 private:
  std::string links_, html_;
};

// A cell of a figure; empty: it is not known.
template <class Value>
std::string PairText(const PairSum<Value>& sum, const Value& value, const char* unit) {
  return sum.jobs > 0 ? AmountText(value.value(), unit) : std::string();
}
std::string SavedText(const PredictedSums& sums);
std::string IntervalText(const PredictedSums& sums);
std::string DelayText(const AddedWaits& waits, absl::Duration delay);
std::string IntensityText(GramsCo2e emission, KilowattHours energy);

// Figures, with the sources and the kinds of interval below them. `run`: the title of what was run.
std::string FiguresTable(absl::string_view caption, const std::vector<ReportFigure>& figures,
                         const char* run);
// `is_worst`: with what is wrong. `by_actual`: with the actual savings, which must be known.
std::string JobsTable(absl::string_view caption, const std::vector<ReportJob>& jobs, bool is_worst,
                      bool by_actual);
// `start`: the verb.
std::string WaitsSentence(const AddedWaits& waits, const char* start);
std::string WaitsPart(const AddedWaits& waits, const char* chart, absl::string_view caption);
// That the page shows a part of `total` rows; empty: it shows all. `what`: "groups".
std::string OthersPart(size_t total, absl::string_view what);

}  // namespace carbon

#endif  // CLI_REPORT_PAGE_PAGE_PARTS_H_
