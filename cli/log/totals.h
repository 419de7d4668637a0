// What decisions come to together: the lines below scarbon log's table.
#ifndef CLI_LOG_TOTALS_H_
#define CLI_LOG_TOTALS_H_

#include <string>
#include <vector>

#include "cli/log/logged_decision.h"

namespace carbon {

// How many decisions there are, what was predicted of them against home, in each figure and with
// its sign, what does not count and why, and what is not known. One line or more. Pure.
//
// A job that was given back counts as at home: it runs where it would have. What never was in the
// queue, never ran, was moved or started early by a later change of the job, or ran for longer than
// its user stated, does not count: nobody predicted what it emitted.
std::string LogTotal(const std::vector<LoggedDecision>& decisions);

}  // namespace carbon

#endif  // CLI_LOG_TOTALS_H_
