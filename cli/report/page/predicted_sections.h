// The sections of the page with what was predicted: when, where, by whom, and in shadow. HTML as
// text. Pure.
#ifndef CLI_REPORT_PAGE_PREDICTED_SECTIONS_H_
#define CLI_REPORT_PAGE_PREDICTED_SECTIONS_H_

#include <cstddef>
#include <string>

#include "cli/report/sums/report_contents.h"

namespace carbon {

std::string TimelineSection(const Report& report);
std::string SitesSection(const Report& report);
// `total`: how many groups and accounts there are; the report has those that are shown.
std::string GroupsSection(const Report& report, size_t total);
std::string ShadowSection(const ReportShadow& shadow, size_t total);

}  // namespace carbon

#endif  // CLI_REPORT_PAGE_PREDICTED_SECTIONS_H_
