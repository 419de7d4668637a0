// A decision and why it was made, as text for people. Pure, but for the names of users and the
// local time zone, which the system knows.
#ifndef CLI_EXPLAIN_EXPLANATION_H_
#define CLI_EXPLAIN_EXPLANATION_H_

#include <string>
#include <vector>

#include "cli/explain/repetition.h"
#include "cli/explain/search.h"
#include "store/recorded_snapshot.h"

namespace carbon {

// Lines of a name and a fact each, and a table with each place that was weighed. `parts` says where
// the snapshot's parts were found; without parts the text does not say it.
std::string ExplanationText(const FoundDecision& found, const Repetition& repetition,
                            const std::vector<RecordedSnapshot::Part>& parts);

}  // namespace carbon

#endif  // CLI_EXPLAIN_EXPLANATION_H_
