// The log of scarbond and scarbond-fetch: one line for each fact, to standard error, without
// secrets. If systemd's journal reads it, each line carries its level as the journal expects it.
#ifndef SCARBOND_SERVICE_LOG_H_
#define SCARBOND_SERVICE_LOG_H_

#include <string>
#include <vector>

namespace carbon {

// Sets up spdlog's default logger for the program of this name. Call it once, before there are
// threads. One thread may log. With `verbose`, debug lines are logged too.
void StartLogging(const std::string& program, bool verbose);

// Logs the lines that are not in `known` as warnings, and keeps `lines` there.
void WarnOfNew(std::vector<std::string> lines, std::vector<std::string>* known);

}  // namespace carbon

#endif  // SCARBOND_SERVICE_LOG_H_
