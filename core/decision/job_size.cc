#include "core/decision/job_size.h"

#include <algorithm>

namespace carbon {
namespace {

constexpr int64_t Resources::* kShared[] = {&Resources::devices, &Resources::cpus,
                                            &Resources::memory_mib};

// Saturates at kUnlimited: what a user may ask for has no bound.
int64_t Product(int64_t amount, int64_t factor) {
  if (amount <= 0 || factor <= 0) return 0;
  return amount > Resources::kUnlimited / factor ? Resources::kUnlimited : amount * factor;
}

int64_t DivideUp(int64_t a, int64_t b) { return a / b + (a % b == 0 ? 0 : 1); }

// What a node of the group has of something; 0 where that is not modelled.
int64_t PerNode(const NodeGroup& group, int64_t Resources::* what) {
  const int64_t has = group.per_node.*what;
  return has >= Resources::kUnlimited ? 0 : has;
}

// What the job will have asked for once Slurm has filled in what it left open.
struct Filled {
  Resources demand;
  Resources per_node;
  bool all_memory;
  bool exclusive;
};

Filled FillIn(const JobRequest& job, const JobDefaults& defaults) {
  Filled filled = {job.demand, job.per_node, job.all_memory, job.exclusive || defaults.whole_nodes};
  Resources& demand = filled.demand;
  Resources& per_node = filled.per_node;
  for (Resources* amount : {&demand, &per_node}) {
    amount->cpus = std::max(amount->cpus, Product(amount->devices, defaults.cpus_per_device));
    const int64_t core = std::max<int64_t>(1, defaults.cpus_per_core);
    amount->cpus = Product(DivideUp(amount->cpus, core), core);
  }
  if (filled.all_memory || demand.memory_mib > 0) return filled;
  if (demand.devices > 0 && defaults.memory_per_device_mib > 0) {
    demand.memory_mib = Product(demand.devices, defaults.memory_per_device_mib);
    per_node.memory_mib = Product(per_node.devices, defaults.memory_per_device_mib);
  } else if (defaults.memory_per_cpu_mib > 0) {
    demand.memory_mib = Product(demand.cpus, defaults.memory_per_cpu_mib);
    per_node.memory_mib = Product(per_node.cpus, defaults.memory_per_cpu_mib);
  } else if (defaults.memory_per_node_mib > 0) {
    demand.memory_mib = Product(std::max<int64_t>(1, demand.nodes), defaults.memory_per_node_mib);
    per_node.memory_mib = defaults.memory_per_node_mib;
  } else {
    filled.all_memory = true;
  }
  return filled;
}

int64_t LeastNodes(const Filled& filled, const NodeGroup& group) {
  int64_t nodes = std::max<int64_t>(1, filled.demand.nodes);
  for (const auto what : kShared) {
    const int64_t has = PerNode(group, what);
    if (has > 0) nodes = std::max(nodes, DivideUp(filled.demand.*what, has));
  }
  return nodes;
}

// All that one task keeps from others, whether or not the group models it.
Resources Taken(const Filled& filled, const NodeGroup& group, int64_t nodes) {
  Resources task = filled.demand;
  // A node without memory for others is a whole one.
  const bool no_other = filled.all_memory && PerNode(group, &Resources::memory_mib) > 0;
  task.nodes = filled.exclusive || no_other ? nodes : 0;
  for (const auto what : kShared) {
    // If a demand for the whole job is spread over the nodes, as 8 GPUs over 3, a node's part is
    // rounded up. Each node has some of it: one CPU over two nodes takes two. A demand for each
    // node is a multiple, and grows with the nodes.
    const int64_t part = filled.per_node.*what;
    const bool is_part = task.*what >= nodes && part == DivideUp(task.*what, nodes) &&
                         task.*what != Product(part, std::max<int64_t>(1, filled.demand.nodes));
    if (!is_part) task.*what = std::max(task.*what, Product(filled.per_node.*what, nodes));
    if (filled.exclusive || (filled.all_memory && what == &Resources::memory_mib)) {
      task.*what = std::max(task.*what, Product(PerNode(group, what), nodes));
    }
  }
  const int64_t has = PerNode(group, &Resources::devices);
  AddNodeParts(nodes, filled.exclusive ? has : filled.per_node.devices, has, &task);
  return task;
}

}  // namespace

JobSize SizeIn(const JobRequest& job, const Snapshot::Pool& pool) { return SizeIn(job, pool, 1); }

JobSize SizeIn(const JobRequest& job, const Snapshot::Pool& pool, int64_t nodes) {
  const NodeGroup& group = *pool.group;
  const Filled filled = FillIn(job, pool.state->defaults);
  JobSize size;
  size.nodes = std::max(nodes, LeastNodes(filled, group));
  Resources task = Taken(filled, group, size.nodes);
  const int64_t tasks = std::max<int64_t>(1, job.array_tasks);
  size.width = std::clamp<int64_t>(job.array_width, 1, tasks);
  for (const auto what : kDimensions) {
    if (group.total.*what >= Resources::kUnlimited) task.*what = 0;
    if (task.*what > 0) size.width = std::min(size.width, group.total.*what / task.*what);
  }
  size.width = std::max<int64_t>(1, size.width);
  size.rounds = DivideUp(tasks, size.width);
  size.amount = Times(task, size.width);
  return size;
}

int64_t MostNodes(const JobRequest& job, const Snapshot::Pool& pool) {
  int64_t most = std::min(job.max_nodes.value_or(0), pool.group->total.nodes);
  if (pool.state->max_nodes.has_value()) most = std::min(most, *pool.state->max_nodes);
  return std::max(most, LeastNodes(FillIn(job, pool.state->defaults), *pool.group));
}

std::optional<JobUnits> UnitsIn(const JobRequest& job, const Snapshot::Pool& pool) {
  const Filled filled = FillIn(job, pool.state->defaults);
  const int64_t nodes = LeastNodes(filled, *pool.group);
  const Resources taken = Taken(filled, *pool.group, nodes);
  JobUnits units;
  switch (pool.hardware->unit) {
    case AllocationUnit::kDevice:
      units.charged = taken.devices;
      units.working = job.demand.devices > 0 ? job.demand.devices : taken.devices;
      break;
    case AllocationUnit::kCore:
      // A job with devices is not described by its cores.
      if (job.demand.devices == 0) {
        const int64_t threads = std::max<int64_t>(1, pool.state->defaults.threads_per_core);
        units = {DivideUp(taken.cpus, threads), DivideUp(taken.cpus, threads)};
      }
      break;
    case AllocationUnit::kNode:
      if (filled.exclusive) units = {nodes, nodes};
      break;
  }
  if (units.charged <= 0) return std::nullopt;
  return units;
}

}  // namespace carbon
