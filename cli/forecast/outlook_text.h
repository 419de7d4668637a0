// Formats zones' next hours as text: for people, as JSON and as CSV. Pure.
#ifndef CLI_FORECAST_OUTLOOK_TEXT_H_
#define CLI_FORECAST_OUTLOOK_TEXT_H_

#include <string>
#include <vector>

#include "cli/forecast/chart.h"
#include "cli/forecast/outlook.h"

namespace carbon {

// Returns a chart, a table of the steps, and the best window if one was asked for. Without
// `with_header` only the rows of the table.
std::string OutlookText(const ZoneOutlook& outlook, const ChartStyle& style, bool with_header);

// Returns a table with one row for each zone: now, the minimum and the maximum of the next 24
// hours, and the best window.
std::string SummaryText(const std::vector<ZoneOutlook>& outlooks, absl::TimeZone zone,
                        bool with_header);

// Returns one object, {"now": …, "zones": […]}; a summary has no steps. Times are in UTC;
// intensities are not rounded.
std::string OutlooksJson(const std::vector<ZoneOutlook>& outlooks, absl::Time now, bool with_steps);

// Return one line for each step of each zone; in a summary one line for each zone. Fields as in
// JSON.
std::string OutlooksCsv(const std::vector<ZoneOutlook>& outlooks, bool with_header);
std::string SummaryCsv(const std::vector<ZoneOutlook>& outlooks, bool with_header);

}  // namespace carbon

#endif  // CLI_FORECAST_OUTLOOK_TEXT_H_
