// Checks scarbond: the installed program, the libslurm that it finds, and the running process.
#include <errno.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/doctor/doctor_checks.h"
#include "cli/doctor/linked_libraries.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;

// Returns the scarbond that was installed with this scarbon: in the same folder, as in a build
// tree, or in the sbin folder next to it, or otherwise in the configured install path. Empty: not
// found.
std::string FindScarbond() {
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& path : {folder / "scarbond", folder.parent_path() / "sbin" / "scarbond",
                               fs::path(CARBON_SCARBOND)}) {
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return "";
}

// scarbond, unlike scarbon, is linked to libslurm, and only to that of the release for which it was
// built.
void CheckLibslurm(const Installation& found, Checks* checks) {
  if (found.scarbond.empty()) {
    checks->Warn(FindingCode::kScarbondNotInstalled, "scarbond installed",
                 absl::StrCat("is neither next to scarbon nor at ", CARBON_SCARBOND),
                 "install it, or run the scarbon next to it");
    return;
  }
  const absl::StatusOr<LinkedLibraries> own = FindLinkedLibraries(found.scarbond);
  if (!own.ok()) {
    checks->Warn(
        FindingCode::kScarbondLibrariesUnknown, "scarbond installed",
        absl::StrCat(found.scarbond, ": its libraries are not known: ", own.status().message()),
        "check whether it starts");
    return;
  }
  const std::vector<std::string> missing = MissingLibraries(*own);
  if (missing.empty()) {
    checks->Ok(FindingCode::kScarbondInstalled, "scarbond installed",
               absl::StrCat(found.scarbond, ", with ", found.scarbond_library));
    return;
  }
  const std::string fact =
      absl::StrCat(found.scarbond, ": needs ", absl::StrJoin(missing, ", "), ", not found");
  const absl::StatusOr<LinkedLibraries> here =
      FindLinkedLibraries(found.scarbond, LoaderPaths::kWithVariable);
  if (here.ok() && MissingLibraries(*here).empty()) {
    checks->Warn(FindingCode::kScarbondLibraryByVariable, "scarbond installed",
                 absl::StrCat(fact, " without LD_LIBRARY_PATH"),
                 "build it with -DSLURM_PREFIX, or set that variable in scarbond.service too");
    return;
  }
  checks->Error(FindingCode::kScarbondLibraryMissing, "scarbond installed",
                absl::StrCat(fact, ": it will not start"),
                "build Slurm Carbon with the Slurm that is installed now, and install it");
}

// Checks settings that prevent scarbond from seeing the queue, or a decision from being carried
// out.
void CheckLimitingSettings(const Installation& found, Checks* checks) {
  const std::string hidden = found.Setting("PrivateData");
  if (!hidden.empty() && hidden != "none") {
    checks->Ok(FindingCode::kPrivateData, "PrivateData",
               absl::StrCat(hidden,
                            ": does not affect root, SlurmUser and operators, who see everything"));
  }
  const std::string enforced = found.Setting("AccountingStorageEnforce");
  if (!enforced.empty() && enforced != "none") {
    checks->Ok(FindingCode::kAccountingEnforced, "AccountingStorageEnforce",
               absl::StrCat(enforced, ": jobs are moved only where their admission is proven"));
  }
}

}  // namespace

void FindScarbondProgram(Installation* found) {
  found->scarbond = FindScarbond();
  if (found->scarbond.empty()) return;
  const absl::StatusOr<LinkedLibraries> libraries = FindLinkedLibraries(found->scarbond);
  if (!libraries.ok()) return;
  for (const auto& [name, path] : *libraries) {
    if (absl::StartsWith(name, "libslurm.so")) {
      found->scarbond_library = fs::path(path).lexically_normal();
    }
  }
}

void CheckScarbond(const Installation& found, Checks* checks) {
  CheckLibslurm(found, checks);
  CheckLimitingSettings(found, checks);
  if (!found.config.has_value()) return;
  const std::string lock = absl::StrCat(found.config->daemon.paths.snapshot, "/.lock");
  if (access(lock.c_str(), R_OK) != 0 && errno == EACCES) {
    checks->Warn(FindingCode::kScarbondNotSeen, "scarbond",
                 absl::StrCat("only its user may read ", lock, ", which says whether it runs"),
                 "run scarbon doctor as root");
    return;
  }
  const std::optional<pid_t> pid = ReadPidFile(lock);
  const std::optional<ServerProcess> scarbond =
      pid.has_value() ? FindServer(*pid, "scarbond") : std::nullopt;
  if (!scarbond.has_value()) {
    checks->Error(
        FindingCode::kScarbondNotRunning, "scarbond",
        absl::StrCat("does not run on this machine: ", lock,
                     pid.has_value() ? absl::StrCat(" names process ", *pid,
                                                    ", which is not a running scarbond")
                                     : " names no process"),
        "start it: systemctl start scarbond; if that fails, journalctl -u scarbond says why");
    return;
  }
  const std::string process =
      absl::StrCat("pid ", scarbond->pid, ", user ", NameOfUser(scarbond->user));
  checks->Ok(FindingCode::kScarbondRunning, "scarbond", process);
  if (scarbond->user != 0 && found.slurm_user.has_value() && scarbond->user != *found.slurm_user) {
    CheckPublisher(found, scarbond->user, checks);
  }
}

}  // namespace carbon
