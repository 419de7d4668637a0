// Wraps SQLite: its codes become absl::Status, and its statements end by themselves. For sources
// that keep a database only, because it includes SQLite's header. Blocks on the disk; one thread at
// a time.
//
// Errors read "path: what SQLite says":
//   DATA_LOSS           the file is damaged, or is not a database
//   RESOURCE_EXHAUSTED  the disk, a quota or memory is full
//   UNAVAILABLE         another process held it for longer than the wait of a second
//   NOT_FOUND           there is no such file or folder
//   PERMISSION_DENIED   it may not be read or written, or is not a regular file
//   INTERNAL            anything else, with the system's error if there was one
#ifndef STORE_SQLITE_H_
#define STORE_SQLITE_H_

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace carbon {

// Bytes that are bound as a blob; a string_view is bound as text.
struct Blob {
  absl::string_view bytes;
};

// A number that is bound as a real one; absent, or not a number: NULL.
struct Real {
  std::optional<double> value;
};

// A statement with its values bound. It must end before its database does.
class Statement {
 public:
  // Returns true if there is a row, false after the last.
  absl::StatusOr<bool> Step();

  // Makes the statement ready to be stepped through again with these values.
  template <class... Values>
  void Rebind(const Values&... values) {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    int index = 0;
    (Bind(++index, values), ...);
  }

  // Ends the reading of rows.
  void Reset() { sqlite3_reset(statement_.get()); }

  // These replace one question mark, from 1. An absent value is NULL.
  void Bind(int index, int64_t value);
  void Bind(int index, std::optional<int64_t> value);
  void Bind(int index, Real real);
  void Bind(int index, absl::string_view text);
  // A template, so that a plain text does not convert to this overload.
  template <std::same_as<std::optional<absl::string_view>> Text>
  void Bind(int index, const Text& text) {
    if (text.has_value()) Bind(index, *text);
  }
  void Bind(int index, Blob blob);

  // These read the current row, columns from 0. Views are valid until the next Step().
  int64_t Integer(int column) const;
  std::optional<int64_t> OptionalInteger(int column) const;
  std::optional<double> OptionalReal(int column) const;
  absl::string_view Bytes(int column) const;
  bool IsNull(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  enum class Access { kRead, kWrite };  // kWrite creates the file, readable by its owner only

  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path, Access access);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  // `values` replace the question marks. Text and blobs are not copied: they must outlive the
  // statement.
  template <class... Values>
  absl::StatusOr<Statement> Prepare(absl::string_view sql, const Values&... values) {
    absl::StatusOr<Statement> statement = PrepareUnbound(sql);
    if (!statement.ok()) return statement;
    int index = 0;
    (statement->Bind(++index, values), ...);
    return statement;
  }

  // Prepares the statement and steps to its end.
  template <class... Values>
  absl::Status Run(absl::string_view sql, const Values&... values) {
    absl::StatusOr<Statement> statement = Prepare(sql, values...);
    if (!statement.ok()) return statement.status();
    return RunToEnd(&*statement);
  }

  // Returns the first column of the first row; nullopt if there is no row.
  template <class... Values>
  absl::StatusOr<std::optional<int64_t>> Find(absl::string_view sql, const Values&... values) {
    absl::StatusOr<Statement> statement = Prepare(sql, values...);
    if (!statement.ok()) return statement.status();
    absl::StatusOr<bool> row = statement->Step();
    if (!row.ok()) return row.status();
    if (!*row) return std::nullopt;
    return statement->OptionalInteger(0);
  }

  // The number of rows that the last Run() changed, and the row that it inserted.
  int64_t changes() const { return sqlite3_changes64(database_); }
  int64_t last_row() const { return sqlite3_last_insert_rowid(database_); }
  const std::string& path() const { return path_; }

  // Sets whether the log is written back into the file when the last connection ends. The default
  // is true.
  void set_checkpoint_at_end(bool wanted);

 private:
  Database(std::string path, sqlite3* database) : path_(std::move(path)), database_(database) {}
  absl::StatusOr<Statement> PrepareUnbound(absl::string_view sql);
  static absl::Status RunToEnd(Statement* statement);

  std::string path_;
  sqlite3* database_;
};

// A transaction. The destructor rolls it back unless Commit() returned OK.
class Transaction {
 public:
  // Waits for another writer, and excludes others from here on.
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

#endif  // STORE_SQLITE_H_
