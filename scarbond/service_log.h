// The log of scarbond and scarbond-fetch: one line for each fact, to standard error, without
// secrets. If systemd's journal reads it, each line carries its level as the journal expects it.
#ifndef SCARBOND_SERVICE_LOG_H_
#define SCARBOND_SERVICE_LOG_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace carbon {

// Sets up spdlog's default logger for the program of this name. Call it once, before there are
// threads. One thread may log. With `verbose`, debug lines are logged too.
void StartLogging(const std::string& program, bool verbose);

// Logs the lines that are not in `known` as warnings, and keeps `lines` there.
void WarnOfNew(std::vector<std::string> lines, std::vector<std::string>* known);

// Logs how it ended to load the configuration at `path` again. `applied` is absent if the file is
// wrong, whose errors are logged already. Returns why the configuration before it stays in force;
// empty if the new one is in force.
std::string LogReload(const std::string& path, const std::optional<absl::Status>& applied);

}  // namespace carbon

#endif  // SCARBOND_SERVICE_LOG_H_
