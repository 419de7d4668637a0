// The report as CSV: one line for each figure of each group, so that a spreadsheet can filter it.
// Pure.
#ifndef CLI_REPORT_FORMS_REPORT_CSV_H_
#define CLI_REPORT_FORMS_REPORT_CSV_H_

#include <string>

#include "cli/report/sums/report_contents.h"

namespace carbon {

// RFC 4180, below a header: section (total, group, shadow or shadow-account), group, figure, unit,
// home, run, run_low, run_high, saved, saved_low, saved_high, basis, source, jobs, of. What is not
// known is empty. A text that a spreadsheet would take for a formula gets an apostrophe before it.
std::string ReportCsv(const Report& report);

}  // namespace carbon

#endif  // CLI_REPORT_FORMS_REPORT_CSV_H_
