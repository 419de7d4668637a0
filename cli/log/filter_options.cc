#include "cli/log/filter_options.h"

#include <utility>

#include "CLI/CLI.hpp"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/text/slurm_time.h"

namespace carbon {

void AddFilterOptions(CLI::App* command, FilterOptions* options) {
  command->add_option(
      "-S,--starttime", options->start,
      "Decisions at or after this time: YYYY-MM-DD[THH:MM[:SS]], now-2hours, today, …");
  command->add_option("-E,--endtime", options->end, "Decisions at or before this time");
  const auto add_list = [command](const char* name, std::vector<std::string>* list,
                                  const char* help) {
    command->add_option(name, *list, help)
        ->type_name("NAME,...")
        ->delimiter(',')
        ->allow_extra_args(false);
  };
  add_list("-u,--user", &options->users, "Only of these users, by name or uid");
  add_list("-A,--account", &options->accounts, "Only of these accounts");
  add_list("-p,--partition", &options->partitions, "Only asked for or moved to these partitions");
  add_list("--site", &options->sites, "Only from or to these sites");
  add_list("--policy", &options->policies, "Only under these policies");
}

absl::StatusOr<DecisionFilter> FilterOf(const FilterOptions& options) {
  DecisionFilter filter;
  const absl::Time now = absl::Now();
  for (const auto& [text, bound] :
       {std::pair(&options.start, &filter.start), std::pair(&options.end, &filter.end)}) {
    if (text->empty()) continue;
    absl::StatusOr<absl::Time> time = ParseSlurmTime(*text, now, absl::LocalTimeZone());
    if (!time.ok()) return time.status();
    *bound = *time;
  }
  for (const auto& [names, admitted] : {std::pair(&options.users, &filter.users),
                                        {&options.accounts, &filter.accounts},
                                        {&options.partitions, &filter.partitions},
                                        {&options.sites, &filter.sites},
                                        {&options.policies, &filter.policies}}) {
    admitted->insert(names->begin(), names->end());
  }
  return filter;
}

}  // namespace carbon
