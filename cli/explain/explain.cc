// scarbon explain: shows one decision of the placement log and why it was made, and makes it again.
#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/commands.h"
#include "cli/explain/explanation.h"
#include "cli/explain/repetition.h"
#include "cli/explain/search.h"
#include "cli/remote/cluster_copy.h"
#include "cli/text/table.h"
#include "core/snapshot/part.h"
#include "nlohmann/json.hpp"
#include "settings/load_config.h"
#include "store/part_archive.h"
#include "store/placement_log.h"
#include "store/recorded_snapshot.h"
#include "store/rotated_logs.h"

namespace carbon {
namespace {

struct Options {
  std::string id;
  std::string file;
  std::string snapshot, parts;
  std::string config = CARBON_CONFIG_FILE;
  ServerOption server;
  bool all = false, json = false;
  bool is_copy = false;  // the log is a copy of another machine's
};

void Complain(const std::string& line) { std::cerr << "scarbon: " << Printable(line) << "\n"; }

// Calls `visit` with each record of the files, in their order. Returns false, after printing why,
// if one cannot be read.
bool ReadAll(const std::vector<std::string>& files, const LogVisitor& visit,
             const std::function<void(const std::string&)>& complain) {
  SequencesByBoot sequences;
  for (const std::string& file : files) {
    const absl::Status status = ReadPlacementLog(file, &sequences, visit, complain);
    if (status.ok()) continue;
    Complain(std::string(status.message()));
    return false;
  }
  return true;
}

// Reads carbon.json only for paths that the options do not name. Without a configuration the folder
// of the snapshot stays empty. Returns false, after printing why, if the log is not known either.
bool FindPaths(Options* options) {
  if (options->parts.empty() && !options->snapshot.empty()) {
    options->parts = DefaultPartsFolder(options->snapshot);
  }
  if (!options->file.empty() && !options->snapshot.empty()) return true;
  std::vector<std::string> errors, warnings;
  const std::optional<Config> config = LoadConfig(options->config, &errors, &warnings);
  if (!config.has_value()) {
    if (!options->file.empty()) return true;
    for (const std::string& line : errors) Complain(line);
    return false;
  }
  if (options->file.empty()) options->file = config->daemon.paths.log;
  if (options->snapshot.empty()) options->snapshot = config->daemon.paths.snapshot;
  if (options->parts.empty()) options->parts = config->daemon.paths.parts;
  if (options->parts.empty()) options->parts = DefaultPartsFolder(options->snapshot);
  return true;
}

// Example: "3f9c21aa04d7be15-42".
bool IsDecisionId(absl::string_view text) {
  const size_t dash = text.find('-');
  uint64_t sequence = 0;
  return dash == 16 && text.substr(0, dash).find_first_not_of("0123456789abcdef") == text.npos &&
         absl::SimpleAtoi(text.substr(dash + 1), &sequence);
}

// Makes the decision again if everything that it was made from is available. `parts` receives where
// each part was found.
Repetition RepeatFound(const Options& options, const FoundDecision& found,
                       const std::string& unreadable, std::vector<RecordedSnapshot::Part>* parts) {
  using Result = Repetition::Result;
  if (!found.is_alone) return {Result::kDiffers, "no: the log has several records of its id"};
  if (options.snapshot.empty()) {
    return {Result::kUndecided, "no: neither --snapshot nor a configuration names the folder"};
  }
  if (options.is_copy) {
    return {Result::kUndecided, "no: what it was made from is on slurmctld's machine only"};
  }
  const RecordedSnapshot recorded =
      LoadRecordedSnapshot(options.snapshot, options.parts, found.record.snapshot);
  *parts = recorded.parts;
  if (!recorded.snapshot.ok()) {
    return {Result::kUndecided, absl::StrCat("no: ", recorded.snapshot.status().message())};
  }
  Repetition repetition = Repeat(found.line, found.record, *recorded.snapshot, found.bookings);
  if (repetition.result != Result::kUndecided) return repetition;
  repetition.fact = "no: " + repetition.fact;
  if (found.first_sequence > 1) {
    absl::StrAppend(&repetition.fact, "; the files begin at record ", found.first_sequence,
                    " of this slurmctld", options.all ? "" : ", --all reads rotated ones");
  }
  if (!unreadable.empty()) {
    absl::StrAppend(&repetition.fact, "; the record of ", unreadable, " cannot be read");
  }
  return repetition;
}

int Run(Options options) {
  const absl::StatusOr<std::unique_ptr<ClusterCopy>> copy = ClusterCopy::FetchIfRemote(
      options.server, options.config, !options.file.empty() || !options.snapshot.empty(),
      {.records = true, .rotated = options.all}, Complain);
  if (!copy.ok()) {
    Complain(std::string(copy.status().message()));
    return 1;
  }
  if (*copy != nullptr) {
    options.file = (*copy)->log();
    options.snapshot = (*copy)->snapshot();
    options.is_copy = true;
  }
  if (!FindPaths(&options)) return 1;
  std::vector<std::string> files = {options.file};
  if (options.all) {
    std::vector<std::string> skipped;
    files = WithRotated(options.file, CompressedLogs::kIncluded, &skipped);
    for (const std::string& line : skipped) Complain(line);
  }
  const char* const hint = options.all ? "" : "; --all reads rotated logs too";
  std::string id = options.id;
  // Uses the decision that the last record of this job number names: Slurm may have used the number
  // before.
  if (uint32_t job_id = 0; absl::SimpleAtoi(id, &job_id)) {
    id.clear();
    const auto visit = [&](const LogEntry& entry, absl::string_view) {
      const std::optional<NamedJob> named = JobNamedIn(entry);
      if (named.has_value() && named->job_id == job_id) id = named->decision_id;
    };
    if (!ReadAll(files, visit, [](const std::string&) {})) return 1;
    if (id.empty()) {
      Complain(absl::StrCat("job ", job_id, ": the log names no decision about it", hint));
      return 1;
    }
  } else if (!IsDecisionId(id)) {
    Complain(absl::StrCat("ID \"", id, "\": is neither a decision's id nor a job's number"));
    return 2;
  }
  Search search(id);
  const auto visit = [&search](const LogEntry& entry, absl::string_view line) {
    search.Visit(entry, line);
  };
  if (!ReadAll(files, visit, Complain)) return 1;
  const std::optional<FoundDecision>& found = search.found();
  if (!found.has_value()) {
    Complain(search.fault().empty()
                 ? absl::StrCat("decision ", id, ": is not in the log", hint)
                 : absl::StrCat("decision ", id, ": cannot be read: ", search.fault()));
    return 1;
  }
  std::vector<RecordedSnapshot::Part> parts;
  const Repetition repetition = RepeatFound(options, *found, search.unreadable(), &parts);
  if (options.json) {
    auto json = nlohmann::ordered_json::parse(found->line);
    constexpr const char* kResults[] = {"same", "differs", "undecided"};
    json["repeated"] = {{"result", kResults[static_cast<int>(repetition.result)]},
                        {"fact", repetition.fact}};
    for (const RecordedSnapshot::Part& one : parts) {
      json["parts"][InfoOf(one.part).name] = PartSourceName(one.source);
    }
    std::cout << json.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace) << "\n";
  } else {
    std::cout << ExplanationText(*found, repetition, parts);
  }
  return repetition.result == Repetition::Result::kDiffers ? 1 : 0;
}

}  // namespace

void AddExplain(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* explain =
      app.add_subcommand("explain", "Show why one decision was made, and make it again");
  explain->add_option("ID", options->id, "The decision's id, or its job's number")->required();
  explain->add_option("--file", options->file,
                      "Placement log to read; default: the one in carbon.json");
  explain->add_flag("--all", options->all, "Also read the rotated logs next to it");
  explain->add_option("--snapshot", options->snapshot,
                      "Folder with the snapshot's parts; default: the one in carbon.json");
  explain->add_option("--parts", options->parts,
                      "Folder with archived parts; default: the one next to the snapshot");
  explain->add_option("--config", options->config, "Configuration")->capture_default_str();
  AddServerOption(explain, &options->server)->excludes("--file")->excludes("--snapshot");
  explain->add_flag("--json", options->json,
                    "Print the record, and whether it was repeated, as JSON");
  explain->callback([options, exit_code] { *exit_code = Run(*options); });
}

}  // namespace carbon
