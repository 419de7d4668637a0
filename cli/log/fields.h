// The fields of a placement record that scarbon log can show, and its format option.
#ifndef CLI_LOG_FIELDS_H_
#define CLI_LOG_FIELDS_H_

#include <optional>
#include <string>
#include <vector>

#include "cli/text/table.h"
#include "store/placement_log.h"

namespace carbon {

struct LogField {
  const char* name;
  const char* title;
  bool right;
  std::string (*text)(const LogRecord&);
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

// The name of the job's owner, or the uid where it has none; the same of a uid itself.
std::string UserName(const LogRecord& record);
std::string UserName(std::optional<double> uid);

// "63%".
std::string PercentText(double share);

}  // namespace carbon

#endif  // CLI_LOG_FIELDS_H_
