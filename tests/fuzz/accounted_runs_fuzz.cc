// Arbitrary bytes as what sacct printed: each run that is read ends no earlier than it
// starts, its counts are not negative, its energy is finite, and a job of such runs has an order.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "cli/outcome/accounted_jobs.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using carbon::ActualRun;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& [job_id, runs] : carbon::ParseAccountedRuns(text)) {
    for (const carbon::AccountedRun& one : runs) {
      const ActualRun& run = one.run;
      if (run.end < run.start || run.end == absl::InfiniteFuture()) std::abort();
      for (const auto& count : {run.nodes, run.cpus, run.devices}) {
        if (count.value_or(0) < 0) std::abort();
      }
      if (!std::isfinite(run.joules.value_or(0)) || run.joules.value_or(0) < 0) std::abort();
    }
    const auto job = carbon::JobSubmittedWith(absl::FromUnixSeconds(1'000'000'000), 0, runs);
    if (!job.has_value()) continue;
    for (size_t i = 1; i < job->runs.size(); ++i) {
      if (job->runs[i].start < job->runs[i - 1].start) std::abort();
    }
  }
  return 0;
}
