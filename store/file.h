// Reads files within bounds and writes them whole. Blocks on the disk. Errors have Abseil's code
// for the errno, and the message "path: fact".
#ifndef STORE_FILE_H_
#define STORE_FILE_H_

#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace carbon {

// Reads a whole regular file of at most `max_bytes`. Follows symbolic links. Returns
// PermissionDenied if it is not a regular file, and ResourceExhausted if it is larger.
absl::StatusOr<std::string> ReadFile(const std::string& path, int64_t max_bytes);

// Returns a text that changes if the file is replaced or written, or if its permissions change. A
// reader that keeps the text knows whether to read the file again. For a file that cannot be found
// it is "absent".
std::string FileMark(const std::string& path);

// The owner and the readers of a file that is written. By default everybody may read it.
struct FileAccess {
  mode_t mode = 0644;
  // If the writer is root, the file is given to this user. Otherwise it belongs to the writer.
  std::optional<uid_t> owner;

  // For a file that nobody else may read.
  static FileAccess OwnerAlone(std::optional<uid_t> owner) { return {0600, owner}; }
};

// Returns true if a file with these facts is as WriteFileAtomically would leave it.
bool HasAccess(const struct stat& facts, const FileAccess& access);

// Writes `bytes` to `path`: temporary file (`path` with kTemporarySuffix and a random part), fsync,
// rename and fsync of the folder.
inline constexpr char kTemporarySuffix[] = ".tmp-";
absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes,
                                 const FileAccess& access = {});

// Creates a folder and the missing folders above it, whatever the umask. The folder gets `mode`,
// those above it 0755. Existing folders are not changed.
absl::Status MakeFolders(const std::string& folder, mode_t mode = 0755);

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  // Some file systems report a failed write only here.
  bool Close() { return close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

// Reads an open file, as ReadFile does. `facts` is the result of fstat.
absl::StatusOr<std::string> ReadOpenFile(int fd, const std::string& path, const struct stat& facts,
                                         int64_t max_bytes);

// Returns PermissionDenied for a file that belongs to neither root nor this process's user, or that
// others may write: another user could have written its content. The group may write it only with
// kGroup.
enum class MayWrite { kOwner, kGroup };
absl::Status CheckTrusted(const std::string& path, const struct stat& facts,
                          MayWrite writers = MayWrite::kOwner);

// Returns who besides root and this process's user may write or replace the file, in words:
// "anybody may write it", "its group 100 may write it", "belongs to user 1001, who may write it".
// It also describes the nearest folder or link on the path through which others may replace the
// file: "anybody may replace it, who may write in its folder", "group 100 may replace it, which may
// write in folder /srv", "user 1001 may replace it, who owns link /tmp/carbon.json". Empty: nobody,
// or the file does not exist.
std::vector<std::string> OtherWriters(const std::string& path);

}  // namespace carbon

#endif  // STORE_FILE_H_
