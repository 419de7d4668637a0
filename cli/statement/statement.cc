// scarbon statement: what a training run of many jobs took and emitted. This source has its options
// and its output.
#include "core/statement/statement.h"

#include <algorithm>
#include <cmath>
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
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "cli/commands.h"
#include "cli/outcome/job_outcomes.h"
#include "cli/remote/cluster_copy.h"
#include "cli/statement/job_list.h"
#include "cli/statement/joined_runs.h"
#include "cli/text/table.h"
#include "core/base/nearest_word.h"
#include "core/statement/codecarbon.h"
#include "core/statement/coverage.h"
#include "core/statement/eu_form.h"
#include "core/statement/hugging_face.h"
#include "core/statement/numbers.h"
#include "core/statement/statement_json.h"
#include "core/statement/statement_text.h"
#include "settings/load_config.h"
#include "store/file.h"
#include "store/rotated_logs.h"

namespace carbon {
namespace {

struct Options {
  std::vector<std::string> jobs;
  TrainingFacts facts;
  std::optional<double> flops;
  std::string tokens_kind, flops_kind;  // empty: not given
  std::string format = "text";
  std::string output, file, archive, grid;
  std::string config = CARBON_CONFIG_FILE;
  ServerOption server;
};

void Complain(const std::string& line) { std::cerr << "scarbon: " << Printable(line) << "\n"; }

// Text for people, without what would command a terminal. Programs' formats escape it themselves.
std::string PrintableLines(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (std::string& line : lines) line = Printable(line);
  return absl::StrJoin(lines, "\n");
}

struct Format {
  const char* name;
  std::string (*render)(const TrainingStatement&);
};
constexpr Format kFormats[] = {
    {"text", [](const TrainingStatement& s) { return PrintableLines(StatementText(s)); }},
    {"json", &StatementJson},
    {"huggingface", &HuggingFaceYaml},
    {"codecarbon", &CodecarbonCsv},
    {"eu", [](const TrainingStatement& s) { return PrintableLines(EuForm(s)); }},
    {"sci", &SciJson},
};

// Warns that figures lack some runs, and says what would help the first of them. The statement
// names each.
void ComplainOfGaps(const TrainingStatement& statement) {
  int64_t runs = 0;
  HoursByUnit hours;
  const StatedRun* first = nullptr;
  for (const StatedRun& run : statement.runs) {
    if (run.is_covered()) continue;
    ++runs;
    hours.Add(run);
    if (first == nullptr) first = &run;
  }
  if (first == nullptr) return;
  Complain(absl::StrCat("not covered: ", CountText(runs, "run", "runs"), " of ",
                        statement.runs.size(), ", with ", hours.Text(), "; ",
                        first->why_not_covered,
                        first->energy.has_value()
                            ? "; give actual values with --grid or --archive"
                            : "; carbon.json must name one kind of pool for the partition, with "
                              "its site and hardware"));
}

// Returns what is wrong with the facts taken together, or an empty string.
std::string FaultOf(const TrainingFacts& facts) {
  if (facts.active_parameters.has_value() && facts.parameters.has_value() &&
      *facts.active_parameters > *facts.parameters) {
    return absl::StrCat("--active-parameters: ", CountText(*facts.active_parameters),
                        " is more than --parameters ", CountText(*facts.parameters),
                        "; --parameters counts all of them");
  }
  if (facts.epochs.has_value() && !facts.tokens.has_value()) {
    return "--epochs: says how often the training data was read; give --tokens too";
  }
  if (facts.epochs.has_value() && *facts.epochs < 1) {
    return "--epochs: is less than 1; leave it out if only a part of the data was read";
  }
  if (facts.tokens_kind.has_value() && !facts.tokens.has_value()) {
    return "--tokens-kind: says what --tokens counts; give --tokens too";
  }
  if (facts.flops_kind.has_value() && !facts.flops.has_value()) {
    return "--flops-kind: says what --flops counts; give --flops too (6 x parameters x tokens is "
           "effective)";
  }
  return "";
}

std::optional<ValueKind> KindOf(const std::string& name) {
  for (const ValueKind kind : {ValueKind::kGross, ValueKind::kEffective}) {
    if (name == ValueKindName(kind)) return kind;
  }
  return std::nullopt;
}

int Run(Options options) {
  const absl::StatusOr<JobList> jobs = JobList::Parse(options.jobs);
  if (!jobs.ok()) {
    Complain(std::string(jobs.status().message()));
    return 2;
  }
  TrainingFacts facts = options.facts;
  if (options.flops.has_value()) facts.flops = Flops(*options.flops);
  facts.tokens_kind = KindOf(options.tokens_kind);
  facts.flops_kind = KindOf(options.flops_kind);
  if (const std::string fault = FaultOf(facts); !fault.empty()) {
    Complain(fault);
    return 2;
  }
  const absl::StatusOr<std::unique_ptr<ClusterCopy>> copy =
      ClusterCopy::FetchIfRemote(options.server, options.config, !options.file.empty(),
                                 {.snapshot = true, .records = true}, Complain);
  if (!copy.ok()) {
    Complain(std::string(copy.status().message()));
    return 1;
  }
  if (*copy != nullptr) (*copy)->SetPaths(&options.config, &options.file);
  std::vector<std::string> errors, warnings;
  const std::optional<Config> config = LoadConfig(options.config, &errors, &warnings);
  for (const std::string& line : errors) Complain(line);
  if (!config.has_value()) return 1;

  RunSources sources;
  sources.must_have_logs = !options.file.empty();
  std::vector<std::string> skipped;
  sources.logs = sources.must_have_logs
                     ? std::vector<std::string>{options.file}
                     : WithRotated(config->daemon.paths.log, CompressedLogs::kIncluded, &skipped);
  for (const std::string& line : skipped) Complain(line);
  sources.actuals = SourcesFor(*config, options.archive, options.grid);
  sources.must_have_actuals = !options.archive.empty() || !options.grid.empty();

  absl::StatusOr<JoinedRuns> joined = JoinRuns(*jobs, *config, sources, Complain);
  if (!joined.ok()) {
    Complain(std::string(joined.status().message()));
    return 1;
  }
  joined->provenance.made_at = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  joined->provenance.program = "scarbon " CARBON_VERSION;
  const TrainingStatement statement =
      MakeStatement(std::move(joined->runs), facts, std::move(joined->provenance));
  if (!statement.start.has_value()) {
    Complain(absl::StrCat("job ", absl::StrJoin(statement.jobs, ", "),
                          ": has not run, so that there is nothing to state yet"));
    return 1;
  }
  ComplainOfGaps(statement);
  const Format* const format =
      std::find_if(std::begin(kFormats), std::end(kFormats),
                   [&](const Format& one) { return one.name == options.format; });
  const std::string text = format->render(statement);
  if (options.output.empty()) {
    std::cout << text;
    return 0;
  }
  const absl::Status written = WriteFileAtomically(options.output, text, {.mode = 0640});
  if (written.ok()) return 0;
  Complain(std::string(written.message()));
  return 1;
}

CLI::Validator PositiveNumber() {
  return CLI::Validator(
      [](std::string& text) {
        double value = 0;
        const bool is_good = absl::SimpleAtod(text, &value) && std::isfinite(value) && value > 0;
        return is_good ? std::string()
                       : absl::StrCat("\"", text, "\" is not a positive number, such as 2e10");
      },
      "");
}

// One line without control characters: it goes into forms of others.
CLI::Validator OneLine() {
  return CLI::Validator(
      [](std::string& text) {
        if (text.empty()) return std::string("is empty");
        const bool is_good = std::none_of(text.begin(), text.end(),
                                          [](unsigned char c) { return absl::ascii_iscntrl(c); });
        return is_good ? std::string() : std::string("has a control character or a line break");
      },
      "");
}

CLI::Validator OneOf(const std::vector<std::string>& words) {
  return CLI::Validator(
      [words](std::string& text) {
        if (std::find(words.begin(), words.end(), text) != words.end()) return std::string();
        const std::string nearest = NearestWord(text, words);
        return absl::StrCat("\"", text, "\" is none of ", absl::StrJoin(words, ", "),
                            nearest.empty() ? "" : "; did you mean ", nearest,
                            nearest.empty() ? "" : "?");
      },
      "");
}

}  // namespace

void AddStatement(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<Options>();
  TrainingFacts& facts = options->facts;
  CLI::App* statement =
      app.add_subcommand("statement", "State what a training run of many jobs took and emitted");
  statement->add_option("jobs", options->jobs, "Jobs: 17, a task 17_3, tasks 17_[0-7,9]")
      ->type_name("JOBID[,...]")
      ->required();
  const char* training = "The training";
  const auto text = [&](const char* name, std::optional<std::string>& target, const char* type,
                        const char* description, const CLI::Validator& check) {
    statement->add_option(name, target, description)
        ->check(check)
        ->type_name(type)
        ->group(training);
  };
  const auto number = [&](const char* name, std::optional<double>& target,
                          const char* description) {
    statement->add_option(name, target, description)
        ->check(PositiveNumber())
        ->type_name("N")
        ->group(training);
  };
  text("--name", facts.name, "TEXT", "Of the model or the run", OneLine());
  text("--training-type", facts.training_type, "TYPE", "pre-training or fine-tuning",
       OneOf({"pre-training", "fine-tuning"}));
  text("--location", facts.location, "TEXT", "Where it ran: \"Oslo, Norway\"", OneLine());
  text("--precision", facts.precision, "NAME", "fp64, fp32, tf32, bf16, fp16, fp8, fp4 or mixed",
       OneOf({"fp64", "fp32", "tf32", "bf16", "fp16", "fp8", "fp4", "mixed"}));
  const auto kind = [&](const char* name, std::string& target, const char* description) {
    statement->add_option(name, target, description)
        ->check(OneOf({"gross", "effective"}))
        ->type_name("gross|effective")
        ->group(training);
  };
  number("--tokens", facts.tokens, "Tokens that it was trained on, in all passes over the data");
  kind("--tokens-kind", options->tokens_kind, "Whether these are raw or deduplicated tokens");
  number("--epochs", facts.epochs, "Passes over the data; default: 1");
  number("--parameters", facts.parameters, "Parameters of the model");
  number("--active-parameters", facts.active_parameters,
         "Parameters active per token, of a mixture of experts");
  number("--flops", options->flops,
         "Floating-point operations; default: 6 x (active) parameters x tokens");
  kind("--flops-kind", options->flops_kind,
       "Whether --flops counts what the hardware could do, or what the model needed");
  std::vector<std::string> formats;
  for (const Format& format : kFormats) formats.emplace_back(format.name);
  statement->add_option("--format", options->format, "The form of the statement; default text")
      ->check(OneOf(formats))
      ->type_name(absl::StrJoin(formats, "|"));
  statement->add_option("-o,--output", options->output, "Write it to this file")->type_name("FILE");
  statement
      ->add_option("--file", options->file,
                   "Placement log to read; default: the one in carbon.json, and its rotated ones")
      ->type_name("FILE");
  statement
      ->add_option("--archive", options->archive,
                   "Archive with the intensities that were; default: scarbond's")
      ->type_name("FILE");
  statement->add_option("--grid", options->grid, "Folder with ZONE.csv files of these intensities")
      ->type_name("DIR");
  statement->add_option("--config", options->config, "Configuration")->capture_default_str();
  AddServerOption(statement, &options->server)->excludes("--file");
  statement->footer(
      "Every run of the jobs counts, failed and requeued ones too. Example:\n"
      "  scarbon statement 17 18_[0-3] --name demo-1b --tokens 2e10 --parameters 1e9 \\\n"
      "      --location \"Oslo, Norway\" --training-type pre-training --format huggingface");
  statement->callback([options, exit_code] { *exit_code = Run(*options); });
}

}  // namespace carbon
