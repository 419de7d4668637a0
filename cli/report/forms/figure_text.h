// The figures of a report as texts for people, which all of its forms share. Pure. Of what is not
// known they are "not known".
#ifndef CLI_REPORT_FORMS_FIGURE_TEXT_H_
#define CLI_REPORT_FORMS_FIGURE_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/report/sums/harm.h"
#include "cli/report/sums/report_contents.h"
#include "cli/report/sums/report_figures.h"

namespace carbon {

// "0.123", "429", "1,234"
std::string NumberText(double number);
// "14.2 kg", "1,234.5 kWh", "429 g/kWh".
std::string AmountText(const std::optional<double>& amount, const char* unit);
// "57%"
std::string ShareText(const std::optional<double>& share);
// A part of a time: "57%"; empty: there is no time.
std::string PartText(absl::Duration part, absl::Duration whole);
// "12.1 to 16.0 kg"; empty: there is no interval.
std::string SavedIntervalText(const std::optional<double>& low, const std::optional<double>& high,
                              const char* unit);
// The share that is saved, with its interval: "57% (52 to 61%)"; empty: it is not known.
std::string SavedShareText(const ReportFigure& figure);
std::string SavedShareText(const PredictedSums& sums);
// What the figure is as run, with its interval: "14.2 kg (12.1 to 16.0 kg)"; empty: not known.
std::string RunText(const ReportFigure& figure);
// "12 of 15", or "12" if these are all.
std::string OfText(const ReportFigure& figure);
// 12345 -> "12,345"
std::string CountText(int64_t count);
// "7:00 h", "2 d 3:00 h"
std::string WaitText(absl::Duration wait);
// The start of a bucket of the timeline: "2026-11", "2026-11-24", "2026-11-24 07:00".
std::string BucketText(const Report& report, absl::Time start);
// "2026-11-24 to 2026-11-30": the days that were asked for, otherwise those of the decisions.
std::string PeriodText(const Report& report);
// "Europe/Berlin", or "CET" if the zone has no name.
std::string ZoneText(const Report& report);
// "below 1 h": the bins of AddedWaits.
std::vector<std::string> WaitBinTexts();
// Of jobs: "waited, then given back; started later …".
std::string HarmsText(const std::vector<Harm>& harms);

}  // namespace carbon

#endif  // CLI_REPORT_FORMS_FIGURE_TEXT_H_
