// Reads a placement log line by line, whether logrotate has compressed it (gzip, zstd, xz, bzip2)
// or not. Blocks on the disk. Not thread-safe.
//
//   absl::StatusOr<LogFile> file = LogFile::Open(path);
//   for (std::string line; file->Next(&line);) …
//   if (!file->status().ok()) …
#ifndef STORE_LOG_FILE_H_
#define STORE_LOG_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct archive;

namespace carbon {

class LogFile {
 public:
  // Returns the system's error for a file that cannot be opened, as "PATH: No such file or
  // directory".
  static absl::StatusOr<LogFile> Open(const std::string& path);

  // Skips to this byte of the text, counted without compression.
  void Skip(int64_t bytes);

  // Reads the next line without its newline. A line longer than kMaxLogLine is cut to one byte more
  // than that. Returns false at the end, and where the file cannot be read further.
  bool Next(std::string* line);

  // The bytes of the text up to the end of the last line.
  int64_t offset() const { return offset_; }
  // Whether the last line had a newline. Only the last one of a file may have none.
  bool had_newline() const { return had_newline_; }
  bool is_compressed() const { return is_compressed_; }
  // Says why the file could not be read to its end: "PATH: truncated gzip input".
  const absl::Status& status() const { return status_; }

 private:
  // Frees the reader, and closes its file.
  struct Close {
    int file = -1;
    void operator()(archive* reader) const;
  };
  LogFile(std::string path, int file);

  // Begins to read at the file's position.
  void Begin(int file);

  // Fills the buffer again after all of it was used.
  bool Fill();

  std::string path_;
  std::unique_ptr<archive, Close> reader_;
  std::string buffer_ = std::string(1 << 16, '\0');
  size_t begin_ = 0, end_ = 0;
  int64_t offset_ = 0;
  bool had_newline_ = false;
  bool is_compressed_ = false;
  absl::Status status_;
};

}  // namespace carbon

#endif  // STORE_LOG_FILE_H_
