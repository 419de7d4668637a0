#include "cli/log/decision_index.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <variant>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/log/decision_columns.h"
#include "cli/log/fields.h"
#include "cli/log/withheld_sums.h"
#include "core/record/decision_summary.h"
#include "core/snapshot/snapshot.h"
#include "store/log_file.h"
#include "store/placement_log.h"
#include "store/sqlite.h"

namespace carbon {
namespace {

// Raised with each change of the tables, or of what a record gives. An index of another version is
// made anew.
constexpr int kIndexVersion = 1;

// What a file is known by: renamed it keeps these, compressed only its first line.
struct FileMark {
  int64_t device = 0, inode = 0, size = 0, written = 0;  // written: nanoseconds since 1970

  friend bool operator==(const FileMark&, const FileMark&) = default;
};

struct IndexedFile {
  int64_t number = 0;
  FileMark mark;
  std::string first_line;  // its SHA-256
  int64_t offset = 0;      // of the text, up to which it was read
  LogDamage damage;
};

absl::StatusOr<FileMark> MarkOf(const std::string& path) {
  struct stat facts;
  if (stat(path.c_str(), &facts) != 0) return absl::ErrnoToStatus(errno, path);
  return FileMark{
      static_cast<int64_t>(facts.st_dev), static_cast<int64_t>(facts.st_ino),
      static_cast<int64_t>(facts.st_size),
      static_cast<int64_t>(facts.st_mtim.tv_sec) * 1'000'000'000 + facts.st_mtim.tv_nsec};
}

// Empty: the file has no whole line yet. The plugin may be writing the last line of the log itself.
absl::StatusOr<std::string> FirstLineOf(const std::string& path, bool is_written) {
  absl::StatusOr<LogFile> file = LogFile::Open(path);
  if (!file.ok()) return file.status();
  std::string line;
  if (!file->Next(&line) || (is_written && !file->had_newline())) return std::string();
  return Sha256Hex(line);
}

absl::Status CreateTables(Database* database) {
  const std::vector<std::string> statements = {
      "CREATE TABLE files (number INTEGER PRIMARY KEY, device INTEGER, inode INTEGER,"
      " size INTEGER, written INTEGER, first_line TEXT, offset INTEGER, unreadable INTEGER,"
      " faulty INTEGER, first_fault TEXT, end TEXT)",
      "CREATE TABLE gaps (file INTEGER, gap TEXT)",
      "CREATE TABLE withheld (file INTEGER, user_id INTEGER, count INTEGER, first INTEGER,"
      " last INTEGER)",
      "CREATE TABLE names (number INTEGER PRIMARY KEY, name TEXT)",
      // The last record of each boot.
      "CREATE TABLE boots (boot TEXT PRIMARY KEY, sequence INTEGER)",
      // What was said of decisions that were not read yet.
      "CREATE TABLE early (boot INTEGER, sequence INTEGER, job_id INTEGER, not_queued INTEGER,"
      " returned_reason TEXT)",
      absl::StrCat("CREATE TABLE decisions (row INTEGER PRIMARY KEY, file INTEGER, ",
                   DecisionColumnTypes(), ")"),
      "CREATE INDEX decision_ids ON decisions (boot, sequence)",
      "CREATE INDEX decision_times ON decisions (time)",
      absl::StrCat("PRAGMA user_version = ", kIndexVersion)};
  for (const std::string& statement : statements) {
    absl::Status done = database->Run(statement);
    if (!done.ok()) return done;
  }
  return absl::OkStatus();
}

absl::Status DropAll(Database* database) {
  for (const char* table : {"files", "gaps", "withheld", "names", "boots", "early", "decisions"}) {
    absl::Status dropped = database->Run(absl::StrCat("DROP TABLE IF EXISTS ", table));
    if (!dropped.ok()) return dropped;
  }
  return absl::OkStatus();
}

// Calls `visit` for each row.
absl::Status ForEachRow(absl::StatusOr<Statement> rows,
                        const std::function<absl::Status(const Statement&)>& visit) {
  if (!rows.ok()) return rows.status();
  while (true) {
    const absl::StatusOr<bool> row = rows->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    absl::Status visited = visit(*rows);
    if (!visited.ok()) return visited;
  }
}

absl::StatusOr<std::vector<IndexedFile>> ReadFiles(Database* database) {
  std::vector<IndexedFile> files;
  absl::Status read = ForEachRow(
      database->Prepare("SELECT number, device, inode, size, written, first_line, offset,"
                        " unreadable, faulty, first_fault, end FROM files ORDER BY number"),
      [&files](const Statement& row) {
        IndexedFile& file = files.emplace_back();
        file.number = row.Integer(0);
        file.mark = {row.Integer(1), row.Integer(2), row.Integer(3), row.Integer(4)};
        file.first_line = std::string(row.Bytes(5));
        file.offset = row.Integer(6);
        file.damage.unreadable = row.Integer(7);
        file.damage.faulty = row.Integer(8);
        file.damage.first_fault = std::string(row.Bytes(9));
        file.damage.end = std::string(row.Bytes(10));
        return absl::OkStatus();
      });
  if (!read.ok()) return read;
  return files;
}

// One reading of what is new, in one transaction.
class IndexUpdate {
 public:
  explicit IndexUpdate(Database* database) : database_(database), names_(database) {}

  absl::Status Begin() {
    absl::Status status = names_.Load();
    status.Update(ForEachRow(
        database_->Prepare("SELECT boot, sequence FROM boots"), [this](const Statement& row) {
          sequences_[std::string(row.Bytes(0))] = static_cast<uint64_t>(row.Integer(1));
          return absl::OkStatus();
        }));
    status.Update(ForEachRow(database_->Prepare("SELECT boot, sequence FROM early"),
                             [this](const Statement& row) {
                               early_.emplace(row.Integer(0), row.Integer(1));
                               return absl::OkStatus();
                             }));
    if (!status.ok()) return status;
    std::string marks = "?";
    for (int i = 0; i < CountDecisionColumns(/*only_sums=*/false); ++i) marks += ", ?";
    return Prepare(
        &insert_, absl::StrCat("INSERT INTO decisions (file, ",
                               DecisionColumnNames(/*only_sums=*/false), ") VALUES (", marks, ")"));
  }

  // Reads on in one file.
  absl::Status Read(const std::string& path, bool is_written, IndexedFile* file) {
    LogDamage damage;
    std::swap(damage, file->damage);
    damage.end.clear();
    absl::Status read = ReadPlacementLogOn(path, is_written, &file->offset, &sequences_, &damage,
                                           [&](const LogEntry& entry, absl::string_view) {
                                             if (status_.ok())
                                               status_.Update(Add(entry, file->number));
                                           });
    std::swap(damage, file->damage);
    read.Update(status_);
    for (const std::string& gap : file->damage.gaps) {
      read.Update(database_->Run("INSERT INTO gaps (file, gap) VALUES (?, ?)", file->number, gap));
    }
    file->damage.gaps.clear();
    return read;
  }

  absl::Status Keep(const IndexedFile& file) {
    return database_->Run(
        "INSERT OR REPLACE INTO files (number, device, inode, size, written, first_line, offset,"
        " unreadable, faulty, first_fault, end) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        file.number, file.mark.device, file.mark.inode, file.mark.size, file.mark.written,
        file.first_line, file.offset, file.damage.unreadable, file.damage.faulty,
        file.damage.first_fault, file.damage.end);
  }

  absl::Status End() {
    for (const auto& [boot, sequence] : sequences_) {
      absl::Status kept =
          database_->Run("INSERT OR REPLACE INTO boots (boot, sequence) VALUES (?, ?)", boot,
                         static_cast<int64_t>(sequence));
      if (!kept.ok()) return kept;
    }
    return absl::OkStatus();
  }

 private:
  using Id = std::pair<int64_t, int64_t>;  // the number of the boot, and the sequence

  absl::Status Prepare(std::optional<Statement>* statement, const std::string& sql) {
    absl::StatusOr<Statement> prepared = database_->Prepare(sql);
    if (!prepared.ok()) return prepared.status();
    statement->emplace(*std::move(prepared));
    return absl::OkStatus();
  }

  absl::Status Add(const LogEntry& entry, int64_t file) {
    if (const auto* record = std::get_if<PlacementRecord>(&entry))
      return AddDecision(*record, file);
    if (const auto* booking = std::get_if<BookingRecord>(&entry)) {
      const BookingEvent& event = booking->event;
      const bool is_queued = event.fate != BookingFate::kExpired;
      const std::optional<int64_t> job_id =
          event.job_id == 0 ? std::nullopt : std::optional<int64_t>(event.job_id);
      return AddEvent(event.decision_id, job_id, !is_queued, std::nullopt);
    }
    if (const auto* returned = std::get_if<ReturnRecord>(&entry)) {
      const JobRestore& restore = returned->given_back;
      const std::optional<int64_t> job_id =
          restore.job_id == 0 ? std::nullopt : std::optional<int64_t>(restore.job_id);
      std::optional<absl::string_view> reason;
      if (returned->error.empty()) reason = restore.reason;
      return AddEvent(restore.decision_id, job_id, false, reason);
    }
    if (const auto* record = std::get_if<WithheldRecord>(&entry)) {
      const WithheldRecords& withheld = record->withheld;
      return database_->Run(
          "INSERT INTO withheld (file, user_id, count, first, last) VALUES (?, ?, ?, ?, ?)", file,
          withheld.user_id ? std::optional<int64_t>(*withheld.user_id) : std::nullopt,
          static_cast<int64_t>(withheld.count), absl::ToUnixMicros(withheld.first),
          absl::ToUnixMicros(withheld.last));
    }
    return absl::OkStatus();
  }

  absl::Status AddDecision(const PlacementRecord& record, int64_t file) {
    LoggedDecision decision;
    decision.summary = SummaryOf(record);
    const absl::StatusOr<int64_t> boot = names_.NumberOf(record.id.boot);
    if (!boot.ok()) return boot.status();
    const Id id(*boot, static_cast<int64_t>(record.id.sequence));
    const bool is_known = early_.erase(id) > 0;
    insert_->Rebind(file);
    absl::Status bound = BindDecision(&decision, 2, &names_, &*insert_);
    if (!bound.ok()) return bound;
    const absl::StatusOr<bool> stepped = insert_->Step();
    if (!stepped.ok() || !is_known) return stepped.status();
    struct Early {
      std::optional<int64_t> job_id;
      bool not_queued;
      std::optional<std::string> reason;
    };
    std::vector<Early> events;
    absl::Status applied =
        ForEachRow(database_->Prepare("SELECT job_id, not_queued, returned_reason FROM early"
                                      " WHERE boot = ? AND sequence = ? ORDER BY rowid",
                                      id.first, id.second),
                   [&events](const Statement& row) {
                     events.push_back(
                         {row.OptionalInteger(0), row.Integer(1) != 0,
                          row.IsNull(2) ? std::nullopt : std::optional(std::string(row.Bytes(2)))});
                     return absl::OkStatus();
                   });
    for (const Early& event : events) {
      std::optional<absl::string_view> reason;
      if (event.reason.has_value()) reason = *event.reason;
      applied.Update(Apply(id, event.job_id, event.not_queued, reason));
    }
    applied.Update(
        database_->Run("DELETE FROM early WHERE boot = ? AND sequence = ?", id.first, id.second));
    return applied;
  }

  absl::Status AddEvent(const std::string& decision_id, std::optional<int64_t> job_id,
                        bool not_queued, std::optional<absl::string_view> reason) {
    const size_t dash = decision_id.rfind('-');
    uint64_t sequence = 0;
    if (dash == std::string::npos || !absl::SimpleAtoi(decision_id.substr(dash + 1), &sequence)) {
      return absl::OkStatus();  // it names no decision
    }
    const absl::StatusOr<int64_t> boot = names_.NumberOf(decision_id.substr(0, dash));
    if (!boot.ok()) return boot.status();
    const Id id(*boot, static_cast<int64_t>(sequence));
    const auto known = database_->Find("SELECT row FROM decisions WHERE boot = ? AND sequence = ?",
                                       id.first, id.second);
    if (!known.ok()) return known.status();
    if (known->has_value()) return Apply(id, job_id, not_queued, reason);
    early_.insert(id);
    return database_->Run(
        "INSERT INTO early (boot, sequence, job_id, not_queued, returned_reason)"
        " VALUES (?, ?, ?, ?, ?)",
        id.first, id.second, job_id, static_cast<int64_t>(not_queued), reason);
  }

  // Of several events of a kind the first one counts.
  absl::Status Apply(const Id& id, std::optional<int64_t> job_id, bool not_queued,
                     std::optional<absl::string_view> reason) {
    absl::Status applied;
    if (job_id.has_value()) {
      applied.Update(Rerun(&set_job_,
                           "UPDATE decisions SET job_id = ?"
                           " WHERE boot = ? AND sequence = ? AND job_id IS NULL",
                           *job_id, id.first, id.second));
    }
    if (not_queued) {
      applied.Update(
          database_->Run("UPDATE decisions SET not_queued = 1 WHERE boot = ? AND sequence = ?",
                         id.first, id.second));
    }
    if (reason.has_value()) {
      applied.Update(
          database_->Run("UPDATE decisions SET is_returned = 1, returned_reason = ?"
                         " WHERE boot = ? AND sequence = ? AND is_returned = 0",
                         *reason, id.first, id.second));
    }
    return applied;
  }

  // Runs a statement that is needed for nearly every record, prepared once.
  template <class... Values>
  absl::Status Rerun(std::optional<Statement>* statement, const char* sql,
                     const Values&... values) {
    if (!statement->has_value()) {
      absl::Status prepared = Prepare(statement, sql);
      if (!prepared.ok()) return prepared;
    }
    (*statement)->Rebind(values...);
    return (*statement)->Step().status();
  }

  Database* database_;
  NameBook names_;
  SequencesByBoot sequences_;
  std::set<Id> early_;
  std::optional<Statement> insert_, set_job_;
  absl::Status status_;  // of what the reader visits
};

// Where each file of today stands in the index.
struct Reading {
  std::vector<IndexedFile> files;  // as the paths
  std::vector<int64_t> gone;       // numbers of files that are not there any more
  bool is_current = true;          // nothing is to be read or removed
  bool is_rebuilt = false;         // files have changed otherwise than logs do
};

absl::StatusOr<Reading> Compare(const std::vector<IndexedFile>& known,
                                const std::vector<std::string>& paths) {
  Reading reading;
  int64_t next = known.empty() ? 1 : known.back().number + 1;
  std::set<int64_t> found;
  int64_t last = 0;
  for (const std::string& path : paths) {
    const absl::StatusOr<FileMark> mark = MarkOf(path);
    if (absl::IsNotFound(mark.status())) {
      reading.files.emplace_back();  // the log may not be there between two of logrotate's steps
      continue;
    }
    if (!mark.ok()) return mark.status();
    auto match = std::find_if(known.begin(), known.end(),
                              [&](const IndexedFile& file) { return file.mark == *mark; });
    if (match != known.end()) {
      reading.files.push_back(*match);
    } else {
      absl::StatusOr<std::string> first_line = FirstLineOf(path, path == paths.back());
      if (!first_line.ok()) return first_line.status();
      if (first_line->empty()) {
        reading.files.emplace_back();
        continue;
      }
      match = std::find_if(known.begin(), known.end(),
                           [&](const IndexedFile& file) { return file.first_line == *first_line; });
      reading.is_current = false;
      IndexedFile& file = reading.files.emplace_back();
      if (match != known.end()) {
        file = *match;
        const bool is_same_file =
            mark->device == match->mark.device && mark->inode == match->mark.inode;
        // It was cut, or written into without growing; or a file grows that is not the newest.
        if (is_same_file && (mark->size <= match->mark.size || match + 1 != known.end())) {
          reading.is_rebuilt = true;
        }
      } else {
        file.number = next++;
        file.first_line = *std::move(first_line);
      }
      file.mark = *mark;
    }
    const int64_t number = reading.files.back().number;
    if (number <= last)
      reading.is_rebuilt = true;  // the order has changed, or a file is there twice
    last = number;
    found.insert(number);
  }
  for (const IndexedFile& file : known) {
    if (!found.contains(file.number)) reading.gone.push_back(file.number);
  }
  if (!reading.gone.empty()) reading.is_current = false;
  return reading;
}

// Conditions of SQL that every decision meets which the filter admits. It may still refuse some.
class Conditions {
 public:
  Conditions(const DecisionFilter& filter, const NameBook& names) : names_(names) {
    conditions_ = {"time IS NOT NULL"};
    if (filter.start != absl::InfinitePast()) {
      conditions_.push_back(absl::StrCat("time >= ", absl::ToUnixMicros(filter.start)));
    }
    if (filter.end != absl::InfiniteFuture()) {
      conditions_.push_back(absl::StrCat("time <= ", absl::ToUnixMicros(filter.end)));
    }
    if (!filter.users.empty()) AddUsers(filter.users);
    AddNames(filter.accounts, {"account"});
    AddNames(filter.policies, {"policy"});
    AddNames(filter.partitions, {"partitions", "home_partition", "chosen_partition"});
    AddNames(filter.sites, {"home_site", "chosen_site"});
  }

  void Add(std::string condition) { conditions_.push_back(std::move(condition)); }
  std::string Text() const { return absl::StrJoin(conditions_, " AND "); }

 private:
  void AddUsers(const DecisionFilter::Names& users) {
    std::set<int64_t> user_ids;
    for (const std::string& user : users) {
      int64_t user_id = 0;
      if (absl::SimpleAtoi(user, &user_id)) user_ids.insert(user_id);
      if (const passwd* entry = getpwnam(user.c_str())) user_ids.insert(entry->pw_uid);
    }
    conditions_.push_back(absl::StrCat("user_id IN (", absl::StrJoin(user_ids, ", "), ")"));
  }

  // One of the columns holds one of the names, perhaps among others.
  void AddNames(const DecisionFilter::Names& wanted, const std::vector<std::string>& columns) {
    if (wanted.empty()) return;
    std::set<int64_t> numbers;
    for (const auto& [number, joined] : names_.names()) {
      const bool is_one = wanted.contains(joined);
      const std::vector<absl::string_view> parts = NamesIn(joined);
      if (is_one || std::any_of(parts.begin(), parts.end(), [&](absl::string_view name) {
            return wanted.contains(std::string(name));
          })) {
        numbers.insert(number);
      }
    }
    const std::string list = absl::StrJoin(numbers, ", ");
    std::vector<std::string> either;
    for (const std::string& column : columns) {
      either.push_back(absl::StrCat(column, " IN (", list, ")"));
    }
    conditions_.push_back(absl::StrCat("(", absl::StrJoin(either, " OR "), ")"));
  }

  const NameBook& names_;
  std::vector<std::string> conditions_;
};

// Returns the number of the file that is at this path now; 0: the index has nothing of it.
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

}  // namespace

DecisionIndex::DecisionIndex(std::unique_ptr<Database> database) : database_(std::move(database)) {}
DecisionIndex::~DecisionIndex() = default;

absl::StatusOr<std::unique_ptr<DecisionIndex>> DecisionIndex::Open(const std::string& log) {
  if (access(log.c_str(), R_OK) != 0) return absl::ErrnoToStatus(errno, log);
  const std::string path = absl::StrCat(log, ".index");
  struct stat facts;
  const bool exists = lstat(path.c_str(), &facts) == 0;
  if (exists && !S_ISREG(facts.st_mode)) {
    return absl::PermissionDeniedError(absl::StrCat(path, ": is not a regular file"));
  }
  absl::StatusOr<std::unique_ptr<Database>> database =
      Database::Open(path, Database::Access::kWrite);
  if (!database.ok()) return database.status();
  if (!exists && geteuid() == 0) {
    // SlurmUser reads it too.
    const std::string folder = std::filesystem::path(path).parent_path().string();
    if (stat(folder.empty() ? "." : folder.c_str(), &facts) == 0 &&
        lchown(path.c_str(), facts.st_uid, facts.st_gid) != 0) {
      return absl::ErrnoToStatus(errno, path);
    }
  }
  auto index = std::unique_ptr<DecisionIndex>(new DecisionIndex(*std::move(database)));
  const auto version = index->database_->Find("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (version->value_or(0) != kIndexVersion) {
    absl::StatusOr<Transaction> transaction = Transaction::Begin(index->database_.get());
    if (!transaction.ok()) return transaction.status();
    absl::Status made = DropAll(index->database_.get());
    if (made.ok()) made = CreateTables(index->database_.get());
    if (made.ok()) made = transaction->Commit();
    if (!made.ok()) return made;
  }
  return index;
}

void DecisionIndex::Remove(const std::string& log) {
  for (const char* suffix : {".index", ".index-journal"}) {
    std::error_code error;
    std::filesystem::remove(absl::StrCat(log, suffix), error);
  }
}

absl::Status DecisionIndex::Update(const std::vector<std::string>& files) {
  Database* const database = database_.get();
  absl::StatusOr<std::vector<IndexedFile>> known = ReadFiles(database);
  if (!known.ok()) return known.status();
  absl::StatusOr<Reading> reading = Compare(*known, files);
  if (!reading.ok()) return reading.status();
  if (reading->is_current) return absl::OkStatus();

  absl::StatusOr<Transaction> transaction = Transaction::Begin(database);
  if (!transaction.ok()) return transaction.status();
  // Another process may have updated it meanwhile.
  known = ReadFiles(database);
  if (!known.ok()) return known.status();
  reading = Compare(*known, files);
  if (!reading.ok()) return reading.status();
  if (reading->is_rebuilt) {
    absl::Status made = DropAll(database);
    if (made.ok()) made = CreateTables(database);
    if (!made.ok()) return made;
    known->clear();
    reading = Compare(*known, files);
    if (!reading.ok()) return reading.status();
  }
  absl::Status status;
  for (const int64_t number : reading->gone) {
    for (const char* table : {"decisions", "gaps", "withheld"}) {
      status.Update(database->Run(absl::StrCat("DELETE FROM ", table, " WHERE file = ?"), number));
    }
    status.Update(database->Run("DELETE FROM files WHERE number = ?", number));
  }
  IndexUpdate update(database);
  status.Update(update.Begin());
  for (size_t i = 0; i < files.size() && status.ok(); ++i) {
    IndexedFile& file = reading->files[i];
    if (file.number == 0) continue;
    const bool is_known = std::any_of(known->begin(), known->end(), [&](const IndexedFile& old) {
      return old.mark == file.mark && old.number == file.number;
    });
    if (is_known) continue;
    status.Update(update.Read(files[i], /*is_written=*/i + 1 == files.size(), &file));
    status.Update(update.Keep(file));
  }
  status.Update(update.End());
  if (!status.ok()) return status;
  return transaction->Commit();
}

absl::Status DecisionIndex::ForEach(
    const IndexQuery& query,
    const std::function<void(int64_t row, LoggedDecision decision)>& visit) {
  NameBook names(database_.get());
  absl::Status loaded = names.Load();
  if (!loaded.ok()) return loaded;
  const absl::StatusOr<std::string> where = WhereOf(query, names, "");
  if (!where.ok()) return where.status();
  return ForEachRow(
      database_->Prepare(absl::StrCat("SELECT row, ", DecisionColumnNames(query.only_sums),
                                      " FROM decisions WHERE ", *where, " ORDER BY row")),
      [&](const Statement& row) {
        absl::StatusOr<LoggedDecision> decision = ReadDecision(row, 1, query.only_sums, names);
        if (!decision.ok()) return decision.status();
        if (query.filter.Admits(decision->summary)) visit(row.Integer(0), *std::move(decision));
        return absl::OkStatus();
      });
}

absl::StatusOr<std::vector<int64_t>> DecisionIndex::JobsToAskFor(const IndexQuery& query) {
  NameBook names(database_.get());
  absl::Status loaded = names.Load();
  if (!loaded.ok()) return loaded;
  const absl::StatusOr<std::string> where =
      WhereOf(query, names, "job_id IS NOT NULL AND has_chosen = 1 AND has_fate = 0");
  if (!where.ok()) return where.status();
  std::vector<int64_t> job_ids;
  absl::Status read =
      ForEachRow(database_->Prepare(absl::StrCat("SELECT job_id FROM decisions WHERE ", *where)),
                 [&](const Statement& row) {
                   job_ids.push_back(row.Integer(0));
                   return absl::OkStatus();
                 });
  if (!read.ok()) return read;
  std::sort(job_ids.begin(), job_ids.end());
  job_ids.erase(std::unique(job_ids.begin(), job_ids.end()), job_ids.end());
  return job_ids;
}

absl::StatusOr<std::string> DecisionIndex::WhereOf(const IndexQuery& query, const NameBook& names,
                                                   const std::string& further) {
  Conditions conditions(query.filter, names);
  if (!query.file.empty()) {
    const absl::StatusOr<int64_t> file = NumberOfFile(database_.get(), query.file);
    if (!file.ok()) return file.status();
    conditions.Add(absl::StrCat("file = ", *file));
  }
  if (!further.empty()) conditions.Add(further);
  return conditions.Text();
}

absl::Status DecisionIndex::KeepFates(const std::vector<std::pair<int64_t, JobFate>>& fates) {
  if (fates.empty()) return absl::OkStatus();
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_.get());
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<Statement> update = database_->Prepare(
      "UPDATE decisions SET has_fate = 1, fate_ran = ?, fate_ran_share = ?, fate_has_ended = ?,"
      " fate_never_ran = ?, fate_ran_earlier = ?, fate_ran_longer = ?, fate_ran_elsewhere = ?"
      " WHERE row = ?");
  if (!update.ok()) return update.status();
  for (const auto& [row, fate] : fates) {
    const std::string ran_elsewhere = absl::StrJoin(fate.ran_elsewhere, ",");
    update->Rebind(absl::ToInt64Microseconds(fate.ran), Real{fate.ran_share},
                   static_cast<int64_t>(fate.has_ended), static_cast<int64_t>(fate.never_ran),
                   static_cast<int64_t>(fate.ran_earlier), static_cast<int64_t>(fate.ran_longer),
                   ran_elsewhere, row);
    absl::Status stepped = update->Step().status();
    if (!stepped.ok()) return stepped;
  }
  return transaction->Commit();
}

absl::StatusOr<std::vector<std::string>> DecisionIndex::Withheld(const std::string& file) {
  absl::StatusOr<int64_t> number = file.empty() ? 0 : NumberOfFile(database_.get(), file);
  if (!number.ok()) return number.status();
  WithheldSums sums;
  absl::Status read =
      ForEachRow(database_->Prepare("SELECT user_id, count, first, last FROM withheld"
                                    " WHERE ?1 = '' OR file = ?2",
                                    absl::string_view(file), *number),
                 [&sums](const Statement& row) {
                   WithheldRecords withheld;
                   if (const auto user_id = row.OptionalInteger(0)) {
                     withheld.user_id = static_cast<uint32_t>(*user_id);
                   }
                   withheld.count = static_cast<uint64_t>(row.Integer(1));
                   withheld.first = absl::FromUnixMicros(row.Integer(2));
                   withheld.last = absl::FromUnixMicros(row.Integer(3));
                   sums.Add(withheld);
                   return absl::OkStatus();
                 });
  if (!read.ok()) return read;
  return sums.Lines();
}

absl::StatusOr<std::vector<std::string>> DecisionIndex::Damage(
    const std::vector<std::string>& files) {
  absl::StatusOr<std::vector<IndexedFile>> known = ReadFiles(database_.get());
  if (!known.ok()) return known.status();
  std::vector<std::string> lines;
  for (const std::string& path : files) {
    const absl::StatusOr<int64_t> number = NumberOfFile(database_.get(), path);
    if (!number.ok()) return number.status();
    const auto file = std::find_if(known->begin(), known->end(),
                                   [&](const IndexedFile& of) { return of.number == *number; });
    if (file == known->end()) continue;
    absl::Status read = ForEachRow(
        database_->Prepare("SELECT gap FROM gaps WHERE file = ? ORDER BY rowid", *number),
        [&](const Statement& row) {
          file->damage.gaps.emplace_back(row.Bytes(0));
          return absl::OkStatus();
        });
    if (!read.ok()) return read;
    for (std::string& line : file->damage.Lines(path)) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace carbon
