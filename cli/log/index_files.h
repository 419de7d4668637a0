// Which files of a placement log an index has read, and how far. Blocks on the disk. For the
// index's sources only.
#ifndef CLI_LOG_INDEX_FILES_H_
#define CLI_LOG_INDEX_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/placement_log.h"
#include "store/sqlite.h"

namespace carbon {

// Identifies a file in one state. Renaming keeps these values, compression none of them.
struct FileMark {
  int64_t device = 0, inode = 0, size = 0, modified_ns = 0;

  friend bool operator==(const FileMark&, const FileMark&) = default;
};

struct IndexedFile {
  int64_t number = 0;  // 0: the index has nothing of the file
  FileMark mark;
  std::string first_line;  // its SHA-256, by which a compressed file is known again
  LogPlace place;          // the file was read up to there
  bool is_final = false;   // it was read as a file to which the plugin does not write any more
  LogDamage damage;        // without the gaps, which are in a table of their own
};

// Returns the files in the order in which they were read.
absl::StatusOr<std::vector<IndexedFile>> ReadIndexedFiles(Database* database);
absl::Status WriteIndexedFile(const IndexedFile& file, Database* database);

// How the files on disk correspond to those in the index.
struct FileChanges {
  struct File {
    std::string path;
    IndexedFile file;  // with its present mark; a new file has a new number
    bool is_live = false;
    bool is_new = false;
    bool must_be_read = false;
  };

  std::vector<File> files;    // those that have a line, oldest first
  std::vector<int64_t> gone;  // numbers of files that are not there any more
  bool is_moving = false;     // a rotated file was not there any more: the list has changed
  // A file changed in a way that is not appending, renaming, compressing or removing.
  bool needs_rebuild = false;

  bool IsNothing() const;
  // Whether a file is new beside the log itself. To read it may take long.
  bool HasNewRotatedFile() const;
};

// `paths`: the log and what logrotate made of it, oldest first and the log last. Returns Aborted if
// a file cannot be read.
absl::StatusOr<FileChanges> CompareFiles(const std::vector<IndexedFile>& known,
                                         const std::vector<std::string>& paths);

// Returns the number of the file that is at this path now; 0: the index has nothing of it.
absl::StatusOr<int64_t> NumberOfFile(Database* database, const std::string& path);

}  // namespace carbon

#endif  // CLI_LOG_INDEX_FILES_H_
