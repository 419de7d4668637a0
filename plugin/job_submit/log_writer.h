// Appends records to a file from a thread of its own, so that whoever has a record never waits for
// a disk. Records are whole lines. What a failing disk cannot take waits in a bounded queue and is
// tried again every second (the file is looked at as often when there are none, so that trouble is
// known early); when the queue is full, new records are dropped and counted.
//
// The file is opened for appending (created with mode 0640, never through a symbolic link, and only
// if it is a regular file of this user's or root's that others may not write). A file that was
// renamed or removed, by logrotate say, is noticed before the next write, and its name opened anew.
// A line that a full disk tore is completed later, or closed off with a newline by whoever opens
// the file next; a line is never lost by it.
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
    std::string error;  // why nothing can be written now; empty: it can
  };

  explicit LogWriter(Options options);
  ~LogWriter();  // Close(), where nobody has

  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Where to write from now on, and a group that may append there too. Until the first path is set,
  // records wait in the queue.
  void SetPath(std::string path, std::optional<gid_t> group = std::nullopt);

  // Whether later reading of the log goes wrong without the record. Only half of the queue is for
  // those of which that is not so.
  enum class Need { kNeeded, kDispensable };

  // False when the queue was full and the record was dropped.
  bool Enqueue(std::string record);
  // The same for a record that is yet to be made, on the writer's thread; until it is written it
  // counts as `bytes`. Where memory runs out while it is made, that is tried again.
  bool Enqueue(std::function<std::string()> make, size_t bytes, Need need = Need::kNeeded);
  // Beyond the bounds: the record that tells of `drops` others, at least one, that found no room.
  void EnqueueDrops(std::string record, uint64_t drops);

  // How many more records find room now, if they are short, while half of the queue stays free.
  size_t Room() const;

  // How many records were dropped since the last call, once writing works again; zero before.
  uint64_t TakeDropped();

  Stats stats() const;

  // Writes what is queued, for at most a second, and ends; nothing may be queued afterwards.
  // Returns how many records are lost: those that were left, and those that were dropped without a
  // record in the file that says so.
  uint64_t Close();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace carbon

#endif  // PLUGIN_JOB_SUBMIT_LOG_WRITER_H_
