// A statement in the columns of codecarbon's emissions.csv, so that tools for that file read it.
// Pure.
#ifndef CORE_STATEMENT_CODECARBON_H_
#define CORE_STATEMENT_CODECARBON_H_

#include <string>

#include "core/statement/statement.h"

namespace carbon {

// Returns a header and a line for each run, as RFC 4180 quotes them. The columns are those of
// codecarbon 3.2 (its class EmissionsData), which older readers find by their names.
//
// In codecarbon's units: duration in seconds, emissions in kg, emissions_rate in kg/s,
// energy_consumed in kWh with PUE. timestamp is the end of the run in UTC. A cell is empty if its
// value is not known or has no meaning here: the energy of a run is not split into CPU, GPU and
// RAM.
std::string CodecarbonCsv(const TrainingStatement& statement);

}  // namespace carbon

#endif  // CORE_STATEMENT_CODECARBON_H_
