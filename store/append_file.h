// A file to which whole lines are appended. It is opened and reopened as needed. Not thread-safe;
// blocks on the disk.
#ifndef STORE_APPEND_FILE_H_
#define STORE_APPEND_FILE_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace carbon {

class AppendFile {
 public:
  // kCreate creates a missing file (mode 0640, whatever the umask), and refuses a file that another
  // user owns or that anybody may write. kFail is for another program's file, with any owner; it
  // refuses a file that anybody may write.
  enum class IfMissing { kCreate, kFail };

  // The members of `group` may append too, if this user owns the file. If the group cannot be set,
  // they may not; that is not an error.
  explicit AppendFile(std::string path, IfMissing if_missing = IfMissing::kCreate,
                      std::optional<gid_t> group = std::nullopt)
      : path_(std::move(path)), if_missing_(if_missing), group_(group) {}
  ~AppendFile();

  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  const std::string& path() const { return path_; }
  const std::optional<gid_t>& group() const { return group_; }

  // Writes lines (each with its newline) and removes from `lines` those that were written whole.
  // After an error the rest stays in `lines`. Its first line may already be in the file in part:
  // call again with the same rest, followed by more lines, to complete it. Without lines it only
  // opens or creates the file.
  absl::Status Append(std::string* lines);

 private:
  absl::Status Open();
  bool StillTheSameFile() const;
  void Close();

  std::string path_;
  IfMissing if_missing_;
  std::optional<gid_t> group_;
  int fd_ = -1;
  size_t torn_ = 0;  // how many bytes of the first line are already in the file
};

}  // namespace carbon

#endif  // STORE_APPEND_FILE_H_
