// A file that whole lines are appended to, opened and reopened as needed. Not thread-safe; blocks
// on the disk.
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
  // A file that is created (mode 0640, whatever the umask) is this user's: one that is another's,
  // or that anybody may write, is refused. kFail is for another program's file, whoever's it is;
  // but not one that anybody may write.
  enum class IfMissing { kCreate, kFail };

  // `group`, of a file of this user's own: may append to it too. Where that cannot be, it may not;
  // that is no error.
  explicit AppendFile(std::string path, IfMissing if_missing = IfMissing::kCreate,
                      std::optional<gid_t> group = std::nullopt)
      : path_(std::move(path)), if_missing_(if_missing), group_(group) {}
  ~AppendFile();

  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  const std::string& path() const { return path_; }
  const std::optional<gid_t>& group() const { return group_; }

  // Writes lines (each with its newline) and removes from `lines` what has been written whole.
  // After an error the rest stays there, beginning with a line that may be in the file in part:
  // call again with the same rest, followed by more, to complete it. Without lines it only sees to
  // it that the file is there and open.
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
