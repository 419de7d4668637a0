#include "store/log_follower.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "store/file.h"
#include "store/rotated_logs.h"

namespace carbon {
namespace {

constexpr size_t kChunk = 256 << 10;

struct FileOnDisk {
  std::string path;
  LogPosition beginning;
  absl::Time written_at;
  int64_t size;
};

// The log's files that exist, oldest first.
std::vector<FileOnDisk> FilesOf(const std::string& path) {
  std::vector<std::string> skipped;
  std::vector<FileOnDisk> files;
  for (std::string& name : WithRotated(path, CompressedLogs::kSkipped, &skipped)) {
    struct stat facts;
    if (stat(name.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
    files.push_back({std::move(name),
                     {facts.st_dev, facts.st_ino, 0},
                     absl::TimeFromTimespec(facts.st_mtim),
                     facts.st_size});
  }
  return files;
}

// Whether the position belongs to this file. It does not if the inode was used again, or if the
// file was cut short.
bool IsWithin(const Descriptor& file, int64_t size, int64_t offset) {
  char before = '\n';
  return offset == 0 ||
         (offset <= size && pread(file.get(), &before, 1, offset - 1) == 1 && before == '\n');
}

// Visits the lines from `*offset` on, and moves it past the last line that was visited. Returns
// true at the end of the file, false if `max_bytes` were visited.
absl::StatusOr<bool> VisitLines(const Descriptor& file, const std::string& path, int64_t max_bytes,
                                int64_t* offset,
                                const std::function<absl::Status(absl::string_view)>& visit) {
  std::string buffer;  // from `*offset` on
  bool is_too_long = false;
  int64_t read_to = *offset;
  const int64_t enough = *offset + max_bytes;
  while (true) {
    const size_t used = buffer.size();
    buffer.resize(used + kChunk);
    const ssize_t got = pread(file.get(), buffer.data() + used, kChunk, read_to);
    if (got < 0 && errno == EINTR) {
      buffer.resize(used);
      continue;
    }
    if (got < 0) return absl::ErrnoToStatus(errno, path);
    buffer.resize(used + static_cast<size_t>(got));
    if (got == 0) return true;
    read_to += got;
    size_t begin = 0;
    for (size_t end; (end = buffer.find('\n', std::max(begin, used))) != std::string::npos;
         begin = end + 1) {
      const absl::string_view line = absl::string_view(buffer).substr(begin, end - begin);
      if (!std::exchange(is_too_long, false) && !line.empty()) {
        if (absl::Status status = visit(line); !status.ok()) return status;
      }
      *offset = read_to - static_cast<int64_t>(buffer.size() - end - 1);
    }
    buffer.erase(0, begin);
    if (is_too_long || buffer.size() > LogFollower::kMaxLineBytes) {
      is_too_long = true;
      buffer.clear();
    }
    if (*offset >= enough) return false;
  }
}

}  // namespace

std::optional<LogPosition> LogFollower::EndOf(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts;
  if (file.get() < 0 || fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return std::nullopt;
  }
  LogPosition end = {facts.st_dev, facts.st_ino, facts.st_size};
  std::string tail(std::min<size_t>(kMaxLineBytes, static_cast<size_t>(end.offset)), '\0');
  const auto begin = end.offset - static_cast<int64_t>(tail.size());
  const ssize_t got = pread(file.get(), tail.data(), tail.size(), begin);
  if (got < 0) return std::nullopt;
  tail.resize(static_cast<size_t>(got));
  const size_t newline = tail.rfind('\n');
  if (newline != std::string::npos) {
    end.offset = begin + static_cast<int64_t>(newline) + 1;
  } else if (begin == 0) {
    end.offset = 0;
  }
  return end;
}

absl::StatusOr<bool> LogFollower::Follow(
    int64_t max_bytes, absl::Time now,
    const std::function<absl::Status(absl::string_view)>& visit) {
  const std::vector<FileOnDisk> files = FilesOf(path_);
  const auto is_followed = [this](const FileOnDisk& file) {
    return position_.has_value() && file.beginning.device == position_->device &&
           file.beginning.inode == position_->inode;
  };
  auto file = std::find_if(files.begin(), files.end(), is_followed);
  if (file == files.end()) {
    file = std::find_if(files.begin(), files.end(),
                        [now](const FileOnDisk& one) { return one.written_at >= now - kOldest; });
    // The newest file is the one to which the log is written.
    if (file == files.end() && !files.empty()) --file;
  }
  for (; file != files.end(); ++file) {
    const Descriptor opened(
        open(file->path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (!opened.ok()) return absl::ErrnoToStatus(errno, file->path);
    struct stat facts;
    if (fstat(opened.get(), &facts) != 0) return absl::ErrnoToStatus(errno, file->path);
    // The file was renamed after it was found: the next call finds it by its inode.
    if (facts.st_ino != file->beginning.inode || facts.st_dev != file->beginning.device)
      return true;
    const bool goes_on =
        is_followed(*file) && IsWithin(opened, int64_t{facts.st_size}, position_->offset);
    if (!goes_on) position_ = file->beginning;
    const int64_t before = position_->offset;
    const absl::StatusOr<bool> is_at_end =
        VisitLines(opened, file->path, max_bytes, &position_->offset, visit);
    if (!is_at_end.ok()) return is_at_end.status();
    if (!*is_at_end) return true;
    max_bytes = std::max<int64_t>(max_bytes - (position_->offset - before), 1);
    const bool is_last = file + 1 == files.end();
    if (!is_last && absl::TimeFromTimespec(facts.st_mtim) + kSettled > now) return false;
  }
  return false;
}

}  // namespace carbon
