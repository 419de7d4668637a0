// The fields of a decision that scarbon log can show, and its format option.
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
};

struct LogColumn {
  const LogField* field;
  TableColumn column;
};

inline constexpr char kDefaultLogFormat[] =
    "id,jobid,time,user,job,move,start,co2e,home,saved,interval,consequential,outcome,reason";

// "job%20,co2e": a name, and after '%' a width as sacct has it: negative aligns left, positive
// right. Absent, with why in `error`, where a name is not known or a width is none.
std::optional<std::vector<LogColumn>> ParseLogFormat(const std::string& format, std::string* error);

// The names of all fields, four in a line.
std::string ListLogFields();

// The name of a user, or the uid where it has none; empty of kNoUser.
std::string UserName(uint32_t uid);

// "63%".
std::string PercentText(double share);

}  // namespace carbon

#endif  // CLI_LOG_FIELDS_H_
