// Prints how well runtimes are learnt from logs in the Standard Workload Format:
//   runtimes_bench LOG.swf…
// The logs are in the Parallel Workloads Archive.
#include <cstdio>
#include <string>

#include "absl/strings/str_format.h"
#include "bench/runtimes/runtime_study.h"
#include "store/file.h"

int main(int argc, char** argv) {
  constexpr int64_t kMaxBytes = int64_t{4} << 30;
  constexpr double kWarmUp = 0.2;
  for (int i = 1; i < argc; ++i) {
    const absl::StatusOr<std::string> swf = carbon::ReadFile(argv[i], kMaxBytes);
    if (!swf.ok()) {
      absl::FPrintF(stderr, "%s\n", swf.status().message());
      return 1;
    }
    const std::vector<carbon::LoggedJob> jobs = carbon::ParseWorkload(*swf);
    absl::PrintF("%s: %d jobs with a runtime and a limit\n", argv[i], jobs.size());
    absl::PrintF("%-24s %9s %8s %9s %10s\n", "RULE", "ABS ERROR", "BIAS", "ACCURACY", "WITHIN 90%");
    for (const carbon::RuntimeScore& score : carbon::JudgeRuntimes(jobs, kWarmUp)) {
      absl::PrintF("%-24s %8.1f%% %+7.1f%% %9.2f %10.2f\n", score.rule, 100 * score.absolute_error,
                   100 * score.bias, score.accuracy, score.within);
    }
  }
  return argc > 1 ? 0 : 2;
}
