// Sums decisions up into a report. A decision is added once and not kept, so that a million of them
// take little memory: eight bytes each, for the waits. Pure, except that it asks the system for the
// names of users.
#ifndef CLI_REPORT_SUMS_REPORT_BUILDER_H_
#define CLI_REPORT_SUMS_REPORT_BUILDER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/log/fields.h"
#include "cli/log/logged_decision.h"
#include "cli/report/sums/report_contents.h"
#include "core/config/placement_config.h"
#include "core/outcome/outcome.h"

namespace carbon {

struct ReportQuestion {
  std::vector<const LogField*> group_by;
  size_t listed_jobs = 10;  // at most as many best and worst ones
  bool with_shadow = false;
  bool with_outcomes = false;
  // Says how far watts and PUE may be off. It must outlive the builder. nullptr: carbon.json could
  // not be read.
  const PlacementConfig* config = nullptr;
};

class ReportBuilder {
 public:
  // `head` has what the report says of itself: the first fields of Report, up to group_fields.
  ReportBuilder(ReportQuestion question, Report head);
  ~ReportBuilder();

  // The columns of the index that it needs.
  std::set<std::string> Columns() const;
  // `outcome`: what came of the decision; nullptr if that was not asked for.
  void Add(const LoggedDecision& decision, const JobOutcome* outcome = nullptr);
  // Call it once, last.
  Report Finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace carbon

#endif  // CLI_REPORT_SUMS_REPORT_BUILDER_H_
