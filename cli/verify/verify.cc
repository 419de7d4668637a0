// scarbon log verify: checks whether a placement log is whole (cli/verify/log_verification.h). The
// exit code is 0 if it is, 1 if it is damaged or cannot be read, 2 for wrong usage.
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/commands.h"
#include "cli/text/table.h"
#include "cli/verify/ledger_check.h"
#include "cli/verify/log_verification.h"
#include "core/record/record_reader.h"
#include "nlohmann/json.hpp"
#include "settings/load_config.h"
#include "store/log_file.h"
#include "store/rotated_logs.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string file;
  std::string config = CARBON_CONFIG_FILE;
  std::vector<std::string> expected;
  bool json = false;
};

void Complain(const std::string& line) { std::cerr << "scarbon: " << Printable(line) << "\n"; }

absl::Status AddFile(const std::string& path, LogVerification* verification, LedgerCheck* ledgers) {
  absl::StatusOr<LogFile> file = LogFile::Open(path);
  if (!file.ok()) return file.status();
  verification->BeginFile(path);
  for (std::string line; file->Next(&line);) {
    const absl::string_view record = verification->AddLine(line, file->had_newline());
    // A record that cannot be read leaves a gap in the numbers, which `ledgers` notices.
    const absl::StatusOr<LogEntry> entry = ReadLogLine(record);
    if (entry.ok()) ledgers->Add(*entry);
  }
  return file->status();
}

// Returns "3f9c21aa04d7be15:812:<digest>", as in scarbond's journal.
std::string NewestText(const LogVerification::Boot& boot) {
  return absl::StrCat(boot.boot, ":", boot.last, ":", boot.digest);
}

Json ToJson(const LogVerification::Report& report, const LedgerCheck::Counts& ledgers) {
  Json json = {{"whole", report.is_whole()}, {"boots", Json::array()}, {"findings", Json::array()}};
  for (const LogVerification::Boot& boot : report.boots) {
    json["boots"].push_back({{"boot", boot.boot},
                             {"records", boot.records},
                             {"first", boot.first},
                             {"last", boot.last},
                             {"missing", boot.missing},
                             {"dropped", boot.dropped},
                             {"unchained", boot.unchained},
                             {"begins", boot.begins},
                             {"newest", NewestText(boot)}});
  }
  for (const LogVerification::Finding& finding : report.findings) {
    Json one = {{"kind", LogVerification::KindName(finding.kind)},
                {"damage", LogVerification::IsDamage(finding.kind)},
                {"fact", finding.fact}};
    if (finding.place.line > 0) {
      one["file"] = finding.place.file;
      one["line"] = finding.place.line;
    }
    json["findings"].push_back(std::move(one));
  }
  json["ledgers"] = {
      {"same", ledgers.same}, {"different", ledgers.different}, {"unknown", ledgers.unknown}};
  if (ledgers.different > 0) json["ledgers"]["first_different"] = ledgers.first_different;
  return json;
}

std::string ToText(const LogVerification::Report& report, const LedgerCheck::Counts& ledgers,
                   bool has_expected) {
  Table table({{"BOOT"},
               {"RECORDS", true},
               {"FIRST", true},
               {"LAST", true},
               {"MISSING", true},
               {"UNCHAINED", true}});
  int64_t damage = 0, unchained = 0;
  for (const LogVerification::Boot& boot : report.boots) {
    unchained += boot.unchained;
    table.AddRow({boot.boot, absl::StrCat(boot.records), absl::StrCat(boot.first),
                  absl::StrCat(boot.last), absl::StrCat(boot.missing),
                  absl::StrCat(boot.unchained)});
  }
  std::string text = table.Format(Table::Style::kAligned, /*with_header=*/true);
  for (const LogVerification::Finding& finding : report.findings) {
    const bool is_damage = LogVerification::IsDamage(finding.kind);
    damage += is_damage ? 1 : 0;
    const std::string place = finding.place.line > 0
                                  ? absl::StrCat(finding.place.file, ":", finding.place.line, ": ")
                                  : std::string();
    absl::StrAppend(&text,
                    Printable(absl::StrCat(is_damage ? "damage: " : "note: ", place, finding.fact)),
                    "\n");
  }
  absl::StrAppend(&text, "bookings: ", ledgers.same, " decisions agree with the log");
  if (ledgers.unknown > 0) absl::StrAppend(&text, ", ", ledgers.unknown, " cannot be compared");
  if (ledgers.different > 0) {
    absl::StrAppend(&text, ", ", ledgers.different, " do not, the first ", ledgers.first_different);
  }
  absl::StrAppend(&text, "\n");
  if (unchained > 0) {
    absl::StrAppend(&text, unchained,
                    " records are from before records were chained: only their numbers could be "
                    "checked\n");
  }
  if (!has_expected) {
    absl::StrAppend(&text,
                    "not checked: whether the end of a chain was cut off, or a whole chain was "
                    "written again; --expect checks it with a line of scarbond's journal\n");
  }
  if (damage > 0) {
    absl::StrAppend(&text, "damaged: ", damage, damage == 1 ? " place\n" : " places\n");
  } else {
    absl::StrAppend(&text, "whole\n");
  }
  return text;
}

int Run(const Options& options) {
  LogVerification verification;
  for (const std::string& text : options.expected) {
    const absl::StatusOr<LogVerification::Expected> expected = LogVerification::ParseExpected(text);
    if (!expected.ok()) {
      Complain(absl::StrCat("--expect ", expected.status().message()));
      return 2;
    }
    verification.Expect(*expected);
  }
  std::string path = options.file;
  if (path.empty()) {
    std::vector<std::string> errors, warnings;
    const std::optional<Config> config = LoadConfig(options.config, &errors, &warnings);
    for (const std::string& line : errors) Complain(line);
    if (!config.has_value()) return 1;
    path = config->daemon.paths.log;
  }
  std::vector<std::string> skipped;
  const std::vector<std::string> files = WithRotated(path, CompressedLogs::kIncluded, &skipped);
  for (const std::string& line : skipped) Complain(line);
  LedgerCheck ledgers;
  for (const std::string& file : files) {
    if (absl::Status status = AddFile(file, &verification, &ledgers); !status.ok()) {
      Complain(std::string(status.message()));
      return 1;
    }
  }
  const LogVerification::Report report = verification.Finish();
  if (options.json) {
    std::cout << ToJson(report, ledgers.counts()).dump(2, ' ', true, Json::error_handler_t::replace)
              << "\n";
  } else {
    std::cout << ToText(report, ledgers.counts(), !options.expected.empty());
  }
  return report.is_whole() ? 0 : 1;
}

}  // namespace

void AddLogVerify(CLI::App& log, int* exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verify = log.add_subcommand(
      "verify", "Check that no record was changed or removed, in the log and its rotated files");
  verify->add_option("--file", options->file,
                     "Placement log to check; default: the one in carbon.json");
  verify->add_option("--config", options->config, "Configuration")->capture_default_str();
  verify
      ->add_option("--expect", options->expected,
                   "The digest of a record, as scarbond logged it; may be repeated")
      ->type_name("BOOT:SEQ:DIGEST")
      ->allow_extra_args(false);
  verify->add_flag("--json", options->json, "Print the result as JSON");
  verify->callback([options, exit_code] { *exit_code = Run(*options); });
}

}  // namespace carbon
