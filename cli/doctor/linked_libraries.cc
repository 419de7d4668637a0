#include "cli/doctor/linked_libraries.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "cli/process/child_process.h"

namespace carbon {

absl::StatusOr<LinkedLibraries> FindLinkedLibraries(const std::string& path, LoaderPaths paths) {
  std::vector<std::string> command = {"env", "-u", "LD_PRELOAD"};
  if (paths == LoaderPaths::kOwn) command.insert(command.end(), {"-u", "LD_LIBRARY_PATH"});
  command.insert(command.end(), {"ldd", path});
  const absl::StatusOr<std::string> listed = RunProgram(command);
  if (!listed.ok()) return listed.status();
  LinkedLibraries libraries;
  // Examples: "\tlibz.so.1 => /lib/libz.so.1 (0x7f00)", "\tlibslurm.so.38 => not found".
  for (absl::string_view line : absl::StrSplit(*listed, '\n')) {
    const std::pair<absl::string_view, absl::string_view> sides =
        absl::StrSplit(line, absl::MaxSplits(" => ", 1));
    if (sides.second.empty()) continue;
    const absl::string_view found = sides.second.substr(0, sides.second.rfind(" (0x"));
    libraries.emplace(absl::StripAsciiWhitespace(sides.first),
                      absl::StartsWith(found, "not found") ? "" : std::string(found));
  }
  return libraries;
}

std::vector<std::string> MissingLibraries(const LinkedLibraries& libraries) {
  std::vector<std::string> missing;
  for (const auto& [name, path] : libraries) {
    if (path.empty()) missing.push_back(name);
  }
  return missing;
}

}  // namespace carbon
