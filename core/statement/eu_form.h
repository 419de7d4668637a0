// The parts "Computational resources (during training)" and "Energy consumption (during training
// and inference)" of the Model Documentation Form, filled in from a statement. The form belongs to
// the Transparency chapter of the EU's Code of Practice for general-purpose AI (10 July 2025), and
// covers Annex XI, section 1, 2(d) and 2(e) of the AI Act. Pure.
#ifndef CORE_STATEMENT_EU_FORM_H_
#define CORE_STATEMENT_EU_FORM_H_

#include <string>

#include "core/statement/statement.h"

namespace carbon {

// Returns the fields as text, in the form's order and words, each with its value below its name:
//   - the training time as one of four ranges, for national competent authorities, and for the AI
//     Office as the period with its wall clock days and hardware days (at least one significant
//     figure)
//   - the computation as its order of magnitude, for the former, and to two significant figures,
//     for the latter; how it was measured or estimated
//   - the energy in MWh to at least two significant figures; how it was measured or estimated, of
//     which the form recommends 100 words
//   - the computation used for inference, and how it was measured, which a statement about a
//     training does not know
//
// A month has 30.4375 days. "N/A" is not used: a provider enters it only if a compute provider
// withholds the data, and a Slurm site is that provider. So a value that is missing is "not known",
// with the reason. The energy of some runs is never given as that of the training.
std::string EuForm(const TrainingStatement& statement);

}  // namespace carbon

#endif  // CORE_STATEMENT_EU_FORM_H_
