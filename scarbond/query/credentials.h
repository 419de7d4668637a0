// Credentials prove to their reader who wrote a text, and hide it from everybody else: munge's, as
// Slurm uses them.
#ifndef SCARBOND_QUERY_CREDENTIALS_H_
#define SCARBOND_QUERY_CREDENTIALS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace carbon {

// Who wrote a text, and the text.
struct ProvenText {
  uid_t user = 0;
  std::string text;
};

// Tests have one without munged. Thread-safe.
class Credentials {
 public:
  virtual ~Credentials() = default;

  // Returns a credential of this process's user with the text: one line of printable characters. If
  // there is a `reader`, only a process of this user can read it.
  virtual absl::StatusOr<std::string> Write(absl::string_view text,
                                            std::optional<uid_t> reader) const = 0;

  // Unauthenticated for a credential that is not valid, that is too old, or that was read before.
  // Unavailable if munged does not answer. The message is munge's own.
  virtual absl::StatusOr<ProvenText> Read(const std::string& credential) const = 0;
};

// Blocks on munged, which reads and writes with its own limits of time.
class MungeCredentials : public Credentials {
 public:
  // `socket`: munged's, as AuthInfo in slurm.conf names it; empty: munge's own default.
  explicit MungeCredentials(std::string socket = "") : socket_(std::move(socket)) {}

  absl::StatusOr<std::string> Write(absl::string_view text,
                                    std::optional<uid_t> reader) const override;
  absl::StatusOr<ProvenText> Read(const std::string& credential) const override;

 private:
  std::string socket_;
};

// Returns munged's socket from slurm.conf's AuthInfo: "socket=/run/munge/munge.socket.2,ttl=60".
// Empty: it names none.
std::string MungeSocketIn(absl::string_view auth_info);

}  // namespace carbon

#endif  // SCARBOND_QUERY_CREDENTIALS_H_
