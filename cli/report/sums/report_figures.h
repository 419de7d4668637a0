// The figures of a report, as every form of it shows them: each with its unit, basis, source,
// interval, and of how many jobs it is. Pure.
#ifndef CLI_REPORT_SUMS_REPORT_FIGURES_H_
#define CLI_REPORT_SUMS_REPORT_FIGURES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "cli/report/sums/predicted_sums.h"
#include "core/outcome/outcome_totals.h"

namespace carbon {

// How a figure is known.
enum class FigureBasis { kPredicted, kActual, kMeasured };
const char* FigureBasisName(FigureBasis basis);

// Its numbers are in `unit`. Absent: not known, or it does not apply.
struct ReportFigure {
  const char* name = "";   // "co2e_location"
  const char* title = "";  // "CO2e, location-based"
  const char* unit = "";   // "kWh", "g", "g/kWh", "g/job", "g/device-hour"
  std::optional<double> home, run, saved;
  std::optional<double> saved_low, saved_high;  // of the saving
  std::optional<double> share_low, share_high;  // of the saving's share of `home`
  std::optional<double> run_low, run_high;      // of the figure as run
  FigureBasis basis = FigureBasis::kPredicted;
  const char* source = "";
  const char* interval = "";  // what the intervals are; empty: there is none
  int64_t jobs = 0, of = 0;

  std::optional<double> saved_share() const {
    if (!saved.has_value() || !home.has_value() || *home <= 0) return std::nullopt;
    return *saved / *home;
  }
};

// Totals, then rates.
std::vector<ReportFigure> FiguresOf(const PredictedSums& sums);
// The same with actual values, as far as they are known.
std::vector<ReportFigure> ActualFiguresOf(const OutcomeTotals& totals);

}  // namespace carbon

#endif  // CLI_REPORT_SUMS_REPORT_FIGURES_H_
