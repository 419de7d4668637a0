// Secret holds a token or password from a file that only its owner reads. It occurs in no message,
// log or snapshot: the type cannot be printed, and code that needs the value must call Reveal().
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
  // Overwrites the value, so that it is not left in freed memory. A Secret is never moved, because
  // a string that was moved from may still contain the value.
  ~Secret();

  absl::string_view Reveal() const { return value_; }

  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;
  // Prints nothing of the value: a failed test would otherwise show the bytes.
  friend void PrintTo(const Secret& secret, std::ostream* out);

 private:
  std::string value_;
};

// This is longer than any token in use: signed web tokens have one or two thousand bytes.
inline constexpr int kMaxSecretBytes = 8192;

// Returns the one line of the file, without its line break. Follows symbolic links. Blocks on the
// disk. Errors are "path: fact", and quote nothing of the file:
//   PermissionDenied   The file belongs to neither this process's user nor root, is not a
//                      regular file, or its group or others may read it ("chmod 600").
//                      A file of root's that only the group root may read as well is
//                      accepted: systemd provides credentials in this way.
//   InvalidArgument    The file is empty, or has a second line or a control character.
//   ResourceExhausted  The file is larger than kMaxSecretBytes.
absl::StatusOr<Secret> ReadSecretFile(const std::string& path);

// Returns the error with which ReadSecretFile would refuse the file because of its mode, for any
// caller. Returns OK if the file cannot be examined.
absl::Status CheckSecretMode(const std::string& path);

}  // namespace carbon

#endif  // FORECAST_HTTP_SECRET_FILE_H_
