// Reads and writes lines on a connected socket, each within a limit of time. For the sources of
// this folder.
#ifndef SCARBOND_QUERY_LINE_SOCKET_H_
#define SCARBOND_QUERY_LINE_SOCKET_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

class LineSocket {
 public:
  // `silence`: how long the other side may send, or take, nothing.
  LineSocket(int socket, absl::Duration silence);

  // Returns the next line without its newline. OutOfRange at the end of the connection;
  // ResourceExhausted for a line of more than `max_bytes`; DeadlineExceeded after the silence, or
  // if the line is not whole within `limit`; otherwise the system's error.
  absl::StatusOr<std::string> ReadLine(size_t max_bytes, absl::Duration limit);

  // Writes the line and a newline. DeadlineExceeded after the silence, or the system's error.
  absl::Status WriteLine(absl::string_view line);

 private:
  const int socket_;
  const absl::Duration silence_;
  std::string read_;  // and not returned yet
};

}  // namespace carbon

#endif  // SCARBOND_QUERY_LINE_SOCKET_H_
