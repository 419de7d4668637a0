// The section of the page with what really came, beside what was predicted. HTML as text. Pure,
// except that it asks the system for the names of users.
#ifndef CLI_REPORT_PAGE_ACTUAL_SECTION_H_
#define CLI_REPORT_PAGE_ACTUAL_SECTION_H_

#include <string>

#include "cli/report/sums/report_contents.h"

namespace carbon {

// The report must have actual values.
std::string ActualSection(const Report& report);

}  // namespace carbon

#endif  // CLI_REPORT_PAGE_ACTUAL_SECTION_H_
