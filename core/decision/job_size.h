// How much of a pool's node group a job takes, and how many units of its hardware it is charged
// for. A submission leaves much open. Here the partition's defaults and the group's nodes are
// known, so what Slurm will fill in is counted here, and never less than the job may get. Pure; no
// I/O. The pool's state must be known.
//
//   - A job that does not say gets the partition's CPUs and memory per device, its memory per CPU
//   or
//     per node, and all memory of its nodes if none of these is set.
//   - A task spans the nodes that it asks for, or as many more as its devices, CPUs and memory
//     need; on each of them it has at least `per_node`.
//   - An exclusive task (in some partitions every task is one) takes all devices, CPUs and memory
//   of
//     its nodes, as Slurm gives them to it. One that asks for all memory (--mem=0) takes that, so
//     that no task that needs memory can share its nodes.
//   - Others share nodes. If their devices on each node are a large part of the node's, they need
//   as
//     many nodes with that many free (AddNodeParts).
//   - An array runs as many tasks at once as it allows and the group holds.
#ifndef CORE_DECISION_JOB_SIZE_H_
#define CORE_DECISION_JOB_SIZE_H_

#include <cstdint>
#include <optional>

#include "core/cluster/capacity.h"
#include "core/job/job.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

struct JobSize {
  int64_t nodes = 1;   // that one task spans
  int64_t rounds = 1;  // in which an array's tasks run, one after another
  int64_t width = 1;   // how many of them run at once
  Resources amount;    // of all that run at once; zero in what the group does not model
};

// On as few nodes as the job may span.
JobSize SizeIn(const JobRequest& job, const Snapshot::Pool& pool);
// Each task spread over `nodes`, if those are more.
JobSize SizeIn(const JobRequest& job, const Snapshot::Pool& pool, int64_t nodes);

// The maximum number of nodes that a task may span. It is more than the minimum only for a job that
// names a range (--nodes=2-4): Slurm gives it as many of those as are free when it starts.
int64_t MostNodes(const JobRequest& job, const Snapshot::Pool& pool);

// Of one task on as few nodes as possible. Energy is charged for all units that the job keeps from
// others: an exclusive job is charged for the idle devices of its nodes too. It works with those it
// asked for, or with all of them if it asked for none.
struct JobUnits {
  int64_t charged = 0;
  int64_t working = 0;
};

// Absent if the hardware's profile does not describe the job.
std::optional<JobUnits> UnitsIn(const JobRequest& job, const Snapshot::Pool& pool);

}  // namespace carbon

#endif  // CORE_DECISION_JOB_SIZE_H_
