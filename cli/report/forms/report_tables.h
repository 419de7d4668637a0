// The tables of the report for a terminal. Pure, except that they ask the system for the names of
// users.
#ifndef CLI_REPORT_FORMS_REPORT_TABLES_H_
#define CLI_REPORT_FORMS_REPORT_TABLES_H_

#include <string>
#include <vector>

#include "cli/report/sums/job_listing.h"
#include "cli/report/sums/report_contents.h"
#include "cli/report/sums/report_figures.h"

namespace carbon {

// `run`: the title of what was run.
std::string FiguresTable(const std::vector<ReportFigure>& figures, const char* run);
std::string GroupsTable(const Report& report);
std::string SitesTable(const Report& report);
std::string JobsTable(const std::vector<ReportJob>& jobs, bool is_worst, bool with_actuals);
std::string LeftAloneTable(const Report& report);
std::string ShadowAccountsTable(const ReportShadow& shadow);

}  // namespace carbon

#endif  // CLI_REPORT_FORMS_REPORT_TABLES_H_
