// LogWriter appends records to a file from its own thread, so the caller never waits for a disk.
// Records are whole lines. Records that cannot be written wait in a bounded queue, and are tried
// again every second. Without records, the file is checked at the same interval, so that a problem
// is known early. When the queue is full, new records are dropped and counted.
//
// The file is opened for appending. It is created with mode 0640, never through a symbolic link,
// and is used only if it is a regular file of this user or root that others may not write. If the
// file was renamed or removed, for example by logrotate, this is noticed before the next write, and
// the name is opened again. A line that a full disk cut short is completed later, or ended with a
// newline by the next program that opens the file. No line is lost because of it.
//
// Thread-safe.
#ifndef PLUGIN_JOB_SUBMIT_LOG_WRITER_H_
#define PLUGIN_JOB_SUBMIT_LOG_WRITER_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace carbon {

class LogWriter {
 public:
  struct Options {
    size_t max_records = 8192;
    size_t max_bytes = 16 << 20;
    absl::Duration retry = absl::Seconds(1);
    bool chained = false;  // each record names the one before it (core/record/record_chain.h)
  };

  struct Stats {
    uint64_t written = 0;  // records
    uint64_t dropped = 0;
    std::string error;  // why nothing can be written now; empty: writing works
  };

  explicit LogWriter(Options options);
  ~LogWriter();  // calls Close(), unless it was called

  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Sets where to write from now on, and a group that may append there too. Until the first path is
  // set, records wait in the queue.
  void SetPath(std::string path, std::optional<gid_t> group = std::nullopt);

  // Says whether the log is read wrongly later if the record is missing. Dispensable records can
  // use only half of the queue.
  enum class Need { kNeeded, kDispensable };

  // Returns false if the queue was full and the record was dropped.
  bool Enqueue(std::string record);
  // Does the same for a record that the writer's thread makes later. Until it is written it counts
  // as `bytes`. If memory runs out while it is made, it is tried again.
  bool Enqueue(std::function<std::string()> make, size_t bytes, Need need = Need::kNeeded);
  // Queues a record that reports `drops` dropped records (at least one), beyond the bounds of the
  // queue.
  void EnqueueDrops(std::string record, uint64_t drops);

  // Returns how many more short records have room now, while half of the queue stays free.
  size_t Room() const;

  // Returns how many records were dropped since the last call, once writing works again. Before
  // that it returns zero.
  uint64_t TakeDropped();

  Stats stats() const;

  // Writes what is queued, for at most a second, and ends. Nothing may be queued afterwards.
  // Returns how many records are lost: those that remained, and those that were dropped without a
  // record of it in the file.
  uint64_t Close();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace carbon

#endif  // PLUGIN_JOB_SUBMIT_LOG_WRITER_H_
