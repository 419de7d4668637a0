// Checks whether the plugin and Slurm let a scarbond work whose user is neither root nor SlurmUser.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/doctor/doctor_checks.h"
#include "cli/process/child_process.h"
#include "core/config/daemon_config.h"
#include "store/account.h"

namespace carbon {
namespace {

// Checks whether the plugin trusts what the user publishes.
void CheckTrust(const Installation& found, const Account& user, const std::string& slurm_user,
                Checks* checks) {
  const std::optional<std::string> publisher = found.Variable("SLURM_CARBON_PUBLISHER");
  const std::string set = absl::StrCat("set SLURM_CARBON_PUBLISHER=", user.name,
                                       " in slurmctld's environment and restart it, or run "
                                       "scarbond as ",
                                       slurm_user);
  if (!publisher.has_value()) {
    checks->Warn(
        FindingCode::kScarbondTrustUnknown, "publisher",
        absl::StrCat("whether the plugin trusts user ", user.name,
                     " depends on slurmctld's environment, which ",
                     found.server.has_value() ? "only root can see" : "is unknown before it runs"),
        found.server.has_value() ? "run scarbon doctor as root" : set);
    return;
  }
  const absl::StatusOr<Account> believed =
      publisher->empty() ? absl::NotFoundError("") : FindAccountInGroup(*publisher);
  if (!publisher->empty() && !believed.ok()) {
    checks->Error(FindingCode::kScarbondNotTrusted, "publisher",
                  absl::StrCat("SLURM_CARBON_PUBLISHER: ", believed.status().message()), set);
  } else if (!believed.ok() || believed->uid != user.uid) {
    const std::string trusted = slurm_user == "root"
                                    ? "root"
                                    : absl::StrCat("slurmctld's user, ", slurm_user, ", and root");
    checks->Error(FindingCode::kScarbondNotTrusted, "publisher",
                  absl::StrCat("scarbond runs as ", user.name, ", but the plugin trusts only ",
                               trusted, believed.ok() ? ", and " + believed->name : ""),
                  set);
  } else {
    checks->Ok(FindingCode::kScarbondTrusted, "publisher",
               absl::StrCat("the plugin trusts user ", user.name));
  }
  const std::string variable = found.Variable("SLURM_CARBON_LOG").value_or("");
  const std::string log = variable.empty() ? kDefaultLog : variable;
  if (believed.ok() && log != found.config->daemon.paths.log) {
    checks->Error(FindingCode::kLogElsewhere, "publisher's log",
                  absl::StrCat("the plugin writes only to ", log, ", but paths.log is ",
                               found.config->daemon.paths.log),
                  absl::StrCat("set SLURM_CARBON_LOG=", found.config->daemon.paths.log,
                               " in slurmctld's environment and restart it"));
  }
}

// Returns Slurm's AdminLevel, as sacctmgr shows it: "None", "Operator" or "Administrator". Empty:
// Slurm does not know the user.
absl::StatusOr<std::string> AdminLevelOf(const Installation& found, const std::string& user) {
  absl::StatusOr<std::string> shown =
      RunProgram({"env", "SLURM_CONF=" + found.Setting("SLURM_CONF"), "sacctmgr", "--noheader",
                  "--parsable2", "show", "user", user, "format=AdminLevel"});
  if (shown.ok()) absl::StripAsciiWhitespace(&*shown);
  return shown;
}

void CheckAdminLevel(const Installation& found, const std::string& user,
                     const std::string& slurm_user, Checks* checks) {
  constexpr char kSubject[] = "scarbond's right";
  if (found.Setting("AccountingStorageType") != "accounting_storage/slurmdbd") {
    checks->Error(
        FindingCode::kScarbondMayNotRestore, kSubject,
        absl::StrCat(user, " may not restore jobs: Slurm has operators only with slurmdbd"),
        absl::StrCat("run scarbond as ", slurm_user));
    return;
  }
  const absl::StatusOr<std::string> level = AdminLevelOf(found, user);
  if (!level.ok()) {
    checks->Warn(FindingCode::kScarbondRightUnknown, kSubject,
                 absl::StrCat("cannot find out whether ", user,
                              " is an operator of Slurm: sacctmgr: ", level.status().message()),
                 "run scarbon doctor again when slurmdbd answers");
  } else if (*level == "Operator" || *level == "Administrator") {
    checks->Ok(FindingCode::kScarbondMayRestore, kSubject,
               absl::StrCat(user, " has AdminLevel=", *level));
  } else {
    checks->Error(
        FindingCode::kScarbondMayNotRestore, kSubject,
        absl::StrCat(user,
                     " is not an operator of Slurm: it may not restore jobs, so no job "
                     "with a deadline is delayed"),
        level->empty()
            ? absl::StrCat("sacctmgr add user ", user, " account=ACCOUNT AdminLevel=Operator")
            : absl::StrCat("sacctmgr modify user ", user, " set AdminLevel=Operator"));
  }
}

}  // namespace

void CheckPublisher(const Installation& found, uid_t scarbond_user, Checks* checks) {
  const absl::StatusOr<Account> user = FindAccount(scarbond_user);
  if (!user.ok()) {
    checks->Error(FindingCode::kScarbondNotTrusted, "publisher",
                  std::string(user.status().message()),
                  "run scarbond as a user that this machine knows");
    return;
  }
  const std::string slurm_user = NameOfUser(*found.slurm_user);
  CheckTrust(found, *user, slurm_user, checks);
  if (*found.slurm_user != 0 && !IsMember(*found.slurm_user, user->gid)) {
    const std::string group = GroupName(user->gid);
    checks->Error(FindingCode::kSnapshotKeptFromSlurmctld, "publisher's group",
                  absl::StrCat(slurm_user, " is not in group ", group, " and cannot read what ",
                               user->name, " publishes"),
                  absl::StrCat("usermod -aG ", group, " ", slurm_user,
                               ", and restart slurmctld and scarbond"));
  }
  CheckAdminLevel(found, user->name, slurm_user, checks);
}

}  // namespace carbon
