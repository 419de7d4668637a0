// SQLite with absl::Status for its codes and with statements that end themselves. For the archive's
// sources only: it includes SQLite's header. Blocks on the disk; one thread at a time.
//
// Errors read "path: what SQLite says":
//   DATA_LOSS           the file is damaged, or no database
//   RESOURCE_EXHAUSTED  the disk, a quota or memory is full
//   UNAVAILABLE         another process holds it for longer than the wait of a second
//   PERMISSION_DENIED   it may not be read or written, or is no regular file
//   INTERNAL            anything else, with the system's error where there was one
#ifndef FORECAST_ARCHIVE_SQLITE_H_
#define FORECAST_ARCHIVE_SQLITE_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace carbon {

// What is bound as a blob; a string_view is bound as text.
struct Blob {
  absl::string_view bytes;
};

// A statement with its values bound. Gone before its database is.
class Statement {
 public:
  // True where there is a row, false after the last.
  absl::StatusOr<bool> Step();

  // Of the row, columns from 0. Views hold until the next Step().
  int64_t Integer(int column) const;
  std::optional<int64_t> OptionalInteger(int column) const;
  absl::string_view Bytes(int column) const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  void Bind(int index, int64_t value);
  void Bind(int index, std::optional<int64_t> value);
  void Bind(int index, absl::string_view text);
  void Bind(int index, Blob blob);

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  enum class Access { kRead, kWrite };  // kWrite creates the file, for nobody else to read

  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path, Access access);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  // `values` take the place of the ?s. Text and blobs are not copied: they outlive the statement.
  template <class... Values>
  absl::StatusOr<Statement> Prepare(absl::string_view sql, const Values&... values) {
    absl::StatusOr<Statement> statement = PrepareUnbound(sql);
    if (!statement.ok()) return statement;
    int index = 0;
    (statement->Bind(++index, values), ...);
    return statement;
  }

  // Prepares and steps to the end.
  template <class... Values>
  absl::Status Run(absl::string_view sql, const Values&... values) {
    absl::StatusOr<Statement> statement = Prepare(sql, values...);
    if (!statement.ok()) return statement.status();
    return RunToEnd(&*statement);
  }

  // The first column of the first row; nothing where there is no row.
  template <class... Values>
  absl::StatusOr<std::optional<int64_t>> Find(absl::string_view sql, const Values&... values) {
    absl::StatusOr<Statement> statement = Prepare(sql, values...);
    if (!statement.ok()) return statement.status();
    absl::StatusOr<bool> row = statement->Step();
    if (!row.ok()) return row.status();
    if (!*row) return std::nullopt;
    return statement->OptionalInteger(0);
  }

  // How many rows the last Run() changed, and the row that it inserted.
  int64_t changes() const { return sqlite3_changes64(database_); }
  int64_t last_row() const { return sqlite3_last_insert_rowid(database_); }
  const std::string& path() const { return path_; }

  // Whether the log is written back into the file when the last connection ends, which is so at
  // first.
  void set_checkpoint_at_end(bool wanted);

 private:
  Database(std::string path, sqlite3* database) : path_(std::move(path)), database_(database) {}
  absl::StatusOr<Statement> PrepareUnbound(absl::string_view sql);
  static absl::Status RunToEnd(Statement* statement);

  std::string path_;
  sqlite3* database_;
};

// Undone at its end unless Commit() said OK.
class Transaction {
 public:
  // Waits for another writer, and keeps others out from here on.
  static absl::StatusOr<Transaction> Begin(Database* database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  absl::Status Commit();

 private:
  explicit Transaction(Database* database) : database_(database) {}
  Database* database_;
};

}  // namespace carbon

#endif  // FORECAST_ARCHIVE_SQLITE_H_
