// The fields of a decision that scarbon log can show, and its --format option.
#ifndef CLI_LOG_FIELDS_H_
#define CLI_LOG_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/log/logged_decision.h"
#include "cli/text/table.h"

namespace carbon {

struct LogField {
  const char* name;
  const char* title;
  bool right;
  std::string (*text)(const LoggedDecision&);
  // What the field is sorted by, in units of its own; absent: unknown. nullptr: it is sorted by its
  // text.
  std::optional<double> (*number)(const LoggedDecision&) = nullptr;
  // Of a field that makes groups: the columns of the index from which its text is made, separated
  // by commas (decision_columns.cc).
  const char* columns = nullptr;
};

struct LogColumn {
  const LogField* field;
  TableColumn column;
};

inline constexpr char kDefaultLogFormat[] =
    "id,jobid,time,user,job,move,start,co2e,home,saved,interval,consequential,outcome,reason";

// Parses "job%20,co2e": names, each with an optional width after '%' as in sacct. A negative width
// aligns left, a positive one right. If a name is unknown or a width is wrong, returns nullopt and
// sets `error`.
std::optional<std::vector<LogColumn>> ParseLogFormat(const std::string& format, std::string* error);

// A field by which decisions are sorted.
struct LogOrder {
  const LogField* field;
  bool falls = false;
};

// Parses "site,-savedco2e": names, each with a '-' before it for falling order. If a name is
// unknown, returns nullopt and sets `error`.
std::optional<std::vector<LogOrder>> ParseLogOrder(const std::string& order, std::string* error);

// Sorts by the first field, decisions that are equal in it by the second, and so on; others stay in
// order. What is unknown comes last in both directions.
void SortDecisions(const std::vector<LogOrder>& order, std::vector<LoggedDecision>* decisions);

// Parses "account,site": names of fields whose values are few. If a name is not one of them,
// returns nullopt and sets `error`.
std::optional<std::vector<const LogField*>> ParseLogGroups(const std::string& fields,
                                                           std::string* error);

// Whether only decisions with an outcome have the field (cli/log/outcome_fields.h).
bool IsOfOutcome(const LogField& field);

// Returns the names of all fields, in columns; those of outcomes come last.
std::string ListLogFields();

// Returns the name of a user, or the uid if the user has no name. Empty for kNoUser.
std::string UserName(uint32_t uid);

// Returns a share as "63%".
std::string PercentText(double share);

}  // namespace carbon

#endif  // CLI_LOG_FIELDS_H_
