#include "cli/log/decision_index.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/log/decision_columns.h"
#include "cli/log/index_files.h"
#include "cli/log/index_tables.h"
#include "cli/log/index_update.h"
#include "cli/log/withheld_sums.h"
#include "core/record/decision_summary.h"
#include "store/file.h"
#include "store/rotated_logs.h"
#include "store/sqlite.h"

namespace carbon {
namespace {

// A transaction ends after this much text, so that an interruption loses little.
constexpr int64_t kTextAtOnce = 256 << 20;

std::string PathOfIndex(const std::string& log) { return absl::StrCat(log, ".index"); }

std::string FolderOf(const std::string& log) {
  const std::string folder = std::filesystem::path(log).parent_path().string();
  return folder.empty() ? "." : folder;
}

// SQL conditions that are weaker than the filter. ForEach() applies the filter itself afterwards.
class Conditions {
 public:
  Conditions(const DecisionFilter& filter, const NameTable& names) : names_(names) {
    conditions_ = {"time IS NOT NULL"};
    if (filter.start != absl::InfinitePast()) {
      conditions_.push_back(absl::StrCat("time >= ", absl::ToUnixMicros(filter.start)));
    }
    if (filter.end != absl::InfiniteFuture()) {
      conditions_.push_back(absl::StrCat("time <= ", absl::ToUnixMicros(filter.end)));
    }
    if (filter.drawn_only) conditions_.push_back("arm IS NOT NULL");
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
      if (user.empty()) user_ids.insert(kNoUser);
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
    for (size_t number = 0; number < names_.names().size(); ++number) {
      const std::string& joined = names_.names()[number];
      const bool is_one = wanted.contains(joined);
      const std::vector<absl::string_view> parts = NamesIn(joined);
      if (is_one || std::any_of(parts.begin(), parts.end(), [&](absl::string_view name) {
            return wanted.contains(std::string(name));
          })) {
        numbers.insert(static_cast<int64_t>(number));
      }
    }
    const std::string list = absl::StrJoin(numbers, ", ");
    std::vector<std::string> either;
    for (const std::string& column : columns) {
      either.push_back(absl::StrCat(column, " IN (", list, ")"));
    }
    conditions_.push_back(absl::StrCat("(", absl::StrJoin(either, " OR "), ")"));
  }

  const NameTable& names_;
  std::vector<std::string> conditions_;
};

// The columns that the filter looks at.
void AddColumnsOf(const DecisionFilter& filter, std::set<std::string>* columns) {
  columns->insert("time");
  if (filter.drawn_only) columns->insert("arm");
  if (!filter.users.empty()) columns->insert("user_id");
  if (!filter.accounts.empty()) columns->insert("account");
  if (!filter.policies.empty()) columns->insert("policy");
  if (!filter.partitions.empty()) {
    columns->insert({"partitions", "has_home", "home_partition", "has_chosen", "chosen_partition"});
  }
  if (!filter.sites.empty()) {
    columns->insert({"has_home", "home_site", "has_chosen", "chosen_site"});
  }
}

}  // namespace

std::set<std::string> ColumnsForSums(const std::vector<const LogField*>& groups) {
  std::set<std::string> columns = {
      "job_id",          "not_queued",         "is_returned",    "has_fate",
      "has_home",        "has_chosen",         "outcome",        "mode",
      "home_gross",      "home_consequential", "chosen_gross",   "chosen_consequential",
      "fate_ran_share",  "fate_has_ended",     "fate_never_ran", "fate_ran_earlier",
      "fate_ran_longer", "fate_ran_elsewhere"};
  columns.insert("arm");
  for (const LogField* group : groups) {
    for (const absl::string_view column : absl::StrSplit(group->columns, ',')) {
      columns.emplace(column);
    }
  }
  return columns;
}

std::set<std::string> ColumnsForFates() {
  return {"time",
          "user_id",
          "job_id",
          "has_fate",
          "mode",
          "outcome",
          "is_returned",
          "has_chosen",
          "chosen_start",
          "chosen_task_runtime",
          "chosen_partition",
          "array_tasks",
          "runtime_source"};
}

std::set<std::string> ColumnsForOutcomes() {
  std::set<std::string> columns = {"time", "user_id", "job_id", "not_queued",   "is_returned",
                                   "mode", "outcome", "signal", "is_exclusive", "array_tasks"};
  for (const char* plan : {"home", "chosen"}) {
    columns.insert(absl::StrCat("has_", plan));
    for (const char* column :
         {"partition", "site", "zone", "hardware", "start", "runtime", "task_runtime", "wake_up",
          "units", "kwh", "g_per_kwh", "gross", "consequential", "stays_powered"}) {
      columns.insert(absl::StrCat(plan, "_", column));
    }
  }
  return columns;
}

DecisionIndex::DecisionIndex(std::string log, FolderOwner owner)
    : log_(std::move(log)), owner_(owner) {}
DecisionIndex::~DecisionIndex() {
  const EffectiveUser as(owner_);
  database_.reset();
}

bool DecisionIndex::Exists(const std::string& log) {
  struct stat facts;
  return lstat(PathOfIndex(log).c_str(), &facts) == 0;
}

absl::StatusOr<std::unique_ptr<DecisionIndex>> DecisionIndex::Open(const std::string& log) {
  const std::string folder = FolderOf(log), path = PathOfIndex(log);
  const absl::StatusOr<FolderOwner> owner = OwnerOf(folder);
  if (!owner.ok()) return absl::AbortedError(owner.status().message());
  auto index = std::unique_ptr<DecisionIndex>(new DecisionIndex(log, *owner));
  const EffectiveUser as(*owner);
  if (!as.status().ok()) return as.status();
  if (faccessat(AT_FDCWD, log.c_str(), R_OK, AT_EACCESS) != 0) {
    return absl::AbortedError(absl::ErrnoToStatus(errno, log).message());
  }
  // Others could put there what SQLite takes for its own.
  if (getuid() == 0) {
    for (const std::string& fact : OtherWriters(folder)) {
      return absl::FailedPreconditionError(
          absl::StrCat(path, ": root does not use it, because of folder ", folder, ": ", fact));
    }
  }
  struct stat facts;
  if (lstat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": is not a regular file"));
  }
  absl::StatusOr<std::unique_ptr<Database>> database =
      Database::Open(path, Database::Access::kWrite);
  if (!database.ok()) return database.status();
  index->database_ = *std::move(database);
  absl::Status status = EnsureTables(index->database_.get());
  if (!status.ok()) return status;
  return index;
}

bool DecisionIndex::RemoveDamaged(const std::string& log) {
  const absl::StatusOr<FolderOwner> owner = OwnerOf(FolderOf(log));
  if (!owner.ok()) return false;
  const EffectiveUser as(*owner);
  if (!as.status().ok()) return false;
  const std::string path = PathOfIndex(log);
  std::string head(15, '\0');
  if (!std::ifstream(path).read(head.data(), 15) || head != "SQLite format 3") return false;
  std::error_code error;
  std::filesystem::remove(path + "-journal", error);
  return std::filesystem::remove(path, error);
}

absl::StatusOr<std::vector<std::string>> DecisionIndex::Update(IndexScope scope) {
  const EffectiveUser as(owner_);
  if (!as.status().ok()) return as.status();
  // The log may grow faster than it is read, or change again and again.
  constexpr int kMaxTransactions = 10'000;
  for (int i = 0; i < kMaxTransactions; ++i) {
    std::vector<std::string> skipped;
    const std::vector<std::string> files = WithRotated(log_, CompressedLogs::kIncluded, &skipped);
    absl::StatusOr<std::vector<IndexedFile>> known = ReadIndexedFiles(database_.get());
    if (!known.ok()) return known.status();
    const absl::StatusOr<FileChanges> changes = CompareFiles(*known, files);
    if (!changes.ok()) return changes.status();
    if (changes->is_moving) continue;
    if (changes->IsNothing()) {
      const auto version = database_->Find("PRAGMA data_version");
      if (!version.ok()) return version.status();
      version_ = version->value_or(0);
      return files;
    }
    if (scope == IndexScope::kLogAlone &&
        (changes->needs_rebuild || changes->HasNewRotatedFile())) {
      return absl::UnavailableError("rotated files were not read yet");
    }
    absl::Status status = UpdateOnce();
    if (!status.ok()) return status;
  }
  return absl::UnavailableError("the log changes faster than it is read");
}

absl::Status DecisionIndex::UpdateOnce() {
  Database* const database = database_.get();
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database);
  if (!transaction.ok()) return transaction.status();
  // Another process may have updated it meanwhile, and logrotate may have moved files.
  std::vector<std::string> skipped;
  const std::vector<std::string> files = WithRotated(log_, CompressedLogs::kIncluded, &skipped);
  absl::StatusOr<std::vector<IndexedFile>> known = ReadIndexedFiles(database);
  if (!known.ok()) return known.status();
  absl::StatusOr<FileChanges> changes = CompareFiles(*known, files);
  if (!changes.ok()) return changes.status();
  if (changes->is_moving) return absl::OkStatus();
  absl::Status status;
  if (changes->needs_rebuild) {
    status = RecreateTables(database);
    if (!status.ok()) return status;
    changes = CompareFiles({}, files);
    if (!changes.ok()) return changes.status();
  }
  for (const int64_t number : changes->gone) {
    for (const char* table : {"decisions", "gaps", "withheld"}) {
      status.Update(database->Run(absl::StrCat("DELETE FROM ", table, " WHERE file = ?"), number));
    }
    status.Update(database->Run("DELETE FROM files WHERE number = ?", number));
  }
  if (status.ok()) status = ReadFiles(&*changes);
  if (!status.ok()) return status;
  return transaction->Commit();
}

absl::Status DecisionIndex::ReadFiles(FileChanges* changes) {
  IndexUpdate update(database_.get());
  absl::Status status = update.Begin();
  int64_t left = kTextAtOnce;
  for (FileChanges::File& of : changes->files) {
    if (!of.must_be_read || left <= 0) continue;
    const int64_t before = of.file.place.offset;
    status.Update(update.Read(of.path, of.is_live, left, &of.file));
    if (!status.ok()) return status;
    left -= of.file.place.offset - before;
  }
  return update.End();
}

absl::StatusOr<bool> DecisionIndex::BeginReading() {
  const EffectiveUser as(owner_);
  if (!as.status().ok()) return as.status();
  absl::Status begun = database_->Run("BEGIN");
  if (!begun.ok()) return begun;
  // The first reading fixes the state.
  const auto first = database_->Find("SELECT count(*) FROM files");
  if (!first.ok()) return first.status();
  const auto version = database_->Find("PRAGMA data_version");
  if (!version.ok()) return version.status();
  if (version->value_or(0) == version_) return true;
  absl::Status ended = database_->Run("COMMIT");
  if (!ended.ok()) return ended;
  return false;
}

absl::Status DecisionIndex::EndReading() {
  const EffectiveUser as(owner_);
  if (!as.status().ok()) return as.status();
  return database_->Run("COMMIT");
}

absl::Status DecisionIndex::ForEach(
    const IndexQuery& query,
    const std::function<void(int64_t row, LoggedDecision decision)>& visit) {
  const EffectiveUser as(owner_);
  if (!as.status().ok()) return as.status();
  NameTable names(database_.get());
  absl::Status loaded = names.Load();
  if (!loaded.ok()) return loaded;
  const absl::StatusOr<std::string> where = WhereOf(query, names, "");
  if (!where.ok()) return where.status();
  std::set<std::string> columns = query.columns;
  if (!columns.empty()) AddColumnsOf(query.filter, &columns);
  const SelectedColumns selected = SelectColumns(columns);
  return ForEachRow(
      database_->Prepare(absl::StrCat("SELECT row, ", DecisionColumnNames(selected),
                                      " FROM decisions WHERE ", *where, " ORDER BY row")),
      [&](const Statement& row) {
        absl::StatusOr<LoggedDecision> decision = ReadDecision(row, 1, selected, names);
        if (!decision.ok()) return decision.status();
        if (query.filter.Admits(decision->summary)) visit(row.Integer(0), *std::move(decision));
        return absl::OkStatus();
      });
}

absl::StatusOr<std::vector<int64_t>> DecisionIndex::JobsToAskFor(const IndexQuery& query,
                                                                 bool for_outcomes) {
  const EffectiveUser as(owner_);
  if (!as.status().ok()) return as.status();
  NameTable names(database_.get());
  absl::Status loaded = names.Load();
  if (!loaded.ok()) return loaded;
  const absl::StatusOr<std::string> where =
      WhereOf(query, names,
              absl::StrCat("job_id IS NOT NULL AND is_unknown = 0",
                           for_outcomes ? "" : " AND has_chosen = 1 AND has_fate = 0"));
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

absl::StatusOr<std::string> DecisionIndex::WhereOf(const IndexQuery& query, const NameTable& names,
                                                   const std::string& extra_condition) {
  Conditions conditions(query.filter, names);
  if (!query.file.empty()) {
    const absl::StatusOr<int64_t> file = NumberOfFile(database_.get(), query.file);
    if (!file.ok()) return file.status();
    conditions.Add(absl::StrCat("file = ", *file));
  }
  if (!extra_condition.empty()) conditions.Add(extra_condition);
  return conditions.Text();
}

absl::Status DecisionIndex::KeepFates(const std::vector<FinalFate>& fates) {
  if (fates.empty()) return absl::OkStatus();
  const EffectiveUser as(owner_);
  if (!as.status().ok()) return as.status();
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_.get());
  if (!transaction.ok()) return transaction.status();
  // The job is compared too: another process may have rebuilt the index meanwhile.
  absl::StatusOr<Statement> update = database_->Prepare(
      "UPDATE decisions SET has_fate = 1, fate_ran = ?, fate_waited = ?, fate_ran_share = ?,"
      " fate_has_ended = ?, fate_never_ran = ?, fate_ran_earlier = ?, fate_ran_longer = ?,"
      " fate_ran_elsewhere = ?"
      " WHERE row = ? AND job_id = ?");
  if (!update.ok()) return update.status();
  for (const FinalFate& kept : fates) {
    if (!kept.fate.has_value()) {
      absl::Status set =
          database_->Run("UPDATE decisions SET is_unknown = 1 WHERE row = ? AND job_id = ?",
                         kept.row, static_cast<int64_t>(kept.job_id));
      if (!set.ok()) return set;
      continue;
    }
    const JobFate& fate = *kept.fate;
    const std::string ran_elsewhere = absl::StrJoin(fate.ran_elsewhere, ",");
    const std::optional<int64_t> waited =
        fate.waited.has_value() ? std::optional(absl::ToInt64Microseconds(*fate.waited))
                                : std::nullopt;
    update->Rebind(absl::ToInt64Microseconds(fate.ran), waited, Real{fate.ran_share},
                   static_cast<int64_t>(fate.has_ended), static_cast<int64_t>(fate.never_ran),
                   static_cast<int64_t>(fate.ran_earlier), static_cast<int64_t>(fate.ran_longer),
                   ran_elsewhere, kept.row, static_cast<int64_t>(kept.job_id));
    absl::Status stepped = update->Step().status();
    if (!stepped.ok()) return stepped;
  }
  return transaction->Commit();
}

absl::StatusOr<std::vector<std::string>> DecisionIndex::Withheld(const std::string& file) {
  const EffectiveUser as(owner_);
  if (!as.status().ok()) return as.status();
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
  const EffectiveUser as(owner_);
  if (!as.status().ok()) return as.status();
  absl::StatusOr<std::vector<IndexedFile>> known = ReadIndexedFiles(database_.get());
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
