// Files, read within bounds and written whole. Blocks on the disk. Errors are Abseil's for the
// errno, the message "path: fact".
#ifndef CORE_FILE_H_
#define CORE_FILE_H_

#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace carbon {

// The whole of a regular file of at most `max_bytes`. Follows symbolic links. PermissionDenied for
// what is no regular file, ResourceExhausted above the limit.
absl::StatusOr<std::string> ReadFile(const std::string& path, int64_t max_bytes);

// Changes when the file is replaced, written to, or opened to other readers: whoever has read it
// knows by this whether to read it again. Of one that cannot be found, "absent".
std::string FileMark(const std::string& path);

// Writes `bytes` to `path` by temporary file (`path` with kTemporarySuffix and a random part),
// fsync, rename and fsync of the folder. Mode 0644.
inline constexpr char kTemporarySuffix[] = ".tmp-";
absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes);

// Closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  // Some filesystems report a failed write only here.
  bool Close() { return close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

// The rest of ReadFile for a file that is open, with what fstat said of it.
absl::StatusOr<std::string> ReadOpenFile(int fd, const std::string& path, const struct stat& facts,
                                         int64_t max_bytes);

// PermissionDenied for what belongs to neither root nor this process's user, or is writable by
// group or others: someone else could have written what is in it.
absl::Status CheckTrusted(const std::string& path, const struct stat& facts);

}  // namespace carbon

#endif  // CORE_FILE_H_
