#include "scarbond/background_program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace carbon {
namespace {

constexpr size_t kMaxErrorBytes = 4096;

struct Pipe {
  Descriptor read_end, write_end;
};

absl::StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  Pipe made{Descriptor(ends[0]), Descriptor(ends[1])};
  // Only our end: the program does not expect its output to be refused.
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) return absl::ErrnoToStatus(errno, "fcntl");
  return made;
}

// This process's environment with `variables` in place of those of the same names.
std::vector<std::string> EnvironmentWith(const std::vector<std::string>& variables) {
  std::vector<std::string> environment = variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const absl::string_view text = *entry;
    const absl::string_view name = text.substr(0, text.find('='));
    const bool is_replaced =
        std::any_of(variables.begin(), variables.end(), [&](const std::string& variable) {
          return absl::StartsWith(variable, absl::StrCat(name, "="));
        });
    if (!is_replaced) environment.emplace_back(text);
  }
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>* strings) {
  std::vector<char*> pointers;
  for (std::string& text : *strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string LastLine(absl::string_view text) {
  text = absl::StripTrailingAsciiWhitespace(text);
  return std::string(text.substr(text.rfind('\n') == text.npos ? 0 : text.rfind('\n') + 1));
}

}  // namespace

absl::StatusOr<std::unique_ptr<BackgroundProgram>> BackgroundProgram::Start(
    const std::vector<std::string>& arguments, const std::vector<std::string>& variables,
    const Options& options, absl::Time now) {
  absl::StatusOr<Pipe> output = MakePipe();
  if (!output.ok()) return output.status();
  absl::StatusOr<Pipe> errors = MakePipe();
  if (!errors.ok()) return errors.status();
  std::vector<std::string> copies = arguments, environment = EnvironmentWith(variables);
  const std::vector<char*> argv = Pointers(&copies), envp = Pointers(&environment);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output->write_end.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors->write_end.get(), STDERR_FILENO);
  // scarbond blocks the signals that it reads itself, and ignores SIGPIPE. A program would inherit
  // both.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, pipe_signal;
  sigemptyset(&none);
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), envp.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return absl::ErrnoToStatus(error, arguments[0]);
  return std::unique_ptr<BackgroundProgram>(new BackgroundProgram(
      pid, std::move(output->read_end), std::move(errors->read_end), options, now));
}

BackgroundProgram::~BackgroundProgram() {
  if (has_ended_) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void BackgroundProgram::Collect(int fd, size_t max_bytes, std::string* text) {
  char bytes[16384];
  // A little more than is taken shows that there was more.
  while (text->size() <= max_bytes) {
    const ssize_t count = read(fd, bytes, sizeof(bytes));
    if (count > 0) text->append(bytes, static_cast<size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR)) return;
  }
}

bool BackgroundProgram::Look(absl::Time now) {
  if (has_ended_) return true;
  // Asked before the pipes are read: what it wrote until then is in them.
  const pid_t ended = waitpid(pid_, &wait_status_, WNOHANG);
  Collect(output_end_.get(), options_.max_bytes, &output_);
  Collect(error_end_.get(), kMaxErrorBytes, &errors_);
  is_too_long_ = output_.size() > options_.max_bytes;
  if (ended != 0 && !(ended < 0 && errno == EINTR)) return has_ended_ = true;
  is_late_ = now - started_at_ > options_.limit;
  if (is_too_long_ || is_late_) {
    kill(pid_, SIGKILL);
    while (waitpid(pid_, &wait_status_, 0) < 0 && errno == EINTR) {
    }
    has_ended_ = true;
  }
  return has_ended_;
}

absl::StatusOr<std::string> BackgroundProgram::TakeOutput() {
  if (is_too_long_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("printed more than ", options_.max_bytes, " bytes"));
  }
  if (is_late_) {
    return absl::DeadlineExceededError(
        absl::StrCat("did not end within ", absl::FormatDuration(options_.limit)));
  }
  if (WIFEXITED(wait_status_) && WEXITSTATUS(wait_status_) == 0) return std::move(output_);
  std::string why = LastLine(errors_);
  if (why.empty()) {
    why = WIFSIGNALED(wait_status_)
              ? absl::StrCat("ended by signal ", WTERMSIG(wait_status_))
              : absl::StrCat("ended with exit code ", WEXITSTATUS(wait_status_));
  }
  return absl::AbortedError(why);
}

}  // namespace carbon
