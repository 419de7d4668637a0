// Checks Slurm itself: the program that will be started, and its slurm.conf.
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "cli/doctor/doctor_checks.h"
#include "cli/process/child_process.h"
#include "cli/process/settings_in_child.h"

namespace carbon {
namespace {

constexpr char kUsualFolders[] = "/usr/sbin:/usr/local/sbin:/sbin:/opt/slurm/sbin";

// Returns the first program of this name in the folders, which are separated by colons. Empty:
// none.
std::string FindProgram(const std::string& name, absl::string_view folders) {
  for (absl::string_view folder : absl::StrSplit(folders, ':', absl::SkipEmpty())) {
    const std::string file = absl::StrCat(folder, "/", name);
    if (access(file.c_str(), X_OK) == 0) return file;
  }
  return "";
}

// Prefers the slurmctld of the Slurm for which this was built: PATH may have another one first,
// such as Debian's. If it does, a warning says so.
std::string FindSlurmctld(Checks* checks) {
  const char* variable = getenv("PATH");
  const std::string path = variable != nullptr ? variable : "";
  const std::string chosen =
      FindProgram("slurmctld", absl::StrCat(CARBON_SLURM_SBIN_DIR, ":", path, ":", kUsualFolders));
  const std::string first = FindProgram("slurmctld", path);
  std::error_code error;
  if (!first.empty() && !std::filesystem::equivalent(first, chosen, error)) {
    checks->Warn(FindingCode::kSlurmctldOtherInPath, "slurmctld installed",
                 absl::StrCat(chosen, " is checked, but PATH has another one first, ", first),
                 "if that one will be started, name it with --slurmctld");
  }
  return chosen;
}

void CheckJobSubmitPlugins(const Installation& found, Checks* checks) {
  const std::string list = found.Setting("JobSubmitPlugins");
  std::vector<std::string> behind;
  int count = 0, position = 0;
  for (absl::string_view name : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    ++position;
    // Slurm accepts both spellings.
    absl::ConsumePrefix(&name, "job_submit/");
    if (name == "carbon") {
      ++count;
    } else if (count > 0) {
      behind.emplace_back(name);
    }
  }
  if (count == 0) {
    checks->Error(FindingCode::kJobSubmitPluginsWithoutCarbon, "JobSubmitPlugins",
                  list.empty() ? "is not set" : absl::StrCat(list, ": carbon is not in it"),
                  "add carbon at the end and restart slurmctld");
  } else if (count > 1) {
    checks->Error(FindingCode::kJobSubmitPluginsRepeated, "JobSubmitPlugins",
                  absl::StrCat(list, ": carbon is in it more than once"),
                  "list it once: each entry would decide on every job");
  } else if (!behind.empty()) {
    checks->Warn(
        FindingCode::kJobSubmitPluginsAfterCarbon, "JobSubmitPlugins",
        absl::StrCat(list, ": ", absl::StrJoin(behind, ", "),
                     behind.size() == 1 ? " comes" : " come", " after carbon"),
        "put carbon last: a later plugin may change the partition and start that carbon set");
  } else {
    checks->Ok(FindingCode::kJobSubmitPluginsRight, "JobSubmitPlugins",
               position == 1 ? list : absl::StrCat(list, ": carbon is the last of ", position));
  }
}

}  // namespace

std::string Installation::Setting(const std::string& name) const {
  if (!settings.has_value()) return "";
  const auto setting = settings->find(name);
  return setting != settings->end() ? setting->second : "";
}

std::optional<std::string> Installation::Variable(const std::string& name) const {
  if (!server.has_value() || !server->environment.has_value()) return std::nullopt;
  const auto variable = server->environment->find(name);
  return variable != server->environment->end() ? variable->second : "";
}

std::string NameOfUser(uid_t user) {
  const struct passwd* entry = getpwuid(user);
  return entry != nullptr ? entry->pw_name : absl::StrCat("uid ", user);
}

void CheckSlurmctldProgram(const DoctorOptions& options, Installation* found, Checks* checks) {
  found->slurmctld = options.slurmctld.empty() ? FindSlurmctld(checks) : options.slurmctld;
  if (!found->slurmctld.empty()) found->library = LibraryBesideSlurmctld(found->slurmctld);
  if (found->library.empty()) found->library = found->scarbond_library;
  if (found->library.empty()) found->library = CARBON_LIBSLURM;
  if (!options.slurm_version.empty()) {
    const absl::StatusOr<SlurmVersion> version = FindSlurmVersion(options.slurm_version);
    if (version.ok()) found->version = *version;  // otherwise the usage was wrong, and was refused
    checks->Ok(FindingCode::kSlurmctldToCome, "next slurmctld",
               absl::StrCat("Slurm ", FormatSlurmVersion(*found->version)));
    return;
  }
  if (found->slurmctld.empty()) {
    checks->Error(
        FindingCode::kSlurmctldNotInstalled, "slurmctld installed",
        absl::StrCat("is neither in PATH nor in ", CARBON_SLURM_SBIN_DIR, ":", kUsualFolders),
        "name it with --slurmctld, on the machine that runs it");
    return;
  }
  const absl::StatusOr<std::string> words = RunProgram({found->slurmctld, "-V"});
  const absl::StatusOr<SlurmVersion> version =
      words.ok() ? FindSlurmVersion(*words) : absl::StatusOr<SlurmVersion>(words.status());
  if (!version.ok()) {
    checks->Error(FindingCode::kSlurmctldReleaseUnknown, "slurmctld installed",
                  absl::StrCat(found->slurmctld, " -V: ", version.status().message()),
                  "fix this first: it will not start");
    return;
  }
  found->version = *version;
  checks->Ok(FindingCode::kSlurmctldInstalled, "slurmctld installed",
             absl::StrCat(found->slurmctld, ", Slurm ", FormatSlurmVersion(*version)));
}

void CheckSlurmConf(const DoctorOptions& options, Installation* found, Checks* checks) {
  const char* variable = getenv("SLURM_CONF");
  const std::string named =
      options.slurm_conf.empty() && variable != nullptr ? variable : options.slurm_conf;
  // Slurm's library would search for one on the network.
  if (!named.empty() && access(named.c_str(), R_OK) != 0) {
    checks->Error(FindingCode::kSlurmConfUnreadable, "slurm.conf",
                  absl::StrCat(named, ": ", strerror(errno)), "name another with --slurm-conf");
    return;
  }
  const absl::StatusOr<SlurmSettings> settings =
      SettingsInChild(ReadSlurmConf, found->library, options.slurm_conf);
  if (!settings.ok()) {
    const bool has_no_library =
        absl::StrContains(settings.status().message(), "cannot open shared object file");
    checks->Error(
        FindingCode::kSlurmConfUnreadable, "slurm.conf", std::string(settings.status().message()),
        has_no_library  ? "install Slurm's library, without which slurm.conf cannot be read"
        : named.empty() ? "name it with --slurm-conf or SLURM_CONF, or fix it"
                        : "fix it: slurmctld reads it in the same way");
    return;
  }
  found->settings = *settings;
  found->slurm_user = UidIn(found->Setting("SlurmUser"));
  checks->Ok(FindingCode::kSlurmConfRead, "slurm.conf",
             absl::StrCat(found->Setting("SLURM_CONF"), ", cluster ", found->Setting("ClusterName"),
                          ", SlurmUser ", found->Setting("SlurmUser")));
  CheckJobSubmitPlugins(*found, checks);
}

}  // namespace carbon
