#include "core/job_size.h"

#include <algorithm>

namespace carbon {
namespace {

constexpr int64_t Resources::*kShared[] = {&Resources::devices, &Resources::cpus,
                                           &Resources::memory_mib};

// Saturates at kUnlimited: what a user may ask for has no bound.
int64_t Times(int64_t amount, int64_t factor) {
  if (amount <= 0 || factor <= 0) return 0;
  return amount > Resources::kUnlimited / factor ? Resources::kUnlimited : amount * factor;
}

int64_t DivideUp(int64_t a, int64_t b) { return a / b + (a % b == 0 ? 0 : 1); }

// What a node of the group has of something; 0 where that is not modelled.
int64_t PerNode(const NodeGroup& group, int64_t Resources::*what) {
  const int64_t has = group.per_node.*what;
  return has >= Resources::kUnlimited ? 0 : has;
}

int64_t LeastNodes(const JobRequest& job, const NodeGroup& group) {
  int64_t nodes = std::max<int64_t>(1, job.demand.nodes);
  for (const auto what : kShared) {
    const int64_t has = PerNode(group, what);
    if (has > 0) nodes = std::max(nodes, DivideUp(job.demand.*what, has));
  }
  return nodes;
}

// All that one task keeps from others, whether or not the group models it.
Resources Taken(const JobRequest& job, const NodeGroup& group, int64_t nodes) {
  Resources task = job.demand;
  task.nodes = job.exclusive ? nodes : 0;
  for (const auto what : kShared) {
    task.*what = std::max(task.*what, Times(job.per_node.*what, nodes));
    if (job.exclusive || (job.all_memory && what == &Resources::memory_mib)) {
      task.*what = std::max(task.*what, Times(PerNode(group, what), nodes));
    }
  }
  return task;
}

}  // namespace

JobSize SizeIn(const JobRequest& job, const NodeGroup& group) { return SizeIn(job, group, 1); }

JobSize SizeIn(const JobRequest& job, const NodeGroup& group, int64_t nodes) {
  JobSize size;
  size.nodes = std::max(nodes, LeastNodes(job, group));
  Resources task = Taken(job, group, size.nodes);
  const int64_t tasks = std::max<int64_t>(1, job.array_tasks);
  size.width = std::clamp<int64_t>(job.array_width, 1, tasks);
  for (const auto what :
       {&Resources::nodes, &Resources::devices, &Resources::cpus, &Resources::memory_mib}) {
    if (group.total.*what >= Resources::kUnlimited) task.*what = 0;
    if (task.*what > 0) size.width = std::min(size.width, group.total.*what / task.*what);
  }
  size.width = std::max<int64_t>(1, size.width);
  size.rounds = DivideUp(tasks, size.width);
  size.amount = {.nodes = Times(task.nodes, size.width),
                 .devices = Times(task.devices, size.width),
                 .cpus = Times(task.cpus, size.width),
                 .memory_mib = Times(task.memory_mib, size.width)};
  return size;
}

int64_t MostNodes(const JobRequest& job, const NodeGroup& group) {
  const int64_t least = LeastNodes(job, group);
  return std::max(least, std::min(job.max_nodes, group.total.nodes));
}

std::optional<JobUnits> UnitsIn(const JobRequest& job, const HardwareProfile& hardware,
                                const NodeGroup& group) {
  const int64_t nodes = LeastNodes(job, group);
  const Resources taken = Taken(job, group, nodes);
  JobUnits units;
  switch (hardware.unit) {
    case AllocationUnit::kDevice:
      units.charged = taken.devices;
      units.working = job.demand.devices > 0 ? job.demand.devices : taken.devices;
      break;
    case AllocationUnit::kCore:
      // A job with devices is not described by its cores.
      if (job.demand.devices == 0) units = {taken.cpus, taken.cpus};
      break;
    case AllocationUnit::kNode:
      if (job.exclusive) units = {nodes, nodes};
      break;
  }
  if (units.charged <= 0) return std::nullopt;
  return units;
}

}  // namespace carbon
