#include "cli/log/index_tables.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/log/decision_columns.h"

namespace carbon {
namespace {

absl::StatusOr<bool> HasTables(Database* database) {
  const auto version = database->Find("PRAGMA user_version");
  if (!version.ok()) return version.status();
  return version->value_or(0) == kIndexVersion;
}

}  // namespace

absl::Status EnsureTables(Database* database) {
  absl::StatusOr<bool> has_tables = HasTables(database);
  if (!has_tables.ok() || *has_tables) return has_tables.status();
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database);
  if (!transaction.ok()) return transaction.status();
  // Another process may have created them meanwhile.
  has_tables = HasTables(database);
  if (!has_tables.ok() || *has_tables) return has_tables.status();
  absl::Status created = RecreateTables(database);
  if (!created.ok()) return created;
  return transaction->Commit();
}

absl::Status RecreateTables(Database* database) {
  std::vector<std::string> statements;
  for (const char* table :
       {"files", "gaps", "withheld", "names", "boots", "pending_events", "decisions"}) {
    statements.push_back(absl::StrCat("DROP TABLE IF EXISTS ", table));
  }
  for (const char* table : {
           "files (number INTEGER PRIMARY KEY, device INTEGER, inode INTEGER, size INTEGER,"
           " modified_ns INTEGER, first_line TEXT, offset INTEGER, line_offset INTEGER,"
           " line_digest TEXT, is_final INTEGER, unreadable INTEGER, faulty INTEGER,"
           " first_fault TEXT, end TEXT)",
           "gaps (file INTEGER, gap TEXT)",
           "withheld (file INTEGER, user_id INTEGER, count INTEGER, first INTEGER, last INTEGER)",
           // Names that many rows have.
           "names (number INTEGER PRIMARY KEY, name TEXT)",
           // The last record of each boot.
           "boots (boot TEXT PRIMARY KEY, sequence INTEGER)",
           // Events whose decision was not read yet.
           "pending_events (boot INTEGER, sequence INTEGER, job_id INTEGER, not_queued INTEGER,"
           " returned_reason TEXT)",
       }) {
    statements.push_back(absl::StrCat("CREATE TABLE ", table));
  }
  // `is_unknown`: accounting was asked for the job, long after the decision, and did not know it.
  statements.push_back(absl::StrCat("CREATE TABLE decisions (row INTEGER PRIMARY KEY,",
                                    " file INTEGER, is_unknown INTEGER NOT NULL DEFAULT 0, ",
                                    DecisionColumnTypes(), ")"));
  statements.push_back("CREATE INDEX decision_ids ON decisions (boot, sequence)");
  statements.push_back("CREATE INDEX decision_times ON decisions (time)");
  statements.push_back(absl::StrCat("PRAGMA user_version = ", kIndexVersion));
  for (const std::string& statement : statements) {
    absl::Status done = database->Run(statement);
    if (!done.ok()) return done;
  }
  return absl::OkStatus();
}

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

}  // namespace carbon
