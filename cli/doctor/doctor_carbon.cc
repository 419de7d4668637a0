// Checks Slurm Carbon's own files: carbon.json, and what scarbon status finds.
#include <unistd.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/doctor/doctor_checks.h"
#include "cli/policy/policy_check.h"
#include "cli/status/status.h"
#include "cli/text/slurm_time.h"
#include "core/base/timestamp.h"

namespace carbon {
namespace {

// Returns why no job is moved to the pool unless it asked for it. Empty: some jobs may be.
std::string WhyClosed(const Snapshot::Pool& pool, const AdmissionRules& admission) {
  if (!pool.state->up) return "its partition or all its nodes are down";
  const PartitionRules* rules = admission.FindPartition(pool.config->partition);
  if (rules == nullptr) return "the rules of its partition are not known";
  if (rules->unknown_flags != 0) return "its partition has a rule that is not known";
  if (admission.unknown_enforcement != 0)
    return "AccountingStorageEnforce has a setting that is not known";
  if (rules->root_only) return "its partition is for root only";
  if (rules->needs_reservation) return "its partition needs a reservation";
  if (rules->hidden) return "its partition is hidden";
  return "";
}

bool HasAny(const StatusReport& status, std::initializer_list<FindingCode> codes) {
  return std::any_of(status.findings.begin(), status.findings.end(), [&](const Finding& finding) {
    return std::find(codes.begin(), codes.end(), finding.code) != codes.end();
  });
}

bool IsOfLogFolder(const Finding& finding) {
  return finding.code == FindingCode::kLogFolderUnusable ||
         finding.code == FindingCode::kLogSpaceNone;
}

// Returns true if the finding comes from the plugin in slurmctld, or from its status file.
bool IsOfPlugin(const Finding& finding) {
  switch (finding.code) {
    case FindingCode::kPluginStatusMissing:
    case FindingCode::kPluginStatusAccessDenied:
    case FindingCode::kPluginStatusUnreadable:
    case FindingCode::kPluginSilent:
    case FindingCode::kPluginFailing:
    case FindingCode::kPluginLogFailing:
    case FindingCode::kPluginBehind:
      return true;
    default:
      return false;
  }
}

// Adds an error of scarbon status. It is an error here too if slurmctld runs and this user may read
// the file.
void AddProblem(const Finding& problem, const Installation& found, Checks* checks) {
  const bool is_of_plugin = IsOfPlugin(problem);
  const bool is_denied = problem.code == FindingCode::kSnapshotAccessDenied ||
                         problem.code == FindingCode::kPluginStatusAccessDenied;
  const auto warn = [&](std::string subject, std::string advice) {
    checks->Warn(problem.code, std::move(subject), problem.fact, std::move(advice));
  };
  std::string subject = is_of_plugin ? "plugin status" : problem.subject;
  if (subject.empty()) subject = "status";
  if (geteuid() != 0 && is_denied) {
    warn(std::move(subject), "run scarbon doctor as root");
  } else if (!found.server.has_value()) {
    warn(std::move(subject), "run scarbon doctor again when slurmctld runs");
  } else if (is_of_plugin && found.awaits_restart) {
    warn(std::move(subject), "restart slurmctld, then run scarbon doctor again");
  } else {
    checks->Error(problem.code, std::move(subject), problem.fact, "run scarbon status for details");
  }
}

void CheckPools(const Snapshot& snapshot, Checks* checks) {
  std::map<std::string, std::vector<std::string>> pools_by_reason;
  size_t open = 0;
  for (const Snapshot::Pool& pool : snapshot.pools()) {
    if (pool.state == nullptr) continue;  // scarbon status reports it
    const std::string reason = WhyClosed(pool, snapshot.admission());
    if (reason.empty()) {
      ++open;
    } else {
      pools_by_reason[reason].push_back(pool.config->name);
    }
  }
  checks->Ok(FindingCode::kPoolsOpen, "pools",
             absl::StrCat("jobs may be moved to ", open, " of ", snapshot.pools().size()));
  for (const auto& [reason, pools] : pools_by_reason) {
    checks->Warn(FindingCode::kPoolClosed,
                 absl::StrCat(pools.size() == 1 ? "pool " : "pools ", absl::StrJoin(pools, ", ")),
                 absl::StrCat("no job is moved there: ", reason),
                 "change this if jobs should be moved there");
  }
}

}  // namespace

void CheckCarbonConfig(const DoctorOptions& options, Installation* found, Checks* checks) {
  ConfigReview review = ReviewConfig(options.config);
  for (const std::string& error : review.errors) {
    checks->Error(
        FindingCode::kConfigInvalid, "carbon.json", error,
        "fix it: scarbond does not start with it; a running scarbond keeps the last valid one");
  }
  for (const std::string& warning : review.warnings) {
    checks->Warn(FindingCode::kConfigDoubtful, "carbon.json", warning,
                 "run scarbon policy check for details");
  }
  if (!review.config.has_value()) return;
  found->config = std::move(review.config);
  const Config& config = *found->config;
  checks->Ok(
      FindingCode::kConfigOk, "carbon.json",
      absl::StrCat(options.config, ", ", Counted(config.daemon.zones.size(), "zone", "zones"), ", ",
                   Counted(config.placement.sites.size(), "site", "sites"), ", ",
                   Counted(config.placement.pools.size(), "pool", "pools"), ", ",
                   Counted(config.placement.policies.size(), "policy", "policies")));
}

void CheckStatus(const DoctorOptions& options, const Installation& found, Checks* checks) {
  if (!found.config.has_value()) return;
  const StatusReport status = FindStatus(options.config, "");
  // The most severe come first.
  for (const Severity severity : {Severity::kError, Severity::kWarning, Severity::kNote}) {
    for (const Finding& finding : status.findings) {
      // CheckFolders checks the log's folder.
      if (finding.severity != severity || IsOfLogFolder(finding)) continue;
      if (severity == Severity::kError) {
        AddProblem(finding, found, checks);
      } else if (severity == Severity::kWarning) {
        checks->Warn(finding.code, finding.subject, finding.fact, "run scarbon status for details");
      } else if (IsOfPoolNodes(finding)) {
        checks->Ok(finding.code, finding.subject, finding.fact);
      }
    }
  }
  if (status.snapshot != nullptr) {
    const Snapshot& snapshot = *status.snapshot;
    if (!HasAny(status, {FindingCode::kSnapshotOld, FindingCode::kSnapshotFromFuture})) {
      checks->Ok(
          FindingCode::kSnapshotFresh, "snapshot",
          absl::StrCat("published ",
                       FormatSlurmDuration(status.now - snapshot.manifest().published_at), " ago"));
    }
    if (!HasAny(status, {FindingCode::kZoneWithoutForecast, FindingCode::kZoneForecastUnusable})) {
      checks->Ok(
          FindingCode::kForecastsUsable, "forecasts",
          absl::StrCat("usable for ", Counted(snapshot.forecasts().size(), "zone", "zones")));
    }
    if (status.withheld.empty()) {
      CheckPools(snapshot, checks);
    } else {
      checks->Warn(FindingCode::kNotShown, "pools",
                   absl::StrCat("shown to root and SlurmUser only: ", status.withheld),
                   "run scarbon doctor as root");
    }
  }
  if (status.plugin.has_value() &&
      !HasAny(status, {FindingCode::kPluginSilent, FindingCode::kPluginFailing,
                       FindingCode::kPluginLogFailing, FindingCode::kPluginBehind})) {
    checks->Ok(FindingCode::kPluginStatusFresh, "plugin status",
               absl::StrCat("in use since ", FormatTimestamp(status.plugin->started_at)));
  }
}

}  // namespace carbon
