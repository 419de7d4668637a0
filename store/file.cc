#include "store/file.h"

#include <fcntl.h>
#include <stdlib.h>

#include <cerrno>
#include <deque>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"

namespace carbon {
namespace {

absl::Status CheckSize(const std::string& path, int64_t bytes, int64_t limit) {
  if (bytes <= limit) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat(path, ": has more than ", limit, " bytes, the most that is read"));
}

absl::Status SyncFolder(const std::string& folder) {
  const Descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok() || fsync(fd.get()) != 0) return absl::ErrnoToStatus(errno, folder);
  return absl::OkStatus();
}

bool IsOthers(const struct stat& facts) { return facts.st_uid != 0 && facts.st_uid != geteuid(); }

// Returns who besides root and this process's user may put another file in its place, through a
// folder or a link on the path. If there are several, it returns the nearest to the file. Empty:
// nobody.
std::string OtherReplacer(const std::filesystem::path& path) {
  constexpr int kMaxLinks = 40;  // the kernel's limit
  std::deque<std::filesystem::path> names(path.begin(), path.end());
  std::filesystem::path folder = "/", found;
  std::string who, how;
  for (int links = 0; !names.empty() && links <= kMaxLinks;) {
    const std::filesystem::path name = names.front();
    names.pop_front();
    if (name.empty() || name == "." || name == "/") continue;
    if (name == "..") {
      folder = folder.parent_path();
      continue;
    }
    struct stat facts;
    if (stat(folder.c_str(), &facts) != 0) break;
    // In a sticky folder only the owner of a file can replace it.
    const bool is_sticky = (facts.st_mode & S_ISVTX) != 0;
    if (IsOthers(facts)) {
      found = folder, who = absl::StrCat("user ", facts.st_uid), how = "who owns";
    } else if (!is_sticky && (facts.st_mode & S_IWOTH) != 0) {
      found = folder, who = "anybody", how = "who may write in";
    } else if (!is_sticky && (facts.st_mode & S_IWGRP) != 0) {
      found = folder, who = absl::StrCat("group ", facts.st_gid), how = "which may write in";
    }
    const std::filesystem::path full = folder / name;
    if (lstat(full.c_str(), &facts) != 0 || !S_ISLNK(facts.st_mode)) {
      folder = full;
      continue;
    }
    ++links;
    if (is_sticky && IsOthers(facts)) {
      found = full, who = absl::StrCat("user ", facts.st_uid), how = "who owns link";
    }
    std::error_code error;
    const std::filesystem::path target = std::filesystem::read_symlink(full, error);
    names.insert(names.begin(), target.begin(), target.end());
    if (target.is_absolute()) folder = "/";
  }
  if (found.empty()) return "";
  // `folder` is now the file itself.
  const std::string what = found == folder.parent_path() ? "its folder"
                           : absl::EndsWith(how, "link") ? found.string()
                                                         : absl::StrCat("folder ", found.string());
  return absl::StrCat(who, " may replace it, ", how, " ", what);
}

}  // namespace

absl::Status CheckTrusted(const std::string& path, const struct stat& facts, MayWrite writers) {
  if (facts.st_uid != 0 && facts.st_uid != geteuid()) {
    return absl::PermissionDeniedError(
        absl::StrCat(path, ": is owned by uid ", facts.st_uid, ", not by root or uid ", geteuid()));
  }
  const bool is_groups = writers == MayWrite::kGroup;
  if ((facts.st_mode & (is_groups ? S_IWOTH : S_IWGRP | S_IWOTH)) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat(path, ": is writable by ", is_groups ? "" : "group or ", "others, mode ",
                     absl::Hex((facts.st_mode >> 6) & 7), absl::Hex((facts.st_mode >> 3) & 7),
                     absl::Hex(facts.st_mode & 7)));
  }
  return absl::OkStatus();
}

std::vector<std::string> OtherWriters(const std::string& path) {
  std::vector<std::string> writers;
  struct stat facts;
  if (stat(path.c_str(), &facts) != 0) return writers;
  if ((facts.st_mode & S_IWOTH) != 0) {
    writers.push_back("anybody may write it");
  } else if ((facts.st_mode & S_IWGRP) != 0) {
    writers.push_back(absl::StrCat("its group ", facts.st_gid, " may write it"));
  }
  if (facts.st_uid != 0 && facts.st_uid != geteuid()) {
    writers.push_back(absl::StrCat("belongs to user ", facts.st_uid, ", who may write it"));
  }
  std::error_code error;
  std::string replacer = OtherReplacer(std::filesystem::absolute(path, error));
  if (!replacer.empty()) writers.push_back(std::move(replacer));
  return writers;
}

absl::StatusOr<std::string> ReadOpenFile(int fd, const std::string& path, const struct stat& facts,
                                         int64_t max_bytes) {
  if (!S_ISREG(facts.st_mode)) {
    return absl::PermissionDeniedError(absl::StrCat(path, ": is not a regular file"));
  }
  absl::Status size = CheckSize(path, facts.st_size, max_bytes);
  if (!size.ok()) return size;
  // The file may shrink or grow meanwhile. With one more byte than expected, reading sees the end
  // of the file without a larger buffer.
  std::string bytes(static_cast<size_t>(facts.st_size) + 1, '\0');
  size_t used = 0;
  while (true) {
    if (used == bytes.size()) bytes.resize(bytes.size() * 2);
    const ssize_t got = read(fd, bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, path);
    if (got == 0) break;
    used += static_cast<size_t>(got);
    size = CheckSize(path, static_cast<int64_t>(used), max_bytes);
    if (!size.ok()) return size;
  }
  bytes.resize(used);
  return bytes;
}

absl::StatusOr<std::string> ReadFile(const std::string& path, int64_t max_bytes) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file.ok()) return absl::ErrnoToStatus(errno, path);
  struct stat facts;
  if (fstat(file.get(), &facts) != 0) return absl::ErrnoToStatus(errno, path);
  return ReadOpenFile(file.get(), path, facts, max_bytes);
}

std::string FileMark(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return "absent";
  return absl::StrCat(info.st_dev, " ", info.st_ino, " ", info.st_size, " ",
                      absl::ToUnixNanos(absl::TimeFromTimespec(info.st_mtim)), " ",
                      absl::ToUnixNanos(absl::TimeFromTimespec(info.st_ctim)));
}

bool HasAccess(const struct stat& facts, const FileAccess& access) {
  return (facts.st_mode & 07777) == access.mode &&
         facts.st_uid == (geteuid() == 0 ? access.owner.value_or(0) : geteuid());
}

absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes,
                                 const FileAccess& access) {
  std::string temporary = absl::StrCat(path, kTemporarySuffix, "XXXXXX");
  Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  // Errors name the path: the temporary name changes each time, and the fault does not.
  if (!file.ok()) return absl::ErrnoToStatus(errno, path);
  absl::Cleanup remove = [&temporary] { unlink(temporary.c_str()); };
  for (absl::string_view rest = bytes; !rest.empty();) {
    const ssize_t written = write(file.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return absl::ErrnoToStatus(errno, path);
    rest.remove_prefix(static_cast<size_t>(written));
  }
  const uid_t owner = access.owner.value_or(geteuid());
  if (geteuid() == 0 && owner != 0 && fchown(file.get(), owner, static_cast<gid_t>(-1)) != 0) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat(path, ": cannot be given to uid ", owner, ", who must read it"));
  }
  if (fchmod(file.get(), access.mode) != 0 || fsync(file.get()) != 0 || !file.Close()) {
    return absl::ErrnoToStatus(errno, path);
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) return absl::ErrnoToStatus(errno, path);
  std::move(remove).Cancel();
  const size_t slash = path.rfind('/');
  return SyncFolder(slash == std::string::npos ? "." : path.substr(0, slash + 1));
}

absl::Status MakeFolders(const std::string& folder, mode_t mode) {
  const std::vector<absl::string_view> names = absl::StrSplit(folder, '/', absl::SkipEmpty());
  std::string path = absl::StartsWith(folder, "/") ? "/" : "";
  for (size_t i = 0; i < names.size(); ++i) {
    absl::StrAppend(&path, i > 0 ? "/" : "", names[i]);
    const mode_t wanted = i + 1 == names.size() ? mode : 0755;
    if (mkdir(path.c_str(), wanted) == 0) {
      if (chmod(path.c_str(), wanted) != 0) return absl::ErrnoToStatus(errno, path);
    } else if (errno != EEXIST) {
      return absl::ErrnoToStatus(errno, path);
    }
  }
  return absl::OkStatus();
}

}  // namespace carbon
