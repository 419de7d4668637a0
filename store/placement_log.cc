#include "store/placement_log.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/json/json_bounds.h"
#include "core/record/record.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

// Of a line and its nesting: far above any record. The file may be anybody's (--file).
constexpr size_t kMaxBytes = 1 << 20;
constexpr int kMaxDepth = 64;

// The next line; of one that is longer than kMaxBytes, so many and one more. False at the end.
bool ReadLine(std::istream& file, std::string* line) {
  line->clear();
  char next = 0;
  if (!file.get(next)) return false;
  do {
    if (next == '\n') return true;
    if (line->size() <= kMaxBytes) line->push_back(next);
  } while (file.get(next));
  return true;
}

bool IsRecord(const Json& json) {
  const auto is = [&](const char* key, auto check) {
    const auto found = json.find(key);
    return found != json.end() && check(*found);
  };
  return json.is_object() &&
         is("v",
            [](const Json& v) {
              return v.is_number_integer() && v >= kMinRecordVersion && v <= kRecordVersion;
            }) &&
         is("type", [](const Json& v) { return v.is_string(); }) &&
         is("boot", [](const Json& v) { return v.is_string(); }) &&
         is("seq", [](const Json& v) { return v.is_number_unsigned(); });
}

bool IsAllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

}  // namespace

const Json* LogRecord::Find(Path path) const {
  const Json* value = &json_;
  for (const char* key : path) {
    if (!value->is_object()) return nullptr;
    const auto found = value->find(key);
    if (found == value->end() || found->is_null()) return nullptr;
    value = &*found;
  }
  return value;
}

std::string LogRecord::Text(Path path) const {
  const Json* value = Find(path);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::optional<double> LogRecord::Number(Path path) const {
  const Json* value = Find(path);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->get<double>();
}

std::optional<absl::Time> LogRecord::Time(Path path) const {
  absl::Time time;
  if (!absl::ParseTime("%Y-%m-%dT%H:%M:%E*SZ", Text(path), &time, nullptr)) return std::nullopt;
  return time;
}

std::vector<std::string> LogRecord::Texts(Path path) const {
  std::vector<std::string> texts;
  const Json* value = Find(path);
  if (value == nullptr || !value->is_array()) return texts;
  for (const Json& element : *value) {
    if (element.is_string()) texts.push_back(element.get<std::string>());
  }
  return texts;
}

absl::Status ReadPlacementLog(const std::string& path, SequencesByBoot* sequences,
                              const std::function<void(LogRecord)>& visit,
                              const std::function<void(const std::string&)>& complain) {
  // The standard does not promise that streams set errno.
  const auto failure = [&path] { return absl::ErrnoToStatus(errno != 0 ? errno : EIO, path); };
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return failure();
  int64_t unreadable = 0;
  for (std::string line; ReadLine(file, &line);) {
    if (line.empty()) continue;
    const bool is_bounded = line.size() <= kMaxBytes && IsWithinBounds(line, kMaxDepth, kMaxBytes);
    Json json = is_bounded ? Json::parse(line, nullptr, /*allow_exceptions=*/false) : Json();
    if (!IsRecord(json)) {
      ++unreadable;
      continue;
    }
    const std::string boot = json["boot"].get<std::string>();
    const uint64_t sequence = json["seq"].get<uint64_t>();
    const auto [last, is_first] = sequences->emplace(boot, sequence);
    if (!is_first && sequence > last->second + 1) {
      const uint64_t missing = sequence - last->second - 1;
      complain(absl::StrCat(path, ": ", missing, missing == 1 ? " record" : " records",
                            " missing between ", boot, "-", last->second, " and ", boot, "-",
                            sequence));
    }
    last->second = std::max(last->second, sequence);
    const std::string type = json["type"].get<std::string>();
    if (type == "decision" || type == "return" || type == "job" || type == "booking" ||
        type == "withheld") {
      visit(LogRecord(std::move(json)));
    }
  }
  if (file.bad()) return failure();
  if (unreadable > 0) {
    complain(absl::StrCat(path, ": ", unreadable,
                          unreadable == 1 ? " line is not a record" : " lines are not records",
                          " of version ", kMinRecordVersion, " or ", kRecordVersion,
                          " and left out"));
  }
  return absl::OkStatus();
}

std::string WhyNotCounted(const LogRecord& decision) {
  for (const auto& [key, outcome] : {std::pair("not_queued", "not-queued"),
                                     {"never_ran", "never-ran"},
                                     {"ran_elsewhere", "ran-elsewhere"},
                                     {"ran_earlier", "ran-earlier"},
                                     {"ran_longer", "ran-longer"}}) {
    if (decision.Has({key})) return outcome;
  }
  return "";
}

std::vector<std::string> WithRotated(const std::string& path, std::vector<std::string>* skipped) {
  namespace fs = std::filesystem;
  const fs::path live(path);
  const std::string name = live.filename().string();
  struct Rotated {
    bool is_dated;
    int64_t number;
    std::string path;
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
    } else if (IsAllDigits(suffix.substr(0, suffix.find('.')))) {
      skipped->push_back((live.parent_path() / other).string());
    }
  }
  // Dates count up, numbers count down to the latest.
  std::sort(rotated.begin(), rotated.end(), [](const Rotated& a, const Rotated& b) {
    if (a.is_dated != b.is_dated) return a.is_dated;
    return a.is_dated ? a.number < b.number : a.number > b.number;
  });
  std::vector<std::string> paths;
  for (const Rotated& file : rotated) paths.push_back(file.path);
  paths.push_back(path);
  return paths;
}

}  // namespace carbon
