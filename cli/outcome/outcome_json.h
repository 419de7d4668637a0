// An outcome as a JSON object, which docs/placement-log.md describes. Pure.
#ifndef CLI_OUTCOME_OUTCOME_JSON_H_
#define CLI_OUTCOME_OUTCOME_JSON_H_

#include <string>

#include "core/outcome/outcome.h"

namespace carbon {

// One line of ASCII. A figure that is not known is null, and "unknown" has its reason.
std::string OutcomeJson(const JobOutcome& outcome);

}  // namespace carbon

#endif  // CLI_OUTCOME_OUTCOME_JSON_H_
