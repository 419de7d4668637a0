// scarbon status: shows whether everything that a decision needs is there and fresh, and otherwise
// what is wrong.
#include "cli/status/status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/remote/cluster_copy.h"
#include "cli/status/status_zones.h"
#include "cli/text/slurm_time.h"
#include "cli/text/table.h"
#include "core/snapshot/part.h"
#include "settings/load_config.h"
#include "store/file.h"
#include "store/snapshot_store.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

// scarbond publishes every few seconds. An older queue misleads long before the plugin stops using
// it.
constexpr absl::Duration kMinMaxAge = absl::Minutes(1);
constexpr int kMissedPublishes = 10;
// The plugin writes its file again every minute even if nothing changes.
constexpr absl::Duration kMaxPluginSilence = absl::Minutes(3);
// How long after a publish the plugin may still use the last snapshot.
constexpr absl::Duration kMaxPluginLag = absl::Seconds(30);

struct Options {
  std::string config = CARBON_CONFIG_FILE;
  std::string snapshot;
  ServerOption server;
  bool json = false;
};

std::string UtcTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

std::string LocalTime(absl::Time time) { return FormatSlurmTime(time, absl::LocalTimeZone()); }

// Returns true if this user may not read the file. A file that is refused as untrusted is another
// case.
bool IsDenied(const absl::Status& status, const std::string& path) {
  return absl::IsPermissionDenied(status) && access(path.c_str(), R_OK) != 0 && errno == EACCES;
}

// Returns which jobs may be moved here that did not ask for the pool. This is a summary: the
// decision checks each job.
std::string MayBeMovedHere(const Snapshot::Pool& pool, const AdmissionRules& rules) {
  if (pool.state == nullptr || !pool.state->up) return "no";
  const PartitionRules* partition = pool.rules;
  const bool enforces = rules.enforces_associations || rules.enforces_limits || rules.enforces_qos;
  if (partition == nullptr) return "no: its rules are not known";
  if (enforces && !rules.accounting_known) return "no: accounts and QOS are not known";
  if (partition->unknown_flags != 0) return "no: it has a rule that is not known";
  if (rules.unknown_enforcement != 0)
    return "no: AccountingStorageEnforce has a setting that is not known";
  if (partition->needs_reservation) return "no: it needs a reservation";
  if (partition->hidden) return "no: it is hidden";
  if (partition->root_only) return "root's";
  std::vector<std::string> by;
  if (partition->allow_groups.has_value()) by.push_back("group");
  if (enforces || partition->allow_accounts.has_value() || !partition->deny_accounts.empty()) {
    by.push_back("account");
  }
  if (partition->allow_qos.has_value() || !partition->deny_qos.empty() || !partition->qos.empty()) {
    by.push_back("QOS");
  }
  return by.empty() ? "yes" : absl::StrCat("by ", absl::StrJoin(by, ", "));
}

std::string StateOf(const Snapshot::Pool& pool) {
  if (pool.state == nullptr) return "not shown";
  return pool.state->up ? "up" : "down";
}

// Returns true if all of its nodes without jobs are asleep.
bool IsAsleep(const Snapshot::Pool& pool) {
  return pool.state != nullptr && pool.state->up && pool.state->asleep == 1;
}

void FindSnapshotProblems(StatusReport& report) {
  const Snapshot& snapshot = *report.snapshot;
  const absl::Time published_at = snapshot.manifest().published_at;
  const absl::Duration every = snapshot.manifest().readers->period;
  if (report.now - published_at > std::max(kMinMaxAge, kMissedPublishes * every)) {
    report.Add(
        Severity::kError, FindingCode::kSnapshotOld, "snapshot",
        absl::StrCat("published ", FormatDistance(published_at, report.now), ", expected every ",
                     absl::FormatDuration(every), ": is scarbond running?"));
  }
  if (published_at - report.now > kMinMaxAge) {
    report.Add(Severity::kError, FindingCode::kSnapshotFromFuture, "snapshot",
               absl::StrCat("published ", FormatDistance(published_at, report.now),
                            ": is a clock wrong?"));
  }
  FindZoneProblems(&report);
  if (!report.withheld.empty()) return;
  for (const Snapshot::Pool& pool : snapshot.pools()) {
    const std::string subject = absl::StrCat("pool ", pool.config->name);
    const std::string& partition = pool.config->partition;
    if (pool.state == nullptr) {
      report.Add(Severity::kError, FindingCode::kPoolNotShown, subject,
                 absl::StrCat("the cluster does not show its partition ", partition));
    } else if (!pool.state->up) {
      report.Add(
          Severity::kWarning, FindingCode::kPoolDown, subject,
          absl::StrCat("is down: ", pool.group->total.nodes > 0
                                        ? absl::StrCat("its partition ", partition, " is not up")
                                        : "none of its nodes takes jobs"));
    }
  }
}

// Checks the folder of the log. The plugin's own status is in this folder, so the plugin cannot
// report a problem with it.
void FindLogFolderProblems(const std::string& folder, StatusReport& report) {
  struct statvfs facts;
  if (statvfs(folder.c_str(), &facts) != 0) {
    report.Add(Severity::kError, FindingCode::kLogFolderUnusable, "placement log",
               absl::StrCat(folder, ": ", strerror(errno)));
  } else if (facts.f_bavail == 0) {
    report.Add(Severity::kError, FindingCode::kLogSpaceNone, "placement log",
               absl::StrCat(folder, ": ", strerror(ENOSPC)));
  }
}

// Adds an error if the plugin still uses another snapshot long after the publish.
void CheckPluginsSnapshot(const PluginStatus& plugin, StatusReport& report) {
  if (report.snapshot == nullptr || !plugin.snapshot.has_value()) return;
  const Manifest& used = *plugin.snapshot;
  const Manifest& manifest = report.snapshot->manifest();
  if (used.hashes == manifest.hashes || manifest.published_at - plugin.loaded_at <= kMaxPluginLag)
    return;
  report.Add(
      Severity::kError, FindingCode::kPluginBehind, "plugin",
      absl::StrCat("still uses the snapshot that it loaded at ", LocalTime(plugin.loaded_at)));
}

void FindPluginProblems(StatusReport& report) {
  const auto add = [&report](FindingCode code, std::string fact) {
    report.Add(Severity::kError, code, "plugin", std::move(fact));
  };
  const absl::StatusOr<std::string> bytes = ReadFile(report.plugin_path, kMaxPluginStatusBytes);
  if (absl::IsNotFound(bytes.status())) {
    // The plugin gets the log's path from the snapshot, so it may also use another snapshot.
    add(FindingCode::kPluginStatusMissing,
        absl::StrCat("no status file at ", report.plugin_path,
                     ": is JobSubmitPlugins=carbon set and slurmctld running",
                     report.folder == CARBON_SNAPSHOT_DIR
                         ? "?"
                         : absl::StrCat(" with SLURM_CARBON_SNAPSHOT_DIR=", report.folder, "?")));
    return;
  }
  if (!bytes.ok()) {
    add(IsDenied(bytes.status(), report.plugin_path) ? FindingCode::kPluginStatusAccessDenied
                                                     : FindingCode::kPluginStatusUnreadable,
        std::string(bytes.status().message()));
    return;
  }
  absl::StatusOr<PluginStatus> plugin = ParsePluginStatus(*bytes);
  if (!plugin.ok()) {
    add(FindingCode::kPluginStatusUnreadable,
        absl::StrCat(report.plugin_path,
                     ": is not a plugin's status: ", plugin.status().message()));
    return;
  }
  if (const absl::Time updated_at = *plugin->updated_at;
      report.now - updated_at > kMaxPluginSilence) {
    add(FindingCode::kPluginSilent,
        absl::StrCat("silent since ", LocalTime(updated_at), ": is slurmctld running?"));
  }
  if (!plugin->error.empty()) add(FindingCode::kPluginFailing, plugin->error);
  if (!plugin->log_error.empty()) {
    add(FindingCode::kPluginLogFailing, absl::StrCat("placement log: ", plugin->log_error));
  }
  CheckPluginsSnapshot(*plugin, report);
  report.plugin = *std::move(plugin);
  report.plugin_json = *bytes;
}

StatusReport Look(const Options& options,
                  SnapshotReader::Owner owner = SnapshotReader::Owner::kAnyone) {
  StatusReport report;
  report.now = absl::Now();
  report.folder = options.snapshot;
  std::string log_path;
  if (options.snapshot.empty()) {
    std::vector<std::string> errors, warnings;
    if (const std::optional<Config> config = LoadConfig(options.config, &errors, &warnings)) {
      report.folder = config->daemon.paths.snapshot;
      log_path = config->daemon.paths.log;
    } else {
      report.folder = CARBON_SNAPSHOT_DIR;
    }
    // Each line names the file and is a complete sentence.
    for (std::string& error : errors) {
      report.Add(Severity::kError, FindingCode::kConfigInvalid, "", std::move(error));
    }
  }
  SnapshotReader reader(report.folder, owner);
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = reader.ReadIfChanged();
  if (snapshot.ok()) {
    report.snapshot = *std::move(snapshot);
    // The plugin knows carbon.json only as published.
    log_path = report.snapshot->manifest().readers->log;
    if (reader.withheld().ok()) {
      ReadDaemonState(&report);
    } else {
      report.withheld = std::string(reader.withheld().message());
      report.Add(
          Severity::kNote, FindingCode::kNotShown, "",
          absl::StrCat("pools, sources and the plugin are shown to root and SlurmUser only: ",
                       report.withheld));
    }
    FindSnapshotProblems(report);
  } else {
    const bool is_denied =
        IsDenied(snapshot.status(), absl::StrCat(report.folder, "/", kManifestFile));
    report.Add(Severity::kError,
               is_denied ? FindingCode::kSnapshotAccessDenied : FindingCode::kSnapshotUnreadable,
               "snapshot",
               absl::StrCat(snapshot.status().message(), absl::IsNotFound(snapshot.status())
                                                             ? ": has scarbond ever published here?"
                                                             : ""));
  }
  if (!log_path.empty() && report.withheld.empty()) {
    report.plugin_path = PluginStatusPath(log_path);
    // ParseConfig allows only absolute paths.
    FindLogFolderProblems(log_path.substr(0, log_path.rfind('/') + 1), report);
    FindPluginProblems(report);
  }
  return report;
}

// As ClusterCopy::FetchIfRemote. A machine on which nothing of the cluster is found, and no
// scarbond either, is shown as it is.
absl::StatusOr<std::unique_ptr<ClusterCopy>> CopyFor(const Options& options) {
  std::error_code error;
  const bool has_files =
      !options.snapshot.empty() || std::filesystem::exists(CARBON_SNAPSHOT_DIR, error);
  absl::StatusOr<std::unique_ptr<ClusterCopy>> copy = ClusterCopy::FetchIfRemote(
      options.server, options.config, has_files, {.snapshot = true}, [](const std::string&) {});
  const bool is_named = !options.server.server.empty() || getenv("SLURM_CARBON_SERVER") != nullptr;
  if (!copy.ok() && !is_named) return nullptr;
  return copy;
}

std::vector<std::string> AllWrong(const StatusReport& report) {
  std::vector<std::string> wrong = FormatFindings(report.findings, Severity::kError);
  for (std::string& line : FormatFindings(report.findings, Severity::kWarning)) {
    wrong.push_back(std::move(line));
  }
  return wrong;
}

Json FindingsAsJson(const std::vector<Finding>& findings) {
  Json json = Json::array();
  for (const Finding& finding : findings) {
    json.push_back({{"severity", std::string(SeverityName(finding.severity))},
                    {"code", std::string(FindingCodeName(finding.code))},
                    {"subject", finding.subject.empty() ? Json(nullptr) : Json(finding.subject)},
                    {"fact", finding.fact},
                    {"advice", finding.advice.empty() ? Json(nullptr) : Json(finding.advice)}});
  }
  return json;
}

Json AsJson(const StatusReport& report) {
  Json json = {
      {"snapshot", nullptr},
      {"zones", Json::array()},
      {"pools", Json::array()},
      {"plugin", report.plugin.has_value() ? Json::parse(report.plugin_json) : Json(nullptr)},
      {"problems", AllWrong(report)},
      {"notes", FormatFindings(report.findings, Severity::kNote)},
      {"findings", FindingsAsJson(report.findings)}};
  if (report.snapshot == nullptr) return json;
  const Snapshot& snapshot = *report.snapshot;
  json["snapshot"] = {
      {"folder", report.folder},
      {"published_at", UtcTime(snapshot.manifest().published_at)},
      {"age_s", absl::ToDoubleSeconds(report.now - snapshot.manifest().published_at)},
      {"capacity_taken_at",
       report.withheld.empty() ? Json(UtcTime(snapshot.capacity().taken_at)) : Json(nullptr)}};
  for (const PartInfo& info : kParts) {
    const std::string& hash = snapshot.manifest().hashes[info.part];
    json["snapshot"][info.name] = hash.empty() ? Json(nullptr) : Json(hash);
  }
  json["zones"] = ZonesAsJson(report);
  for (const Snapshot::Pool& pool : snapshot.pools()) {
    json["pools"].push_back(
        {{"pool", pool.config->name},
         {"site", pool.config->site},
         {"partition", pool.config->partition},
         {"hardware", pool.config->hardware},
         {"state", report.withheld.empty() ? Json(StateOf(pool)) : Json(nullptr)},
         {"wake_up_s",
          pool.state == nullptr ? Json(nullptr) : Json(absl::ToInt64Seconds(pool.state->wake_up))},
         {"asleep", pool.state == nullptr ? Json(nullptr) : Json(pool.state->asleep)},
         {"may_be_moved_here", report.withheld.empty()
                                   ? Json(MayBeMovedHere(pool, snapshot.admission()))
                                   : Json(nullptr)}});
  }
  return json;
}

// Returns the text after the hash of the runtimes part. nullptr: it may not be read.
std::string RuntimesSummary(const LearntRuntimes* runtimes) {
  if (runtimes == nullptr || !runtimes->cluster.has_value()) return "";
  return absl::StrCat(", ", runtimes->cluster->jobs, " jobs that ended by ",
                      LocalTime(runtimes->newest), ", ", runtimes->names.size(), " names");
}

// Returns the text after a part's hash.
std::string SummaryOf(SnapshotPart part, const Snapshot& snapshot) {
  switch (part) {
    case SnapshotPart::kCapacity:
      return absl::StrCat(", queue read at ", LocalTime(snapshot.capacity().taken_at));
    case SnapshotPart::kAdmission:
      return absl::StrCat(", ", snapshot.admission().users.size(), " users with accounts");
    case SnapshotPart::kRuntimes:
      return RuntimesSummary(snapshot.runtimes().get());
    case SnapshotPart::kConfig:
    case SnapshotPart::kForecast:
      return "";
  }
  return "";
}

void Print(const StatusReport& report) {
  if (report.snapshot != nullptr) {
    const Snapshot& snapshot = *report.snapshot;
    const Manifest& manifest = snapshot.manifest();
    std::cout << "Snapshot in " << report.folder << ", published "
              << LocalTime(manifest.published_at) << " ("
              << FormatDistance(manifest.published_at, report.now) << ")\n";
    for (const PartInfo& info : kParts) {
      if (manifest.hashes[info.part].empty()) continue;
      std::cout << absl::StrFormat("  %-9s %s", info.name, manifest.hashes[info.part])
                << (report.withheld.empty() ? SummaryOf(info.part, snapshot) : "") << "\n";
    }
    std::cout << "\n";
    Table pools(
        {{"POOL"}, {"SITE"}, {"PARTITION"}, {"HARDWARE"}, {"STATE"}, {"JOBS MAY BE MOVED HERE"}});
    for (const Snapshot::Pool& pool : snapshot.pools()) {
      if (!report.withheld.empty()) {
        pools.AddRow({pool.config->name, pool.config->site, pool.config->partition,
                      pool.config->hardware, "not shown", "not shown"});
        continue;
      }
      pools.AddRow({pool.config->name, pool.config->site, pool.config->partition,
                    pool.config->hardware,
                    absl::StrCat(StateOf(pool), IsAsleep(pool) ? ", asleep" : ""),
                    MayBeMovedHere(pool, snapshot.admission())});
    }
    std::cout << FormatZones(report) << "\n" << pools.Format(Table::Style::kAligned, true) << "\n";
  }
  if (report.plugin.has_value()) {
    const PluginStatus& plugin = *report.plugin;
    std::cout << "Plugin in slurmctld, pid " << plugin.pid << ", since "
              << LocalTime(plugin.started_at) << "\n"
              << "  " << plugin.decisions << " decisions: " << plugin.placed << " placed, "
              << plugin.left_alone << " left alone, " << plugin.failed << " failed\n"
              << "  " << plugin.records_written << " log records written, "
              << plugin.records_dropped << " dropped, " << plugin.records_withheld
              << " withheld\n\n";
  }
  const std::vector<std::string> wrong = AllWrong(report);
  for (const std::string& problem : wrong) {
    std::cout << "problem: " << Printable(problem) << "\n";
  }
  for (const std::string& note : FormatFindings(report.findings, Severity::kNote)) {
    std::cout << "note: " << Printable(note) << "\n";
  }
  // Not all is well if Slurm does not show some nodes of a pool, although that may be intended.
  const bool has_unseen =
      std::any_of(report.findings.begin(), report.findings.end(), IsOfPoolNodes);
  if (wrong.empty() && !has_unseen && report.withheld.empty()) std::cout << "All is well.\n";
}

}  // namespace

bool IsOfPoolNodes(const Finding& finding) {
  return finding.code == FindingCode::kPoolNodesHidden ||
         finding.code == FindingCode::kPoolNodesFuture;
}

StatusReport FindStatus(const std::string& config, const std::string& snapshot) {
  return Look({.config = config, .snapshot = snapshot});
}

void AddStatus(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* status =
      app.add_subcommand("status", "Show whether what decisions need is there and fresh");
  status->add_option("--config", options->config, "Configuration")->capture_default_str();
  status->add_option("--snapshot", options->snapshot,
                     "Folder of the snapshot; default: the one in the configuration");
  status->add_flag("--json", options->json, "Print one JSON object");
  status->footer("Exits with 1 if anything is stale, missing or wrong.");
  AddServerOption(status, &options->server)->excludes("--snapshot");
  status->callback([options, exit_code] {
    const absl::StatusOr<std::unique_ptr<ClusterCopy>> copy = CopyFor(*options);
    if (!copy.ok()) {
      std::cerr << "scarbon: " << Printable(copy.status().message()) << "\n";
      *exit_code = 1;
      return;
    }
    if (*copy != nullptr) options->snapshot = (*copy)->snapshot();
    const StatusReport report =
        Look(*options, *copy != nullptr ? SnapshotReader::Owner::kAnyoneWithoutPrivate
                                        : SnapshotReader::Owner::kAnyone);
    if (options->json) {
      std::cout << AsJson(report).dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    } else {
      Print(report);
    }
    *exit_code = AllWrong(report).empty() ? 0 : 1;
  });
}

}  // namespace carbon
