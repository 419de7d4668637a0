#include "store/log_file.h"

#include <archive.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/record/record_reader.h"

namespace carbon {
namespace {

constexpr size_t kBlockBytes = 1 << 16;

bool BeginsCompressed(int file) {
  char begin[4] = {};
  const ssize_t size = pread(file, begin, sizeof begin, 0);
  const absl::string_view bytes(begin, static_cast<size_t>(std::max<ssize_t>(size, 0)));
  for (const absl::string_view magic : {"\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd\x37zX", "BZh"}) {
    if (absl::StartsWith(bytes, magic)) return true;
  }
  return false;
}

}  // namespace

void LogFile::Close::operator()(archive* reader) const {
  archive_read_free(reader);
  close(file);
}

LogFile::LogFile(std::string path, int file) : path_(std::move(path)), reader_(nullptr, Close{}) {
  Begin(file);
}

// Only the formats that logrotate makes: others may be handed to another program.
void LogFile::Begin(int file) {
  reader_ = std::unique_ptr<archive, Close>(archive_read_new(), Close{file});
  archive_read_support_filter_gzip(reader_.get());
  archive_read_support_filter_zstd(reader_.get());
  archive_read_support_filter_xz(reader_.get());
  archive_read_support_filter_bzip2(reader_.get());
  archive_read_support_format_raw(reader_.get());
  archive_entry* entry = nullptr;
  int result = archive_read_open_fd(reader_.get(), file, kBlockBytes);
  if (result == ARCHIVE_OK) result = archive_read_next_header(reader_.get(), &entry);
  // The last filter reads the file itself.
  is_compressed_ = archive_filter_count(reader_.get()) > 1;
  if (result == ARCHIVE_OK) return;
  // A file that was cut in its first bytes is compressed all the same.
  is_compressed_ = is_compressed_ || BeginsCompressed(file);
  // The raw format takes all bytes. If it does not fit, there are none.
  if (archive_errno(reader_.get()) != EILSEQ) {
    status_ = absl::DataLossError(absl::StrCat(path_, ": ", archive_error_string(reader_.get())));
  }
  reader_ = nullptr;
}

absl::StatusOr<LogFile> LogFile::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return absl::ErrnoToStatus(errno, path);
  struct stat facts;
  if (fstat(file, &facts) == 0 && S_ISDIR(facts.st_mode)) {
    close(file);
    return absl::ErrnoToStatus(EISDIR, path);
  }
  return LogFile(path, file);
}

void LogFile::Skip(int64_t bytes) {
  if (reader_ != nullptr && !is_compressed_ && offset_ == 0) {
    // The reader has taken some bytes of the file to find out what it is.
    const int file = fcntl(reader_.get_deleter().file, F_DUPFD_CLOEXEC, 0);
    if (file >= 0 && lseek(file, bytes, SEEK_SET) == bytes) {
      begin_ = end_ = 0;
      offset_ = bytes;
      Begin(file);
      return;
    }
    if (file >= 0) close(file);
  }
  while (offset_ < bytes && (begin_ < end_ || Fill())) {
    const size_t size = std::min(end_ - begin_, static_cast<size_t>(bytes - offset_));
    begin_ += size;
    offset_ += static_cast<int64_t>(size);
  }
}

bool LogFile::Next(std::string* line) {
  line->clear();
  if (begin_ == end_ && !Fill()) return false;
  do {
    const char* const from = buffer_.data() + begin_;
    const size_t available = end_ - begin_;
    const void* const newline = std::memchr(from, '\n', available);
    had_newline_ = newline != nullptr;
    const size_t size = newline == nullptr
                            ? available
                            : static_cast<size_t>(static_cast<const char*>(newline) - from);
    line->append(from, std::min(size, kMaxLogLine + 1 - line->size()));
    begin_ += size;
    offset_ += static_cast<int64_t>(size);
    if (had_newline_) {
      ++begin_;
      ++offset_;
      return true;
    }
  } while (Fill());
  return true;
}

bool LogFile::Fill() {
  begin_ = end_ = 0;
  if (reader_ == nullptr) return false;
  const la_ssize_t size = archive_read_data(reader_.get(), buffer_.data(), buffer_.size());
  if (size > 0) {
    end_ = static_cast<size_t>(size);
    return true;
  }
  if (size < 0) {
    status_ = absl::DataLossError(absl::StrCat(path_, ": ", archive_error_string(reader_.get())));
  }
  reader_ = nullptr;
  return false;
}

}  // namespace carbon
