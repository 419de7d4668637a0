// DecisionIndex is an SQLite database beside a placement log, LOG.index, which holds the log's
// decisions as scarbon log shows them. A million records are gigabytes of text, and take a minute
// to read; their index is read in a second.
//
// It is derived: it can be deleted at any time, and is made anew from the files. Update() reads
// what was added to them since, also after logrotate has renamed, compressed or deleted some; what
// a deleted file said of decisions in other files stays. If a file has changed in another way, all
// are read again. It believes that a log only grows: whether somebody has changed a record is for
// scarbon log verify, which reads the files.
//
// Several processes may use one index; one of them updates it at a time. It never locks or writes
// the log. Blocks on the disk. One thread at a time. Errors are those of store/sqlite.h.
#ifndef CLI_LOG_DECISION_INDEX_H_
#define CLI_LOG_DECISION_INDEX_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/log/decision_filter.h"
#include "cli/log/logged_decision.h"

namespace carbon {

class Database;
class NameBook;

// Which decisions are asked for.
struct IndexQuery {
  const DecisionFilter& filter;
  // Only those of this file; empty: of all.
  std::string file = {};
  // Only what sums and groups need. Other fields of a decision are then as in a default one.
  bool only_sums = false;
};

class DecisionIndex {
 public:
  // Opens the index of the log, and creates it if it is missing or of another version. It belongs
  // to the owner of the log's folder. PermissionDenied if it may not be written, or is a link. The
  // system's error if the log cannot be read.
  static absl::StatusOr<std::unique_ptr<DecisionIndex>> Open(const std::string& log);
  ~DecisionIndex();
  // Removes the index of the log, for example because it is damaged.
  static void Remove(const std::string& log);

  // Adds what the files have that the index lacks. `files` are the log and what logrotate made of
  // it, oldest first and the log last, as WithRotated() lists them. Blocks for a minute if a
  // million records are new.
  absl::Status Update(const std::vector<std::string>& files);

  // Calls `visit` for each decision, in the order of the files. The number is for KeepFates().
  absl::Status ForEach(const IndexQuery& query,
                       const std::function<void(int64_t row, LoggedDecision decision)>& visit);

  // Returns the numbers of the jobs whose fate is to be asked for (HasFateToAskFor), each once.
  absl::StatusOr<std::vector<int64_t>> JobsToAskFor(const IndexQuery& query);

  // Keeps what became of jobs, so that accounting is not asked again.
  absl::Status KeepFates(const std::vector<std::pair<int64_t, JobFate>>& fates);

  // Returns how many decisions of a file were not recorded, as LogContents::withheld. Empty `file`:
  // of all files.
  absl::StatusOr<std::vector<std::string>> Withheld(const std::string& file);
  // Returns what was lost or cannot be read in these files, in lines for the user.
  absl::StatusOr<std::vector<std::string>> Damage(const std::vector<std::string>& files);

 private:
  // Returns the condition of the query and a further one.
  absl::StatusOr<std::string> WhereOf(const IndexQuery& query, const NameBook& names,
                                      const std::string& further);
  explicit DecisionIndex(std::unique_ptr<Database> database);

  std::unique_ptr<Database> database_;
};

}  // namespace carbon

#endif  // CLI_LOG_DECISION_INDEX_H_
