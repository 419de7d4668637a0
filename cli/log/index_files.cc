#include "cli/log/index_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "absl/strings/str_cat.h"
#include "cli/log/index_tables.h"
#include "core/snapshot/snapshot.h"
#include "store/log_file.h"

namespace carbon {
namespace {

absl::StatusOr<FileMark> MarkOf(const std::string& path) {
  struct stat facts;
  if (stat(path.c_str(), &facts) != 0) return absl::ErrnoToStatus(errno, path);
  const auto seconds = static_cast<int64_t>(facts.st_mtim.tv_sec);
  return FileMark{static_cast<int64_t>(facts.st_dev), static_cast<int64_t>(facts.st_ino),
                  static_cast<int64_t>(facts.st_size),
                  seconds * 1'000'000'000 + facts.st_mtim.tv_nsec};
}

// Returns the digest of the first line. Empty: there is none yet.
absl::StatusOr<std::string> FirstLineOf(const std::string& path, bool is_live) {
  absl::StatusOr<LogFile> file = LogFile::Open(path);
  if (!file.ok()) return file.status();
  std::string line;
  if (file->Next(&line) && (!is_live || file->had_newline())) return Sha256Hex(line);
  if (file->status().ok()) return std::string();
  // Of a compressed file that was cut so early, the damage is kept.
  return file->is_compressed() ? absl::StatusOr<std::string>(Sha256Hex("")) : file->status();
}

// The same file that was appended to or renamed, or else the file of which this is a compressed or
// other copy.
const IndexedFile* FindFile(const std::vector<IndexedFile>& known, const FileMark& mark,
                            const std::string& first_line, const std::set<int64_t>& taken) {
  const IndexedFile* copy = nullptr;
  for (const IndexedFile& file : known) {
    if (file.first_line != first_line || taken.contains(file.number)) continue;
    if (file.mark.device == mark.device && file.mark.inode == mark.inode) return &file;
    if (copy == nullptr) copy = &file;
  }
  return copy;
}

absl::Status AddFile(const std::vector<IndexedFile>& known, const std::string& path, bool is_live,
                     std::set<int64_t>* taken, int64_t* next, FileChanges* changes) {
  const absl::StatusOr<FileMark> mark = MarkOf(path);
  // Between two steps of logrotate there is no log, and a file may get another name.
  if (absl::IsNotFound(mark.status())) {
    changes->is_moving = changes->is_moving || !is_live;
    return absl::OkStatus();
  }
  if (!mark.ok()) return mark.status();
  FileChanges::File file = {.path = path, .file = {}, .is_live = is_live};
  const auto same = std::find_if(known.begin(), known.end(), [&](const IndexedFile& other) {
    return other.mark == *mark && !taken->contains(other.number);
  });
  if (same != known.end()) {
    file.file = *same;
    // Its last line may have had no end, and gets none any more.
    file.must_be_read = !is_live && !same->is_final;
  } else {
    absl::StatusOr<std::string> first_line = FirstLineOf(path, is_live);
    if (!first_line.ok()) return first_line.status();
    if (first_line->empty()) return absl::OkStatus();
    if (const IndexedFile* found = FindFile(known, *mark, *first_line, *taken)) {
      file.file = *found;
      const absl::StatusOr<bool> has_place = HasPlace(path, found->place);
      if (!has_place.ok()) return has_place.status();
      if (!*has_place) changes->needs_rebuild = true;
    } else {
      file.file.number = (*next)++;
      file.file.first_line = *std::move(first_line);
      file.is_new = true;
    }
    file.file.mark = *mark;
    file.must_be_read = true;
  }
  taken->insert(file.file.number);
  changes->files.push_back(std::move(file));
  return absl::OkStatus();
}

}  // namespace

bool FileChanges::IsNothing() const {
  return gone.empty() && !needs_rebuild &&
         std::none_of(files.begin(), files.end(), [](const File& f) { return f.must_be_read; });
}

bool FileChanges::HasNewRotatedFile() const {
  return std::any_of(files.begin(), files.end(),
                     [](const File& file) { return file.is_new && !file.is_live; });
}

absl::StatusOr<FileChanges> CompareFiles(const std::vector<IndexedFile>& known,
                                         const std::vector<std::string>& paths) {
  FileChanges changes;
  std::set<int64_t> taken;
  int64_t next = known.empty() ? 1 : known.back().number + 1;
  for (const std::string& path : paths) {
    const bool is_live = path == paths.back();
    const absl::Status added = AddFile(known, path, is_live, &taken, &next, &changes);
    if (!added.ok()) return absl::AbortedError(added.message());
  }
  // Decisions are kept in the order of the files.
  const bool is_in_order =
      std::is_sorted(changes.files.begin(), changes.files.end(),
                     [](const auto& a, const auto& b) { return a.file.number < b.file.number; });
  if (!is_in_order) changes.needs_rebuild = true;
  for (const IndexedFile& file : known) {
    if (!taken.contains(file.number)) changes.gone.push_back(file.number);
  }
  return changes;
}

absl::StatusOr<std::vector<IndexedFile>> ReadIndexedFiles(Database* database) {
  std::vector<IndexedFile> files;
  absl::Status read = ForEachRow(
      database->Prepare("SELECT number, device, inode, size, modified_ns, first_line, offset,"
                        " line_offset, line_digest, is_final, unreadable, faulty, first_fault, end"
                        " FROM files ORDER BY number"),
      [&files](const Statement& row) {
        IndexedFile& file = files.emplace_back();
        file.number = row.Integer(0);
        file.mark = {row.Integer(1), row.Integer(2), row.Integer(3), row.Integer(4)};
        file.first_line = std::string(row.Bytes(5));
        file.place = {row.Integer(6), row.Integer(7), std::string(row.Bytes(8))};
        file.is_final = row.Integer(9) != 0;
        file.damage.unreadable = row.Integer(10);
        file.damage.faulty = row.Integer(11);
        file.damage.first_fault = std::string(row.Bytes(12));
        file.damage.end = std::string(row.Bytes(13));
        return absl::OkStatus();
      });
  if (!read.ok()) return read;
  return files;
}

absl::Status WriteIndexedFile(const IndexedFile& file, Database* database) {
  return database->Run(
      "INSERT OR REPLACE INTO files (number, device, inode, size, modified_ns, first_line, offset,"
      " line_offset, line_digest, is_final, unreadable, faulty, first_fault, end)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      file.number, file.mark.device, file.mark.inode, file.mark.size, file.mark.modified_ns,
      file.first_line, file.place.offset, file.place.line_offset, file.place.line_digest,
      static_cast<int64_t>(file.is_final), file.damage.unreadable, file.damage.faulty,
      file.damage.first_fault, file.damage.end);
}

absl::StatusOr<int64_t> NumberOfFile(Database* database, const std::string& path) {
  const absl::StatusOr<FileMark> mark = MarkOf(path);
  if (absl::IsNotFound(mark.status())) return 0;
  if (!mark.ok()) return mark.status();
  // It may have grown since.
  const auto number = database->Find("SELECT number FROM files WHERE device = ? AND inode = ?",
                                     mark->device, mark->inode);
  if (!number.ok()) return number.status();
  return number->value_or(0);
}

}  // namespace carbon
