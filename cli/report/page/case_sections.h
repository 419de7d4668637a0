// The sections of the page about single jobs: harmed, worst and best, left alone, and what became
// of them. HTML as text. Pure, except that it asks the system for the names of users.
#ifndef CLI_REPORT_PAGE_CASE_SECTIONS_H_
#define CLI_REPORT_PAGE_CASE_SECTIONS_H_

#include <string>

#include "cli/report/sums/report_contents.h"

namespace carbon {

std::string CasesSection(const Report& report);
std::string LeftAloneSection(const Report& report);
// Empty: there is nothing to say.
std::string FatesSection(const Report& report);

}  // namespace carbon

#endif  // CLI_REPORT_PAGE_CASE_SECTIONS_H_
