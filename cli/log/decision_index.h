// DecisionIndex is an SQLite database beside a placement log, LOG.index, which holds the log's
// decisions as scarbon log shows them. A million records are gigabytes of text, and take minutes to
// read.
//
// It is derived: it can be deleted at any time, and is rebuilt from the files. Update() reads what
// was added to them since, also after logrotate has renamed, compressed or deleted some. If a file
// changed in another way, the index is rebuilt. It assumes that a log only grows: it does not see
// that somebody changed a record that was read. scarbon log verify reads the files. What a deleted
// file said of decisions in other files stays until the index is rebuilt.
//
// Several processes may use one index; one of them updates it at a time. It never locks or writes
// the log. Root uses it as the owner of the log's folder (store/effective_user.h). Blocks on the
// disk. One thread at a time. Errors are those of store/sqlite.h; Aborted means that a file of the
// log cannot be read.
#ifndef CLI_LOG_DECISION_INDEX_H_
#define CLI_LOG_DECISION_INDEX_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/log/decision_filter.h"
#include "cli/log/fields.h"
#include "cli/log/logged_decision.h"
#include "store/effective_user.h"

namespace carbon {

class Database;
class NameTable;
struct FileChanges;

// Which decisions are asked for.
struct IndexQuery {
  const DecisionFilter& filter;
  // Only those of this file; empty: of all.
  std::string file = {};
  // The columns that are read, besides those of the filter; empty: all. Other fields of a decision
  // are as in a default one.
  std::set<std::string> columns = {};
};

// Returns the columns that LogTotals and LogGroups need.
std::set<std::string> ColumnsForSums(const std::vector<const LogField*>& groups);
// Returns the columns that AddFate() needs.
std::set<std::string> ColumnsForFates();
// Returns the columns that an outcome needs (cli/outcome/job_outcomes.h).
std::set<std::string> ColumnsForOutcomes();

// How much Update() may read.
enum class IndexScope {
  kAllFiles,
  kLogAlone,  // what was added to files that are known, and to the log itself
};

// What accounting will say of a decision's job for ever. Absent: that it does not know the job.
struct FinalFate {
  int64_t row = 0;
  uint32_t job_id = 0;
  std::optional<JobFate> fate;
};

class DecisionIndex {
 public:
  // Whether the log has an index.
  static bool Exists(const std::string& log);

  // Opens the index of the log, and creates it if it is missing. PermissionDenied if it may not be
  // written. FailedPrecondition if it is a link or a folder, or if the caller is root and others
  // than the folder's owner may write into the folder.
  static absl::StatusOr<std::unique_ptr<DecisionIndex>> Open(const std::string& log);
  ~DecisionIndex();

  // Removes an index that cannot be used. Returns false if the file is not a database.
  static bool RemoveDamaged(const std::string& log);

  // Adds what the log and its rotated files have that the index lacks, and returns these files,
  // oldest first. Blocks for minutes if a million records are new; what was added until an
  // interruption stays, but for the last 256 MB. Unavailable if it may not read all that is new.
  absl::StatusOr<std::vector<std::string>> Update(IndexScope scope);

  // What is read between these is of the state that Update() left. Returns false if another process
  // has changed it since: then call Update() again.
  absl::StatusOr<bool> BeginReading();
  absl::Status EndReading();

  // Calls `visit` for each decision, in the order of the files. The number is for KeepFates().
  absl::Status ForEach(const IndexQuery& query,
                       const std::function<void(int64_t row, LoggedDecision decision)>& visit);

  // Returns the numbers of the jobs whose fate is to be asked for, each once, in order; for
  // outcomes, which are not kept, those of all jobs that accounting may know.
  absl::StatusOr<std::vector<int64_t>> JobsToAskFor(const IndexQuery& query,
                                                    bool for_outcomes = false);

  // Keeps what became of jobs, so that accounting is not asked for them again.
  absl::Status KeepFates(const std::vector<FinalFate>& fates);

  // Returns how many decisions of a file were not recorded, as LogContents::withheld. Empty `file`:
  // of all files.
  absl::StatusOr<std::vector<std::string>> Withheld(const std::string& file);
  // Returns what was lost or cannot be read in these files, in lines for the user.
  absl::StatusOr<std::vector<std::string>> Damage(const std::vector<std::string>& files);

 private:
  DecisionIndex(std::string log, FolderOwner owner);

  // Reads a part of what is new, in one transaction.
  absl::Status UpdateOnce();
  absl::Status ReadFiles(FileChanges* changes);
  // Returns the condition of the query and another one.
  absl::StatusOr<std::string> WhereOf(const IndexQuery& query, const NameTable& names,
                                      const std::string& extra_condition);

  std::string log_;
  FolderOwner owner_;
  std::unique_ptr<Database> database_;
  int64_t version_ = 0;  // SQLite's, of the state that Update() left
};

}  // namespace carbon

#endif  // CLI_LOG_DECISION_INDEX_H_
