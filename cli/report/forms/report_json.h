// The report as JSON, for programs and for the page's charts. scarbon(1) describes its fields.
// Pure, except that it asks the system for the names of users.
#ifndef CLI_REPORT_FORMS_REPORT_JSON_H_
#define CLI_REPORT_FORMS_REPORT_JSON_H_

#include "cli/report/sums/report_contents.h"
#include "nlohmann/json.hpp"

namespace carbon {

// The version of the form. Raise it with a change that would mislead a reader of the one before.
inline constexpr int kReportVersion = 2;

// What is not known is null, never 0. Times are UTC, RFC 3339; names of fields end in their unit.
nlohmann::ordered_json ReportJson(const Report& report);

}  // namespace carbon

#endif  // CLI_REPORT_FORMS_REPORT_JSON_H_
