// scarbon log: shows the placement log as a table. This file has its options and its output.
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/commands.h"
#include "cli/log/decision_filter.h"
#include "cli/log/fields.h"
#include "cli/log/job_fates.h"
#include "cli/log/log_contents.h"
#include "cli/log/logged_decision.h"
#include "cli/log/totals.h"
#include "cli/text/slurm_time.h"
#include "cli/text/table.h"
#include "core/config/config.h"
#include "settings/load_config.h"
#include "store/rotated_logs.h"

namespace carbon {
namespace {

struct Options {
  std::string file;
  std::string config = CARBON_CONFIG_FILE;
  std::string start, end;
  std::vector<std::string> users, accounts, partitions, sites, policies;
  std::string format = kDefaultLogFormat;
  std::string sort, group_by;
  bool all = false, json = false, no_header = false, parsable = false, help_format = false;
};

// Returns InvalidArgument if a time cannot be parsed.
absl::StatusOr<DecisionFilter> FilterOf(const Options& options) {
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

void Complain(const std::string& line) { std::cerr << "scarbon: " << Printable(line) << "\n"; }

void PrintJson(const std::vector<LoggedDecision>& decisions) {
  std::cout << "[";
  for (size_t i = 0; i < decisions.size(); ++i) {
    std::cout << (i == 0 ? "\n" : ",\n") << JsonOf(decisions[i]);
  }
  std::cout << (decisions.empty() ? "]\n" : "\n]\n");
}

void PrintGroups(const Options& options, const std::vector<const LogField*>& groups,
                 const std::vector<LoggedDecision>& decisions) {
  std::cout << GroupTable(groups, decisions)
                   .Format(options.parsable ? Table::Style::kParsable : Table::Style::kAligned,
                           !options.no_header);
  if (!options.parsable && !options.no_header) std::cout << LogTotal(decisions) << "\n";
}

void PrintTable(const Options& options, const std::vector<LogColumn>& fields,
                const std::vector<LoggedDecision>& decisions) {
  std::vector<TableColumn> columns;
  for (const LogColumn& field : fields) columns.push_back(field.column);
  Table table(std::move(columns));
  for (const LoggedDecision& decision : decisions) {
    std::vector<std::string> cells;
    for (const LogColumn& field : fields) cells.push_back(field.field->text(decision));
    table.AddRow(std::move(cells));
  }
  std::cout << table.Format(options.parsable ? Table::Style::kParsable : Table::Style::kAligned,
                            !options.no_header);
  if (!options.parsable && !options.no_header) std::cout << LogTotal(decisions) << "\n";
}

int Run(const Options& options) {
  if (options.help_format) {
    std::cout << ListLogFields();
    return 0;
  }
  std::string error;
  const auto fields = ParseLogFormat(options.format, &error);
  if (!fields.has_value()) {
    Complain(error);
    return 2;
  }
  std::optional<std::vector<LogOrder>> order = std::vector<LogOrder>();
  if (!options.sort.empty()) order = ParseLogOrder(options.sort, &error);
  std::optional<std::vector<const LogField*>> groups = std::vector<const LogField*>();
  if (order.has_value() && !options.group_by.empty()) {
    groups = ParseLogGroups(options.group_by, &error);
  }
  if (!order.has_value() || !groups.has_value()) {
    Complain(absl::StrCat(order.has_value() ? "--group-by: " : "--sort: ", error));
    return 2;
  }
  const absl::StatusOr<DecisionFilter> filter = FilterOf(options);
  if (!filter.ok()) {
    Complain(std::string(filter.status().message()));
    return 2;
  }
  std::string path = options.file;
  if (path.empty()) {
    std::vector<std::string> errors, warnings;
    const std::optional<Config> config = LoadConfig(options.config, &errors, &warnings);
    for (const std::string& line : errors) Complain(line);
    if (!config.has_value()) return 1;
    path = config->daemon.paths.log;
  }

  std::vector<std::string> paths = {path};
  if (options.all) {
    std::vector<std::string> skipped;
    paths = WithRotated(path, CompressedLogs::kIncluded, &skipped);
    for (const std::string& file : skipped)
      Complain(file +
               ": was not read: it is compressed in another way than gzip, zstd, xz and bzip2, or "
               "its uncompressed file is there too");
  }
  absl::StatusOr<LogContents> contents = ReadLogs(paths, *filter, options.json, Complain);
  if (!contents.ok()) {
    Complain(absl::StrCat(contents.status().message(),
                          absl::IsPermissionDenied(contents.status())
                              ? ": only root and SlurmUser may read the decisions about all jobs; "
                                "for your own job see AdminComment in scontrol show job ID"
                              : ""));
    return 1;
  }
  for (const std::string& line : contents->withheld) Complain(line);
  std::vector<LoggedDecision>& decisions = contents->decisions;
  AddFates(AskWhatBecameOfJobs(JobsToAskFor(decisions), Complain), &decisions);
  SortDecisions(*order, &decisions);
  if (options.json) {
    PrintJson(decisions);
  } else if (!groups->empty()) {
    PrintGroups(options, *groups, decisions);
  } else {
    PrintTable(options, *fields, decisions);
  }
  return 0;
}

}  // namespace

void AddLog(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* log = app.add_subcommand("log", "Show what was decided, job by job");
  log->add_option("--file", options->file,
                  "Placement log to read; default: the one in carbon.json");
  log->add_option("--config", options->config, "Configuration")->capture_default_str();
  log->add_flag("--all", options->all, "Also read the rotated logs next to it");
  log->add_option("-S,--starttime", options->start,
                  "Decisions at or after this time: YYYY-MM-DD[THH:MM[:SS]], now-2hours, today, …");
  log->add_option("-E,--endtime", options->end, "Decisions at or before this time");
  const auto add_list = [log](const char* name, std::vector<std::string>* list, const char* help) {
    log->add_option(name, *list, help)
        ->type_name("NAME,...")
        ->delimiter(',')
        ->allow_extra_args(false);
  };
  add_list("-u,--user", &options->users, "Only of these users, by name or uid");
  add_list("-A,--account", &options->accounts, "Only of these accounts");
  add_list("-p,--partition", &options->partitions, "Only asked for or moved to these partitions");
  add_list("--site", &options->sites, "Only from or to these sites");
  add_list("--policy", &options->policies, "Only under these policies");
  log->add_option("-o,--format", options->format, "Fields, each with an optional %width")
      ->type_name("FIELD[%WIDTH],...");
  CLI::Option* const sort =
      log->add_option("--sort", options->sort,
                      "Order by these fields, each with a - before it for falling order")
          ->type_name("[-]FIELD,...");
  CLI::Option* const group_by =
      log->add_option("-g,--group-by", options->group_by,
                      "Show sums instead of decisions: one line for each value of these fields")
          ->type_name("FIELD,...")
          ->excludes(sort);
  log->add_flag("-e,--helpformat", options->help_format, "List the fields");
  log->add_flag("-n,--noheader", options->no_header, "Print neither header nor total");
  log->add_flag("-P,--parsable2", options->parsable,
                "Print '|' between the fields, none at the end");
  log->add_flag("--json", options->json, "Print the records as a JSON array")->excludes(group_by);
  AddLogVerify(*log, exit_code);
  log->callback([log, options, exit_code] {
    if (log->get_subcommands().empty()) *exit_code = Run(*options);
  });
}

}  // namespace carbon
