// Zones' next hours as text: for people, as JSON and as CSV. Pure.
#ifndef CLI_FORECAST_OUTLOOK_TEXT_H_
#define CLI_FORECAST_OUTLOOK_TEXT_H_

#include <string>
#include <vector>

#include "cli/forecast/chart.h"
#include "cli/forecast/outlook.h"

namespace carbon {

// A chart, a table of the steps, and the best window where one was looked for. Without
// `with_header` the rows of the table alone.
std::string OutlookText(const ZoneOutlook& outlook, const ChartStyle& style, bool with_header);

// A table with a row a zone: now, the least and the most of the next 24 hours, and the best window.
std::string SummaryText(const std::vector<ZoneOutlook>& outlooks, absl::TimeZone zone,
                        bool with_header);

// One object, {"now": …, "zones": […]}; steps are left out of a summary. Times in UTC; intensities
// are not rounded.
std::string OutlooksJson(const std::vector<ZoneOutlook>& outlooks, absl::Time now, bool with_steps);

// A line a step of each zone; of a summary, a line a zone. Fields as in JSON.
std::string OutlooksCsv(const std::vector<ZoneOutlook>& outlooks, bool with_header);
std::string SummaryCsv(const std::vector<ZoneOutlook>& outlooks, bool with_header);

}  // namespace carbon

#endif  // CLI_FORECAST_OUTLOOK_TEXT_H_
