// Tokens and passwords, from files that only their owner reads. They occur in no message, log or
// snapshot: the type has no way to be printed, and whoever needs the value says so by Reveal().
#ifndef FORECAST_HTTP_SECRET_FILE_H_
#define FORECAST_HTTP_SECRET_FILE_H_

#include <iosfwd>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace carbon {

class Secret {
 public:
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other);
  // Overwrites the value: it is not left behind in freed memory. Not moved either, since a string
  // that was moved from may still hold it.
  ~Secret();

  absl::string_view Reveal() const { return value_; }

  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;
  // A failed test would show the bytes.
  friend void PrintTo(const Secret& secret, std::ostream* out);

 private:
  std::string value_;
};

// Longer than any token in use: signed web tokens have one or two thousand bytes.
inline constexpr int kMaxSecretBytes = 8192;

// The one line that a file holds, without its line break. Follows symbolic links. Blocks on the
// disk. "path: fact", with nothing of what the file holds:
//   PermissionDenied   where the file belongs to neither this process's user nor root, is not a
//                      regular one, or lets its group or others in ("chmod 600"). A file of root's
//                      that only the group root may read besides is taken: so systemd hands out
//                      credentials.
//   InvalidArgument    where it is empty, has a second line or a control character
//   ResourceExhausted  above kMaxSecretBytes
absl::StatusOr<Secret> ReadSecretFile(const std::string& path);

// Whether ReadSecretFile would refuse the file for its mode, whoever asks. OK where it cannot be
// looked at.
absl::Status CheckSecretMode(const std::string& path);

}  // namespace carbon

#endif  // FORECAST_HTTP_SECRET_FILE_H_
