#include "forecast/archive/archive_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

// This id is in the file's header ("Carb"), so that another program's database is recognised as
// such.
constexpr int64_t kApplicationId = 0x43617262;
constexpr int64_t kVersion = 1;

// A value is in mg/kWh, times are in seconds since the Unix epoch. WITHOUT ROWID: an actual is
// found by its key and has few other fields.
constexpr const char* kSchema[] = {
    "CREATE TABLE feed(id INTEGER PRIMARY KEY, zone TEXT NOT NULL, source TEXT NOT NULL,"
    " kind TEXT NOT NULL, UNIQUE(zone, source, kind))",
    "CREATE TABLE forecast(id INTEGER PRIMARY KEY, feed INTEGER NOT NULL,"
    " made_at INTEGER NOT NULL, issued_at INTEGER, fetched_at INTEGER NOT NULL,"
    " last_fetched_at INTEGER NOT NULL, series BLOB NOT NULL)",
    "CREATE INDEX forecast_by_time ON forecast(feed, made_at)",
    "CREATE TABLE actual(feed INTEGER NOT NULL, start INTEGER NOT NULL,"
    " fetched_at INTEGER NOT NULL, seconds INTEGER NOT NULL, value INTEGER NOT NULL,"
    " estimated INTEGER NOT NULL, PRIMARY KEY(feed, start, fetched_at)) WITHOUT ROWID",
};

// The settings of every connection that writes. Full: acknowledged data also survive a power
// failure, because a forecast as issued cannot be fetched again; there are only a few writes a
// minute. The log is cut back to 4 MiB after it was larger.
constexpr const char* kSettings[] = {
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA journal_size_limit = 4194304",
    "PRAGMA cell_size_check = ON",
};

absl::Status RunAll(Database* database, absl::Span<const char* const> statements) {
  for (const char* statement : statements) {
    absl::Status status = database->Run(statement);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Create(Database* database) {
  // This must come before the first table.
  absl::Status status = database->Run("PRAGMA auto_vacuum = INCREMENTAL");
  if (!status.ok()) return status;
  status = RunAll(database, kSettings);
  if (!status.ok()) return status;
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database);
  if (!transaction.ok()) return transaction.status();
  status = RunAll(database, kSchema);
  if (!status.ok()) return status;
  status = database->Run(absl::StrCat("PRAGMA application_id = ", kApplicationId));
  if (!status.ok()) return status;
  status = database->Run(absl::StrCat("PRAGMA user_version = ", kVersion));
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status;
  // Moves the data from the log into the file. From here on the file's header says that it is an
  // archive.
  return database->Run("PRAGMA wal_checkpoint");
}

// Returns whether the header on the disk is that of an archive: SQLite's magic string, and our
// application id at its place (SQLite's "Database File Format", section 1.3). A file without even
// that may belong to any program.
bool HasArchiveHeader(const std::string& path) {
  constexpr absl::string_view kMagic("SQLite format 3", 16);  // with the zero at its end
  constexpr size_t kIdAt = 68;
  char header[kIdAt + 4];
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok() || pread(file.get(), header, sizeof header, 0) != ssize_t{sizeof header}) {
    return false;
  }
  int64_t id = 0;
  for (size_t i = kIdAt; i < sizeof header; ++i) id = id << 8 | static_cast<uint8_t>(header[i]);
  return absl::string_view(header, kMagic.size()) == kMagic && id == kApplicationId;
}

enum class Content { kNothing, kArchive };

// Returns which program's file it is, by its header. Reads little.
absl::StatusOr<Content> Identify(Database* database) {
  const absl::StatusOr<std::optional<int64_t>> tables =
      database->Find("SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) return tables.status();
  const absl::StatusOr<std::optional<int64_t>> application =
      database->Find("PRAGMA application_id");
  if (!application.ok()) return application.status();
  const absl::StatusOr<std::optional<int64_t>> version = database->Find("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*tables == 0 && *application == 0) return Content::kNothing;
  if (*application != kApplicationId) {
    return absl::FailedPreconditionError(
        absl::StrCat(database->path(), ": is another program's database"));
  }
  if (*version != kVersion) {
    return absl::FailedPreconditionError(absl::StrCat(database->path(), ": has version ",
                                                      version->value_or(0), ", not ", kVersion,
                                                      ": another release has written it"));
  }
  return Content::kArchive;
}

// Checks every page and index, and that the tables are there. This took 0.12 s for 77 MB.
absl::Status CheckWhole(Database* database) {
  absl::StatusOr<Statement> check = database->Prepare("PRAGMA integrity_check(1)");
  if (!check.ok()) return check.status();
  const absl::StatusOr<bool> row = check->Step();
  if (!row.ok()) return row.status();
  if (!*row || check->Bytes(0) != "ok") {
    return absl::DataLossError(absl::StrCat(database->path(), ": ", check->Bytes(0)));
  }
  for (const char* statement :
       {"SELECT id, zone, source, kind FROM feed",
        "SELECT id, feed, made_at, issued_at, fetched_at, last_fetched_at, series FROM forecast",
        "SELECT feed, start, fetched_at, seconds, value, estimated FROM actual"}) {
    const absl::StatusOr<Statement> prepared = database->Prepare(statement);
    if (!prepared.ok()) return absl::DataLossError(prepared.status().message());
  }
  return absl::OkStatus();
}

// Restricts the file's mode. A user who may read the file, its log or its shared memory can lock
// them, and so exclude the writer. If everybody may read the file, an older release left it so, and
// it is closed. If only a group may read it, somebody chose that group, and it may continue to
// read.
void KeepFromOthers(const std::string& path, std::vector<std::string>* problems) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const std::string name = absl::StrCat(path, suffix);
    struct stat facts;
    if (stat(name.c_str(), &facts) != 0 || (facts.st_mode & (S_IRWXO | S_IWGRP)) == 0) continue;
    const mode_t group = (facts.st_mode & S_IRWXO) == 0 ? S_IRGRP : 0;
    if (chmod(name.c_str(), facts.st_mode & (S_IRWXU | group)) == 0) continue;
    problems->push_back(
        absl::StrCat(name, ": others may read it, and so lock it: chmod: ", std::strerror(errno)));
  }
}

absl::StatusOr<std::unique_ptr<Database>> OpenWhole(const std::string& path,
                                                    std::vector<std::string>* problems) {
  absl::StatusOr<std::unique_ptr<Database>> database =
      Database::Open(path, Database::Access::kWrite);
  if (!database.ok()) return database.status();
  KeepFromOthers(path, problems);
  // A file that is moved aside keeps its log as it is.
  (*database)->set_checkpoint_at_end(false);
  const absl::StatusOr<Content> content = Identify(database->get());
  if (!content.ok()) return content.status();
  absl::Status status;
  if (*content == Content::kNothing) {
    status = Create(database->get());
  } else {
    status = RunAll(database->get(), kSettings);
    if (status.ok()) status = CheckWhole(database->get());
  }
  if (!status.ok()) return status;
  (*database)->set_checkpoint_at_end(true);
  return database;
}

// Moves the log first. Without its log the file is an older archive, but beside a new file the log
// would belong to the wrong one.
absl::StatusOr<std::string> MoveAside(const std::string& path, absl::Time now) {
  const std::string base =
      absl::StrCat(path, ".damaged-", absl::FormatTime("%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone()));
  std::string aside = base;
  for (int i = 2; access(aside.c_str(), F_OK) == 0; ++i) aside = absl::StrCat(base, "-", i);
  for (const char* suffix : {"-wal", "-shm", ""}) {
    const std::string from = absl::StrCat(path, suffix);
    if (rename(from.c_str(), absl::StrCat(aside, suffix).c_str()) != 0 &&
        !(errno == ENOENT && *suffix != '\0')) {
      return absl::ErrnoToStatus(errno, from);
    }
  }
  return aside;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Descriptor>> LockArchive(const std::string& path) {
  const std::string lock_path = absl::StrCat(path, ".lock");
  // Others must not open the lock file: a user who can read a file can lock it.
  auto lock = std::make_unique<Descriptor>(
      open(lock_path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!lock->ok()) return absl::ErrnoToStatus(errno, lock_path);
  if (flock(lock->get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return absl::ErrnoToStatus(errno, lock_path);
    const absl::StatusOr<std::string> holder = ReadFile(lock_path, 64);
    const std::string pid = holder.ok() ? holder->substr(0, holder->find('\n')) : "";
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": another process writes this archive, pid ", pid.empty() ? "unknown" : pid));
  }
  // The pid is only information for people, so a full disk is no reason to work without the
  // archive.
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(lock->get(), 0) == 0) {
    [[maybe_unused]] const ssize_t written = pwrite(lock->get(), pid.data(), pid.size(), 0);
  }
  return lock;
}

absl::StatusOr<std::unique_ptr<Database>> OpenArchiveToWrite(const std::string& path,
                                                             absl::Time now,
                                                             std::vector<std::string>* problems) {
  absl::StatusOr<std::unique_ptr<Database>> database = OpenWhole(path, problems);
  if (database.status().code() != absl::StatusCode::kDataLoss) return database;
  if (!HasArchiveHeader(path)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": is no archive of forecasts, and is left as it is"));
  }
  const absl::StatusOr<std::string> aside = MoveAside(path, now);
  if (!aside.ok()) return aside.status();
  problems->push_back(absl::StrCat(database.status().message(), "; it is kept as ", *aside,
                                   ", and a new archive begins"));
  return OpenWhole(path, problems);
}

absl::StatusOr<std::unique_ptr<Database>> OpenArchiveToRead(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Database>> database =
      Database::Open(path, Database::Access::kRead);
  if (!database.ok()) return database.status();
  const absl::StatusOr<Content> content = Identify(database->get());
  if (!content.ok()) return content.status();
  if (*content == Content::kNothing) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is not an archive"));
  }
  return database;
}

}  // namespace carbon
