// Another program that runs while scarbond goes on with its work. Nothing here waits for it: its
// output is collected whenever somebody looks. One thread.
//
//   auto program = BackgroundProgram::Start({"sacct", …}, {"TZ=UTC"}, {}, now);
//   …
//   if ((*program)->Look(later)) Use((*program)->TakeOutput());
#ifndef SCARBOND_BACKGROUND_PROGRAM_H_
#define SCARBOND_BACKGROUND_PROGRAM_H_

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/file.h"

namespace carbon {

class BackgroundProgram {
 public:
  struct Options {
    absl::Duration limit = absl::Minutes(1);  // then it is killed
    size_t max_bytes = 4 << 20;               // of its output; beyond them it is killed
  };

  // Starts a program with these variables set or replaced in its environment ("TZ=UTC"). If its
  // name has no slash, it is searched in PATH. NotFound where there is none; any other error where
  // it cannot be started.
  static absl::StatusOr<std::unique_ptr<BackgroundProgram>> Start(
      const std::vector<std::string>& arguments, const std::vector<std::string>& variables,
      const Options& options, absl::Time now);

  // Kills it if it runs, and waits for that: a few milliseconds.
  ~BackgroundProgram();
  BackgroundProgram(const BackgroundProgram&) = delete;
  BackgroundProgram& operator=(const BackgroundProgram&) = delete;

  // Collects what it wrote so far, and returns whether it has ended.
  bool Look(absl::Time now);

  // Its standard output, once it has ended. Aborted for an exit code other than 0, with the last
  // line that it wrote to standard error; DeadlineExceeded beyond the time limit; ResourceExhausted
  // for more output than is taken.
  absl::StatusOr<std::string> TakeOutput();

 private:
  BackgroundProgram(pid_t pid, Descriptor output, Descriptor errors, const Options& options,
                    absl::Time now)
      : options_(options),
        pid_(pid),
        output_end_(std::move(output)),
        error_end_(std::move(errors)),
        started_at_(now) {}

  // Takes what is in the pipe now.
  static void Collect(int fd, size_t max_bytes, std::string* text);

  const Options options_;
  const pid_t pid_;
  const Descriptor output_end_, error_end_;
  const absl::Time started_at_;
  std::string output_, errors_;
  bool has_ended_ = false;
  int wait_status_ = 0;
  bool is_late_ = false, is_too_long_ = false;
};

}  // namespace carbon

#endif  // SCARBOND_BACKGROUND_PROGRAM_H_
