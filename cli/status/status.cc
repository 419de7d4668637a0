// scarbon status: whether everything that a decision needs is there and fresh, and what is wrong
// where it is not.
#include "cli/status/status.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
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

constexpr int64_t kMaxPluginStatusBytes = 1 << 20;
// scarbond publishes every few seconds; a queue this old misleads, long before the plugin stops
// believing it.
constexpr absl::Duration kMinMaxAge = absl::Minutes(1);
constexpr int kMissedPublishes = 10;
// The plugin renews its file every minute even where nothing changes.
constexpr absl::Duration kMaxPluginSilence = absl::Minutes(3);
// How long after a publish the plugin may be with the one before.
constexpr absl::Duration kMaxPluginLag = absl::Seconds(30);

struct Options {
  std::string config = CARBON_CONFIG_FILE;
  std::string snapshot;
  bool json = false;
};

using Findings = StatusFindings;

std::string UtcTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

std::string LocalTime(absl::Time time) { return FormatSlurmTime(time, absl::LocalTimeZone()); }

std::optional<absl::Time> TimeIn(const Json& json, const char* key) {
  absl::Time time;
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string() ||
      !absl::ParseTime("%Y-%m-%dT%H:%M:%E*SZ", found->get<std::string>(), &time, nullptr)) {
    return std::nullopt;
  }
  return time;
}

std::string TextIn(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string CountIn(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? found->dump() : "?";
}

// Whose jobs, of those that did not ask for the pool: a summary, each job is judged on its own.
std::string MayBeMovedHere(const Snapshot::Pool& pool, const AdmissionRules& rules) {
  if (pool.state == nullptr || !pool.state->up) return "no";
  const PartitionRules* partition = pool.rules;
  const bool enforces = rules.enforces_associations || rules.enforces_limits || rules.enforces_qos;
  if (partition == nullptr) return "no: its rules are not known";
  if (enforces && !rules.accounting_known) return "no: accounts and QOS are not known";
  if (partition->unknown_flags != 0) return "no: it has a rule that is not known";
  if (rules.unknown_enforcement != 0) return "no: what is enforced of accounts is not known";
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

// All of its nodes that have no jobs.
bool IsAsleep(const Snapshot::Pool& pool) {
  return pool.state != nullptr && pool.state->up && pool.state->asleep == 1;
}

void FindSnapshotProblems(Findings& findings) {
  const Snapshot& snapshot = *findings.snapshot;
  const absl::Time published_at = snapshot.manifest().published_at;
  const absl::Duration every = snapshot.manifest().readers->period;
  if (findings.now - published_at > std::max(kMinMaxAge, kMissedPublishes * every)) {
    findings.problems.push_back(
        absl::StrCat("snapshot: published ", FormatDistance(published_at, findings.now),
                     ", expected every ", absl::FormatDuration(every), ": is scarbond running?"));
  }
  if (published_at - findings.now > kMinMaxAge) {
    findings.problems.push_back(absl::StrCat(
        "snapshot: published ", FormatDistance(published_at, findings.now), ": is a clock wrong?"));
  }
  FindZoneProblems(&findings);
  if (!findings.withheld.empty()) return;
  for (const Snapshot::Pool& pool : snapshot.pools()) {
    if (pool.state == nullptr) {
      findings.problems.push_back(absl::StrCat("pool ", pool.config->name,
                                               ": the cluster does not show its partition ",
                                               pool.config->partition));
    } else if (!pool.state->up) {
      findings.troubles.push_back(
          absl::StrCat("pool ", pool.config->name, ": is down: ",
                       pool.group->total.nodes > 0
                           ? absl::StrCat("its partition ", pool.config->partition, " is not up")
                           : "none of its nodes takes jobs"));
    }
  }
}

// The plugin's own words lie in the folder of the log: what is wrong with that it cannot say
// itself.
void FindLogFolderProblems(const std::string& folder, Findings& findings) {
  struct statvfs facts;
  if (statvfs(folder.c_str(), &facts) != 0) {
    findings.problems.push_back(absl::StrCat("placement log: ", folder, ": ", strerror(errno)));
  } else if (facts.f_bavail == 0) {
    findings.problems.push_back(absl::StrCat("placement log: ", folder, ": ", strerror(ENOSPC)));
  }
}

void FindPluginProblems(Findings& findings) {
  const absl::StatusOr<std::string> bytes = ReadFile(findings.plugin_path, kMaxPluginStatusBytes);
  if (absl::IsNotFound(bytes.status())) {
    // The plugin learns where the log is from the snapshot, so it may also look elsewhere for that.
    findings.problems.push_back(
        absl::StrCat("plugin: no status file at ", findings.plugin_path,
                     ": is JobSubmitPlugins=carbon set and slurmctld running",
                     findings.folder == CARBON_SNAPSHOT_DIR
                         ? "?"
                         : absl::StrCat(" with SLURM_CARBON_SNAPSHOT_DIR=", findings.folder, "?")));
    return;
  }
  if (!bytes.ok()) {
    findings.problems.push_back(absl::StrCat("plugin: ", bytes.status().message()));
    return;
  }
  Json json = Json::parse(*bytes, nullptr, /*allow_exceptions=*/false);
  const std::optional<absl::Time> updated_at =
      json.is_object() ? TimeIn(json, "updated_at") : std::nullopt;
  if (!updated_at.has_value()) {
    findings.problems.push_back(
        absl::StrCat("plugin: ", findings.plugin_path, ": is not a plugin's status"));
    return;
  }
  if (findings.now - *updated_at > kMaxPluginSilence) {
    findings.problems.push_back(
        absl::StrCat("plugin: silent since ", LocalTime(*updated_at), ": is slurmctld running?"));
  }
  for (const auto& [key, subject] :
       {std::pair("error", "plugin: "), std::pair("log_error", "plugin: placement log: ")}) {
    const std::string error = TextIn(json, key);
    if (!error.empty()) findings.problems.push_back(absl::StrCat(subject, error));
  }
  const auto used = json.find("snapshot");
  if (findings.snapshot != nullptr && used != json.end() && used->is_object()) {
    const Manifest& manifest = findings.snapshot->manifest();
    const std::optional<absl::Time> loaded_at = TimeIn(*used, "loaded_at");
    const bool is_same = std::all_of(kParts.begin(), kParts.end(), [&](const PartInfo& info) {
      return TextIn(*used, info.name) == manifest.hashes[info.part];
    });
    if (!is_same && loaded_at.has_value() && manifest.published_at - *loaded_at > kMaxPluginLag) {
      findings.problems.push_back(absl::StrCat("plugin: still uses the snapshot that it loaded at ",
                                               LocalTime(*loaded_at)));
    }
  }
  findings.plugin = std::move(json);
}

Findings Look(const Options& options) {
  Findings findings;
  findings.now = absl::Now();
  findings.folder = options.snapshot;
  std::string log_path;
  if (options.snapshot.empty()) {
    std::vector<std::string> errors, warnings;
    if (const std::optional<Config> config = LoadConfig(options.config, &errors, &warnings)) {
      findings.folder = config->daemon.paths.snapshot;
      log_path = config->daemon.paths.log;
    } else {
      findings.folder = CARBON_SNAPSHOT_DIR;
    }
    findings.problems = std::move(errors);
  }
  SnapshotReader reader(findings.folder, SnapshotReader::Owner::kAnyone);
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = reader.ReadIfChanged();
  if (snapshot.ok()) {
    findings.snapshot = *std::move(snapshot);
    // The plugin knows carbon.json only as it was published.
    log_path = findings.snapshot->manifest().readers->log;
    if (reader.withheld().ok()) {
      ReadDaemonState(&findings);
    } else {
      findings.withheld = std::string(reader.withheld().message());
      findings.notes.push_back(
          absl::StrCat("pools, sources and the plugin are shown to root and SlurmUser only: ",
                       findings.withheld));
    }
    FindSnapshotProblems(findings);
  } else {
    findings.problems.push_back(absl::StrCat(
        "snapshot: ", snapshot.status().message(),
        absl::IsNotFound(snapshot.status()) ? ": has scarbond ever published here?" : ""));
  }
  if (!log_path.empty() && findings.withheld.empty()) {
    // ParseConfig lets only absolute paths through.
    const std::string folder = log_path.substr(0, log_path.rfind('/') + 1);
    findings.plugin_path = absl::StrCat(folder, "plugin-status.json");
    FindLogFolderProblems(folder, findings);
    FindPluginProblems(findings);
  }
  return findings;
}

std::vector<std::string> AllWrong(const Findings& findings) {
  std::vector<std::string> wrong = findings.problems;
  wrong.insert(wrong.end(), findings.troubles.begin(), findings.troubles.end());
  return wrong;
}

Json AsJson(const Findings& findings) {
  Json json = {{"snapshot", nullptr},
               {"zones", Json::array()},
               {"pools", Json::array()},
               {"plugin", findings.plugin.has_value() ? *findings.plugin : Json(nullptr)},
               {"problems", AllWrong(findings)},
               {"notes", findings.notes}};
  if (findings.snapshot == nullptr) return json;
  const Snapshot& snapshot = *findings.snapshot;
  json["snapshot"] = {
      {"folder", findings.folder},
      {"published_at", UtcTime(snapshot.manifest().published_at)},
      {"age_s", absl::ToDoubleSeconds(findings.now - snapshot.manifest().published_at)},
      {"capacity_taken_at",
       findings.withheld.empty() ? Json(UtcTime(snapshot.capacity().taken_at)) : Json(nullptr)}};
  for (const PartInfo& info : kParts) {
    json["snapshot"][info.name] = snapshot.manifest().hashes[info.part];
  }
  json["zones"] = ZonesAsJson(findings);
  for (const Snapshot::Pool& pool : snapshot.pools()) {
    json["pools"].push_back(
        {{"pool", pool.config->name},
         {"site", pool.config->site},
         {"partition", pool.config->partition},
         {"hardware", pool.config->hardware},
         {"state", findings.withheld.empty() ? Json(StateOf(pool)) : Json(nullptr)},
         {"wake_up_s",
          pool.state == nullptr ? Json(nullptr) : Json(absl::ToInt64Seconds(pool.state->wake_up))},
         {"asleep", pool.state == nullptr ? Json(nullptr) : Json(pool.state->asleep)},
         {"may_be_moved_here", findings.withheld.empty()
                                   ? Json(MayBeMovedHere(pool, snapshot.admission()))
                                   : Json(nullptr)}});
  }
  return json;
}

// What is said of a part behind its hash.
std::string SummaryOf(SnapshotPart part, const Snapshot& snapshot) {
  switch (part) {
    case SnapshotPart::kCapacity:
      return absl::StrCat(", the queue as of ", LocalTime(snapshot.capacity().taken_at));
    case SnapshotPart::kAdmission:
      return absl::StrCat(", ", snapshot.admission().users.size(), " users with accounts");
    case SnapshotPart::kConfig:
    case SnapshotPart::kForecast:
      return "";
  }
  return "";
}

void Print(const Findings& findings) {
  if (findings.snapshot != nullptr) {
    const Snapshot& snapshot = *findings.snapshot;
    const Manifest& manifest = snapshot.manifest();
    std::cout << "Snapshot in " << findings.folder << ", published "
              << LocalTime(manifest.published_at) << " ("
              << FormatDistance(manifest.published_at, findings.now) << ")\n";
    for (const PartInfo& info : kParts) {
      std::cout << absl::StrFormat("  %-9s %s", info.name, manifest.hashes[info.part])
                << (findings.withheld.empty() ? SummaryOf(info.part, snapshot) : "") << "\n";
    }
    std::cout << "\n";
    Table pools(
        {{"POOL"}, {"SITE"}, {"PARTITION"}, {"HARDWARE"}, {"STATE"}, {"JOBS MAY BE MOVED HERE"}});
    for (const Snapshot::Pool& pool : snapshot.pools()) {
      if (!findings.withheld.empty()) {
        pools.AddRow({pool.config->name, pool.config->site, pool.config->partition,
                      pool.config->hardware, "not shown", "not shown"});
        continue;
      }
      pools.AddRow({pool.config->name, pool.config->site, pool.config->partition,
                    pool.config->hardware,
                    absl::StrCat(StateOf(pool), IsAsleep(pool) ? ", asleep" : ""),
                    MayBeMovedHere(pool, snapshot.admission())});
    }
    std::cout << FormatZones(findings) << "\n"
              << pools.Format(Table::Style::kAligned, true) << "\n";
  }
  if (findings.plugin.has_value()) {
    const Json& plugin = *findings.plugin;
    const std::optional<absl::Time> started_at = TimeIn(plugin, "started_at");
    std::cout << "Plugin in slurmctld, pid " << CountIn(plugin, "pid") << ", since "
              << (started_at ? LocalTime(*started_at) : "?") << "\n"
              << "  " << CountIn(plugin, "decisions") << " decisions: " << CountIn(plugin, "placed")
              << " placed, " << CountIn(plugin, "left_alone") << " left alone, "
              << CountIn(plugin, "failed") << " failed\n"
              << "  " << CountIn(plugin, "records_written") << " log records written, "
              << CountIn(plugin, "records_dropped") << " dropped, "
              << CountIn(plugin, "records_withheld") << " withheld\n\n";
  }
  const std::vector<std::string> wrong = AllWrong(findings);
  for (const std::string& problem : wrong) {
    std::cout << "problem: " << Printable(problem) << "\n";
  }
  for (const std::string& note : findings.notes) std::cout << "note: " << Printable(note) << "\n";
  // Nor is all well where a pool has nodes of which Slurm shows nothing, though that may be meant
  // so.
  const bool has_unseen =
      std::any_of(findings.notes.begin(), findings.notes.end(),
                  [](const std::string& note) { return absl::StartsWith(note, "pool "); });
  if (wrong.empty() && !has_unseen && findings.withheld.empty()) std::cout << "All is well.\n";
}

}  // namespace

StatusFindings FindStatus(const std::string& config, const std::string& snapshot) {
  return Look({.config = config, .snapshot = snapshot});
}

void AddStatus(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* status =
      app.add_subcommand("status", "Show whether what decisions need is there and fresh");
  status->add_option("--config", options->config, "Configuration")->capture_default_str();
  status->add_option("--snapshot", options->snapshot,
                     "Folder of the snapshot; default: the one in the configuration");
  status->add_flag("--json", options->json, "As one JSON object");
  status->footer("Exits with 1 where anything is stale, missing or in error.");
  status->callback([options, exit_code] {
    const Findings findings = Look(*options);
    if (options->json) {
      std::cout << AsJson(findings).dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    } else {
      Print(findings);
    }
    *exit_code = AllWrong(findings).empty() ? 0 : 1;
  });
}

}  // namespace carbon
