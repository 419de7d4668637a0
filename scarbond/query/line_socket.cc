#include "scarbond/query/line_socket.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace carbon {
namespace {

absl::Status Failure(absl::string_view what) {
  if (errno == EAGAIN || errno == EWOULDBLOCK) {
    return absl::DeadlineExceededError(absl::StrCat(what, ": the other side takes too long"));
  }
  return absl::ErrnoToStatus(errno, what);
}

}  // namespace

LineSocket::LineSocket(int socket, absl::Duration silence) : socket_(socket), silence_(silence) {
  const struct timeval limit = absl::ToTimeval(silence);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

absl::StatusOr<std::string> LineSocket::ReadLine(size_t max_bytes, absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  size_t searched = 0;
  while (true) {
    const size_t end = read_.find('\n', searched);
    if (end != std::string::npos && end <= max_bytes) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      return line;
    }
    if (read_.size() > max_bytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("a line of the connection is longer than ", max_bytes, " bytes"));
    }
    searched = read_.size();
    struct pollfd wait = {socket_, POLLIN, 0};
    const absl::Duration left = std::min(deadline - absl::Now(), silence_);
    const int ready =
        poll(&wait, 1, static_cast<int>(std::max<int64_t>(0, absl::ToInt64Milliseconds(left))));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return absl::DeadlineExceededError("reading: the other side takes too long");
    char buffer[1 << 16];
    const ssize_t bytes = recv(socket_, buffer, sizeof(buffer), 0);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return Failure("reading");
    if (bytes == 0) return absl::OutOfRangeError("the connection has ended");
    read_.append(buffer, static_cast<size_t>(bytes));
  }
}

absl::Status LineSocket::WriteLine(absl::string_view line) {
  const std::string text = absl::StrCat(line, "\n");
  for (absl::string_view rest = text; !rest.empty();) {
    const ssize_t bytes = send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return Failure("writing");
    rest.remove_prefix(static_cast<size_t>(bytes));
  }
  return absl::OkStatus();
}

}  // namespace carbon
