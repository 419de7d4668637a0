// scarbon report: sums of the placement log for a period. This file has its options and its output.
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/commands.h"
#include "cli/log/decision_filter.h"
#include "cli/log/decision_reader.h"
#include "cli/log/fields.h"
#include "cli/log/filter_options.h"
#include "cli/log/logged_decision.h"
#include "cli/outcome/job_outcomes.h"
#include "cli/remote/cluster_copy.h"
#include "cli/report/forms/report_csv.h"
#include "cli/report/forms/report_json.h"
#include "cli/report/forms/report_text.h"
#include "cli/report/page/report_page.h"
#include "cli/report/sums/report_builder.h"
#include "cli/report/sums/report_contents.h"
#include "cli/text/table.h"
#include "core/config/config.h"
#include "core/outcome/outcome.h"
#include "settings/load_config.h"
#include "store/file.h"
#include "store/rotated_logs.h"

namespace carbon {
namespace {

struct Options {
  std::string file;
  std::string config = CARBON_CONFIG_FILE;
  ServerOption server;
  bool names_config = false;
  FilterOptions filter;
  std::string group_by = "account";
  std::string output;
  uint32_t top = 10;
  std::string archive, grid;
  bool json = false, csv = false, html = false, shadow = false, outcome = false, no_index = false;
};

void Complain(const std::string& line) { std::cerr << "scarbon: " << Printable(line) << "\n"; }

std::vector<std::string> FilterTexts(const FilterOptions& options) {
  std::vector<std::string> texts;
  for (const auto& [what, names] : {std::pair("user", &options.users),
                                    {"account", &options.accounts},
                                    {"partition", &options.partitions},
                                    {"site", &options.sites},
                                    {"policy", &options.policies}}) {
    if (!names->empty()) texts.push_back(absl::StrCat(what, " ", absl::StrJoin(*names, ", ")));
  }
  return texts;
}

std::string Written(const Options& options, const Report& report) {
  if (options.html) return ReportPage(report, CARBON_VERSION);
  if (options.csv) return ReportCsv(report);
  if (!options.json) return ReportText(report);
  return ReportJson(report).dump(2, ' ', /*ensure_ascii=*/true,
                                 nlohmann::json::error_handler_t::replace) +
         "\n";
}

int Run(Options options) {
  std::string error;
  const std::optional<std::vector<const LogField*>> groups =
      ParseLogGroups(options.group_by, &error);
  if (!groups.has_value()) {
    Complain(absl::StrCat("--group-by: ", error));
    return 2;
  }
  const absl::StatusOr<DecisionFilter> filter = FilterOf(options.filter);
  if (!filter.ok()) {
    Complain(std::string(filter.status().message()));
    return 2;
  }
  const absl::StatusOr<std::unique_ptr<ClusterCopy>> copy = ClusterCopy::FetchIfRemote(
      options.server, options.config, !options.file.empty(),
      {.snapshot = true, .records = true, .start = filter->start, .end = filter->end}, Complain);
  if (!copy.ok()) {
    Complain(std::string(copy.status().message()));
    return 1;
  }
  if (*copy != nullptr) (*copy)->SetPaths(&options.config, &options.file);
  LogFiles files = {.log = options.file, .all = true};
  std::vector<std::string> errors, config_warnings;
  const std::optional<Config> config = LoadConfig(options.config, &errors, &config_warnings);
  // The log of another cluster is read without a configuration: the report says what is then not
  // known.
  if (!config.has_value() && (files.log.empty() || options.outcome || options.names_config)) {
    for (const std::string& line : errors) Complain(line);
    return 1;
  }
  if (files.log.empty()) files.log = config->daemon.paths.log;
  std::vector<std::string> warnings;
  const auto warn = [&warnings](const std::string& line) {
    Complain(line);
    warnings.push_back(line);
  };
  std::vector<std::string> skipped;
  files.rotated = WithRotated(files.log, CompressedLogs::kIncluded, &skipped);
  for (const std::string& line : skipped) warn(line);
  // Outcomes need more of the records than the index has.
  files.use_index = options.file.empty() && !options.no_index && !options.outcome;
  if (options.outcome) {
    files.outcomes = {&*config, SourcesFor(*config, options.archive, options.grid)};
  }

  std::optional<ReportBuilder> builder;
  const DecisionReader reader = {
      .begin =
          [&] {
            Report head;
            head.made_at = absl::Now();
            head.time_zone = absl::LocalTimeZone();
            head.log = *copy != nullptr ? (*copy)->source() : files.log;
            head.from = filter->start;
            head.to = filter->end;
            head.filters = FilterTexts(options.filter);
            builder.emplace(
                ReportQuestion{.group_by = *groups,
                               .listed_jobs = options.top,
                               .with_shadow = options.shadow,
                               .with_outcomes = options.outcome,
                               .config = config.has_value() ? &config->placement : nullptr},
                std::move(head));
            return builder->Columns();
          },
      .add = [&](const LoggedDecision& decision,
                 const JobOutcome* outcome) { builder->Add(decision, outcome); },
      .complain = warn};
  const absl::Status read = ReadDecisions(files, *filter, reader);
  if (!read.ok()) {
    Complain(absl::StrCat(read.message(),
                          absl::IsPermissionDenied(read)
                              ? ": only root and SlurmUser may read the decisions about all jobs"
                              : ""));
    return 1;
  }
  Report report = builder->Finish();
  report.warnings = std::move(warnings);
  const std::string text = Written(options, report);
  if (options.output.empty()) {
    std::cout << text;
    return 0;
  }
  const absl::Status written = WriteFileAtomically(options.output, text, {.mode = 0640});
  if (written.ok()) return 0;
  Complain(std::string(written.message()));
  return 1;
}

}  // namespace

void AddReport(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* report =
      app.add_subcommand("report", "Show what a period saved, where, and what it cost in waiting");
  report->add_option("--file", options->file,
                     "Placement log to read, with the rotated logs next to it; default: the one in "
                     "carbon.json");
  CLI::Option* const config =
      report
          ->add_option("--config", options->config,
                       "Configuration: where the log is, and how far watts and PUE may be off")
          ->capture_default_str();
  AddServerOption(report, &options->server)->excludes("--file");
  report->add_flag("--no-index", options->no_index,
                   "Read the files themselves, not the index of the log");
  AddFilterOptions(report, &options->filter);
  report
      ->add_option("-g,--group-by", options->group_by,
                   "Also show the sums for each value of these fields")
      ->type_name("FIELD,...")
      ->capture_default_str();
  report->add_flag("--shadow", options->shadow,
                   "Also show what enforcing the decisions in shadow would have saved, and cost in "
                   "waiting, for each account");
  CLI::Option* const outcome = report->add_flag(
      "--outcome", options->outcome,
      "Also show what really came: energy, intensities and emission beside the prediction");
  report
      ->add_option("--archive", options->archive,
                   "With --outcome, the archive with the actual intensities; default: scarbond's")
      ->needs(outcome);
  report
      ->add_option("--grid", options->grid,
                   "With --outcome, a folder with the actual intensities, ZONE.csv each")
      ->needs(outcome);
  report->add_option("--top", options->top, "How many of the best and of the worst jobs are listed")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  CLI::Option* const json = report->add_flag("--json", options->json, "Print the report as JSON");
  CLI::Option* const csv =
      report->add_flag("--csv", options->csv, "Print its figures as CSV")->excludes(json);
  report->add_flag("--html", options->html, "Print it as a page that needs no network")
      ->excludes(json)
      ->excludes(csv);
  report
      ->add_option("-o,--output", options->output,
                   "Write it to this file instead of standard output")
      ->type_name("FILE");
  report->callback([options, config, exit_code] {
    options->names_config = config->count() > 0;
    *exit_code = Run(*options);
  });
}

}  // namespace carbon
