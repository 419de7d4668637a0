#include "store/sqlite.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "store/file.h"

namespace carbon {
namespace {

// A writer waits at most this long for the locks of a reader or of a recovery.
constexpr int kBusyMilliseconds = 1000;

absl::StatusCode CodeOf(int sqlite_code, int system_error) {
  switch (sqlite_code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::StatusCode::kUnavailable;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return absl::StatusCode::kPermissionDenied;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG) {
        return absl::StatusCode::kResourceExhausted;
      }
      if (system_error == EACCES || system_error == EPERM || system_error == EROFS) {
        return absl::StatusCode::kPermissionDenied;
      }
      if (system_error == ENOENT) return absl::StatusCode::kNotFound;
      return absl::StatusCode::kInternal;
    default:
      return absl::StatusCode::kInternal;
  }
}

absl::Status ErrorOf(sqlite3* database, absl::string_view path) {
  const int code = sqlite3_extended_errcode(database);
  const int system_error = sqlite3_system_errno(database);
  std::string message = absl::StrCat(path, ": ", sqlite3_errmsg(database));
  const bool of_system = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
  if (of_system && system_error != 0) absl::StrAppend(&message, ": ", std::strerror(system_error));
  return absl::Status(CodeOf(code, system_error), message);
}

absl::string_view PathOf(sqlite3* database) {
  const char* path = sqlite3_db_filename(database, "main");
  return path == nullptr ? "" : path;
}

}  // namespace

absl::StatusOr<bool> Statement::Step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* database = sqlite3_db_handle(statement_.get());
  return ErrorOf(database, PathOf(database));
}

int64_t Statement::Integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::optional<int64_t> Statement::OptionalInteger(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return Integer(column);
}

std::optional<double> Statement::OptionalReal(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return sqlite3_column_double(statement_.get(), column);
}

absl::string_view Statement::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Statement::Bind(int index, int64_t value) {
  sqlite3_bind_int64(statement_.get(), index, value);
}

void Statement::Bind(int index, std::optional<int64_t> value) {
  if (value.has_value()) Bind(index, *value);  // unbound is NULL
}

void Statement::Bind(int index, Real real) {
  if (real.value.has_value()) sqlite3_bind_double(statement_.get(), index, *real.value);
}

void Statement::Bind(int index, absl::string_view text) {
  sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
}

void Statement::Bind(int index, Blob blob) {
  sqlite3_bind_blob64(statement_.get(), index, blob.bytes.data(), blob.bytes.size(), SQLITE_STATIC);
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path, Access access) {
  if (path.empty() || path[0] == ':') {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is SQLite's name of no file"));
  }
  // SQLite would wait for the other end of a pipe, so the file type is checked first.
  struct stat facts;
  if (stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
    return absl::PermissionDeniedError(absl::StrCat(path, ": is no regular file"));
  }
  // SQLite gives its log and its shared memory the mode of the file, and would create the file for
  // everybody to read. So we create it first. SQLite meets any error of this again, and reports it.
  if (access == Access::kWrite) {
    const Descriptor created(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  }
  const int flags =
      access == Access::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (handle == nullptr) return absl::ResourceExhaustedError(absl::StrCat(path, ": no memory"));
  std::unique_ptr<Database> database(new Database(path, handle));
  if (code != SQLITE_OK) return ErrorOf(handle, path);
  // If SQLite may not write a file, it opens the file to read, and reports that only at the first
  // change.
  if (access == Access::kWrite && sqlite3_db_readonly(handle, "main") != 0) {
    return absl::PermissionDeniedError(absl::StrCat(path, ": may only be read"));
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  // The log stays when the last connection ends. Without it, users who may not write into the
  // folder could not read.
  int persist = 1;
  sqlite3_file_control(handle, nullptr, SQLITE_FCNTL_PERSIST_WAL, &persist);
  // A damaged file must not call functions of ours.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return database;
}

Database::~Database() { sqlite3_close_v2(database_); }

void Database::set_checkpoint_at_end(bool wanted) {
  sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wanted ? 0 : 1, nullptr);
}

absl::StatusOr<Statement> Database::PrepareUnbound(absl::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return ErrorOf(database_, path_);
  return Statement(statement);
}

absl::Status Database::RunToEnd(Statement* statement) {
  while (true) {
    const absl::StatusOr<bool> row = statement->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
  }
}

absl::StatusOr<Transaction> Transaction::Begin(Database* database) {
  absl::Status begun = database->Run("BEGIN IMMEDIATE");
  if (!begun.ok()) return begun;
  return Transaction(database);
}

Transaction::~Transaction() {
  // After some errors, a full disk among them, SQLite has rolled back already.
  if (database_ != nullptr) database_->Run("ROLLBACK").IgnoreError();
}

absl::Status Transaction::Commit() {
  absl::Status committed = database_->Run("COMMIT");
  if (committed.ok()) database_ = nullptr;
  return committed;
}

}  // namespace carbon
