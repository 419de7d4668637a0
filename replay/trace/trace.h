// A history of jobs, read from a file: when jobs were submitted, what they asked for and how long
// they really ran. Each row of the file is either a job here or counted by the reason why it is
// not. Plain data.
#ifndef REPLAY_TRACE_TRACE_H_
#define REPLAY_TRACE_TRACE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/reason/reason.h"

namespace carbon {

// Strings that many jobs share, by number. Number 0 is the empty string.
class Names {
 public:
  Names() { Add(""); }

  // Returns the number of `text`, and adds it if it is new.
  uint32_t Add(absl::string_view text);
  const std::string& operator[](uint32_t number) const { return texts_[number]; }

 private:
  std::vector<std::string> texts_;
  std::unordered_map<std::string, uint32_t> numbers_;
};

// Why a row is not a job of the replay.
enum class RowReason {
  kMalformed,      // too few fields, or no job id
  kStep,           // a step of a job: its resources are the job's
  kDuplicate,      // the same job, submitted and started at the same times
  kNeverStarted,   // it waits, or was cancelled while it waited
  kStillRunning,   // its runtime is unknown
  kBadTime,        // a time or a length that cannot be read, or that contradicts another
  kNoResources,    // neither CPUs nor devices are known
  kNoPool,         // its partition has no pool in the configuration
  kTooLarge,       // it is larger than its pool
  kOutsidePeriod,  // submitted outside the period asked for
};
inline constexpr size_t kRowReasons = 10;
absl::string_view RowReasonName(RowReason reason);

// What a number of rows used.
struct RowCount {
  int64_t rows = 0;
  double device_hours = 0;
  double cpu_hours = 0;

  void Add(int64_t devices, int64_t cpus, absl::Duration elapsed);
};

struct TraceReport {
  RowCount read;
  std::array<RowCount, kRowReasons> left_out;
  // Ambiguous local times, which occur twice because clocks went back. The first instant was used.
  int64_t ambiguous_times = 0;
  // The file does not have the command lines by which jobs were submitted, where it could.
  bool lacks_command_lines = false;

  RowCount& operator[](RowReason reason) { return left_out[static_cast<size_t>(reason)]; }
  const RowCount& operator[](RowReason reason) const {
    return left_out[static_cast<size_t>(reason)];
  }
  // Includes rows that were read and rows that were left out.
  RowCount Total() const;
};

// Names are numbers of Trace::names.
struct TraceJob {
  int64_t job_id = 0;
  absl::Time submit;
  absl::Time eligible;  // not before `submit`; later after --begin, a dependency or a hold
  absl::Time start;     // as recorded; the infinite past if the trace does not state it
  absl::Duration elapsed;
  std::optional<absl::Duration> limit;  // absent: the partition's default
  std::optional<absl::Time> deadline;   // by which it must have ended; after `submit`
  int64_t nodes = 1;
  int64_t devices = 0;
  int64_t cpus = 0;
  int64_t priority = 0;
  // Tasks of one array, submitted together, have the same number. -1: not an array.
  int64_t array = -1;
  // If this job is a later run: the index into Trace::jobs of the first run. -1: it is the first
  // run.
  int64_t requeue_of = -1;
  uint32_t user_id = 0;
  uint32_t user = 0;
  uint32_t account = 0;
  uint32_t qos = 0;
  uint32_t partition = 0;       // one, or several separated by commas
  bool names_partition = true;  // false: the user named none, and it is the default partition
  // Its runtime says how long jobs like it run: it completed, or was stopped at its time limit.
  bool is_typical = true;
  uint32_t name = 0;
  uint32_t device_type = 0;  // that it asked for
  uint32_t comment = 0;      // may hold hints
  uint32_t pinned_by = 0;    // in the words of JobRequest::pinned_by
  std::optional<Reason> leave_alone;
};

struct Trace {
  Names names;
  uint32_t default_partition = 0;  // that of jobs that name none; 0: not known
  std::vector<TraceJob> jobs;      // by time of submission, then by job id
  TraceReport report;
};

// Sorts the jobs, and finds the earlier run of each requeued job: same job id, earlier submission.
void FinishTrace(Trace* trace);

// Adds `by` to all times of the jobs, so that a history lies on other hours. Times that are not
// known stay so.
void MoveTrace(absl::Duration by, Trace* trace);

}  // namespace carbon

#endif  // REPLAY_TRACE_TRACE_H_
