#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "replay/trace/log_trace.h"

namespace {

void Require(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<carbon::Trace> trace = carbon::ParseLogTrace(text);
  if (!trace.ok()) {
    Require(trace.status().message().size() < 200);
    return 0;
  }
  // Each job was counted, runs forward and uses something.
  Require(trace->report.read.rows == static_cast<int64_t>(trace->jobs.size()));
  absl::Time last = absl::InfinitePast();
  for (const carbon::TraceJob& job : trace->jobs) {
    Require(last <= job.submit && job.submit <= job.eligible);
    Require(job.elapsed > absl::ZeroDuration() && job.nodes >= 1);
    Require(job.devices >= 0 && job.cpus >= 0 && job.devices + job.cpus > 0);
    last = job.submit;
  }
  return 0;
}
