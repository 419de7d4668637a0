#include "store/placement_log.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
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

namespace carbon {
namespace {

// Splits a file into lines.
class LineReader {
 public:
  explicit LineReader(std::istream* file) : file_(*file) {}

  // Reads the next line without its newline. A line longer than kMaxLogLine is cut to one byte more
  // than that. Returns false at the end.
  bool Next(std::string* line) {
    line->clear();
    if (begin_ == end_ && !Fill()) return false;
    do {
      const char* const from = buffer_.data() + begin_;
      const size_t available = end_ - begin_;
      const void* const newline = std::memchr(from, '\n', available);
      const size_t size = newline == nullptr
                              ? available
                              : static_cast<size_t>(static_cast<const char*>(newline) - from);
      line->append(from, std::min(size, kMaxLogLine + 1 - line->size()));
      begin_ += size;
      if (newline != nullptr) {
        ++begin_;
        return true;
      }
    } while (Fill());
    return true;
  }

 private:
  // Fills the buffer again after all of it was used.
  bool Fill() {
    file_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    begin_ = 0;
    end_ = static_cast<size_t>(file_.gcount());
    return end_ > 0;
  }

  std::istream& file_;
  std::string buffer_ = std::string(1 << 16, '\0');
  size_t begin_ = 0, end_ = 0;
};

bool IsAllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

}  // namespace

absl::Status ReadPlacementLog(const std::string& path, SequencesByBoot* sequences,
                              const LogVisitor& visit,
                              const std::function<void(const std::string&)>& complain) {
  // The standard does not guarantee that streams set errno.
  const auto failure = [&path] { return absl::ErrnoToStatus(errno != 0 ? errno : EIO, path); };
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return failure();
  int64_t unreadable = 0, faulty = 0;
  std::string first_fault;
  LineReader lines(&file);
  for (std::string line; lines.Next(&line);) {
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
  if (file.bad()) return failure();
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
  // Dates rise with time; numbers fall.
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
