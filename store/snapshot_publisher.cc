#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "store/file.h"
#include "store/private_access.h"
#include "store/snapshot_store.h"

namespace carbon {
namespace {

constexpr char kLockName[] = ".lock";

// Returns the part that a file of this name is, or nullptr.
const PartInfo* FindPart(absl::string_view file) {
  for (const PartInfo& info : kParts) {
    if (absl::StartsWith(file, absl::StrCat(info.name, "-"))) return &info;
  }
  return nullptr;
}

// Calls `visit` with each name in the folder.
template <class Visit>
absl::Status ForEachName(const std::string& folder, Visit visit) {
  DIR* dir = opendir(folder.c_str());
  if (dir == nullptr) return absl::ErrnoToStatus(errno, folder);
  const absl::Cleanup close_dir = [dir] { closedir(dir); };
  while (const dirent* entry = readdir(dir)) visit(std::string(entry->d_name));
  return absl::OkStatus();
}

absl::Status SetModifiedAt(const std::string& path, absl::Time when) {
  const timespec times[2] = {{0, UTIME_OMIT}, absl::ToTimespec(when)};
  if (utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    return absl::ErrnoToStatus(errno, path);
  }
  return absl::OkStatus();
}

// A part that is too large for readers is not published.
absl::Status CheckSizes(const SnapshotParts& parts) {
  for (const PartInfo& info : kParts) {
    if (static_cast<int64_t>(parts.bytes[info.part].size()) <= info.max_bytes) continue;
    return absl::ResourceExhaustedError(absl::StrCat(info.name, ": has more than ", info.max_bytes,
                                                     " bytes, the most that is read"));
  }
  return absl::OkStatus();
}

// Writes the part, unless the file is already complete and readable by the right users. The content
// decides, not the name, so a part that was damaged on the disk is replaced. In both cases the part
// counts as named at `now`.
absl::Status WritePart(const std::string& path, const std::string& bytes, const FileAccess& access,
                       absl::Time now) {
  struct stat facts;
  const bool is_there = lstat(path.c_str(), &facts) == 0 && HasAccess(facts, access);
  if (!is_there || ReadFile(path, static_cast<int64_t>(bytes.size())).value_or("") != bytes) {
    absl::Status written = WriteFileAtomically(path, bytes, access);
    if (!written.ok()) return written;
  }
  return SetModifiedAt(path, now);
}

}  // namespace

SnapshotPublisher::SnapshotPublisher(std::string folder, int lock_fd)
    : folder_(std::move(folder)), lock_fd_(lock_fd) {}

SnapshotPublisher::SnapshotPublisher(SnapshotPublisher&& other) noexcept
    : folder_(std::move(other.folder_)),
      lock_fd_(std::exchange(other.lock_fd_, -1)),
      slurm_user_(other.slurm_user_),
      private_access_(other.private_access_) {}

SnapshotPublisher& SnapshotPublisher::operator=(SnapshotPublisher&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(lock_fd_, other.lock_fd_);
  std::swap(slurm_user_, other.slurm_user_);
  std::swap(private_access_, other.private_access_);
  return *this;
}

void SnapshotPublisher::set_slurm_user(uid_t user) {
  if (slurm_user_ == user) return;
  slurm_user_ = user;
  private_access_ = PrivateAccess(user);
}

// Closing the last descriptor releases the lock. The file stays: if it were removed, two writers
// could lock two files of one name.
SnapshotPublisher::~SnapshotPublisher() {
  if (lock_fd_ >= 0) close(lock_fd_);
}

absl::StatusOr<SnapshotPublisher> SnapshotPublisher::Open(std::string folder) {
  absl::Status status = MakeFolders(folder);
  if (!status.ok()) return status;
  struct stat facts;
  if (lstat(folder.c_str(), &facts) != 0) return absl::ErrnoToStatus(errno, folder);
  if (!S_ISDIR(facts.st_mode)) {
    return absl::PermissionDeniedError(absl::StrCat(folder, ": is not a folder"));
  }
  status = CheckTrusted(folder, facts);
  if (!status.ok()) return status;

  const std::string lock_path = absl::StrCat(folder, "/", kLockName);
  // Only this user may open the lock file, also one that an older release made: any user who can
  // read a file can lock it.
  const int lock_fd = open(lock_path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (lock_fd < 0) return absl::ErrnoToStatus(errno, lock_path);
  SnapshotPublisher publisher(std::move(folder), lock_fd);
  if (fchmod(lock_fd, 0600) != 0) return absl::ErrnoToStatus(errno, lock_path);
  if (flock(lock_fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return absl::ErrnoToStatus(errno, lock_path);
    const absl::StatusOr<std::string> holder = ReadFile(lock_path, 64);
    const std::string pid = holder.ok() ? holder->substr(0, holder->find('\n')) : "";
    return absl::FailedPreconditionError(absl::StrCat(publisher.folder_,
                                                      ": another process publishes here, pid ",
                                                      pid.empty() ? "unknown" : pid));
  }
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(lock_fd, 0) != 0 ||
      pwrite(lock_fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return absl::ErrnoToStatus(errno, lock_path);
  }
  status = ForEachName(publisher.folder_, [&](const std::string& name) {
    const std::string path = absl::StrCat(publisher.folder_, "/", name);
    if (absl::StrContains(name, kTemporarySuffix)) {
      unlink(path.c_str());
    } else if (const PartInfo* info = FindPart(name); info != nullptr && info->is_private) {
      // In an older release everybody could read these.
      chmod(path.c_str(), 0600);
    }
  });
  if (!status.ok()) return status;
  return publisher;
}

absl::StatusOr<Manifest> SnapshotPublisher::Publish(const SnapshotParts& parts, absl::Time now,
                                                    const Retention& retention) {
  if (absl::Status fit = CheckSizes(parts); !fit.ok()) {
    return absl::Status(fit.code(), absl::StrCat(folder_, ": ", fit.message()));
  }
  Manifest manifest;
  manifest.published_at = absl::FromUnixMillis(absl::ToUnixMillis(now));
  manifest.readers = parts.readers;
  const auto is_absent = [&parts](const PartInfo& info) {
    return info.is_optional && parts.bytes[info.part].empty();
  };
  for (const PartInfo& info : kParts) {
    if (!is_absent(info)) manifest.hashes[info.part] = Sha256Hex(parts.bytes[info.part]);
  }

  const auto path_of = [this](const std::string& name) { return absl::StrCat(folder_, "/", name); };
  // Parts that were named until now are kept from now on: a reader may be about to open them.
  const absl::StatusOr<std::string> before =
      ReadFile(path_of(kManifestFile), SnapshotReader::kMaxManifestBytes);
  if (before.ok()) {
    if (const absl::StatusOr<Manifest> last = ParseManifest(*before); last.ok()) {
      // A part that is gone cannot be kept, which does not prevent publishing.
      for (const PartInfo& info : kParts) {
        if (last->hashes[info.part].empty()) continue;
        SetModifiedAt(path_of(last->FileOf(info.part)), now).IgnoreError();
      }
    }
  }
  std::set<std::string> named;
  for (const PartInfo& info : kParts) {
    if (is_absent(info)) continue;
    const std::string name = manifest.FileOf(info.part);
    named.insert(name);
    const absl::Status written = WritePart(path_of(name), parts.bytes[info.part],
                                           info.is_private ? private_access_ : FileAccess(), now);
    if (written.ok()) continue;
    // The error names the kind of part, without its hash: a repeated failure is one problem.
    return absl::Status(
        written.code(),
        absl::StrCat(folder_, ": ", info.name, ": ",
                     absl::StripPrefix(written.message(), absl::StrCat(path_of(name), ": "))));
  }
  absl::Status written = WriteFileAtomically(path_of(kManifestFile), SerializeManifest(manifest));
  if (!written.ok()) return written;

  RemoveOldParts(named, now, retention);
  return manifest;
}

// The publish is complete. Parts that cannot be removed now are removed after a later publish.
void SnapshotPublisher::RemoveOldParts(const std::set<std::string>& named, absl::Time now,
                                       const Retention& retention) const {
  struct Part {
    absl::Time since;
    std::string path;
    int64_t bytes;
  };
  std::vector<Part> parts;
  ForEachName(folder_, [&](const std::string& name) {
    if (FindPart(name) == nullptr || named.contains(name)) return;
    const std::string path = absl::StrCat(folder_, "/", name);
    struct stat facts;
    if (lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return;
    parts.push_back({absl::TimeFromTimespec(facts.st_mtim), path, facts.st_size});
  }).IgnoreError();
  std::sort(parts.begin(), parts.end(),
            [](const Part& a, const Part& b) { return a.since > b.since; });
  int64_t bytes = 0;
  for (const Part& part : parts) {
    bytes += part.bytes;
    // Parts that were named until now are kept: a reader may be about to open them.
    if (part.since >= now) continue;
    if (part.since + retention.keep <= now || bytes > retention.bytes) unlink(part.path.c_str());
  }
}

}  // namespace carbon
