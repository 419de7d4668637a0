// Draws a chart of a zone's next hours for a terminal: a line for the expected values and the band
// around it, without colour. Pure, except StyleOfOutput.
#ifndef CLI_FORECAST_CHART_H_
#define CLI_FORECAST_CHART_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/forecast/outlook.h"

namespace carbon {

struct ChartStyle {
  int width = 80;       // columns, at least 40
  bool is_utf8 = true;  // otherwise ASCII alone
  absl::TimeZone zone;  // of the times below it
};

// Returns lines, each with its newline and none wider than the style says; an empty text for no
// steps. Each step is as many columns wide as fit, or several steps share one column with their
// mean. All steps except the first and the last must be equally long.
std::string BandChart(const std::vector<OutlookStep>& steps, const ChartStyle& style);

// Returns what standard output can show: by its terminal, otherwise by COLUMNS (default 80), and by
// the locale.
ChartStyle StyleOfOutput();

}  // namespace carbon

#endif  // CLI_FORECAST_CHART_H_
