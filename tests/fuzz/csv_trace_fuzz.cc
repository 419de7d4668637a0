#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "replay/trace/csv_trace.h"

namespace {

void Require(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const std::string& text :
       {std::string(bytes), absl::StrCat("submit,runtime,cpus,gpus,nodes,limit\n", bytes)}) {
    const absl::StatusOr<carbon::Trace> trace = carbon::ParseCsvTrace(text, {});
    if (!trace.ok()) {
      Require(trace.status().message().size() < 4096);
      continue;
    }
    Require(trace->report.read.rows == static_cast<int64_t>(trace->jobs.size()));
    for (const carbon::TraceJob& job : trace->jobs) {
      Require(job.elapsed >= absl::ZeroDuration() && job.nodes >= 1);
      Require(job.devices >= 0 && job.cpus >= 0 && job.devices + job.cpus > 0);
    }
  }
  return 0;
}
