#include "core/admission/admission_nodes.h"

#include <algorithm>

#include "core/admission/admission_limits.h"

namespace carbon {
namespace {

int64_t DivideUp(int64_t a, int64_t b) { return a / b + (a % b == 0 ? 0 : 1); }

// Returns the maximum of CPUs that may be counted for a job that asks for `cpus` and `memory_mib`.
// CPUs are allocated in whole cores of several threads. MaxMemPerCPU raises the number of CPUs
// until each has no more memory than it allows.
int64_t MaxCpus(int64_t cpus, int64_t memory_mib, const PartitionRules& partition) {
  const std::optional<MemoryRule>& most = partition.max_memory;
  if (most.has_value() && most->per_cpu && most->mib > 0 && cpus > 0) {
    if (memory_mib == 0 && partition.default_memory.has_value()) {
      const MemoryRule& by_default = *partition.default_memory;
      memory_mib = by_default.per_cpu ? SaturatingMultiply(by_default.mib, cpus) : by_default.mib;
    }
    const int64_t each = DivideUp(memory_mib, cpus);
    cpus = SaturatingMultiply(cpus, std::max<int64_t>(1, DivideUp(each, most->mib)));
  }
  return SaturatingMultiply(cpus, partition.most.threads_per_core);
}

int64_t MaxCpusTotal(const JobRequest& job, const PartitionRules& partition) {
  return MaxCpus(job.demand.cpus, job.demand.memory_mib, partition);
}

int64_t MaxCpusPerShare(const JobRequest& job, const PartitionRules& partition) {
  return MaxCpus(job.per_node.cpus, job.per_node.memory_mib, partition);
}

// Returns the maximum of a resource that the job may need on one node: all of it, or, if its number
// of nodes is bounded, its even share plus one task, which is at most another share.
int64_t MaxPerNode(const JobRequest& job, int64_t share, int64_t total) {
  return job.max_nodes.has_value() ? std::min(total, SaturatingMultiply(2, share)) : total;
}

int64_t MaxCpusPerNode(const JobRequest& job, const PartitionRules& partition) {
  return MaxPerNode(job, MaxCpusPerShare(job, partition), MaxCpusTotal(job, partition));
}

bool FitsOneNode(const JobRequest& job, const PartitionRules& target) {
  return MaxCpusTotal(job, target) <= target.least.cpus &&
         job.demand.devices <= target.least.devices &&
         job.demand.memory_mib <= target.least.memory_mib;
}

// Returns true if every target node is at least as large as every home node. Otherwise the tasks of
// the job are unknown and must fit however they are spread: one target node must hold the whole
// job, or each target node must hold the job's share plus one task, which is at most another share.
bool FitsEachNode(const JobRequest& job, const PartitionRules& home, const PartitionRules& target) {
  const NodeShape& least = target.least;
  const bool no_smaller = least.cpus >= home.most.cpus && least.devices >= home.most.devices &&
                          least.memory_mib >= home.most.memory_mib &&
                          target.most.threads_per_core == home.least.threads_per_core &&
                          target.least.threads_per_core == home.most.threads_per_core;
  return no_smaller || FitsOneNode(job, target) ||
         (SaturatingMultiply(2, MaxCpusPerShare(job, target)) <= least.cpus &&
          job.per_node.devices <= least.devices && job.per_node.memory_mib <= least.memory_mib);
}

int64_t AllowedNodes(const PartitionRules& partition) {
  return std::min(partition.nodes, partition.max_nodes.value_or(partition.nodes));
}

// Returns the maximum of nodes that the job needs, however its tasks are spread: at least half of
// each node is used, since otherwise the next node would not be used.
int64_t MostNodesNeeded(const JobRequest& job, const PartitionRules& target) {
  if (job.max_nodes.has_value()) return std::max(*job.max_nodes, job.demand.nodes);
  if (FitsOneNode(job, target)) return job.demand.nodes;
  const auto halves = [](int64_t amount, int64_t node) { return node > 0 ? 2 * amount / node : 0; };
  return job.demand.nodes + halves(MaxCpusTotal(job, target), target.least.cpus) +
         halves(job.demand.devices, target.least.devices) +
         halves(job.demand.memory_mib, target.least.memory_mib);
}

// Checks MaxMemPerNode and MaxMemPerCPU. Slurm meets the latter by raising the job's CPUs.
bool WithinMaxMemory(const JobRequest& job, const PartitionRules& home,
                     const PartitionRules& target) {
  if (!target.max_memory.has_value()) return true;
  // The limit is compared with the memory of whole nodes, which may differ.
  if (job.exclusive) return false;
  if (job.demand.memory_mib == 0) {
    if (!target.default_memory.has_value()) return false;
    if (target.max_memory == home.max_memory) return true;
    // The job has at least one CPU on each node.
    const bool comparable = target.default_memory->per_cpu ? target.max_memory->per_cpu : true;
    return comparable && target.default_memory->mib <= target.max_memory->mib;
  }
  if (target.max_memory == home.max_memory) return true;
  return MaxPerNode(job, job.per_node.memory_mib, job.demand.memory_mib) <= target.max_memory->mib;
}

}  // namespace

std::optional<Reason> WhyNodesDiffer(const JobRequest& job, const PartitionRules& home,
                                     const PartitionRules& target, bool tasks_set_max_nodes) {
  // If a job asks for `--nodes=2-8` and only 4 are allowed, Slurm lets it wait for ever.
  const int64_t by_tasks = tasks_set_max_nodes ? job.tasks.value_or(0) : 0;
  const int64_t asked = std::max(job.demand.nodes, job.max_nodes.value_or(by_tasks));
  if (target.max_nodes.has_value() && asked > *target.max_nodes) {
    return Reason::kAsksForMoreNodes;
  }
  // MinNodes would raise the job's own number. Home might have raised it too.
  if (std::max(target.min_nodes, home.min_nodes) > std::max<int64_t>(job.demand.nodes, 1)) {
    return Reason::kMinNodes;
  }
  if (target.max_cpus_per_node.has_value() &&
      (job.exclusive || MaxCpusPerNode(job, target) > *target.max_cpus_per_node)) {
    return Reason::kCpusPerNode;
  }
  // The number of sockets is not used. So one socket must hold all CPUs of the job on a node.
  if (target.max_cpus_per_socket.has_value() &&
      (job.exclusive || MaxCpusPerNode(job, target) > *target.max_cpus_per_socket)) {
    return Reason::kCpusPerSocket;
  }
  if (job.demand.nodes > target.nodes || !FitsEachNode(job, home, target)) {
    return Reason::kMayNotFitNodes;
  }
  if (AllowedNodes(target) < AllowedNodes(home) &&
      AllowedNodes(target) < MostNodesNeeded(job, target)) {
    return Reason::kMayNeedMoreNodes;
  }
  if (!target.topology.empty() && (job.demand.nodes > 1 || !FitsOneNode(job, target))) {
    return Reason::kTopology;
  }
  return std::nullopt;
}

std::optional<Reason> WhyMemoryDiffers(const JobRequest& job, const PartitionRules& home,
                                       const PartitionRules& target) {
  const bool holds_as_much = target.least.memory_mib >= home.most.memory_mib;
  if (job.demand.devices > 0 && target.device_defaults != home.device_defaults) {
    return Reason::kDeviceDefaults;
  }
  if (job.demand.devices > 0 && !target.device_defaults.empty() &&
      (!holds_as_much || target.least.cpus < home.most.cpus)) {
    return Reason::kMayNotFitWithDeviceDefaults;
  }
  if (job.demand.memory_mib == 0) {
    if (target.default_memory != home.default_memory) {
      return Reason::kDefaultMemory;
    }
    if (target.default_memory.has_value() && !holds_as_much) {
      const MemoryRule& memory = *target.default_memory;
      const int64_t cpus = MaxCpusPerNode(job, target);
      if (SaturatingMultiply(memory.mib, memory.per_cpu ? cpus : 1) > target.least.memory_mib) {
        return Reason::kMayNotFitWithDefaultMemory;
      }
    }
  }
  if (!WithinMaxMemory(job, home, target)) return Reason::kMemory;
  return std::nullopt;
}

}  // namespace carbon
