// A site's history as sacct prints it:
//
//   TZ=UTC SLURM_TIME_FORMAT=%s sacct --allusers --allocations --duplicates --parsable2
//     --starttime=2026-10-01 --endtime=2026-11-01 --format=JobID,JobIDRaw,UID,User,Account,QOS,
//     Partition,State,Submit,Eligible,Start,ElapsedRaw,TimelimitRaw,NNodes,ReqTRES,AllocTRES,
//     Priority,Reservation,JobName,SubmitLine
//
// The first line names the columns; their order does not matter, and what is not known is passed
// over. Needed are JobID or JobIDRaw, Partition, State, Submit, Start, ElapsedRaw or Elapsed, and
// AllocTRES. What the others hold is used where it is there.
//
//   - Times are Unix seconds, or as sacct writes them by default: local time in `zone`. Of an hour
//     that occurs twice, the one is taken that is not before the row's submission; where both are
//     possible, the first, and it is counted. A time that clocks skip is one that cannot be used.
//   - The end is not read: it is the start and the elapsed time.
//   - Fields are split at the delimiter of the header, `|` by default. sacct quotes nothing. Text
//     of users therefore belongs into the last columns: the last one may contain the delimiter, and
//     a line continues the row above unless it begins with a job id and has half of the delimiters.
//     A last line without a newline that begins with a job id is a row that was cut.
//   - A line that repeats the header is ignored, so that files of several months may be joined.
//   - Tasks of an array (JobID 17_3) that were submitted together share TraceJob::array. What of an
//     array still waits (17_[4-9]) has never started.
//   - Of a requeued job each run is a job of its own (--duplicates shows them).
//   - From SubmitLine: srun and salloc are interactive; --dependency, --constraint, --nodelist,
//     --exclude and --licenses are as the plugin sees them; --comment may hold hints. What stands
//     in the script itself (#SBATCH) is not in the history.
//
// Pure, but for the time zone database.
#ifndef REPLAY_TRACE_SACCT_TRACE_H_
#define REPLAY_TRACE_SACCT_TRACE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "replay/trace/trace.h"

namespace carbon {

struct SacctOptions {
  absl::TimeZone zone = absl::UTCTimeZone();  // of times that are not Unix seconds
};

// InvalidArgument where the first line names no column of a job's id, or lacks a needed column,
// which it names. No row is an error: it is counted in the report.
absl::StatusOr<Trace> ParseSacct(absl::string_view text, const SacctOptions& options);

}  // namespace carbon

#endif  // REPLAY_TRACE_SACCT_TRACE_H_
