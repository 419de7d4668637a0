// The options of commands that choose decisions of the placement log.
#ifndef CLI_LOG_FILTER_OPTIONS_H_
#define CLI_LOG_FILTER_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/log/decision_filter.h"

namespace CLI {
class App;
}

namespace carbon {

struct FilterOptions {
  std::string start, end;
  std::vector<std::string> users, accounts, partitions, sites, policies;
};

// Adds -S, -E, -u, -A, -p, --site and --policy. `options` must outlive the command.
void AddFilterOptions(CLI::App* command, FilterOptions* options);

// Returns InvalidArgument if a time cannot be parsed. Reads the clock.
absl::StatusOr<DecisionFilter> FilterOf(const FilterOptions& options);

}  // namespace carbon

#endif  // CLI_LOG_FILTER_OPTIONS_H_
