// The jobs that a command is asked about, written as Slurm's commands take them. Pure.
#ifndef CLI_STATEMENT_JOB_LIST_H_
#define CLI_STATEMENT_JOB_LIST_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace carbon {

class JobList {
 public:
  // Each word is a list of jobs, separated by commas: "17" (with all of its tasks if it is an
  // array), "17_3" (one task), "17_[0-7:2,9]" (these tasks, as in sbatch --array). InvalidArgument,
  // quoting the job, for anything else.
  static absl::StatusOr<JobList> Parse(const std::vector<std::string>& words);

  // The ids, each once, in rising order.
  std::vector<int64_t> ids() const;

  // Whether it has all tasks of a job.
  bool HasWhole(int64_t id) const;

  // Whether it has a job or task as sacct names it: "17", "17_3", "17+1"; of "17_[4-9%2]", the
  // tasks of an array that have not begun, at least one.
  bool Has(absl::string_view task) const;

 private:
  struct Range {
    int64_t first, last, step;
  };
  static absl::StatusOr<std::vector<Range>> ParseRanges(absl::string_view text);
  // Whether both have a number.
  static bool HaveCommon(Range a, Range b);
  absl::Status Add(absl::string_view job);

  std::map<int64_t, std::vector<Range>> tasks_;  // by job; empty: all
};

}  // namespace carbon

#endif  // CLI_STATEMENT_JOB_LIST_H_
