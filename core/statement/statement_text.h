// A statement for people. Pure.
#ifndef CORE_STATEMENT_STATEMENT_TEXT_H_
#define CORE_STATEMENT_STATEMENT_TEXT_H_

#include <string>

#include "core/statement/statement.h"

namespace carbon {

// Returns lines of at most about 100 columns: the run, its energy, its emission, the scores, what
// was avoided, the runs that are not covered, what is not known, where it comes from, and the
// methodology. Names from users and carbon.json are printed as they are.
std::string StatementText(const TrainingStatement& statement);

}  // namespace carbon

#endif  // CORE_STATEMENT_STATEMENT_TEXT_H_
