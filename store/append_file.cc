#include "store/append_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "store/file.h"

namespace carbon {
namespace {

absl::Status Failure(const std::string& path, int error) {
  return absl::ErrnoToStatus(error, path);
}

}  // namespace

AppendFile::~AppendFile() { Close(); }

void AppendFile::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  // A line that is written only in part is written again from its beginning in the next file.
  torn_ = 0;
}

bool AppendFile::StillTheSameFile() const {
  struct stat named, opened;
  return stat(path_.c_str(), &named) == 0 && fstat(fd_, &opened) == 0 &&
         named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

absl::Status AppendFile::Open() {
  // O_NONBLOCK: opening a FIFO without a reader would wait for ever.
  constexpr int kFlags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  int fd = open(path_.c_str(), kFlags);
  if (fd < 0 && errno == ENOENT && if_missing_ == IfMissing::kCreate) {
    fd = open(path_.c_str(), kFlags | O_CREAT | O_EXCL, 0640);
    if (fd >= 0) fchmod(fd, 0640);  // if this fails, fewer users may read it
  }
  if (fd < 0) {
    return errno == ELOOP ? absl::PermissionDeniedError(absl::StrCat(path_, ": is a symbolic link"))
                          : Failure(path_, errno);
  }
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(fd);
    return absl::PermissionDeniedError(absl::StrCat(path_, ": is not a regular file"));
  }
  if (if_missing_ == IfMissing::kFail) status.st_uid = geteuid();
  if (absl::Status trust = CheckTrusted(path_, status, MayWrite::kGroup); !trust.ok()) {
    close(fd);
    return trust;
  }
  // The group is not set for a file with a second name, which may be another program's file.
  if (group_.has_value() && status.st_uid == geteuid() && status.st_nlink == 1 &&
      (status.st_gid != *group_ || (status.st_mode & 07777) != 0660) &&
      fchown(fd, static_cast<uid_t>(-1), *group_) == 0) {
    fchmod(fd, 0660);
  }
  // The last writer may have been killed in the middle of a line.
  char last = '\n';
  if (status.st_size > 0 && pread(fd, &last, 1, status.st_size - 1) == 1 && last != '\n') {
    if (write(fd, "\n", 1) != 1) {
      const int error = errno;
      close(fd);
      return Failure(path_, error);
    }
  }
  fd_ = fd;
  return absl::OkStatus();
}

absl::Status AppendFile::Append(std::string* lines) {
  if (fd_ >= 0 && !StillTheSameFile()) Close();
  if (fd_ < 0) {
    if (absl::Status status = Open(); !status.ok()) return status;
  }
  while (!lines->empty()) {
    const ssize_t count = write(fd_, lines->data() + torn_, lines->size() - torn_);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return Failure(path_, count < 0 ? errno : ENOSPC);
    const size_t reached = torn_ + static_cast<size_t>(count);
    const size_t newline = lines->rfind('\n', reached - 1);
    const size_t whole = newline == std::string::npos ? 0 : newline + 1;
    lines->erase(0, whole);
    torn_ = reached - whole;
  }
  return absl::OkStatus();
}

}  // namespace carbon
