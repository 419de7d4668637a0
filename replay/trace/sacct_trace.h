// Reads a site's history as sacct prints it:
//
//   TZ=UTC SLURM_TIME_FORMAT=%s sacct --allusers --allocations --duplicates --parsable2
//     --starttime=2026-10-01 --endtime=2026-11-01 --format=JobID,JobIDRaw,UID,User,Account,QOS,
//     Partition,State,Submit,Eligible,Start,ElapsedRaw,TimelimitRaw,NNodes,ReqTRES,AllocTRES,
//     Priority,Reservation,JobName,SubmitLine
//
// The first line names the columns. Their order does not matter, and unknown ones are ignored.
// JobID or JobIDRaw, Partition, State, Submit, Start, ElapsedRaw or Elapsed, and AllocTRES are
// needed. Other columns are used if they exist.
//
//   - Times are Unix seconds, or as sacct writes them by default: local time in `zone`. If an hour
//     occurs twice, the instant that is not before the row's submission is used. If both are
//     possible, the first is used, and counted as ambiguous. A time that clocks skip cannot be
//     used.
//   - The end is not read: it is the start plus the elapsed time.
//   - Fields are split at the delimiter of the header, `|` by default. sacct quotes nothing, so
//     text of users belongs in the last columns. The last one may contain the delimiter. A line
//     continues the row above unless it begins with a job id and has half of the delimiters.
//   - A line that repeats the header is ignored, so files of several months may be joined.
//   - Tasks of an array (JobID 17_3) that were submitted together share TraceJob::array. The
//     waiting part of an array (17_[4-9]) has never started.
//   - Each run of a requeued job is a separate job (--duplicates shows them).
//   - A job whose SubmitLine has no --partition names none. The default partition is the one in
//     which most of these jobs ran. A job that ran elsewhere named its partition in its script or
//     environment.
//   - From SubmitLine: srun and salloc are interactive; --dependency, --constraint, --nodelist,
//     --exclude and --licenses are as the plugin sees them; --comment may have hints. Options in
//     the script itself (#SBATCH) are not in the history.
//
// Pure, except for the time zone database.
#ifndef REPLAY_TRACE_SACCT_TRACE_H_
#define REPLAY_TRACE_SACCT_TRACE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "replay/trace/trace.h"

namespace carbon {

// The command above in one line. Its two times are for the user to choose.
absl::string_view SacctCommand();

// Whether `text` seems to be what sacct printed, with a header or without, for programs or for
// people: what sets it apart from CSV and from a placement log.
bool IsSacct(absl::string_view text);

struct SacctOptions {
  absl::TimeZone zone = absl::UTCTimeZone();  // for times that are not Unix seconds
};

// Returns InvalidArgument if the first line is no header, is one for people (without --parsable2),
// has no column with a job's id, or lacks a needed column, which it names. A row is never an error:
// the report counts rows that cannot be used.
absl::StatusOr<Trace> ParseSacct(absl::string_view text, const SacctOptions& options);

}  // namespace carbon

#endif  // REPLAY_TRACE_SACCT_TRACE_H_
