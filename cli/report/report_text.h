// The report as tables for a terminal, and its figures as texts for people. Pure, except that it
// asks the system for the names of users.
#ifndef CLI_REPORT_REPORT_TEXT_H_
#define CLI_REPORT_REPORT_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/report/report_contents.h"

namespace carbon {

std::string ReportText(const Report& report);

// The texts of figures, which the page uses too. Of what is not known they are "not known".

// "14.2 kg", "1,234.5 kWh", "429 g/kWh".
std::string AmountText(const std::optional<double>& amount, const char* unit);
// "57%"
std::string ShareText(const std::optional<double>& share);
// "12.1 to 16.0 kg"; empty: there is no interval.
std::string SavedIntervalText(const std::optional<double>& low, const std::optional<double>& high,
                              const char* unit);
// What the figure is as run, with its interval: "14.2 kg (12.1 to 16.0 kg)"; empty: not known.
std::string RunText(const ReportFigure& figure);
// "12 of 15", or "12" if these are all.
std::string OfText(const ReportFigure& figure);
// 12345 -> "12,345"
std::string CountText(int64_t count);
// "7:00 h", "2 d 3:00 h"
std::string WaitText(absl::Duration wait);
// "2026-11-24 to 2026-11-30": the days that were asked for, otherwise those of the decisions.
std::string PeriodText(const Report& report);
// "Europe/Berlin", or "CET" if the zone has no name.
std::string ZoneText(const Report& report);
// "below 1 h": the bins of AddedWaits.
std::vector<std::string> WaitBinTexts();
// Of jobs: "waited, then given back; started later …".
std::string HarmsText(const std::vector<Harm>& harms);
// "17 of 20 placed jobs …": whether the intervals that were predicted are right.
std::string WithinIntervalText(const ReportActuals& actuals);
// How the figures are to be read: sentences.
std::vector<std::string> MethodTexts(const Report& report);

}  // namespace carbon

#endif  // CLI_REPORT_REPORT_TEXT_H_
