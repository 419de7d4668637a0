// Files, read within bounds and written whole. Blocks on the disk. Errors are Abseil's for the
// errno, the message "path: fact".
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

// The whole of a regular file of at most `max_bytes`. Follows symbolic links. PermissionDenied for
// what is no regular file, ResourceExhausted above the limit.
absl::StatusOr<std::string> ReadFile(const std::string& path, int64_t max_bytes);

// Changes when the file is replaced, written to, or opened to other readers: whoever has read it
// knows by this whether to read it again. Of one that cannot be found, "absent".
std::string FileMark(const std::string& path);

// Whose a file is that is written, and who may read it: by default everybody.
struct FileAccess {
  mode_t mode = 0644;
  // The file is given to this user where the writer is root, and is the writer's own elsewhere.
  std::optional<uid_t> owner;

  // Of what nobody else may read.
  static FileAccess OwnerAlone(std::optional<uid_t> owner) { return {0600, owner}; }
};

// Whether a file of this kind is as WriteFileAtomically would leave it.
bool HasAccess(const struct stat& facts, const FileAccess& access);

// Writes `bytes` to `path` by temporary file (`path` with kTemporarySuffix and a random part),
// fsync, rename and fsync of the folder.
inline constexpr char kTemporarySuffix[] = ".tmp-";
absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes,
                                 const FileAccess& access = {});

// Creates a folder and those above it as far as they are missing, whatever the umask: it gets
// `mode`, those above it 0755. What is there stays as it is.
absl::Status MakeFolders(const std::string& folder, mode_t mode = 0755);

// Closes itself.
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
  // Some filesystems report a failed write only here.
  bool Close() { return close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

// The rest of ReadFile for a file that is open, with what fstat said of it.
absl::StatusOr<std::string> ReadOpenFile(int fd, const std::string& path, const struct stat& facts,
                                         int64_t max_bytes);

// PermissionDenied for what belongs to neither root nor this process's user, or is writable by
// others, and by its group unless that is meant so: someone else could have written what is in it.
enum class MayWrite { kOwner, kGroup };
absl::Status CheckTrusted(const std::string& path, const struct stat& facts,
                          MayWrite writers = MayWrite::kOwner);

// Who but root and this process's user may write or replace the file, in words: "anybody may write
// it", "its group 100 may write it", "belongs to user 1001, who may write it"; and of the nearest
// folder, or link, that leads to it and lets somebody: "anybody may replace it, who may write in
// its folder", "group 100 may replace it, which may write in folder /srv", "user 1001 may replace
// it, who owns link /tmp/carbon.json". Empty: nobody, or it is not there.
std::vector<std::string> OtherWriters(const std::string& path);

}  // namespace carbon

#endif  // STORE_FILE_H_
