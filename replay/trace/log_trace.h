// A placement log as a history of jobs: what was submitted, as the plugin read it.
//
// A log does not say how long jobs ran. A job's runtime is the one that its decision expected in
// the partition that the user asked for: the hint's, or else the time limit. What sacct knows is
// better where there is accounting (sacct_trace.h).
//
//   - Each decision is a job, in whatever mode the policy was. A decision whose booking expired
//     before the queue showed its job counts as never started: it was a question (--test-only), or
//     was refused.
//   - The tasks of an array share TraceJob::array.
//   - A job that carbon left alone runs where it was asked for. If it names no partition, that is
//     the partition of the other decisions whose jobs name none; if there are none, it has no pool.
//   - Rotated files may be joined, the oldest first. A line that is no record counts as malformed;
//     records of other kinds are no rows.
#ifndef REPLAY_TRACE_LOG_TRACE_H_
#define REPLAY_TRACE_LOG_TRACE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "replay/trace/trace.h"

namespace carbon {

// The most jobs of a log, array tasks counted one by one: what a replay has memory for.
inline constexpr int64_t kMaxJobsOfLog = 5'000'000;

// Whether `text` begins with a record of a placement log.
bool IsPlacementLog(absl::string_view text);

// InvalidArgument if no line is a record, or there are more than kMaxJobsOfLog jobs. Pure.
absl::StatusOr<Trace> ParseLogTrace(absl::string_view text);

}  // namespace carbon

#endif  // REPLAY_TRACE_LOG_TRACE_H_
