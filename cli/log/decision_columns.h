// The columns of the index's table of decisions. Each is described once, for making the table, for
// writing a row and for reading it. For the index's sources only: it includes SQLite's header.
#ifndef CLI_LOG_DECISION_COLUMNS_H_
#define CLI_LOG_DECISION_COLUMNS_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/log/logged_decision.h"
#include "store/sqlite.h"

namespace carbon {

// Numbers for names that many rows have, kept in the table `names`. Number 0 is the empty name.
class NameTable {
 public:
  explicit NameTable(Database* database) : database_(database) {}
  absl::Status Load();

  // Returns the name's number. Adds it if it is new: only within a transaction.
  absl::StatusOr<int64_t> NumberOf(absl::string_view name);
  // Returns nullptr for an unknown number.
  const std::string* NameOf(int64_t number) const {
    const auto index = static_cast<size_t>(number);
    return index < names_.size() ? &names_[index] : nullptr;
  }
  const std::vector<std::string>& names() const { return names_; }  // by number

 private:
  Database* database_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, int64_t> numbers_;
};

// "boot INTEGER, sequence INTEGER, …", for CREATE TABLE.
std::string DecisionColumnTypes();
int CountDecisionColumns();

// Which columns are read, by their position.
using SelectedColumns = std::vector<bool>;
// No names: all columns.
SelectedColumns SelectColumns(const std::set<std::string>& names);
// "boot, sequence, …", for SELECT and INSERT.
std::string DecisionColumnNames(const SelectedColumns& selected);

// Binds the columns of a decision whose job has no fate yet to the question marks from `first` on.
// Gives the decision empty parts where it has none; it must outlive the statement's next step.
absl::Status BindDecision(LoggedDecision* decision, int first, NameTable* names,
                          Statement* statement);

// Reads the columns from `first` on. The fields of others are as in a default decision. DataLoss
// for a name or a code that is not known.
absl::StatusOr<LoggedDecision> ReadDecision(const Statement& row, int first,
                                            const SelectedColumns& selected,
                                            const NameTable& names);

}  // namespace carbon

#endif  // CLI_LOG_DECISION_COLUMNS_H_
