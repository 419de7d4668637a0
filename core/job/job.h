// A job as a decision sees it: Slurm's request, freed of Slurm's sentinels and units. Plain data,
// filled by plugin/job_submit/descriptor.cc from the submission and read back from a placement
// record.
#ifndef CORE_JOB_JOB_H_
#define CORE_JOB_JOB_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/resources.h"
#include "core/reason/reason.h"

namespace carbon {

struct JobRequest {
  std::string name;
  uint32_t user_id = 0;
  std::string account;  // as submitted; empty where the user's default applies
  std::string qos;
  std::vector<std::string> partitions;  // as named by the user; empty: the default partition
  std::string comment;                  // may hold hints, see core/job/hints.h

  int64_t nice = 0;  // above zero: it gives way to jobs without (--nice)

  std::optional<absl::Duration> time_limit;  // absent: the partition's default applies
  std::optional<absl::Duration> time_min;
  std::optional<absl::Time> begin;
  std::optional<absl::Time> deadline;

  // One task of an array, or the job itself.
  Resources demand;         // in all, on the least nodes that it may span
  Resources per_node;       // what each of its nodes must have; `nodes` is not used here
  std::string device_type;  // of `--gpus=h100:8`; empty: any
  // That each of its nodes must have (--constraint="a100&nvlink"); empty: none, or another kind of
  // expression.
  std::vector<std::string> features;
  bool exclusive = false;            // whole nodes
  std::optional<int64_t> max_nodes;  // that it may span (--nodes=2-4); absent: as few as hold it
  std::optional<int64_t> tasks;      // it spans no more nodes than that; absent: it does not say
  bool all_memory = false;           // all memory of its nodes (--mem=0)

  // A job array of `array_tasks` runs at most `array_width` of them at once.
  int64_t array_tasks = 1;
  int64_t array_width = 1;

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
