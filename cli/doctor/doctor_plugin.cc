// Checks the copies of the plugin in PluginDir, and which of them slurmctld would load.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/doctor/doctor_checks.h"
#include "cli/doctor/linked_libraries.h"
#include "cli/process/child_process.h"

namespace carbon {
namespace {

struct Copy {
  std::string path;
  absl::StatusOr<PluginFile> file;
};

std::vector<Copy> FindCopies(const std::string& folders) {
  std::vector<Copy> copies;
  for (absl::string_view folder : absl::StrSplit(folders, ':', absl::SkipEmpty())) {
    const std::string path = absl::StrCat(folder, "/", kPluginFileName);
    absl::StatusOr<PluginFile> file = ReadPluginFile(path);
    if (!absl::IsNotFound(file.status())) copies.push_back({path, std::move(file)});
  }
  return copies;
}

std::string BuiltFor(const Copy& copy) {
  return copy.file.ok() ? absl::StrCat(copy.path, ": is built for Slurm ",
                                       FormatSlurmVersion(copy.file->version))
                        : std::string(copy.file.status().message());
}

// Returns true if slurmctld can load the copy after it has changed to its user.
bool CheckLoading(const Copy& copy, std::optional<uid_t> user, Checks* checks) {
  if (!copy.file->missing.empty()) {
    checks->Error(FindingCode::kPluginIncomplete, "plugin",
                  absl::StrCat(copy.path, ": has no ", absl::StrJoin(copy.file->missing, ", "),
                               ": slurmctld will not start"),
                  "install the plugin of Slurm Carbon there");
    return false;
  }
  const std::vector<std::string> missing =
      MissingLibraries(FindLinkedLibraries(copy.path).value_or(LinkedLibraries()));
  if (!missing.empty()) {
    checks->Error(FindingCode::kPluginLibraryMissing, "plugin",
                  absl::StrCat(copy.path, ": needs ", absl::StrJoin(missing, ", "),
                               ", not found: slurmctld will not start"),
                  "install these libraries, or build Slurm Carbon again on this system");
    return false;
  }
  if (user.has_value() && geteuid() == 0) {
    const absl::StatusOr<std::string> readable = InChild(
        [&]() -> absl::StatusOr<std::string> {
          if (access(copy.path.c_str(), R_OK) != 0) return absl::ErrnoToStatus(errno, copy.path);
          return "";
        },
        {.user = user});
    if (!readable.ok()) {
      checks->Error(FindingCode::kPluginUnreadable, "plugin",
                    absl::StrCat(readable.status().message(), " for ", NameOfUser(*user),
                                 ": slurmctld will not start"),
                    "let everyone read the file and its folders");
      return false;
    }
  }
  checks->Ok(FindingCode::kPluginInstalled, "plugin", BuiltFor(copy));
  return true;
}

}  // namespace

void CheckPluginFiles(Installation* found, Checks* checks) {
  if (!found->settings.has_value()) return;
  const std::string folders = found->Setting("PluginDir");
  const std::vector<Copy> copies = FindCopies(folders);
  if (copies.empty()) {
    checks->Error(FindingCode::kPluginNotInstalled, "plugin",
                  absl::StrCat(kPluginFileName, " is not in PluginDir=", folders,
                               ": slurmctld will not start with carbon in JobSubmitPlugins"),
                  "install it there, or add its folder to PluginDir");
    return;
  }
  if (!found->version.has_value()) {
    for (const Copy& copy : copies) {
      checks->Warn(FindingCode::kPluginReleaseUnchecked, "plugin",
                   absl::StrCat(BuiltFor(copy), "; slurmctld's release is not known"),
                   "name it with --slurmctld or --slurm-version");
    }
    return;
  }
  const std::string release = FormatSlurmVersion(*found->version);
  const auto fits = [&](const Copy& copy) {
    return copy.file.ok() && copy.file->version == *found->version;
  };
  const Copy* loaded = nullptr;
  for (const Copy& copy : copies) {
    if (loaded == nullptr && fits(copy)) loaded = &copy;
  }
  if (loaded == nullptr) {
    for (const Copy& copy : copies) {
      checks->Error(
          FindingCode::kPluginReleaseWrong, "plugin",
          absl::StrCat(BuiltFor(copy), ": slurmctld ", release, " will not start with it"),
          absl::StrCat(
              "before slurmctld is restarted, build Slurm Carbon with the headers of Slurm ",
              release, " and install it, or remove carbon from JobSubmitPlugins"));
    }
    return;
  }
  for (const Copy& copy : copies) {
    if (&copy == loaded) {
      found->plugin_fits = CheckLoading(copy, found->slurm_user, checks);
    } else if (&copy < loaded) {
      checks->Warn(FindingCode::kPluginPassedOver, "plugin",
                   absl::StrCat(BuiltFor(copy), ": slurmctld ", release, " skips it"), "remove it");
    } else {
      checks->Warn(FindingCode::kPluginNeverLoaded, "plugin",
                   absl::StrCat(BuiltFor(copy), ": it is never loaded, because ", loaded->path,
                                " comes before it in PluginDir"),
                   "remove one of them");
    }
  }
}

}  // namespace carbon
