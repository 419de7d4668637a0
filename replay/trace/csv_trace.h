// Reads a history of jobs from a CSV table with a header:
//
//   submit,runtime,gpus,partition          arrival_time,length,cpus
//   2026-10-01T00:00:12Z,3600,8,oslo       0.0,6302.0,1
//
// The columns may be in any order and case, and have any of these names. Other columns are ignored.
//   submit, arrival_time, arrival          needed: an instant (RFC 3339), or a number of
//                                          `time_unit` after `begin`
//   runtime, length, duration, elapsed     needed: a number of `length_unit`
//   gpus, devices; cpus; nodes             of the whole job; without `gpus`, `cpus` is needed
//   time_limit, limit                      a number of `length_unit`; without it, the limit is the
//                                          runtime, rounded up to a minute: it is known beforehand
//   deadline                               as submit; by when the job must have ended
//   start                                  as submit; only to compare waits with
//   state                                  as sacct names it; only COMPLETED and TIMEOUT say how
//                                          long jobs run; without it, all do
//   job_id, user, account, qos, partition, name, priority
//
// csv_records.h describes the encodings, quotes and separators. Pure, except for the time zone
// database.
#ifndef REPLAY_TRACE_CSV_TRACE_H_
#define REPLAY_TRACE_CSV_TRACE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "replay/trace/trace.h"

namespace carbon {

struct CsvTraceOptions {
  absl::Time begin = absl::UnixEpoch();  // the time that the number 0 means
  absl::Duration time_unit = absl::Seconds(1);
  absl::Duration length_unit = absl::Seconds(1);
  std::string partition;          // for jobs that name none
  bool are_cpus_devices = false;  // if there is no column of devices, CPUs count as devices
};

// Returns InvalidArgument, naming the column, if a needed column is missing, or if the text is not
// CSV. A row is never an error: the report counts rows that cannot be used.
absl::StatusOr<Trace> ParseCsvTrace(absl::string_view bytes, const CsvTraceOptions& options);

}  // namespace carbon

#endif  // REPLAY_TRACE_CSV_TRACE_H_
