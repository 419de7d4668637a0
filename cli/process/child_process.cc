#include "cli/process/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr size_t kMaxOutputBytes = 16 << 20;
constexpr int kNoSuchProgram = 127;

struct Ended {
  std::string answer;   // from the pipe to which only the work writes
  std::string printed;  // standard error, and standard output if that is not the answer
  int status = 0;       // of waitpid()
  bool in_time = true;
  bool is_whole = true;  // the answer is within kMaxOutputBytes
};

absl::Status BecomeUser(uid_t user) {
  if (user == geteuid()) return absl::OkStatus();
  if (geteuid() != 0) {
    return absl::PermissionDeniedError(absl::StrCat("only root can look as uid ", user));
  }
  const struct passwd* entry = getpwuid(user);
  if (entry == nullptr) return absl::NotFoundError(absl::StrCat("uid ", user, " does not exist"));
  if (initgroups(entry->pw_name, entry->pw_gid) != 0 ||
      setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) != 0 ||
      setresuid(user, user, user) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot become uid ", user));
  }
  return absl::OkStatus();
}

void WriteAll(int fd, const std::string& bytes) {
  for (size_t used = 0; used < bytes.size();) {
    const ssize_t count = write(fd, bytes.data() + used, bytes.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    used += static_cast<size_t>(count);
  }
}

// Reads both pipes to their ends, or until `deadline`.
bool Collect(int answer_fd, int printed_fd, absl::Time deadline, Ended* ended) {
  pollfd pipes[2] = {{answer_fd, POLLIN, 0}, {printed_fd, POLLIN, 0}};
  std::string* texts[2] = {&ended->answer, &ended->printed};
  // The answer's end is the child's end: a process that it left running may keep the other pipe
  // open.
  while (pipes[0].fd >= 0) {
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    if (left <= 0) return false;
    if (poll(pipes, 2, static_cast<int>(std::min<int64_t>(left, 1000))) < 0 && errno != EINTR) {
      return false;
    }
    for (int i = 0; i < 2; ++i) {
      if (pipes[i].fd < 0 || pipes[i].revents == 0) continue;
      char bytes[4096];
      const ssize_t count = read(pipes[i].fd, bytes, sizeof(bytes));
      if (count > 0 && texts[i]->size() < kMaxOutputBytes) {
        texts[i]->append(bytes, static_cast<size_t>(count));
      } else if (count > 0 && i == 0) {
        ended->is_whole = false;
      }
      if (count == 0) pipes[i].fd = -1;
    }
  }
  // Output from before the end is in the pipe by now.
  pollfd rest{printed_fd, POLLIN, 0};
  char bytes[4096];
  while (pipes[1].fd >= 0 && poll(&rest, 1, 0) > 0) {
    const ssize_t count = read(printed_fd, bytes, sizeof(bytes));
    if (count <= 0 || ended->printed.size() >= kMaxOutputBytes) break;
    ended->printed.append(bytes, static_cast<size_t>(count));
  }
  return true;
}

// Runs `child` in a fork. `child` gets the descriptor on which to answer, and returns the exit
// code.
absl::StatusOr<Ended> Fork(const std::function<int(int)>& child, const ChildOptions& options) {
  int answer[2], printed[2];
  if (pipe2(answer, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  const Descriptor answer_end(answer[0]);
  Descriptor answer_start(answer[1]);
  if (pipe2(printed, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  const Descriptor printed_end(printed[0]);
  Descriptor printed_start(printed[1]);
  const pid_t pid = fork();
  if (pid < 0) return absl::ErrnoToStatus(errno, "fork");
  if (pid == 0) {
    const Descriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
    dup2(nothing.get(), STDIN_FILENO);
    dup2(printed[1], STDOUT_FILENO);
    dup2(printed[1], STDERR_FILENO);
    _exit(child(answer[1]));
  }
  answer_start.Close();
  printed_start.Close();
  Ended ended;
  ended.in_time = Collect(answer[0], printed[0], absl::Now() + options.limit, &ended);
  if (!ended.in_time) kill(pid, SIGKILL);
  while (waitpid(pid, &ended.status, 0) < 0 && errno == EINTR) {
  }
  return ended;
}

// Returns the printed lines, joined into one, without the "program: error: " with which Slurm
// begins each of its own.
std::string LastWords(const Ended& ended) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(ended.printed, '\n', absl::SkipWhitespace())) {
    for (const char* label : {": error: ", ": fatal: "}) {
      const size_t at = line.find(label);
      if (at != absl::string_view::npos &&
          line.substr(0, at).find(' ') == absl::string_view::npos) {
        line.remove_prefix(at + strlen(label));
      }
    }
    lines.emplace_back(absl::StripAsciiWhitespace(line));
  }
  constexpr size_t kMaxLines = 4;
  if (lines.size() > kMaxLines) lines.erase(lines.begin(), lines.end() - kMaxLines);
  return absl::StrJoin(lines, "; ");
}

absl::Status Failure(const Ended& ended, const ChildOptions& options) {
  if (!ended.in_time) {
    return absl::DeadlineExceededError(
        absl::StrCat("no answer within ", absl::FormatDuration(options.limit)));
  }
  if (!ended.is_whole) {
    return absl::ResourceExhaustedError(
        absl::StrCat("answers with more than ", kMaxOutputBytes, " bytes"));
  }
  const std::string words = LastWords(ended);
  if (WIFSIGNALED(ended.status)) {
    return absl::AbortedError(absl::StrCat("ended by signal ", WTERMSIG(ended.status), " (",
                                           strsignal(WTERMSIG(ended.status)), ")",
                                           words.empty() ? "" : ": ", words));
  }
  return absl::AbortedError(
      words.empty() ? absl::StrCat("ended with exit code ", WEXITSTATUS(ended.status)) : words);
}

// Encodes a status for the pipe: its code in the first byte, then the text.
std::string Encode(const absl::StatusOr<std::string>& result) {
  std::string bytes(1, static_cast<char>(result.status().code()));
  return bytes.append(result.ok() ? *result : std::string(result.status().message()));
}

}  // namespace

absl::StatusOr<std::string> InChild(const std::function<absl::StatusOr<std::string>()>& work,
                                    const ChildOptions& options) {
  const auto child = [&](int answer_fd) {
    absl::StatusOr<std::string> result;
    try {
      const absl::Status became =
          options.user.has_value() ? BecomeUser(*options.user) : absl::OkStatus();
      result = became.ok() ? work() : became;
    } catch (const std::exception& error) {
      result = absl::AbortedError(error.what());
    }
    WriteAll(answer_fd, Encode(result));
    return 0;
  };
  const absl::StatusOr<Ended> ended = Fork(child, options);
  if (!ended.ok()) return ended.status();
  if (ended->answer.empty() || !ended->in_time || !ended->is_whole) {
    return Failure(*ended, options);
  }
  const auto code = static_cast<absl::StatusCode>(ended->answer[0]);
  std::string text = ended->answer.substr(1);
  if (code == absl::StatusCode::kOk) return text;
  return absl::Status(code, text);
}

absl::StatusOr<std::string> RunProgram(const std::vector<std::string>& arguments,
                                       const ChildOptions& options) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const auto child = [&](int answer_fd) {
    if (options.user.has_value() && !BecomeUser(*options.user).ok()) return 1;
    dup2(answer_fd, STDOUT_FILENO);
    execvp(argv[0], argv.data());
    return kNoSuchProgram;
  };
  const absl::StatusOr<Ended> ended = Fork(child, options);
  if (!ended.ok()) return ended.status();
  if (ended->in_time && ended->is_whole && WIFEXITED(ended->status)) {
    if (WEXITSTATUS(ended->status) == 0) return ended->answer;
    if (WEXITSTATUS(ended->status) == kNoSuchProgram) {
      return absl::NotFoundError(absl::StrCat(arguments[0], ": cannot be run"));
    }
  }
  return Failure(*ended, options);
}

}  // namespace carbon
