// A statement as JSON: one object with every field of it. A figure that is not known is null, and
// "unknown" names it with the reason. scarbon(1) has the fields. For programs. Pure.
#ifndef CORE_STATEMENT_STATEMENT_JSON_H_
#define CORE_STATEMENT_STATEMENT_JSON_H_

#include <string>

#include "core/statement/statement.h"

namespace carbon {

// Raised if a reader of the version before would misread a field. New fields do not raise it.
// Version 1 had one number for a coverage, which added hours of devices, cores and nodes.
inline constexpr int kStatementVersion = 2;

// Returns the object and a newline. ASCII only. Energy is in kWh, masses in grams, times are UTC.
std::string StatementJson(const TrainingStatement& statement);

// Returns its member "sci" alone, with the methodology: the scores per FLOP, per training token and
// per parameter.
std::string SciJson(const TrainingStatement& statement);

}  // namespace carbon

#endif  // CORE_STATEMENT_STATEMENT_JSON_H_
