// scarbon log: shows the placement log as a table. This file has its options and its output.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/commands.h"
#include "cli/log/decision_filter.h"
#include "cli/log/decision_index.h"
#include "cli/log/decision_reader.h"
#include "cli/log/effect_report.h"
#include "cli/log/fields.h"
#include "cli/log/filter_options.h"
#include "cli/log/logged_decision.h"
#include "cli/log/outcome_fields.h"
#include "cli/log/totals.h"
#include "cli/outcome/job_outcomes.h"
#include "cli/remote/cluster_copy.h"
#include "cli/text/table.h"
#include "core/config/config.h"
#include "core/outcome/outcome.h"
#include "core/outcome/outcome_totals.h"
#include "core/record/decision_summary.h"
#include "core/record/log_entry.h"
#include "core/record/record_reader.h"
#include "settings/load_config.h"
#include "store/file.h"
#include "store/log_file.h"
#include "store/log_follower.h"
#include "store/rotated_logs.h"

namespace carbon {
namespace {

struct Options {
  std::string file;
  std::string config = CARBON_CONFIG_FILE;
  ServerOption server;
  FilterOptions filter;
  std::string format;  // empty: the default
  std::string sort, group_by;
  std::string archive, grid;
  bool outcome = false;
  bool all = false, json = false, no_header = false, parsable = false, help_format = false,
       no_index = false, follow = false, effect = false;
};

void Complain(const std::string& line) { std::cerr << "scarbon: " << Printable(line) << "\n"; }

// What the command prints of decisions, which are added in order.
class LogOutput {
 public:
  LogOutput(const Options& options, const std::vector<LogColumn>& columns,
            const std::vector<LogOrder>& order, const std::vector<const LogField*>& groups)
      : options_(options),
        columns_(columns),
        order_(order),
        group_fields_(groups),
        has_groups_(!groups.empty()),
        groups_(groups),
        outcome_groups_(groups) {}

  // The columns of the index that it shows.
  std::set<std::string> Columns() const {
    if (!has_groups_ && !options_.effect) return {};
    std::set<std::string> columns = ColumnsForSums(group_fields_);
    if (options_.effect) columns.merge(EffectReport::Columns());
    return columns;
  }

  void Add(LoggedDecision decision) {
    totals_.Add(decision);
    if (has_groups_) {
      groups_.Add(decision);
    } else {
      decisions_.push_back(std::move(decision));
    }
  }

  // Adds a decision, and what became of it.
  void Add(LoggedDecision decision, const JobOutcome& outcome) {
    if (options_.effect) return effect_.Add(decision, outcome);
    outcome_totals_.Add(outcome);
    if (has_groups_) {
      outcome_groups_.Add(decision, outcome);
    } else {
      decision.came = std::make_shared<const ShownOutcome>(ShownOf(outcome, options_.json));
    }
    Add(std::move(decision));
  }

  void Print() {
    if (options_.effect) return PrintEffect();
    SortDecisions(order_, &decisions_);
    if (options_.json) return PrintJson();
    if (!has_groups_) {
      table_ = DecisionTable();
    } else {
      table_ = options_.outcome ? outcome_groups_.ToTable() : groups_.ToTable();
    }
    std::cout << table_.Format(Style(), !options_.no_header);
    // Below a table that grows, the sum would be of a part.
    if (!options_.parsable && !options_.no_header && !options_.follow) {
      std::cout << totals_.Text() << "\n";
      if (options_.outcome) std::cout << OutcomeText(outcome_totals_) << "\n";
    }
    std::cout << std::flush;
  }

  // Prints one decision more, unless it was printed with the table.
  void PrintBelow(const LoggedDecision& decision) {
    const auto is_same = [&](const LoggedDecision& other) {
      return other.summary.id.boot == decision.summary.id.boot &&
             other.summary.id.sequence == decision.summary.id.sequence;
    };
    if (std::any_of(decisions_.begin(), decisions_.end(), is_same)) return;
    std::cout << table_.FormatLine(Style(), CellsOf(decision)) << std::flush;
  }

 private:
  Table::Style Style() const {
    return options_.parsable ? Table::Style::kParsable : Table::Style::kAligned;
  }

  std::vector<std::string> CellsOf(const LoggedDecision& decision) const {
    std::vector<std::string> cells;
    for (const LogColumn& column : columns_) cells.push_back(column.field->text(decision));
    return cells;
  }

  void PrintEffect() const {
    if (options_.json) {
      std::cout << effect_.Json() << std::flush;
      return;
    }
    std::cout << effect_.ToTable().Format(Style(), !options_.no_header);
    if (!options_.parsable && !options_.no_header) std::cout << effect_.Text();
    std::cout << std::flush;
  }

  void PrintJson() const {
    std::cout << "[";
    for (size_t i = 0; i < decisions_.size(); ++i) {
      std::cout << (i == 0 ? "\n" : ",\n") << JsonOf(decisions_[i]);
    }
    std::cout << (decisions_.empty() ? "]\n" : "\n]\n");
  }

  Table DecisionTable() const {
    std::vector<TableColumn> titles;
    for (const LogColumn& column : columns_) titles.push_back(column.column);
    Table table(std::move(titles));
    for (const LoggedDecision& decision : decisions_) table.AddRow(CellsOf(decision));
    return table;
  }

  const Options& options_;
  const std::vector<LogColumn>& columns_;
  const std::vector<LogOrder>& order_;
  const std::vector<const LogField*>& group_fields_;
  const bool has_groups_;
  std::vector<LoggedDecision> decisions_;
  LogGroups groups_;
  LogTotals totals_;
  EffectReport effect_;
  OutcomeGroups outcome_groups_;
  OutcomeTotals outcome_totals_;
  Table table_{{}};  // as it was printed
};

// Prints decisions as they are written to the log, from the position on, until standard output is
// closed or the program is interrupted. The queue shows a job only after its decision was written,
// so it has no number yet.
int Follow(const std::string& log, std::optional<LogPosition> position,
           const DecisionFilter& filter, LogOutput* output) {
  constexpr int64_t kAtOnce = 8 << 20;
  constexpr absl::Duration kPause = absl::Milliseconds(500);
  LogFollower follower(log, position);
  while (std::cout) {
    const absl::StatusOr<bool> has_more =
        follower.Follow(kAtOnce, absl::Now(), [&](absl::string_view line) {
          const absl::StatusOr<LogEntry> entry = ReadLogLine(line);
          if (!entry.ok()) return absl::OkStatus();  // a log is read in spite of such lines
          const auto* const record = std::get_if<PlacementRecord>(&*entry);
          if (record == nullptr) return absl::OkStatus();
          LoggedDecision decision;
          decision.summary = SummaryOf(*record);
          if (filter.Admits(decision.summary)) output->PrintBelow(decision);
          return absl::OkStatus();
        });
    if (!has_more.ok()) {
      Complain(std::string(has_more.status().message()));
      return 1;
    }
    if (!*has_more) absl::SleepFor(kPause);
  }
  return 0;
}

// Compressed files do not grow, and a pipe has no end. That a file cannot be read is said
// elsewhere.
bool CanBeFollowed(const std::string& log) {
  std::error_code error;
  if (!std::filesystem::exists(log, error)) return true;
  if (!std::filesystem::is_regular_file(log, error)) return false;
  const absl::StatusOr<LogFile> file = LogFile::Open(log);
  return !file.ok() || !file->is_compressed();
}

// The fields that are shown or sorted by.
std::vector<const LogField*> FieldsOf(const std::vector<LogColumn>& columns,
                                      const std::vector<LogOrder>& order) {
  std::vector<const LogField*> fields;
  for (const LogColumn& column : columns) fields.push_back(column.field);
  for (const LogOrder& one : order) fields.push_back(one.field);
  return fields;
}

int Run(Options options) {
  if (options.help_format) {
    std::cout << ListLogFields();
    return 0;
  }
  std::string error;
  const std::string default_format = options.outcome ? kOutcomeLogFormat : kDefaultLogFormat;
  const auto fields =
      ParseLogFormat(options.format.empty() ? default_format : options.format, &error);
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
  for (const LogField* field : FieldsOf(*fields, *order)) {
    if (options.outcome || !IsOfOutcome(*field)) continue;
    Complain(absl::StrCat("field \"", field->name, "\": is known only with --outcome"));
    return 2;
  }
  const bool with_outcomes = options.outcome || options.effect;
  for (const auto& [name, value] :
       {std::pair("--archive", options.archive), {"--grid", options.grid}}) {
    if (value.empty() || with_outcomes) continue;
    Complain(absl::StrCat(name, ": has a meaning only with --outcome or --effect"));
    return 2;
  }
  absl::StatusOr<DecisionFilter> filter = FilterOf(options.filter);
  if (!filter.ok()) {
    Complain(std::string(filter.status().message()));
    return 2;
  }
  filter->drawn_only = options.effect;
  if (options.follow && !options.server.server.empty()) {
    Complain("--follow: follows a log of this machine only");
    return 2;
  }
  const absl::StatusOr<std::unique_ptr<ClusterCopy>> copy =
      ClusterCopy::FetchIfRemote(options.server, options.config, !options.file.empty(),
                                 {.snapshot = with_outcomes,
                                  .records = true,
                                  .rotated = options.all,
                                  .start = filter->start,
                                  .end = filter->end},
                                 Complain);
  if (!copy.ok()) {
    Complain(std::string(copy.status().message()));
    return 1;
  }
  if (*copy != nullptr && options.follow) {
    Complain("--follow: follows a log of this machine only");
    return 2;
  }
  if (*copy != nullptr) (*copy)->SetPaths(&options.config, &options.file);
  LogFiles files = {.log = options.file, .all = options.all};
  std::optional<Config> config;
  if (files.log.empty() || with_outcomes) {
    std::vector<std::string> errors, warnings;
    config = LoadConfig(options.config, &errors, &warnings);
    for (const std::string& line : errors) Complain(line);
    if (!config.has_value()) return 1;
    if (files.log.empty()) files.log = config->daemon.paths.log;
  }
  // logrotate works where the file is.
  std::error_code error_code;
  const std::filesystem::path real = std::filesystem::canonical(files.log, error_code);
  if (!error_code && options.follow) files.log = real.string();
  std::vector<std::string> skipped;
  files.rotated = WithRotated(files.log, CompressedLogs::kIncluded, &skipped);
  for (const std::string& line : skipped) {
    if (options.all) Complain(line);
  }
  if (options.follow && !CanBeFollowed(files.log)) {
    Complain(absl::StrCat(files.log, ": cannot be followed: it is not a log that is written to"));
    return 2;
  }
  const std::optional<LogPosition> end =
      options.follow ? LogFollower::EndOf(files.log) : std::nullopt;
  // --json prints the records' own lines, which the index does not have. To make an index, all
  // files are read: only --all asks for that.
  const bool wants_lines = options.json && !options.effect;
  files.use_index = options.file.empty() && !wants_lines && !options.no_index &&
                    (options.all || DecisionIndex::Exists(files.log));
  files.keep_lines = wants_lines;
  if (with_outcomes) {
    files.outcomes = {&*config, SourcesFor(*config, options.archive, options.grid)};
  }
  std::optional<LogOutput> output;
  const DecisionReader reader = {.begin =
                                     [&] {
                                       output.emplace(options, *fields, *order, *groups);
                                       return output->Columns();
                                     },
                                 .add =
                                     [&](LoggedDecision decision, const JobOutcome* outcome) {
                                       if (outcome != nullptr) {
                                         output->Add(std::move(decision), *outcome);
                                       } else {
                                         output->Add(std::move(decision));
                                       }
                                     },
                                 .complain = Complain};
  const absl::Status read = ReadDecisions(files, *filter, reader);
  if (!read.ok()) {
    Complain(absl::StrCat(read.message(),
                          absl::IsPermissionDenied(read)
                              ? ": only root and SlurmUser may read the decisions about all jobs; "
                                "for your own job see AdminComment in scontrol show job ID"
                              : ""));
    return 1;
  }
  output->Print();
  return options.follow ? Follow(files.log, end, *filter, &*output) : 0;
}

}  // namespace

void AddLog(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* log = app.add_subcommand("log", "Show what was decided, job by job");
  CLI::Option* const file = log->add_option(
      "--file", options->file, "Placement log to read; default: the one in carbon.json");
  AddServerOption(log, &options->server)->excludes(file);
  log->add_option("--config", options->config, "Configuration")->capture_default_str();
  log->add_flag("--all", options->all, "Also read the rotated logs next to it");
  log->add_flag("--no-index", options->no_index,
                "Read the files themselves, not the index of the log");
  AddFilterOptions(log, &options->filter);
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
  log->add_flag("-f,--follow", options->follow,
                "Then show decisions as they are made, until interrupted")
      ->excludes(sort)
      ->excludes(group_by);
  log->add_flag(
         "--effect", options->effect,
         "Show what the policies' plans changed: jobs that were placed beside jobs that were "
         "exempt by lot")
      ->excludes(sort)
      ->excludes(group_by)
      ->excludes("--follow")
      ->excludes("--format")
      ->excludes("--partition")
      ->excludes("--site");
  CLI::Option* const outcome = log->add_flag("--outcome", options->outcome,
                                             "Set what really came beside the prediction: starts, "
                                             "runtimes, energy, intensities, emission")
                                   ->excludes("--effect");
  log->add_option("--archive", options->archive,
                  "With --outcome or --effect, the archive with the actual intensities; default: "
                  "scarbond's");
  log->add_option("--grid", options->grid,
                  "With --outcome or --effect, a folder with the actual intensities, ZONE.csv "
                  "each");
  log->add_flag("-e,--helpformat", options->help_format, "List the fields");
  log->add_flag("-n,--noheader", options->no_header, "Print neither header nor total");
  log->add_flag("-P,--parsable2", options->parsable,
                "Print '|' between the fields, none at the end");
  log->add_flag("--json", options->json, "Print the records as a JSON array")
      ->excludes(group_by)
      ->excludes("--follow");
  outcome->excludes("--follow");
  AddLogVerify(*log, exit_code);
  log->callback([log, options, exit_code] {
    if (log->get_subcommands().empty()) *exit_code = Run(*options);
  });
}

}  // namespace carbon
