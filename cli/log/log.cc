// scarbon log: the placement log as a table. Here are its filters and its options.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/log/fields.h"
#include "cli/log/job_fates.h"
#include "cli/log/totals.h"
#include "cli/text/slurm_time.h"
#include "cli/text/table.h"
#include "core/config/config.h"
#include "core/record/record.h"
#include "settings/load_config.h"
#include "store/file.h"
#include "store/placement_log.h"

namespace carbon {
namespace {

struct Options {
  std::string file;
  std::string config = CARBON_CONFIG_FILE;
  std::string start, end;
  std::vector<std::string> users, accounts, partitions, sites, policies;
  std::string format = kDefaultLogFormat;
  bool all = false, json = false, no_header = false, parsable = false, help_format = false;
};

class Filter {
 public:
  // InvalidArgument where a time is none.
  static absl::StatusOr<Filter> Create(const Options& options) {
    Filter filter;
    const absl::Time now = absl::Now();
    for (const auto& [text, bound] :
         {std::pair(&options.start, &filter.start_), std::pair(&options.end, &filter.end_)}) {
      if (text->empty()) continue;
      absl::StatusOr<absl::Time> time = ParseSlurmTime(*text, now, absl::LocalTimeZone());
      if (!time.ok()) return time.status();
      *bound = *time;
    }
    filter.users_ = Set(options.users);
    filter.accounts_ = Set(options.accounts);
    filter.partitions_ = Set(options.partitions);
    filter.sites_ = Set(options.sites);
    filter.policies_ = Set(options.policies);
    return filter;
  }

  bool Admits(const LogRecord& record) const {
    const std::optional<absl::Time> time = record.Time({"time"});
    if (!time.has_value() || *time < start_ || *time > end_) return false;
    const std::optional<double> uid = record.Number({"job", "user_id"});
    std::vector<std::string> partitions = record.Texts({"job", "partitions"});
    partitions.push_back(record.Text({"home", "partition"}));
    partitions.push_back(record.Text({"chosen", "partition"}));
    return AnyIn(users_, {UserName(record), absl::StrCat(uid.value_or(-1))}) &&
           AnyIn(accounts_, {record.Text({"job", "account"})}) && AnyIn(partitions_, partitions) &&
           AnyIn(sites_, {record.Text({"home", "site"}), record.Text({"chosen", "site"})}) &&
           AnyIn(policies_, {record.Text({"policy"})});
  }

 private:
  using Names = std::set<std::string>;
  static Names Set(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }
  // An empty filter admits everything.
  static bool AnyIn(const Names& names, const std::vector<std::string>& values) {
    return names.empty() || std::any_of(values.begin(), values.end(),
                                        [&](const std::string& v) { return names.contains(v); });
  }

  absl::Time start_ = absl::InfinitePast();
  absl::Time end_ = absl::InfiniteFuture();
  Names users_, accounts_, partitions_, sites_, policies_;
};

// Decisions that were not recorded because their user filled the log.
class Withheld {
 public:
  void Add(const LogRecord& record) {
    const std::optional<absl::Time> first = record.Time({"first"});
    const std::optional<absl::Time> last = record.Time({"last"});
    const std::optional<double> count = record.Number({"count"});
    if (!first || !last || !count || !(*count >= 1) || *count > 1e15) return;
    const std::optional<double> uid = record.Number({"user_id"});
    Sum& sum = by_user_[uid ? UserName(*uid) : std::string()];
    sum.count += static_cast<int64_t>(*count);
    sum.first = std::min(sum.first, *first);
    sum.last = std::max(sum.last, *last);
  }
  // A line for each user.
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const auto& [user, sum] : by_user_) {
      lines.push_back(
          absl::StrCat(sum.count, sum.count == 1 ? " decision of " : " decisions of ",
                       user.empty() ? "other users" : absl::StrCat("user ", user),
                       " not recorded from ", FormatSlurmTime(sum.first, absl::LocalTimeZone()),
                       " to ", FormatSlurmTime(sum.last, absl::LocalTimeZone()),
                       ": above a user's share of the log; those jobs passed unchanged"));
    }
    return lines;
  }

 private:
  struct Sum {
    int64_t count = 0;
    absl::Time first = absl::InfiniteFuture();
    absl::Time last = absl::InfinitePast();
  };
  std::map<std::string, Sum> by_user_;
};

void Complain(const std::string& line) { std::cerr << "scarbon: " << Printable(line) << "\n"; }

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
  const absl::StatusOr<Filter> filter = Filter::Create(options);
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
    paths = WithRotated(path, &skipped);
    for (const std::string& file : skipped) Complain(file + ": is compressed and left out");
  }
  std::vector<LogRecord> records;
  std::map<std::string, LogRecord> returns;  // by decision
  std::map<std::string, int64_t> job_ids;    // the same
  std::set<std::string> not_queued;          // decisions whose jobs the queue never showed
  Withheld withheld;
  SequencesByBoot sequences;
  for (const std::string& file : paths) {
    const absl::Status status = ReadPlacementLog(
        file, &sequences,
        [&](LogRecord record) {
          const std::string type = record.Text({"type"});
          if (const auto job_id = record.Number({"job_id"}); job_id && type != "decision") {
            job_ids.emplace(record.Text({"decision"}), static_cast<int64_t>(*job_id));
          }
          if (type == "booking" && record.Text({"fate"}) == "expired") {
            not_queued.insert(record.Text({"decision"}));
          }
          if (type == "withheld") withheld.Add(record);
          if (type == "return") {
            if (!record.Has({"error"})) returns.emplace(record.Text({"decision"}), record);
          } else if (type == "decision" && filter->Admits(record)) {
            records.push_back(std::move(record));
          }
        },
        Complain);
    if (!status.ok()) {
      Complain(absl::StrCat(status.message(),
                            absl::IsPermissionDenied(status)
                                ? ": root and SlurmUser may read what was decided of all jobs; of "
                                  "yours, scontrol show job ID has it in AdminComment"
                                : ""));
      return 1;
    }
    for (const std::string& fact : OtherWriters(file)) {
      // A copy may be anybody's.
      if (absl::StartsWith(fact, "anybody")) Complain(absl::StrCat(file, ": ", fact));
    }
  }

  for (const std::string& line : withheld.Lines()) Complain(line);

  for (LogRecord& record : records) {
    const auto given_back = returns.find(record.Text({"id"}));
    if (given_back != returns.end()) record.AddReturn(given_back->second);
    const auto job_id = job_ids.find(record.Text({"id"}));
    if (job_id != job_ids.end()) record.AddJobId(job_id->second);
    if (not_queued.contains(record.Text({"id"}))) record.AddNotQueued();
  }
  AddFates(AskWhatBecameOfJobs(JobsToAskFor(records), Complain), &records);

  if (options.json) {
    std::cout << "[";
    for (size_t i = 0; i < records.size(); ++i) {
      std::cout << (i == 0 ? "\n" : ",\n") << records[i].json().dump(-1, ' ', true);
    }
    std::cout << (records.empty() ? "]\n" : "\n]\n");
    return 0;
  }
  std::vector<TableColumn> columns;
  for (const LogColumn& field : *fields) columns.push_back(field.column);
  Table table(std::move(columns));
  for (const LogRecord& record : records) {
    std::vector<std::string> cells;
    for (const LogColumn& field : *fields) cells.push_back(field.field->text(record));
    table.AddRow(std::move(cells));
  }
  std::cout << table.Format(options.parsable ? Table::Style::kParsable : Table::Style::kAligned,
                            !options.no_header);
  if (!options.parsable && !options.no_header) std::cout << LogTotal(records) << "\n";
  return 0;
}

}  // namespace

void AddLog(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* log = app.add_subcommand("log", "Show what was decided, job by job");
  log->add_option("--file", options->file,
                  "Placement log to read; default: the one in carbon.json");
  log->add_option("--config", options->config, "Configuration")->capture_default_str();
  log->add_flag("--all", options->all, "Read rotated logs beside it too");
  log->add_option("-S,--starttime", options->start,
                  "Decisions at or after this time: YYYY-MM-DD[THH:MM[:SS]], now-2hours, today, …");
  log->add_option("-E,--endtime", options->end, "Decisions at or before this time");
  const auto add_list = [log](const char* name, std::vector<std::string>* list, const char* help) {
    log->add_option(name, *list, help)
        ->type_name("NAME,...")
        ->delimiter(',')
        ->allow_extra_args(false);
  };
  add_list("-u,--user", &options->users, "Of these users, by name or uid");
  add_list("-A,--account", &options->accounts, "Of these accounts");
  add_list("-p,--partition", &options->partitions, "Asked for or moved to these partitions");
  add_list("--site", &options->sites, "From or to these sites");
  add_list("--policy", &options->policies, "Under these policies");
  log->add_option("-o,--format", options->format, "Fields, each with an optional %width")
      ->type_name("FIELD[%WIDTH],...");
  log->add_flag("-e,--helpformat", options->help_format, "List the fields");
  log->add_flag("-n,--noheader", options->no_header, "Neither header nor total");
  log->add_flag("-P,--parsable2", options->parsable, "'|' between the fields, none at the end");
  log->add_flag("--json", options->json, "The records themselves, as an array");
  log->callback([options, exit_code] { *exit_code = Run(*options); });
}

}  // namespace carbon
