// A statement in the columns of codecarbon's emissions.csv, so that tools for that file read it.
// Pure.
#ifndef CORE_STATEMENT_CODECARBON_H_
#define CORE_STATEMENT_CODECARBON_H_

#include <string>

#include "core/statement/statement.h"

namespace carbon {

// Returns a header and a line for each run, as RFC 4180 quotes them. The columns and their order
// are those that codecarbon 3.3.0 (August 2026) writes: the fields of its class EmissionsData in
// codecarbon/output_methods/emissions_data.py, which are the same since 3.2.1.
//
// In codecarbon's units: duration in seconds, emissions in kg, emissions_rate in kg/s,
// energy_consumed in kWh with PUE. timestamp has codecarbon's form without a zone. It is the end of
// the run in UTC, where codecarbon writes the local time.
//
// As in codecarbon's own files, which pandas writes, a cell is empty if its value is not known or
// has no meaning here: the energy of a run is not split into CPU, GPU and RAM. pandas reads it as
// NaN. Three columns are never empty, because readers such as codecarbon's carbonboard fail without
// them: project_name is "scarbon" if the training has no name, where codecarbon writes its own
// name, run_id is the job, and on_cloud is "N", which codecarbon writes if it knows of no cloud. If
// codecarbon cannot find the country, it writes Canada. Here it stays empty.
std::string CodecarbonCsv(const TrainingStatement& statement);

}  // namespace carbon

#endif  // CORE_STATEMENT_CODECARBON_H_
