#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "replay/trace/sacct_trace.h"

namespace {

void Require(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  carbon::SacctOptions options;
  if (size % 2 == 0) absl::LoadTimeZone("Europe/Berlin", &options.zone);
  // As they are, and as rows below a header that is right.
  constexpr absl::string_view kHeader =
      "JobID|JobIDRaw|UID|Partition|State|Submit|Eligible|Start|ElapsedRaw|TimelimitRaw|NNodes|"
      "ReqTRES|AllocTRES|Reservation|JobName|SubmitLine\n";
  for (const std::string& text : {std::string(bytes), absl::StrCat(kHeader, bytes)}) {
    const absl::StatusOr<carbon::Trace> trace = carbon::ParseSacct(text, options);
    if (!trace.ok()) {
      Require(trace.status().message().size() < 200);
      continue;
    }
    // Each job was counted, starts after it was submitted, runs forward and uses something.
    Require(trace->report.read.rows == static_cast<int64_t>(trace->jobs.size()));
    absl::Time last = absl::InfinitePast();
    for (const carbon::TraceJob& job : trace->jobs) {
      Require(last <= job.submit && job.submit <= job.eligible && job.eligible <= job.start);
      Require(job.elapsed >= absl::ZeroDuration() && job.nodes >= 1);
      Require(job.devices >= 0 && job.cpus >= 0 && job.devices + job.cpus > 0);
      last = job.submit;
    }
  }
  return 0;
}
