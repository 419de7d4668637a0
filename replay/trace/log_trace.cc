#include "replay/trace/log_trace.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/decision/decision_id.h"
#include "core/record/log_entry.h"
#include "core/record/record_reader.h"

namespace carbon {
namespace {

constexpr absl::Duration kMaxElapsed = absl::Hours(24 * 400);

// How long one task was expected to run where it was asked for; absent: nothing says it.
std::optional<absl::Duration> ExpectedRuntime(const PlacementRecord& record) {
  const Decision& decision = record.decision;
  std::optional<absl::Duration> runtime = record.job.time_limit;
  if (decision.hints.runtime.has_value()) runtime = decision.hints.runtime;
  if (decision.home.has_value()) runtime = decision.home->task_runtime();
  if (!runtime.has_value() || *runtime <= absl::ZeroDuration() || *runtime > kMaxElapsed) {
    return std::nullopt;
  }
  return absl::Ceil(*runtime, absl::Seconds(1));
}

class LogTraceReader {
 public:
  void ReadLine(absl::string_view line) {
    absl::StatusOr<LogEntry> entry = ReadLogLine(line);
    if (!entry.ok()) {
      trace_.report[RowReason::kMalformed].Add(0, 0, absl::ZeroDuration());
      return;
    }
    ++records_;
    if (const auto* booking = std::get_if<BookingRecord>(&*entry)) {
      const BookingEvent& event = booking->event;
      if (event.fate == BookingFate::kExpired && event.job_id == 0) {
        never_queued_.insert(event.decision_id);
      }
    } else if (const auto* record = std::get_if<PlacementRecord>(&*entry)) {
      ReadDecision(*record);
    }
  }

  absl::StatusOr<Trace> Finish() && {
    if (records_ == 0) return absl::InvalidArgumentError("has no record of a placement log");
    if (is_too_large_) {
      return absl::InvalidArgumentError(
          absl::StrCat("has more than ", kMaxJobsOfLog, " jobs, array tasks included"));
    }
    std::vector<TraceJob> jobs;
    jobs.reserve(trace_.jobs.size());
    for (size_t i = 0; i < trace_.jobs.size(); ++i) {
      TraceJob& job = trace_.jobs[i];
      // A decision that left the job alone does not name the default partition; others do.
      if (!job.names_partition && job.partition == 0) job.partition = trace_.default_partition;
      RowCount* count = &trace_.report.read;
      if (never_queued_.contains(decisions_[static_cast<size_t>(job.job_id)])) {
        count = &trace_.report[RowReason::kNeverStarted];
      } else {
        jobs.push_back(job);
        // The log may name the job of a placed decision, and of no other: number them instead.
        jobs.back().job_id = static_cast<int64_t>(i) + 1;
      }
      count->Add(job.devices, job.cpus, job.elapsed);
    }
    trace_.jobs = std::move(jobs);
    FinishTrace(&trace_);
    return std::move(trace_);
  }

 private:
  void ReadDecision(const PlacementRecord& record) {
    const JobRequest& request = record.job;
    TraceJob job;
    job.nodes = request.demand.nodes;
    job.devices = request.demand.devices;
    job.cpus = request.demand.cpus;
    const std::optional<absl::Duration> runtime = ExpectedRuntime(record);
    if (runtime.has_value()) job.elapsed = *runtime;
    job.is_typical = false;  // it is what the decision expected
    const auto leave_out = [&](RowReason reason) {
      trace_.report[reason].Add(job.devices, job.cpus, job.elapsed);
    };
    if (request.array_tasks < 1 || job.nodes < 1 || job.devices < 0 || job.cpus < 0) {
      return leave_out(RowReason::kMalformed);
    }
    if (!runtime.has_value() || record.time == absl::InfinitePast()) {
      return leave_out(RowReason::kBadTime);
    }
    if (job.devices == 0 && job.cpus == 0) return leave_out(RowReason::kNoResources);
    job.job_id = static_cast<int64_t>(decisions_.size());
    decisions_.push_back(DecisionId(record.id));
    // What follows knows whole seconds, as Slurm does.
    job.submit = absl::FromUnixSeconds(absl::ToUnixSeconds(record.time));
    job.eligible = std::max(job.submit, request.begin.value_or(job.submit));
    job.start = absl::InfinitePast();
    job.limit = request.time_limit;
    if (request.deadline > job.submit) job.deadline = request.deadline;
    if (request.array_tasks > 1) job.array = job.job_id;
    Names& names = trace_.names;
    job.user_id = request.user_id;
    job.user = names.Add(absl::StrCat(request.user_id));
    job.account = names.Add(request.account);
    job.qos = names.Add(request.qos);
    const std::optional<Plan>& home = record.decision.home;
    job.partition = names.Add(home.has_value() ? home->first().partition()
                                               : absl::StrJoin(request.partitions, ","));
    job.names_partition = !request.partitions.empty();
    if (!job.names_partition && trace_.default_partition == 0) {
      trace_.default_partition = job.partition;  // 0 of a job that was left alone
    }
    job.name = names.Add(request.name);
    job.device_type = names.Add(request.device_type);
    job.comment = names.Add(request.comment);
    job.leave_alone = request.leave_alone;
    job.pinned_by = names.Add(request.pinned_by);
    const int64_t room = kMaxJobsOfLog - static_cast<int64_t>(trace_.jobs.size());
    if (request.array_tasks > room) {
      is_too_large_ = true;
    } else {
      trace_.jobs.insert(trace_.jobs.end(), static_cast<size_t>(request.array_tasks), job);
    }
  }

  int64_t records_ = 0;
  bool is_too_large_ = false;
  std::vector<std::string> decisions_;  // by TraceJob::job_id, until Finish
  std::set<std::string> never_queued_;
  Trace trace_;
};

}  // namespace

bool IsPlacementLog(absl::string_view text) {
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(text.substr(0, 256)), "{");
}

absl::StatusOr<Trace> ParseLogTrace(absl::string_view text) {
  LogTraceReader reader;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StripAsciiWhitespace(line).empty()) reader.ReadLine(line);
  }
  return std::move(reader).Finish();
}

}  // namespace carbon
