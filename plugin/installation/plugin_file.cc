#include "plugin/installation/plugin_file.h"

#include <glob.h>
#include <unistd.h>

#include <cctype>
#include <cstdint>
#include <cstring>
#include <optional>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "plugin/installation/elf_file.h"

namespace carbon {
namespace {

constexpr size_t kMaxTypeBytes = 64;

// Reads digits at `*text` and moves behind them; nullopt if there are none, or if the number does
// not fit.
std::optional<int> TakeNumber(absl::string_view* text) {
  int number = 0;
  size_t digits = 0;
  while (digits < text->size() && std::isdigit(static_cast<unsigned char>((*text)[digits]))) {
    number = number * 10 + ((*text)[digits] - '0');
    if (++digits > 4) return std::nullopt;
  }
  if (digits == 0) return std::nullopt;
  text->remove_prefix(digits);
  return number;
}

bool TakeDot(absl::string_view* text) {
  if (text->empty() || text->front() != '.') return false;
  text->remove_prefix(1);
  return true;
}

// Returns the libslurm.so.N of the highest N in the folder; empty if there is none.
std::string NewestLibslurm(const std::string& folder) {
  const std::string stem = absl::StrCat(folder, "/libslurm.so.");
  glob_t files = {};
  const absl::Cleanup free = [&files] { globfree(&files); };
  glob((stem + "*").c_str(), GLOB_NOSORT, nullptr, &files);
  std::string newest;
  int highest = -1;
  for (size_t i = 0; i < files.gl_pathc; ++i) {
    const std::string path = files.gl_pathv[i];
    int number = 0;
    if (absl::SimpleAtoi(path.substr(stem.size()), &number) && number > highest) {
      highest = number;
      newest = path;
    }
  }
  return newest;
}

}  // namespace

std::string FormatSlurmVersion(const SlurmVersion& version) {
  return absl::StrFormat("%d.%02d.%d", version.major, version.minor, version.micro);
}

absl::StatusOr<SlurmVersion> FindSlurmVersion(absl::string_view text) {
  for (size_t start = 0; start < text.size(); ++start) {
    // A version must not start in the middle of a number.
    if (start > 0 && std::isdigit(static_cast<unsigned char>(text[start - 1]))) continue;
    absl::string_view tail = text.substr(start);
    const std::optional<int> major = TakeNumber(&tail);
    if (!major.has_value() || !TakeDot(&tail)) continue;
    const std::optional<int> minor = TakeNumber(&tail);
    if (!minor.has_value() || !TakeDot(&tail)) continue;
    const std::optional<int> micro = TakeNumber(&tail);
    // Slurm's own number has room for one byte each.
    if (!micro.has_value() || *major > 255 || *minor > 255 || *micro > 255) continue;
    return SlurmVersion{*major, *minor, *micro};
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" names no version of Slurm"));
}

absl::StatusOr<PluginFile> ReadPluginFile(const std::string& path) {
  const absl::StatusOr<ElfFile> elf = ElfFile::Read(path);
  if (!elf.ok()) return elf.status();
  for (const char* symbol : {"plugin_name", "plugin_type", "plugin_version"}) {
    if (!elf->Exports(symbol)) {
      return absl::DataLossError(absl::StrCat(path, ": is not a Slurm plugin: it has no ", symbol));
    }
  }
  PluginFile plugin;
  const std::optional<std::string> number = elf->Variable("plugin_version", sizeof(uint32_t));
  if (!number.has_value() || number->size() != sizeof(uint32_t)) {
    return absl::DataLossError(absl::StrCat(path, ": its plugin_version cannot be read"));
  }
  uint32_t version;
  std::memcpy(&version, number->data(), sizeof(version));
  plugin.version = {static_cast<int>((version >> 16) & 0xff),
                    static_cast<int>((version >> 8) & 0xff), static_cast<int>(version & 0xff)};
  const std::string type = elf->Variable("plugin_type", kMaxTypeBytes).value_or("");
  plugin.type = type.substr(0, type.find('\0'));
  for (const char* symbol : {"job_submit", "job_modify"}) {
    if (!elf->Exports(symbol)) plugin.missing.push_back(symbol);
  }
  return plugin;
}

std::string LibraryBesideSlurmctld(const std::string& slurmctld) {
  const absl::StatusOr<ElfFile> elf = ElfFile::Read(slurmctld);
  if (!elf.ok()) return "";
  for (const std::string& library : elf->Needed()) {
    if (!absl::StartsWith(library, "libslurm")) continue;
    for (const std::string& folder : elf->SearchFolders()) {
      if (access(absl::StrCat(folder, "/", library).c_str(), R_OK) != 0) continue;
      // slurmctld's own library is beside the plugins, the public one in the folder above.
      for (const char* place : {"/..", ""}) {
        const std::string found = NewestLibslurm(absl::StrCat(folder, place));
        if (!found.empty()) return found;
      }
    }
  }
  return "";
}

}  // namespace carbon
