// Runs work that must not be done in this process: code that may end or crash it, another user's
// view of the files, other programs. Each call forks, waits and collects. Not for programs with
// threads.
#ifndef CLI_PROCESS_CHILD_PROCESS_H_
#define CLI_PROCESS_CHILD_PROCESS_H_

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace carbon {

struct ChildOptions {
  absl::Duration limit = absl::Seconds(15);  // then it is killed
  std::optional<uid_t> user;                 // absent: the user of this process
};

// Returns the result of `work` in a child process. If the child ended before that: Aborted, with
// what it wrote to standard error, or with the signal that ended it. DeadlineExceeded beyond the
// limit; ResourceExhausted for an answer of more than 16 MiB; PermissionDenied if this process may
// not become that user. The child's output is not shown.
absl::StatusOr<std::string> InChild(const std::function<absl::StatusOr<std::string>()>& work,
                                    const ChildOptions& options = {});

// Returns the standard output of a program. If its name has no slash, it is searched in PATH.
// NotFound if there is none; otherwise errors as above, and Aborted also for any exit code other
// than 0.
absl::StatusOr<std::string> RunProgram(const std::vector<std::string>& arguments,
                                       const ChildOptions& options = {});

}  // namespace carbon

#endif  // CLI_PROCESS_CHILD_PROCESS_H_
