// LogFollower reads a placement log line by line as it grows. It continues after logrotate has
// renamed the log, and after the reading program, which keeps the position, has restarted.
//
//   LogFollower follower(path, kept_position);
//   absl::StatusOr<bool> has_more = follower.Follow(8 << 20, now, visit);
//   // keep follower.position()
//
// Not thread-safe. Blocks on the disk.
#ifndef STORE_LOG_FOLLOWER_H_
#define STORE_LOG_FOLLOWER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

// The file, which is identified by its inode because its name changes, and the bytes visited so
// far, in whole lines.
struct LogPosition {
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t offset = 0;

  friend bool operator==(const LogPosition&, const LogPosition&) = default;
};

class LogFollower {
 public:
  // Without a position, files that were last written longer ago are not read.
  static constexpr absl::Duration kOldest = absl::Hours(2);
  // A renamed file may still be written to for this time.
  static constexpr absl::Duration kSettled = absl::Seconds(10);
  // A longer line is not a record, and is skipped.
  static constexpr size_t kMaxLineBytes = 1 << 20;

  // Without a position, or if its file is gone, it begins with the first file that was written
  // within kOldest.
  explicit LogFollower(std::string path, std::optional<LogPosition> position = std::nullopt)
      : path_(std::move(path)), position_(position) {}

  // Returns where the log ends now, behind its last whole line: a follower of that position visits
  // only what is written later. Absent: there is no log.
  static std::optional<LogPosition> EndOf(const std::string& path);

  // Calls `visit` with each whole line, without its newline, that was added since the last call,
  // until it has visited `max_bytes` or a little more. Returns true if there may be more to visit.
  // If `visit` fails, its error is returned, and the next call begins with that line again. The
  // bytes after the last newline are not a whole line yet. In a file that was rotated away they
  // never become one: the writer writes such a line again, in the next file. Other errors are those
  // of opening and reading; a log that does not exist is not an error.
  absl::StatusOr<bool> Follow(int64_t max_bytes, absl::Time now,
                              const std::function<absl::Status(absl::string_view)>& visit);

  // Absent if nothing to read was found yet.
  const std::optional<LogPosition>& position() const { return position_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::optional<LogPosition> position_;
};

}  // namespace carbon

#endif  // STORE_LOG_FOLLOWER_H_
