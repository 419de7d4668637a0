// The report as tables for a terminal. Pure, except that it asks the system for the names of users.
#ifndef CLI_REPORT_FORMS_REPORT_TEXT_H_
#define CLI_REPORT_FORMS_REPORT_TEXT_H_

#include <string>

#include "cli/report/sums/report_contents.h"

namespace carbon {

std::string ReportText(const Report& report);

}  // namespace carbon

#endif  // CLI_REPORT_FORMS_REPORT_TEXT_H_
