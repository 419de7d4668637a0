#include "cli/report/sums/report_contents.h"

#include "absl/strings/str_cat.h"

namespace carbon {

std::string ExemptText(const ReportCounts& counts) {
  if (counts.exempt == 0) return "";
  return absl::StrCat(" (", counts.exempt, " of them exempt by lot)");
}

}  // namespace carbon
