// The fields about training time, computation and energy of the Model Documentation Form in the
// EU's Code of Practice for general-purpose AI (Annex XI of the AI Act), filled in from a
// statement. Pure.
#ifndef CORE_STATEMENT_EU_FORM_H_
#define CORE_STATEMENT_EU_FORM_H_

#include <string>

#include "core/statement/statement.h"

namespace carbon {

// Returns the fields as text, each with its value below its name. The form asks for at least two
// significant figures. "N/A" is not used: a provider enters it only if the compute provider
// withholds the data, and a Slurm site is that provider. So a value that is missing is "not known",
// with the reason.
std::string EuForm(const TrainingStatement& statement);

}  // namespace carbon

#endif  // CORE_STATEMENT_EU_FORM_H_
