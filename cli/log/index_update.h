// Adds records to an index. For the index's sources only.
#ifndef CLI_LOG_INDEX_UPDATE_H_
#define CLI_LOG_INDEX_UPDATE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "cli/log/decision_columns.h"
#include "cli/log/index_files.h"
#include "core/record/log_entry.h"
#include "store/placement_log.h"
#include "store/sqlite.h"

namespace carbon {

// One reading of what is new, within one transaction. Begin(), Read() for each file, End().
class IndexUpdate {
 public:
  explicit IndexUpdate(Database* database) : database_(database), names_(database) {}

  absl::Status Begin();
  // Reads on in a file, from its place, until it has read `max_bytes` or a little more. Aborted if
  // the file cannot be read.
  absl::Status Read(const std::string& path, bool is_live, int64_t max_bytes, IndexedFile* file);
  absl::Status End();

 private:
  using Id = std::pair<int64_t, int64_t>;  // the number of the boot's name, and the sequence

  absl::Status Add(const LogEntry& entry, const IndexedFile& file);
  absl::Status AddDecision(const PlacementRecord& record, const IndexedFile& file);
  absl::Status AddWithheld(const WithheldRecords& withheld, int64_t file);
  absl::Status AddEvent(const std::string& decision_id, std::optional<int64_t> job_id,
                        bool not_queued, std::optional<absl::string_view> reason);
  absl::Status ApplyPendingEvents(const Id& id);
  absl::Status Apply(const Id& id, std::optional<int64_t> job_id, bool not_queued,
                     std::optional<absl::string_view> reason);

  // Prepares the statement if it is not, and runs it with these values.
  template <class... Values>
  absl::Status RunPrepared(std::optional<Statement>* statement, const char* sql,
                           const Values&... values);

  Database* database_;
  NameTable names_;
  SequencesByBoot sequences_;
  std::set<Id> pending_events_;
  std::optional<Statement> insert_, find_, set_job_;
  absl::Status status_;  // of what was read; the reader of the log goes on
};

}  // namespace carbon

#endif  // CLI_LOG_INDEX_UPDATE_H_
