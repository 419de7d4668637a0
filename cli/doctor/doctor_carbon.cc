// Slurm Carbon's own side of an installation: carbon.json, and what scarbon status finds.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <map>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/doctor/doctor_checks.h"
#include "cli/policy/policy_check.h"
#include "cli/status/status.h"
#include "cli/text/slurm_time.h"

namespace carbon {
namespace {

// "zone NO-1: has no forecast": the subject, and the rest.
std::pair<std::string, std::string> SplitProblem(const std::string& problem) {
  const size_t colon = problem.find(": ");
  if (colon == std::string::npos) return {"status", problem};
  return {problem.substr(0, colon), problem.substr(colon + 2)};
}

// Why no job at all that did not ask for the pool is moved there; empty: some may be.
std::string WhyClosed(const Snapshot::Pool& pool, const AdmissionRules& admission) {
  if (!pool.state->up) return "its partition or all its nodes are down";
  const PartitionRules* rules = admission.FindPartition(pool.config->partition);
  if (rules == nullptr) return "whom its partition admits is not known";
  if (rules->unknown_flags != 0) return "its partition has a rule that is not known";
  if (admission.unknown_enforcement != 0) return "what is enforced of accounts is not known";
  if (rules->root_only) return "its partition is for root only";
  if (rules->needs_reservation) return "its partition needs a reservation";
  if (rules->hidden) return "its partition is hidden";
  return "";
}

void CheckPools(const Snapshot& snapshot, Checks* checks) {
  std::map<std::string, std::vector<std::string>> pools_by_reason;
  size_t open = 0;
  for (const Snapshot::Pool& pool : snapshot.pools()) {
    if (pool.state == nullptr) continue;  // a problem of status's
    const std::string reason = WhyClosed(pool, snapshot.admission());
    if (reason.empty()) {
      ++open;
    } else {
      pools_by_reason[reason].push_back(pool.config->name);
    }
  }
  checks->Ok("pools", absl::StrCat("jobs may be moved to ", open, " of ", snapshot.pools().size()));
  for (const auto& [reason, pools] : pools_by_reason) {
    checks->Warn(absl::StrCat(pools.size() == 1 ? "pool " : "pools ", absl::StrJoin(pools, ", ")),
                 absl::StrCat("no job is moved there: ", reason), "change that, or live with it");
  }
}

}  // namespace

void CheckCarbonConfig(const DoctorOptions& options, Installation* found, Checks* checks) {
  ConfigReview review = ReviewConfig(options.config);
  for (const std::string& error : review.errors) {
    checks->Error(
        "carbon.json", error,
        "mend it: scarbond does not start with it, and one that runs keeps the one before");
  }
  for (const std::string& warning : review.warnings) {
    checks->Warn("carbon.json", warning, "see scarbon policy check");
  }
  if (!review.config.has_value()) return;
  found->config = std::move(review.config);
  const Config& config = *found->config;
  checks->Ok(
      "carbon.json",
      absl::StrCat(options.config, ", ", Counted(config.daemon.zones.size(), "zone", "zones"), ", ",
                   Counted(config.placement.sites.size(), "site", "sites"), ", ",
                   Counted(config.placement.pools.size(), "pool", "pools"), ", ",
                   Counted(config.placement.policies.size(), "policy", "policies")));
}

void CheckStatus(const DoctorOptions& options, const Installation& found, Checks* checks) {
  if (!found.config.has_value()) return;
  const StatusFindings status = FindStatus(options.config, "");
  // What lies in the folders only root and SlurmUser may be able to read; CheckFolders has spoken
  // of those.
  std::map<std::string, int> problems;
  for (const std::string& problem : status.problems) {
    auto [subject, fact] = SplitProblem(problem);
    if (subject == "placement log") continue;
    ++problems[subject.substr(0, subject.find(' '))];
    if (subject == "plugin") subject = "plugin status";
    if (geteuid() != 0 && absl::EndsWith(fact, strerror(EACCES))) {
      checks->Warn(subject, fact, "ask as root");
    } else if (!found.server.has_value()) {
      checks->Warn(subject, fact, "look again when slurmctld runs");
    } else if (subject == "plugin status" && found.awaits_restart) {
      checks->Warn(subject, fact, "look again when slurmctld was restarted");
    } else {
      checks->Error(subject, fact, "see scarbon status");
    }
  }
  for (const std::string& trouble : status.troubles) {
    const auto [subject, fact] = SplitProblem(trouble);
    checks->Warn(subject, fact, "see scarbon status");
  }
  for (const std::string& note : status.notes) {
    const auto [subject, fact] = SplitProblem(note);
    if (absl::StartsWith(subject, "pool ")) checks->Ok(subject, fact);
  }
  if (status.snapshot != nullptr) {
    const Snapshot& snapshot = *status.snapshot;
    if (problems["snapshot"] == 0) {
      checks->Ok(
          "snapshot",
          absl::StrCat("published ",
                       FormatSlurmDuration(status.now - snapshot.manifest().published_at), " ago"));
    }
    if (problems["zone"] == 0) {
      checks->Ok("forecasts", absl::StrCat("usable for ",
                                           Counted(snapshot.forecasts().size(), "zone", "zones")));
    }
    if (status.withheld.empty()) {
      CheckPools(snapshot, checks);
    } else {
      checks->Warn("pools", absl::StrCat("shown to root and SlurmUser only: ", status.withheld),
                   "ask as root");
    }
  }
  if (problems["plugin"] == 0 && status.plugin.has_value()) {
    checks->Ok(
        "plugin status",
        absl::StrCat("in use since ", status.plugin->value("started_at", "an unknown time")));
  }
}

}  // namespace carbon
