// The methodology of a statement in about a hundred words, made from what was really used. The EU's
// form recommends that length. Pure.
#ifndef CORE_STATEMENT_METHODOLOGY_H_
#define CORE_STATEMENT_METHODOLOGY_H_

#include <string>

#include "core/statement/statement.h"

namespace carbon {

// Returns one paragraph: how the runs were counted, how their energy is known (measured or
// modelled), which PUE and which intensities it was multiplied by (forecast or actual), what the
// interval covers, and how much is not covered.
std::string Methodology(const TrainingStatement& statement);

// The same about the energy alone.
std::string EnergyMethodology(const TrainingStatement& statement);

}  // namespace carbon

#endif  // CORE_STATEMENT_METHODOLOGY_H_
