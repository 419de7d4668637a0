// The sums of decisions: the lines below scarbon log's table.
#ifndef CLI_LOG_TOTALS_H_
#define CLI_LOG_TOTALS_H_

#include <string>
#include <vector>

#include "cli/log/fields.h"
#include "cli/log/logged_decision.h"
#include "cli/text/table.h"

namespace carbon {

// Returns how many decisions there are, their prediction compared with home (in each figure, with
// its sign), what does not count and why, and what is unknown. The result has one line or more.
// Pure.
//
// A restored job counts as at home: it runs where it would have run. A decision does not count if
// its job never was in the queue, never ran, was moved or started early by a later change of the
// job, or ran longer than its user stated: nobody predicted what the job emitted.
std::string LogTotal(const std::vector<LoggedDecision>& decisions);

// Returns a table of the sums by group: decisions that have the same texts in all of `fields`, the
// group with the largest saving first. A group whose decisions do not count has no sums.
Table GroupTable(const std::vector<const LogField*>& fields,
                 const std::vector<LoggedDecision>& decisions);

}  // namespace carbon

#endif  // CLI_LOG_TOTALS_H_
