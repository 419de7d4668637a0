// The report as one HTML page that needs no network: tables that are readable without script and by
// screen readers, and charts that a script adds to them. Pure, except that it asks the system for
// the names of users.
//
// Whatever users have named (jobs, accounts, users, comments) is text in the page, never markup or
// script. The page's Content-Security-Policy allows only the style and the script that are compiled
// in, by their digests, and no request.
#ifndef CLI_REPORT_PAGE_REPORT_PAGE_H_
#define CLI_REPORT_PAGE_REPORT_PAGE_H_

#include <string>

#include "cli/report/sums/report_contents.h"

namespace carbon {

// `version` is that of scarbon.
std::string ReportPage(const Report& report, const std::string& version);

}  // namespace carbon

#endif  // CLI_REPORT_PAGE_REPORT_PAGE_H_
