// How well runtimes are learnt from a log of real jobs, beside simpler rules. Each job is judged by
// what was known when it was submitted: the jobs that had ended by then. Pure; no I/O.
#ifndef BENCH_RUNTIMES_RUNTIME_STUDY_H_
#define BENCH_RUNTIMES_RUNTIME_STUDY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/runtime/runtime_learner.h"

namespace carbon {

struct LoggedJob {
  EndedJob ended;
  absl::Time submitted;
  int64_t processors = 1;
  // It completed or was stopped at its limit. Others are neither learnt from nor judged.
  bool counts = false;
};

// Reads the Standard Workload Format of the Parallel Workloads Archive: a job a line, with 18
// numbers. The group is the account, and the executable the job's name. In a log without
// executables, jobs of one queue, size and time limit have the same name. Lines that are no job
// with a runtime and a time limit are ignored. By time of submission.
std::vector<LoggedJob> ParseWorkload(absl::string_view swf);

// One rule's errors, over all jobs judged, weighed by their processors. Ratios.
struct RuntimeScore {
  std::string rule;
  double absolute_error = 0;  // sum of |expected - ran| / sum of ran
  double bias = 0;            // the same without the absolute value: above 0, too long
  double accuracy = 0;        // mean of the smaller of expected and ran, by the larger; unweighted
  double within = 0;          // share of jobs within 1.645 spreads; 0 for a rule without a spread
};

// Judges the rules on all jobs but the first `warm_up` share: "limit", the time limit; "last two of
// the user", as Tsafrir et al. 2007 predict; "last two of the name"; "mean share of the user"; and
// "learnt", which is RuntimeLearner.
std::vector<RuntimeScore> JudgeRuntimes(const std::vector<LoggedJob>& jobs, double warm_up);

}  // namespace carbon

#endif  // BENCH_RUNTIMES_RUNTIME_STUDY_H_
