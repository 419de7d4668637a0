// Explains a decision as text for people. Pure, except that it asks the system for the names of
// users and the local time zone.
#ifndef CLI_EXPLAIN_EXPLANATION_H_
#define CLI_EXPLAIN_EXPLANATION_H_

#include <string>
#include <vector>

#include "cli/explain/repetition.h"
#include "cli/explain/search.h"
#include "store/recorded_snapshot.h"

namespace carbon {

// Returns lines of a name and a fact each, and a table of the candidates. `parts` says where the
// snapshot's parts were found; if it is empty, the text does not say it.
std::string ExplanationText(const FoundDecision& found, const Repetition& repetition,
                            const std::vector<RecordedSnapshot::Part>& parts);

}  // namespace carbon

#endif  // CLI_EXPLAIN_EXPLANATION_H_
