// Checks the two folders that scarbond and the plugin share, as the user that slurmctld runs as.
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/doctor/doctor_checks.h"
#include "cli/process/child_process.h"
#include "store/account.h"
#include "store/file.h"
#include "store/snapshot_store.h"

namespace carbon {
namespace {

// Several times the records of a busy day.
constexpr uint64_t kLittleSpace = 256 << 20;
constexpr int64_t kLargeLog = 64 << 20;
constexpr int64_t kMaxRotationBytes = 1 << 20;

std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

bool IsSymbolicLink(const std::string& path) {
  struct stat facts;
  return lstat(path.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode);
}

absl::StatusOr<std::string> TryReading(const std::string& folder,
                                       const std::optional<std::string>& publisher) {
  if (IsSymbolicLink(folder)) {
    return absl::PermissionDeniedError(
        absl::StrCat(folder, ": is a symbolic link, which the plugin does not follow"));
  }
  SnapshotReader reader(folder);
  if (publisher.has_value() && !publisher->empty()) {
    const absl::StatusOr<Account> account = FindAccountInGroup(*publisher);
    if (account.ok()) reader.set_publisher(account->uid);
  }
  const absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = reader.ReadIfChanged();
  if (!snapshot.ok()) return snapshot.status();
  return std::string();
}

// Opens the log as the plugin will, but does not create the file.
absl::StatusOr<std::string> TryAppending(const std::string& log) {
  if (access(FolderOf(log).c_str(), W_OK | X_OK) != 0) {
    return absl::ErrnoToStatus(errno, FolderOf(log));
  }
  if (IsSymbolicLink(log)) {
    return absl::PermissionDeniedError(
        absl::StrCat(log, ": is a symbolic link, which the plugin does not follow"));
  }
  const Descriptor file(open(log.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.ok()) {
    if (errno == ENOENT) return std::string("does not exist yet");
    return absl::ErrnoToStatus(errno, log);
  }
  struct stat facts;
  if (fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return absl::PermissionDeniedError(absl::StrCat(log, ": is not a regular file"));
  }
  if (absl::Status trust = CheckTrusted(log, facts, MayWrite::kGroup); !trust.ok()) return trust;
  return absl::StrCat(facts.st_size >> 10, " KiB");
}

// The plugin's folder is fixed when slurmctld starts: by its environment, or otherwise by the
// build.
void CheckAgreement(const Installation& found, Checks* checks) {
  const std::string& published = found.config->daemon.paths.snapshot;
  const std::string remedy =
      absl::StrCat("set SLURM_CARBON_SNAPSHOT_DIR=", published,
                   " in slurmctld's environment and restart it, or change paths.snapshot");
  if (!found.server.has_value() || !found.server->environment.has_value()) {
    if (published == CARBON_SNAPSHOT_DIR) return;
    checks->Warn(
        FindingCode::kSnapshotFolderUnknown, "snapshot folder",
        absl::StrCat("scarbond publishes to ", published, ", and the plugin reads ",
                     CARBON_SNAPSHOT_DIR, " unless slurmctld's environment, which ",
                     found.server.has_value() ? "only root can see" : "is unknown before it runs",
                     ", names another folder"),
        remedy);
    return;
  }
  const auto variable = found.server->environment->find("SLURM_CARBON_SNAPSHOT_DIR");
  const std::string read =
      variable != found.server->environment->end() ? variable->second : CARBON_SNAPSHOT_DIR;
  if (read == published) {
    checks->Ok(FindingCode::kSnapshotFolderAgreed, "snapshot folder",
               absl::StrCat(read, ", for both scarbond and slurmctld"));
  } else {
    checks->Error(FindingCode::kSnapshotFolderDiffers, "snapshot folder",
                  absl::StrCat("scarbond publishes to ", published, ", but slurmctld reads ", read),
                  remedy);
  }
}

void CheckSpace(const std::string& folder, Checks* checks) {
  struct statvfs facts;
  if (statvfs(folder.c_str(), &facts) != 0) return;
  const uint64_t free = static_cast<uint64_t>(facts.f_bavail) * facts.f_frsize;
  // File systems without a fixed number of files report 0 of 0.
  const bool full = free == 0 || (facts.f_files > 0 && facts.f_favail == 0);
  const std::string fact = absl::StrCat(folder, ": ", free >> 20, " MiB free",
                                        free > 0 && full ? ", but no room for another file" : "");
  if (full) {
    checks->Error(FindingCode::kLogSpaceNone, "space for the log", fact,
                  "free some space: no job is placed without a record");
  } else if (free < kLittleSpace) {
    checks->Warn(FindingCode::kLogSpaceShort, "space for the log", fact, "free some space soon");
  } else {
    checks->Ok(FindingCode::kLogSpace, "space for the log", fact);
  }
}

bool IsRotated(const std::string& log) {
  glob_t files = {};
  const absl::Cleanup free = [&files] { globfree(&files); };
  glob("/etc/logrotate.d/*", GLOB_NOSORT, nullptr, &files);
  glob("/etc/logrotate.conf", GLOB_NOSORT | GLOB_APPEND, nullptr, &files);
  for (size_t i = 0; i < files.gl_pathc; ++i) {
    const absl::StatusOr<std::string> text = ReadFile(files.gl_pathv[i], kMaxRotationBytes);
    if (text.ok() && (absl::StrContains(*text, log) ||
                      absl::StrContains(*text, absl::StrCat(FolderOf(log), "/*")))) {
      return true;
    }
  }
  return false;
}

void CheckRotation(const std::string& log, Checks* checks) {
  if (IsRotated(log)) {
    checks->Ok(FindingCode::kLogRotated, "log rotation",
               absl::StrCat("/etc/logrotate.d names ", log));
    return;
  }
  struct stat facts;
  const int64_t size = stat(log.c_str(), &facts) == 0 ? facts.st_size : 0;
  checks->Warn(FindingCode::kLogNotRotated, "log rotation",
               absl::StrCat("no file in /etc/logrotate.d names ", log,
                            size > kLargeLog ? absl::StrCat(", now ", size >> 20, " MiB") : ""),
               "copy Slurm Carbon's logrotate to /etc/logrotate.d/slurm-carbon");
}

}  // namespace

void CheckFolders(const Installation& found, Checks* checks) {
  if (!found.config.has_value()) return;
  CheckAgreement(found, checks);
  const PathsConfig& paths = found.config->daemon.paths;
  if (!found.slurm_user.has_value()) return;
  const uid_t user = *found.slurm_user;
  const std::string name = NameOfUser(user);
  if (geteuid() != 0 && geteuid() != user) {
    checks->Warn(FindingCode::kFoldersNotTried, "folders",
                 absl::StrCat("only root can check whether ", name, " may read ", paths.snapshot,
                              " and write ", FolderOf(paths.log)),
                 "run scarbon doctor as root");
  } else {
    const ChildOptions as_user{.user = user};
    const absl::StatusOr<std::string> read = InChild(
        [&] { return TryReading(paths.snapshot, found.Variable("SLURM_CARBON_PUBLISHER")); },
        as_user);
    if (read.ok()) {
      checks->Ok(FindingCode::kSnapshotReadable, "snapshot read",
                 absl::StrCat("by ", name, ", in ", paths.snapshot));
    } else if (absl::IsNotFound(read.status()) && !found.server.has_value()) {
      checks->Warn(FindingCode::kSnapshotNotPublished, "snapshot read",
                   absl::StrCat("by ", name, ": ", read.status().message()),
                   "scarbond publishes once slurmctld answers");
    } else {
      checks->Error(FindingCode::kSnapshotUnreadable, "snapshot read",
                    absl::StrCat("by ", name, ": ", read.status().message()),
                    absl::IsNotFound(read.status())
                        ? "start scarbond: it has not published here"
                        : "fix it; snapshot.md says which folders and files the plugin accepts");
    }
    const absl::StatusOr<std::string> written =
        InChild([&] { return TryAppending(paths.log); }, as_user);
    if (written.ok()) {
      checks->Ok(FindingCode::kLogWritable, "log written",
                 absl::StrCat("by ", name, ": ", paths.log, ": ", *written));
    } else {
      checks->Error(FindingCode::kLogNotWritable, "log written",
                    absl::StrCat("by ", name, ": ", written.status().message()),
                    absl::StrCat("give the folder and its files to ", name, ": chown -R ", name,
                                 " ", FolderOf(paths.log)));
    }
  }
  CheckSpace(FolderOf(paths.log), checks);
  CheckRotation(paths.log, checks);
}

}  // namespace carbon
