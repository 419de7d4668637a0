#include "replay/trace/trace.h"

#include <algorithm>
#include <tuple>

namespace carbon {

uint32_t Names::Add(absl::string_view text) {
  const auto [entry, is_new] =
      numbers_.try_emplace(std::string(text), static_cast<uint32_t>(texts_.size()));
  if (is_new) texts_.emplace_back(text);
  return entry->second;
}

absl::string_view RowReasonName(RowReason reason) {
  switch (reason) {
    case RowReason::kMalformed:
      return "is no row of a job";
    case RowReason::kStep:
      return "is a step, counted with its job";
    case RowReason::kDuplicate:
      return "is there twice";
    case RowReason::kNeverStarted:
      return "never started";
    case RowReason::kStillRunning:
      return "still runs";
    case RowReason::kBadTime:
      return "has a time that cannot be used";
    case RowReason::kNoResources:
      return "has no CPUs and no devices";
    case RowReason::kNoPool:
      return "its partition is no pool";
    case RowReason::kTooLarge:
      return "is larger than its pool";
    case RowReason::kOutsidePeriod:
      return "was submitted outside the period";
  }
  return "unknown";
}

void RowCount::Add(int64_t devices, int64_t cpus, absl::Duration elapsed) {
  const double hours = absl::ToDoubleHours(elapsed);
  ++rows;
  device_hours += hours * static_cast<double>(devices);
  cpu_hours += hours * static_cast<double>(cpus);
}

RowCount TraceReport::Total() const {
  RowCount total = read;
  for (const RowCount& count : left_out) {
    total.rows += count.rows;
    total.device_hours += count.device_hours;
    total.cpu_hours += count.cpu_hours;
  }
  return total;
}

void FinishTrace(Trace* trace) {
  std::sort(trace->jobs.begin(), trace->jobs.end(), [](const TraceJob& a, const TraceJob& b) {
    return std::tuple(a.submit, a.job_id, a.start) < std::tuple(b.submit, b.job_id, b.start);
  });
  std::unordered_map<int64_t, int64_t> first;  // by job id
  first.reserve(trace->jobs.size());
  for (size_t i = 0; i < trace->jobs.size(); ++i) {
    const auto index = static_cast<int64_t>(i);
    TraceJob& job = trace->jobs[i];
    const auto [run, is_first] = first.try_emplace(job.job_id, index);
    if (is_first) continue;
    const TraceJob& earlier = trace->jobs[static_cast<size_t>(run->second)];
    if (earlier.user_id == job.user_id && earlier.name == job.name) {
      job.requeue_of = run->second;
    } else {
      run->second = index;  // Slurm has started to count job ids again
    }
  }
}

void MoveTrace(absl::Duration by, Trace* trace) {
  for (TraceJob& job : trace->jobs) {
    job.submit += by;
    job.eligible += by;
    job.start += by;
    if (job.deadline.has_value()) *job.deadline += by;
  }
}

}  // namespace carbon
