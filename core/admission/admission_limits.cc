#include "core/admission/admission_limits.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "core/base/resources.h"

namespace carbon {
namespace {

const Limit* Find(const std::vector<Limit>& limits, LimitKind kind, absl::string_view tres) {
  for (const Limit& limit : limits) {
    if (limit.kind == kind && limit.tres == tres) return &limit;
  }
  return nullptr;
}

// Returns the two QOS of a job, in the order in which Slurm looks for their limits.
std::array<const QosRules*, 2> QosInOrder(const JobStanding& standing) {
  const QosRules* job = standing.job_qos;
  const QosRules* partition = standing.partition_qos;
  if (job == partition || partition == nullptr) return {job, nullptr};
  if (job == nullptr) return {partition, nullptr};
  if (job->over_partition_qos) return {job, partition};
  return {partition, job};
}

// Without any QOS, Slurm refuses a job above a limit.
bool RefusesAtOnce(const JobStanding& standing) {
  const auto [first, second] = QosInOrder(standing);
  if (first == nullptr) return true;
  return first->deny_on_limit || (second != nullptr && second->deny_on_limit);
}

double LimitFactor(const JobStanding& standing) {
  for (const QosRules* qos : QosInOrder(standing)) {
    if (qos != nullptr && qos->limit_factor > 0) return qos->limit_factor;
  }
  return 0;
}

bool IsFactored(LimitKind kind) {
  return kind == LimitKind::kGrpTres || kind == LimitKind::kMaxTresPerJob;
}

// Returns true for limits that an association and the accounts above it may set.
bool IsForGroups(LimitKind kind) {
  switch (kind) {
    case LimitKind::kGrpJobs:
    case LimitKind::kGrpSubmitJobs:
    case LimitKind::kGrpTres:
    case LimitKind::kGrpTresMins:
    case LimitKind::kGrpTresRunMins:
    case LimitKind::kGrpWall:
      return true;
    default:
      return false;
  }
}

// Returns true if the limit depends on the job alone, not on anybody's usage.
bool IsOfTheJob(LimitKind kind) {
  switch (kind) {
    case LimitKind::kMaxTresPerJob:
    case LimitKind::kMaxTresPerNode:
    case LimitKind::kMaxTresMinsPerJob:
    case LimitKind::kMaxWall:
    case LimitKind::kMinTresPerJob:
      return true;
    default:
      return false;
  }
}

// Returns true if jobs are counted, and refused, in the same way at home and there, or if the limit
// never refuses a job.
bool CountsJobs(LimitKind kind) {
  switch (kind) {
    case LimitKind::kMinPrioThreshold:
    case LimitKind::kGrpJobs:
    case LimitKind::kGrpSubmitJobs:
    case LimitKind::kMaxJobs:
    case LimitKind::kMaxJobsPerAccount:
    case LimitKind::kMaxSubmitJobs:
    case LimitKind::kMaxSubmitJobsPerAccount:
      return true;
    default:
      return false;
  }
}

// Calls `visit(owner, limit, of_association)` for each limit that applies. The owner is the QOS,
// association or account that sets the limit, and whose usage is counted.
template <class Visit>
void ForEachLimit(const AdmissionRules& rules, const JobStanding& standing, Visit visit) {
  const auto [first, second] = QosInOrder(standing);
  const auto set_by = [](const QosRules* qos, LimitKind kind, absl::string_view tres) {
    return qos != nullptr && Find(qos->limits, kind, tres) != nullptr;
  };
  const auto set_by_qos = [&, first = first, second = second](const Limit& limit) {
    const auto set = [&](LimitKind kind) {
      return set_by(first, kind, limit.tres) || set_by(second, kind, limit.tres);
    };
    // A QOS also counts jobs by account. Either kind replaces the association's limit.
    return set(limit.kind) ||
           (limit.kind == LimitKind::kMaxJobs && set(LimitKind::kMaxJobsPerAccount)) ||
           (limit.kind == LimitKind::kMaxSubmitJobs && set(LimitKind::kMaxSubmitJobsPerAccount));
  };
  if (first != nullptr) {
    for (const Limit& limit : first->limits) visit(first, limit, false);
  }
  if (second != nullptr) {
    for (const Limit& limit : second->limits) {
      if (!set_by(first, limit.kind, limit.tres)) visit(second, limit, false);
    }
  }
  const AssociationRules* association = standing.association;
  if (association == nullptr) return;
  for (const Limit& limit : association->limits) {
    if (!set_by_qos(limit)) visit(association, limit, true);
  }
  // The loop ends: the codec checks that parents come before their children.
  for (int32_t i = association->account; i >= 0;) {
    const AccountRules& account = rules.accounts[static_cast<size_t>(i)];
    for (const Limit& limit : account.limits) {
      if (IsForGroups(limit.kind) && !set_by_qos(limit)) visit(&account, limit, true);
    }
    i = account.parent;
  }
}

// The minimum and maximum of a resource that Slurm may count for the job. The maximum is kUnlimited
// if it is unknown.
struct Bounds {
  int64_t least = 0;
  int64_t most = Resources::kUnlimited;
};

bool LimitsMemoryPerCpu(const PartitionRules& partition) {
  return partition.max_memory.has_value() && partition.max_memory->per_cpu;
}

// Returns the bounds for a job that asks for no memory.
Bounds DefaultMemory(const JobRequest& job, const PartitionRules& partition, const Bounds& nodes,
                     int64_t cpus) {
  const bool by_device = job.demand.devices > 0 && !partition.device_defaults.empty();
  if (by_device || !partition.default_memory.has_value()) return {};
  const MemoryRule& memory = *partition.default_memory;
  if (!memory.per_cpu) {
    return {SaturatingMultiply(memory.mib, nodes.least),
            SaturatingMultiply(memory.mib, nodes.most)};
  }
  const int64_t least = SaturatingMultiply(memory.mib, cpus);
  return {least, SaturatingMultiply(least, partition.most.threads_per_core)};
}

Bounds Amount(const JobRequest& job, const PartitionRules& partition, absl::string_view tres) {
  const int64_t nodes = std::max<int64_t>(job.demand.nodes, 1);
  const int64_t cpus = std::max(job.demand.cpus, nodes);
  // The job may get a node for each CPU if nothing keeps its CPUs together.
  const int64_t most_nodes = job.max_nodes.value_or(cpus);
  if (tres == "node") return {nodes, std::max(nodes, most_nodes)};
  // Everything in whole nodes counts.
  if (job.exclusive) return {};
  if (tres == "cpu") {
    // MaxMemPerCPU may raise the number of CPUs.
    if (LimitsMemoryPerCpu(partition)) return {cpus};
    return {cpus, SaturatingMultiply(cpus, partition.most.threads_per_core)};
  }
  if (tres == "mem") {
    if (job.demand.memory_mib == 0) return DefaultMemory(job, partition, {nodes, most_nodes}, cpus);
    return {job.demand.memory_mib,
            SaturatingMultiply(std::max(job.demand.memory_mib,
                                        SaturatingMultiply(job.per_node.memory_mib, most_nodes)),
                               partition.most.threads_per_core)};
  }
  if (tres == "gres/gpu" || absl::StartsWith(tres, "gres/gpu:")) {
    const absl::string_view type = absl::StripPrefix(absl::StripPrefix(tres, "gres/gpu"), ":");
    const int64_t devices = job.demand.devices;
    const int64_t most = std::max(devices, SaturatingMultiply(job.per_node.devices, most_nodes));
    if (type.empty() || type == job.device_type) return {devices, most};
    return {0, job.device_type.empty() ? most : 0};
  }
  return {};
}

// Returns true if Slurm counts the same amount of a resource for the job in both partitions.
bool CountsAlike(const JobRequest& job, const PartitionRules& here, const PartitionRules& there,
                 absl::string_view tres) {
  const bool same_nodes =
      here.least == here.most && there.least == there.most && here.least == there.least;
  const bool same_cpus = here.most.threads_per_core == there.most.threads_per_core &&
                         here.least.threads_per_core == here.most.threads_per_core &&
                         there.least.threads_per_core == there.most.threads_per_core &&
                         here.min_nodes == there.min_nodes &&
                         (here.max_memory == there.max_memory ||
                          (!LimitsMemoryPerCpu(here) && !LimitsMemoryPerCpu(there)));
  if (tres == "node") return here.min_nodes == there.min_nodes;
  if (job.exclusive) return same_nodes && here.billing_weights == there.billing_weights;
  if (tres == "cpu") return same_cpus;
  const bool has_memory = job.demand.memory_mib > 0 || here.default_memory.has_value();
  const bool same_memory = same_cpus && (has_memory || same_nodes);
  if (tres == "mem") return same_memory;
  if (tres == "billing") return same_memory && here.billing_weights == there.billing_weights;
  return true;
}

bool CountsAllAlike(const JobRequest& job, const PartitionRules& here,
                    const PartitionRules& there) {
  return CountsAlike(job, here, there, "billing") && CountsAlike(job, here, there, "node");
}

// Returns true if the job is within a limit, whatever the usage of others.
bool IsWithin(const JobRequest& job, absl::Duration time_limit, const JobStanding& there,
              const Limit& limit) {
  const Bounds amount = Amount(job, *there.partition, limit.tres);
  switch (limit.kind) {
    case LimitKind::kGrpTres:
    case LimitKind::kMaxTresPerAccount:
    case LimitKind::kMaxTresPerJob:
    case LimitKind::kMaxTresPerUser:
      return amount.most <= limit.value;
    case LimitKind::kMaxTresPerNode: {
      const int64_t nodes = std::max<int64_t>(job.demand.nodes, 1);
      return amount.most / nodes + (amount.most % nodes == 0 ? 0 : 1) <= limit.value;
    }
    case LimitKind::kMinTresPerJob:
      return amount.least >= limit.value;
    case LimitKind::kGrpWall:
    case LimitKind::kMaxWall: {
      // A job without a time limit may get this limit, and exceed the partition's.
      if (!job.time_limit.has_value()) return false;
      const double factor = there.job_qos == nullptr ? 1 : there.job_qos->wall_factor;
      return time_limit * std::max(1.0, factor) <= absl::Minutes(limit.value);
    }
    default:
      return false;
  }
}

}  // namespace

int64_t SaturatingMultiply(int64_t a, int64_t b) {
  if (a <= 0 || b <= 0) return 0;
  return a > Resources::kUnlimited / b ? Resources::kUnlimited : a * b;
}

std::optional<Reason> LimitsUnproven(const JobRequest& job, absl::Duration time_limit,
                                     const AdmissionRules& rules, const JobStanding& here,
                                     const JobStanding& there) {
  const bool same_limits =
      here.association == there.association && QosInOrder(here) == QosInOrder(there);
  if (same_limits && CountsAllAlike(job, *here.partition, *there.partition)) {
    return std::nullopt;
  }

  // A factor changes the value of an association's limit.
  const double factor_here = LimitFactor(here);
  const double factor_there = LimitFactor(there);
  const auto worth = [](const Limit& limit, bool of_association, double factor) {
    return of_association && IsFactored(limit.kind) ? factor : 0;
  };
  const bool stricter = RefusesAtOnce(there) && !RefusesAtOnce(here);
  std::optional<Reason> why;
  ForEachLimit(rules, there, [&](const void* owner, const Limit& limit, bool of_association) {
    if (why.has_value()) return;
    const double factor = worth(limit, of_association, factor_there);
    const bool within = factor == 0 && IsWithin(job, time_limit, there, limit);
    if (within && IsOfTheJob(limit.kind)) return;

    bool met_here = false;
    ForEachLimit(rules, here, [&](const void* its_owner, const Limit& its, bool was_association) {
      if (its.kind != limit.kind || its.tres != limit.tres) return;
      if (worth(its, was_association, factor_here) != factor) return;
      met_here |= its_owner == owner || (IsOfTheJob(limit.kind) && its.value == limit.value);
    });
    if (!met_here) {
      why = IsOfTheJob(limit.kind) ? Reason::kLimitPerJob : Reason::kLimitInUse;
    } else if (!limit.tres.empty() &&
               !CountsAlike(job, *here.partition, *there.partition, limit.tres)) {
      why = limit.tres == "billing" ? Reason::kBilling : Reason::kCountedOtherwise;
    } else if (stricter && !within && !CountsJobs(limit.kind)) {
      // A job that would only wait at home is refused there if it alone exceeds the limit.
      why = Reason::kRefusedInsteadOfWaiting;
    }
  });
  return why;
}

}  // namespace carbon
