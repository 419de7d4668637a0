#include "store/placement_log.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/record/record.h"
#include "core/record/record_reader.h"
#include "store/log_file.h"

namespace carbon {
namespace {

bool IsAllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

}  // namespace

absl::Status ReadPlacementLog(const std::string& path, SequencesByBoot* sequences,
                              const LogVisitor& visit,
                              const std::function<void(const std::string&)>& complain) {
  absl::StatusOr<LogFile> file = LogFile::Open(path);
  if (!file.ok()) return file.status();
  int64_t unreadable = 0, faulty = 0;
  std::string first_fault;
  for (std::string line; file->Next(&line);) {
    if (line.empty()) continue;
    absl::StatusOr<LogEntry> entry = ReadLogLine(line);
    if (!entry.ok()) {
      ++unreadable;
      continue;
    }
    const RecordHead& head = HeadOf(*entry);
    const auto [last, is_first] = sequences->emplace(head.id.boot, head.id.sequence);
    if (!is_first && head.id.sequence > last->second + 1) {
      const uint64_t missing = head.id.sequence - last->second - 1;
      complain(absl::StrCat(path, ": ", missing, missing == 1 ? " record" : " records",
                            " missing between ", head.id.boot, "-", last->second, " and ",
                            DecisionId(head.id)));
    }
    last->second = std::max(last->second, head.id.sequence);
    if (!head.fault.empty() && ++faulty == 1) {
      first_fault = absl::StrCat(DecisionId(head.id), ": ", head.fault);
    }
    visit(*std::move(entry), line);
  }
  if (!file->status().ok()) {
    if (!file->is_compressed()) return file->status();
    // What could be read of it is shown.
    complain(absl::StrCat(file->status().message(), "; what follows in it is left out"));
  }
  if (unreadable > 0) {
    complain(absl::StrCat(path, ": ", unreadable,
                          unreadable == 1 ? " line is not a record" : " lines are not records",
                          " of version ", kMinRecordVersion, " to ", kRecordVersion,
                          " and left out"));
  }
  if (faulty > 0) {
    complain(absl::StrCat(path, ": ", faulty, faulty == 1 ? " record has" : " records have",
                          " fields that cannot be read; the first is ", first_fault));
  }
  return absl::OkStatus();
}

std::vector<std::string> WithRotated(const std::string& path, std::vector<std::string>* skipped) {
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
    if ((how == "gz" || how == "zst" || how == "xz" || how == "bz2") &&
        absl::SimpleAtoi(suffix.substr(0, dot), &number)) {
      rotated.push_back({joint == '-', number, (live.parent_path() / other).string(), true});
    } else {
      skipped->push_back((live.parent_path() / other).string());
    }
  }
  // Dates rise with time; numbers fall.
  std::sort(rotated.begin(), rotated.end(), [](const Rotated& a, const Rotated& b) {
    if (a.is_dated != b.is_dated) return a.is_dated;
    if (a.number != b.number) return a.is_dated ? a.number < b.number : a.number > b.number;
    return !a.is_compressed && b.is_compressed;
  });
  // logrotate removes a file after it has compressed it: while both are there, they have the same.
  const auto is_same = [](const Rotated& a, const Rotated& b) {
    return a.is_dated == b.is_dated && a.number == b.number;
  };
  rotated.erase(std::unique(rotated.begin(), rotated.end(), is_same), rotated.end());
  std::vector<std::string> paths;
  for (const Rotated& file : rotated) paths.push_back(file.path);
  paths.push_back(path);
  return paths;
}

}  // namespace carbon
