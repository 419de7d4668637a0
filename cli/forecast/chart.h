// A chart of a zone's next hours for a terminal: a line for what is expected and the band around
// it, without colour. Pure; what the terminal can show is an argument.
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

// Lines, each with its newline and none wider than the style says; nothing for no steps. Each step
// is as many columns wide as fit, or several share one with their mean. All steps but the first and
// the last are equally long.
std::string BandChart(const std::vector<OutlookStep>& steps, const ChartStyle& style);

// What standard output can show, by its terminal, else by COLUMNS (default 80), and by the locale.
ChartStyle StyleOfOutput();

}  // namespace carbon

#endif  // CLI_FORECAST_CHART_H_
