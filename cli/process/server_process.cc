#include "cli/process/server_process.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cstdint>
#include <cstdio>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr int64_t kMaxProcBytes = 64 << 20;

// Returns the value of "Name:\t…" in /proc/PID/status.
absl::string_view StatusField(absl::string_view status, absl::string_view name) {
  for (absl::string_view line : absl::StrSplit(status, '\n')) {
    if (absl::StartsWith(line, name) && line.substr(name.size(), 1) == ":") {
      return absl::StripAsciiWhitespace(line.substr(name.size() + 1));
    }
  }
  return "";
}

std::map<std::string, std::string> ParseEnvironment(absl::string_view bytes) {
  std::map<std::string, std::string> environment;
  for (absl::string_view variable : absl::StrSplit(bytes, '\0', absl::SkipEmpty())) {
    const size_t equals = variable.find('=');
    if (equals == absl::string_view::npos) continue;
    // emplace() keeps the first, as getenv() finds the first.
    environment.emplace(std::string(variable.substr(0, equals)),
                        std::string(variable.substr(equals + 1)));
  }
  return environment;
}

// Parses a line of maps: "7f..-7f.. r-xp 00001000 fe:01 1234   /path (deleted)".
std::optional<MappedFile> ParseMapping(absl::string_view line, const std::string& name) {
  const size_t slash = line.find('/');
  if (slash == absl::string_view::npos) return std::nullopt;
  absl::string_view path = line.substr(slash);
  const bool deleted = absl::EndsWith(path, " (deleted)");
  if (deleted) path.remove_suffix(sizeof(" (deleted)") - 1);
  if (path.substr(path.rfind('/') + 1) != name) return std::nullopt;
  const std::vector<absl::string_view> fields =
      absl::StrSplit(line.substr(0, slash), ' ', absl::SkipEmpty());
  uint64_t inode = 0;
  if (fields.size() != 5 || !absl::SimpleAtoi(fields[4], &inode)) return std::nullopt;
  MappedFile mapped{.path = std::string(path), .replaced = deleted};
  struct stat facts;
  // Only the inode is compared: maps and stat() number the devices of some file systems
  // differently.
  if (stat(mapped.path.c_str(), &facts) != 0 || facts.st_ino != inode) mapped.replaced = true;
  return mapped;
}

}  // namespace

std::optional<ServerProcess> FindServer(pid_t pid, const std::string& program,
                                        const std::string& mapped_name) {
  const std::string folder = absl::StrCat("/proc/", pid);
  const absl::StatusOr<std::string> status = ReadFile(folder + "/status", kMaxProcBytes);
  // The kernel cuts names to 15 characters.
  if (!status.ok() || StatusField(*status, "Name") != program.substr(0, 15)) return std::nullopt;
  if (absl::StartsWith(StatusField(*status, "State"), "Z")) return std::nullopt;
  ServerProcess process{.pid = pid};
  // The fields are the real, effective, saved and file system user.
  const std::vector<absl::string_view> users =
      absl::StrSplit(StatusField(*status, "Uid"), absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (users.size() != 4 || !absl::SimpleAtoi(users[1], &process.user)) return std::nullopt;

  const absl::StatusOr<std::string> environment = ReadFile(folder + "/environ", kMaxProcBytes);
  if (environment.ok()) process.environment = ParseEnvironment(*environment);
  if (mapped_name.empty()) return process;
  const absl::StatusOr<std::string> maps = ReadFile(folder + "/maps", kMaxProcBytes);
  process.maps_known = maps.ok();
  if (!maps.ok()) return process;
  for (absl::string_view line : absl::StrSplit(*maps, '\n')) {
    process.mapped = ParseMapping(line, mapped_name);
    if (process.mapped.has_value()) break;
  }
  return process;
}

std::optional<pid_t> ReadPidFile(const std::string& path) {
  const absl::StatusOr<std::string> bytes = ReadFile(path, 4096);
  pid_t pid = 0;
  if (!bytes.ok() || !absl::SimpleAtoi(bytes->substr(0, bytes->find('\n')), &pid) || pid <= 0) {
    return std::nullopt;
  }
  return pid;
}

}  // namespace carbon
