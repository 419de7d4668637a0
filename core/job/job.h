// A job as a decision sees it: Slurm's request, without Slurm's sentinels and units. Plain data.
// plugin/job_submit/descriptor.cc fills it from the submission, and core/record/record_reader.cc
// from a placement record.
#ifndef CORE_JOB_JOB_H_
#define CORE_JOB_JOB_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/resources.h"
#include "core/reason/reason.h"
#include "core/runtime/expected_runtime.h"

namespace carbon {

struct JobRequest {
  std::string name;
  uint32_t user_id = 0;
  std::string account;  // as submitted; empty if the user's default applies
  std::string qos;
  std::vector<std::string> partitions;  // as named by the user; empty: the default partition
  std::string comment;                  // may hold hints, see core/job/hints.h

  int64_t nice = 0;  // above zero: the job waits behind jobs without a nice value (--nice)

  std::optional<absl::Duration> time_limit;  // absent: the partition's default applies
  std::optional<absl::Duration> time_min;
  std::optional<absl::Time> begin;
  std::optional<absl::Time> deadline;

  // One task of an array, or the job itself.
  Resources demand;         // in total, on the fewest nodes that it may span
  Resources per_node;       // what each of its nodes must have; `nodes` is not used here
  std::string device_type;  // of `--gpus=h100:8`; empty: any
  // The features that each of its nodes must have (--constraint="a100&nvlink"). Empty: none, or
  // another kind of expression.
  std::vector<std::string> features;
  bool exclusive = false;  // whole nodes
  // The maximum of nodes that it may span (--nodes=2-4). Absent: as few as it fits on.
  std::optional<int64_t> max_nodes;
  // It spans at most as many nodes as tasks. Absent: not stated.
  std::optional<int64_t> tasks;
  bool all_memory = false;  // all memory of its nodes (--mem=0)

  // A job array of `array_tasks` runs at most `array_width` of them at once.
  int64_t array_tasks = 1;
  int64_t array_width = 1;

  // How long such jobs run, as it was known when this job was submitted; absent: nothing was known.
  std::optional<ExpectedRuntime> learnt_runtime;

  // Why carbon has no say in this job's time or place; absent: it has.
  std::optional<Reason> leave_alone;
  // With kDevicesUncountable: the option whose devices cannot be counted ("--gres=shard").
  std::string uncountable;
  // Why the job must stay in the partition it asked for, though its time may change
  // ("--constraint", "--nodelist", "--licenses", …); empty: it may move.
  std::string pinned_by;
};

}  // namespace carbon

#endif  // CORE_JOB_JOB_H_
