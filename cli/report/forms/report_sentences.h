// Sentences about a report that its forms for people share: how figures are to be read, and what is
// missing. Pure.
#ifndef CLI_REPORT_FORMS_REPORT_SENTENCES_H_
#define CLI_REPORT_FORMS_REPORT_SENTENCES_H_

#include <string>
#include <vector>

#include "cli/report/sums/added_waits.h"
#include "cli/report/sums/report_actuals.h"
#include "cli/report/sums/report_contents.h"

namespace carbon {

// "17 of 20 placed jobs …": whether the intervals that were predicted are right.
std::string WithinIntervalText(const ReportActuals& actuals);
// "2 records have no time …"; empty: there are none.
std::string UndatedText(const ReportCounts& counts);
// "measured by ipmi", "modelled: h100-sxm", and the quality of the watts: "measured".
std::string EnergySourceText(const EnergySource& source);
std::string EnergyQualityText(const EnergySource& source);
// "3 of 4 jobs start later …", with a newline. `basis`: "predicted".
std::string WaitsLine(const AddedWaits& waits, const char* basis);
// How the figures are to be read.
std::vector<std::string> MethodTexts(const Report& report);

}  // namespace carbon

#endif  // CLI_REPORT_FORMS_REPORT_SENTENCES_H_
