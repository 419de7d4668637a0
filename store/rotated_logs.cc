#include "store/rotated_logs.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace carbon {
namespace {

bool IsAllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// How LogFile reads them (store/log_file.cc).
bool IsKnownCompression(absl::string_view suffix) {
  return suffix == "gz" || suffix == "zst" || suffix == "xz" || suffix == "bz2";
}

std::string WhySkipped(const std::string& path) {
  return absl::StrCat(path,
                      ": was not read: it is compressed in another way than gzip, zstd, xz and "
                      "bzip2, or its uncompressed file is there too");
}

}  // namespace

std::vector<std::string> WithRotated(const std::string& path, CompressedLogs compressed,
                                     std::vector<std::string>* skipped) {
  namespace fs = std::filesystem;
  const fs::path live(path);
  const std::string name = live.filename().string();
  struct Rotated {
    bool is_dated;
    int64_t number;
    std::string path;
    bool is_compressed = false;
  };
  std::vector<Rotated> rotated;
  std::error_code error;
  const fs::path folder = live.has_parent_path() ? live.parent_path() : fs::path(".");
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string other = entry->path().filename().string();
    if (other.size() < name.size() + 2 || !absl::StartsWith(other, name)) continue;
    const char joint = other[name.size()];
    const absl::string_view suffix = absl::string_view(other).substr(name.size() + 1);
    if (joint != '.' && joint != '-') continue;
    int64_t number = 0;
    if (IsAllDigits(suffix) && absl::SimpleAtoi(suffix, &number)) {
      rotated.push_back({joint == '-', number, (live.parent_path() / other).string()});
      continue;
    }
    const size_t dot = suffix.find('.');
    if (dot == absl::string_view::npos || !IsAllDigits(suffix.substr(0, dot))) continue;
    const absl::string_view how = suffix.substr(dot + 1);
    if (compressed == CompressedLogs::kIncluded && IsKnownCompression(how) &&
        absl::SimpleAtoi(suffix.substr(0, dot), &number)) {
      rotated.push_back({joint == '-', number, (live.parent_path() / other).string(), true});
    } else {
      skipped->push_back(WhySkipped((live.parent_path() / other).string()));
    }
  }
  // Dates rise with time; numbers fall.
  std::sort(rotated.begin(), rotated.end(), [](const Rotated& a, const Rotated& b) {
    if (a.is_dated != b.is_dated) return a.is_dated;
    if (a.number != b.number) return a.is_dated ? a.number < b.number : a.number > b.number;
    return !a.is_compressed && b.is_compressed;
  });
  // logrotate removes a file after it has compressed it: while both are there, they have the same.
  std::vector<std::string> paths;
  for (size_t i = 0; i < rotated.size(); ++i) {
    const Rotated& file = rotated[i];
    const bool is_again =
        i > 0 && rotated[i - 1].is_dated == file.is_dated && rotated[i - 1].number == file.number;
    if (is_again) {
      skipped->push_back(WhySkipped(file.path));
    } else {
      paths.push_back(file.path);
    }
  }
  paths.push_back(path);
  return paths;
}

}  // namespace carbon
