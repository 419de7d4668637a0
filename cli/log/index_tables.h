// The tables of the index of a placement log (decision_index.h). For the index's sources only: it
// includes SQLite's header.
#ifndef CLI_LOG_INDEX_TABLES_H_
#define CLI_LOG_INDEX_TABLES_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/sqlite.h"

namespace carbon {

// Raise it with each change of the tables, and of what SummaryOf(), ReasonText(), RuntimeSource()
// or the fates of jobs say of the same records: their results are kept. An index of another version
// is rebuilt.
inline constexpr int kIndexVersion = 3;

// Creates the tables, unless they are there in this version. Tables of another version are dropped.
absl::Status EnsureTables(Database* database);

// Drops all tables and creates them again. Only within a transaction.
absl::Status RecreateTables(Database* database);

// Calls `visit` for each row, until it fails.
absl::Status ForEachRow(absl::StatusOr<Statement> rows,
                        const std::function<absl::Status(const Statement&)>& visit);

}  // namespace carbon

#endif  // CLI_LOG_INDEX_TABLES_H_
