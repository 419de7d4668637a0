// The columns of the index's table of decisions. Each is described once, for making the table, for
// writing a row and for reading it. For the index's sources only: it includes SQLite's header.
#ifndef CLI_LOG_DECISION_COLUMNS_H_
#define CLI_LOG_DECISION_COLUMNS_H_

#include <cstdint>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/log/logged_decision.h"
#include "store/sqlite.h"

namespace carbon {

// Numbers for names that many rows have, kept in the table `names`. Row 0 is the empty name.
class NameTable {
 public:
  explicit NameTable(Database* database) : database_(database) {}
  absl::Status Load();

  // Returns the name's number. Adds it if it is new: only within a transaction.
  absl::StatusOr<int64_t> NumberOf(absl::string_view name);
  // Returns nullptr for an unknown number.
  const std::string* NameOf(int64_t number) const;
  const std::unordered_map<int64_t, std::string>& names() const { return names_; }

 private:
  Database* database_;
  std::unordered_map<int64_t, std::string> names_;
  std::unordered_map<std::string, int64_t> numbers_;
};

// "boot INTEGER, sequence INTEGER, …", for CREATE TABLE.
std::string DecisionColumnTypes();
// "boot, sequence, …", for SELECT; with `only_sums` those that sums and groups need.
std::string DecisionColumnNames(bool only_sums);
// Returns the number of those columns.
int CountDecisionColumns(bool only_sums);

// Binds the columns of a decision whose job has no fate yet to the question marks from `first` on.
// Gives the decision empty parts where it has none; it must outlive the statement's next step.
absl::Status BindDecision(LoggedDecision* decision, int first, NameTable* names,
                          Statement* statement);

// Reads the columns from `first` on. DataLoss for a name or a code that is not known.
absl::StatusOr<LoggedDecision> ReadDecision(const Statement& row, int first, bool only_sums,
                                            const NameTable& names);

}  // namespace carbon

#endif  // CLI_LOG_DECISION_COLUMNS_H_
