// scarbon explain: one decision of the placement log, why it was made, and the same once more.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "cli/commands.h"
#include "cli/explain/past_bookings.h"
#include "cli/explain/repetition.h"
#include "cli/log/fields.h"
#include "cli/text/slurm_time.h"
#include "cli/text/table.h"
#include "core/base/duration.h"
#include "core/base/mass_text.h"
#include "core/record/record_reader.h"
#include "settings/load_config.h"
#include "store/placement_log.h"
#include "store/snapshot_store.h"

namespace carbon {
namespace {

struct Options {
  std::string id;
  std::string file;
  std::string snapshot;
  std::string config = CARBON_CONFIG_FILE;
  bool all = false, json = false;
};

void Complain(const std::string& line) { std::cerr << "scarbon: " << Printable(line) << "\n"; }

// One decision, and what is needed to make it again.
struct Found {
  LogRecord log{nlohmann::ordered_json()};
  PlacementRecord record;
  std::vector<Booking> bookings;
  std::optional<uint32_t> job_id;
  std::optional<LogRecord> returned;
  std::string fate;             // of its booking; empty: the log does not have it
  bool is_alone = true;         // no other record has its id
  uint64_t first_sequence = 0;  // of this life of the plugin, in the files that were read
};

// Looks for a decision in the files, in their order.
class Search {
 public:
  explicit Search(std::string id) : id_(std::move(id)) {}

  void Visit(LogRecord log) {
    const std::string type = log.Text({"type"});
    const std::string boot = log.Text({"boot"});
    const std::optional<double> sequence = log.Number({"seq"});
    if (sequence.has_value()) first_.emplace(boot, static_cast<uint64_t>(*sequence));
    if (type == "decision") return AddDecision(std::move(log));
    const std::string decision = log.Text({"decision"});
    if (decision == id_ && found_.has_value()) {
      if (const auto job_id = JobIdIn(log)) found_->job_id = job_id;
      if (type == "booking") found_->fate = log.Text({"fate"});
      if (type == "return" && !log.Has({"error"})) found_->returned = log;
    }
    if (found_.has_value()) return;  // later records did not count for it
    if (type == "job" && JobIdIn(log)) bookings_.NoteJob(decision, *JobIdIn(log));
    if (type == "booking") bookings_.End(decision);
  }

  // Absent if the log does not have the decision, or its record cannot be read.
  const std::optional<Found>& found() const { return found_; }
  // Why the decision's own record cannot be read; empty if it can, or is not there.
  const std::string& fault() const { return fault_; }
  // A decision whose record cannot be read, and which may have had a booking; empty if all can.
  const std::string& unreadable() const { return unreadable_; }

  // The job of a record that names one.
  static std::optional<uint32_t> JobIdIn(const LogRecord& log) {
    const std::optional<double> job_id = log.Number({"job_id"});
    if (!job_id.has_value() || *job_id < 1 || *job_id > UINT32_MAX) return std::nullopt;
    if (*job_id != std::floor(*job_id)) return std::nullopt;
    return static_cast<uint32_t>(*job_id);
  }

 private:
  void AddDecision(LogRecord log) {
    if (found_.has_value()) {
      found_->is_alone &= log.Text({"id"}) != id_;
      return;
    }
    const absl::StatusOr<PlacementRecord> record = ReadDecisionRecord(log.json());
    if (!record.ok()) {
      if (log.Text({"id"}) == id_) fault_ = std::string(record.status().message());
      if (unreadable_.empty()) unreadable_ = log.Text({"id"});
      return;
    }
    if (DecisionId(record->id) == id_) {
      found_.emplace();
      found_->log = std::move(log);
      found_->record = *record;
      found_->bookings = bookings_.Of(record->id.boot);
      found_->first_sequence = first_[record->id.boot];
    }
    bookings_.Add(*record);
  }

  std::string id_;
  PastBookings bookings_;
  std::map<std::string, uint64_t> first_;  // the first sequence number of each boot
  std::optional<Found> found_;
  std::string fault_;
  std::string unreadable_;
};

// Calls `visit` with each record of the files, in their order. Returns false, after printing why,
// if one cannot be read.
bool ReadAll(const std::vector<std::string>& files, const std::function<void(LogRecord)>& visit,
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

std::string TimeText(absl::Time time) { return FormatSlurmTime(time, absl::LocalTimeZone()); }

// "2 nodes, 16 devices, 128 CPUs, 500 GiB".
std::string DemandText(const JobRequest& job) {
  std::vector<std::string> parts;
  const auto add = [&parts](int64_t count, const char* one, const char* many) {
    if (count > 0) parts.push_back(absl::StrCat(count, " ", count == 1 ? one : many));
  };
  add(job.demand.nodes, "node", "nodes");
  add(job.demand.devices, "device", "devices");
  add(job.demand.cpus, "CPU", "CPUs");
  add(job.demand.memory_mib, "MiB", "MiB");
  if (job.array_tasks > 1) {
    parts.push_back(
        absl::StrCat("for each of ", job.array_tasks, " tasks, ", job.array_width, " at once"));
  }
  return absl::StrJoin(parts, ", ");
}

std::string MassOr(const std::optional<GramsCo2e>& mass) {
  return mass.has_value() ? FormatMass(*mass) : std::string();
}

class Text {
 public:
  void Line(const char* name, const std::string& fact) {
    absl::StrAppend(&text_, absl::StrFormat("%-11s %s\n", name, Printable(fact)));
  }
  void Add(const std::string& lines) { absl::StrAppend(&text_, lines); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// A row for each place that was weighed, and for home, chosen and the static best where they are
// none of these: they may start at another time than the best start of their pool.
std::string CandidateTable(const Decision& decision) {
  const auto is = [](const std::optional<Candidate>& one, const Candidate& other) {
    return one.has_value() && one->pool == other.pool && one->start == other.start;
  };
  std::vector<Candidate> rows = decision.best;
  for (const auto* one : {&decision.chosen, &decision.home, &decision.static_best}) {
    const bool is_there =
        std::any_of(rows.begin(), rows.end(), [&](const Candidate& row) { return is(*one, row); });
    if (one->has_value() && !is_there) rows.push_back(**one);
  }
  Table table({{"POOL"},
               {"SITE"},
               {"HARDWARE"},
               {"START"},
               {"RUNTIME"},
               {"KWH", true},
               {"G/KWH", true},
               {"CO2E", true},
               {"CONSEQUENTIAL", true},
               {"ROLE"}});
  for (const Candidate& row : rows) {
    std::vector<std::string> roles;
    if (is(decision.chosen, row)) roles.push_back("chosen");
    if (is(decision.home, row)) roles.push_back("home");
    if (is(decision.static_best, row)) roles.push_back("static best");
    table.AddRow({row.pool, row.site, row.hardware, TimeText(row.start),
                  FormatSlurmDuration(row.runtime), absl::StrFormat("%.4g", row.energy.value()),
                  absl::StrFormat("%.4g", row.intensity.value()), FormatMass(row.gross),
                  MassOr(row.consequential), absl::StrJoin(roles, ", ")});
  }
  return table.Format(Table::Style::kAligned, /*with_header=*/true);
}

std::string SavingText(const Saving& saving) {
  return absl::StrFormat("%s, %.0f%% (90%% of the error scenarios: %.0f%% to %.0f%%)",
                         FormatMass(saving.mean), 100 * saving.share, 100 * saving.share_low,
                         100 * saving.share_high);
}

std::string Explain(const Found& found, const Repetition& repetition) {
  const PlacementRecord& record = found.record;
  const JobRequest& job = record.job;
  const Decision& decision = record.decision;
  Text text;
  text.Line("decision", absl::StrCat(DecisionId(record.id), " at ", TimeText(record.time)));
  text.Line("job",
            absl::StrCat(job.name, found.job_id ? absl::StrCat(" (", *found.job_id, ")") : "",
                         " of user ", UserName(job.user_id)));
  text.Line("asked for", DemandText(job));
  if (!job.partitions.empty()) text.Line("partitions", absl::StrJoin(job.partitions, ","));
  if (job.time_limit) text.Line("time limit", FormatSlurmDuration(*job.time_limit));
  if (job.begin) text.Line("begin", TimeText(*job.begin));
  if (job.deadline) text.Line("deadline", TimeText(*job.deadline));
  if (!job.comment.empty()) text.Line("comment", job.comment);
  text.Line("policy", decision.policy.empty()
                          ? "none"
                          : absl::StrCat(decision.policy, " (", ModeName(decision.mode), ")"));
  text.Line("outcome", absl::StrCat(OutcomeName(decision.outcome), ": ", decision.reason));
  if (decision.saving.has_value() && decision.outcome == Outcome::kPlaced) {
    text.Line("saving", SavingText(*decision.saving));
    if (decision.consequential_saving.has_value()) {
      text.Line("", absl::StrCat("consequential: ", SavingText(*decision.consequential_saving)));
    }
  }
  if (found.fate == "expired") text.Line("booking", "expired: the queue never showed its job");
  if (found.returned.has_value()) {
    const std::optional<absl::Time> when = found.returned->Time({"time"});
    text.Line("restored", absl::StrCat(when ? absl::StrCat("at ", TimeText(*when), ": ") : "",
                                       found.returned->Text({"reason"})));
  }
  if (decision.home.has_value()) {
    text.Line("minimised",
              absl::StrCat(FigureName(decision.minimised), " emission, ",
                           SignalKindName(decision.signal), " intensity; the runtime is ",
                           decision.hints.flops.has_value() ? "computed from flops"
                           : decision.runtime_is_limit      ? "the time limit"
                                                            : "as stated"));
    text.Add("\n" + CandidateTable(decision) + "\n");
  }
  std::map<std::string, int> excluded;
  for (const Exclusion& exclusion : decision.excluded) ++excluded[exclusion.reason];
  for (const auto& [reason, count] : excluded) {
    text.Line("excluded", absl::StrCat(count, count == 1 ? " pool: " : " pools: ", reason));
  }
  text.Line("snapshot", absl::StrCat("of ", TimeText(record.snapshot.published_at), ", bookings ",
                                     record.ledger_digest));
  text.Line("repeated", repetition.fact);
  return text.text();
}

// Reads carbon.json only for what the options do not name. Without a configuration the folder of
// the snapshot stays empty; returns false, after printing why, if the log is not known either.
bool FindPaths(Options* options) {
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
  return true;
}

// "3f9c21aa04d7be15-42".
bool IsDecisionId(absl::string_view text) {
  const size_t dash = text.find('-');
  uint64_t sequence = 0;
  return dash == 16 && text.substr(0, dash).find_first_not_of("0123456789abcdef") == text.npos &&
         absl::SimpleAtoi(text.substr(dash + 1), &sequence);
}

// Makes the decision again, if all that it was made from is there.
Repetition RepeatFound(const Options& options, const Found& found, const std::string& unreadable) {
  using Result = Repetition::Result;
  if (!found.is_alone) return {Result::kDiffers, "no: the log has several records of its id"};
  if (options.snapshot.empty()) {
    return {Result::kUndecided, "no: neither --snapshot nor a configuration names the folder"};
  }
  const absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot =
      SnapshotReader(options.snapshot, SnapshotReader::Owner::kAnyone).Load(found.record.snapshot);
  if (!snapshot.ok()) {
    return {Result::kUndecided, absl::StrCat("no: ", snapshot.status().message())};
  }
  Repetition repetition = Repeat(found.log.json(), found.record, *snapshot, found.bookings);
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
  if (!FindPaths(&options)) return 1;
  std::vector<std::string> files = {options.file};
  if (options.all) {
    std::vector<std::string> skipped;
    files = WithRotated(options.file, &skipped);
    for (const std::string& file : skipped) Complain(file + ": is compressed and left out");
  }
  const char* const hint = options.all ? "" : "; --all reads rotated logs too";
  std::string id = options.id;
  // Uses the decision that the last record of this job number names: it may have been used before.
  if (uint32_t job_id = 0; absl::SimpleAtoi(id, &job_id)) {
    id.clear();
    const auto visit = [&](const LogRecord& log) {
      if (log.Text({"type"}) != "decision" && Search::JobIdIn(log) == job_id) {
        id = log.Text({"decision"});
      }
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
  if (!ReadAll(files, [&](LogRecord log) { search.Visit(std::move(log)); }, Complain)) return 1;
  const std::optional<Found>& found = search.found();
  if (!found.has_value()) {
    Complain(search.fault().empty()
                 ? absl::StrCat("decision ", id, ": is not in the log", hint)
                 : absl::StrCat("decision ", id, ": cannot be read: ", search.fault()));
    return 1;
  }
  const Repetition repetition = RepeatFound(options, *found, search.unreadable());
  if (options.json) {
    nlohmann::ordered_json json = found->log.json();
    constexpr const char* kResults[] = {"same", "differs", "undecided"};
    json["repeated"] = {{"result", kResults[static_cast<int>(repetition.result)]},
                        {"fact", repetition.fact}};
    std::cout << json.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace) << "\n";
  } else {
    std::cout << Explain(*found, repetition);
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
  explain->add_flag("--all", options->all, "Read rotated logs beside it too");
  explain->add_option("--snapshot", options->snapshot,
                      "Folder with the snapshot's parts; default: the one in carbon.json");
  explain->add_option("--config", options->config, "Configuration")->capture_default_str();
  explain->add_flag("--json", options->json, "The record itself, and whether it is repeated");
  explain->callback([options, exit_code] { *exit_code = Run(*options); });
}

}  // namespace carbon
