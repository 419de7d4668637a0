#include "core/admission.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "core/admission_limits.h"

namespace carbon {
namespace {

using Why = absl::string_view;
constexpr Why kProven = "";

template <class Container, class Value>
bool Contains(const Container& container, const Value& value) {
  return std::find(container.begin(), container.end(), value) != container.end();
}

bool ContainsIgnoringCase(const std::vector<std::string>& names, absl::string_view name) {
  return std::any_of(names.begin(), names.end(), [name](const std::string& known) {
    return absl::EqualsIgnoreCase(known, name);
  });
}

// Who the partition is for, whatever the job.
Why WhyClosed(const JobRequest& job, const PartitionRules& home, const PartitionRules& target) {
  if (target.root_only && job.user_id != 0) return "its partition is for root only";
  if (target.no_root && job.user_id == 0) return "its partition is not for root";
  if (target.needs_reservation) return "its partition needs a reservation";
  if (target.hidden) return "its partition is hidden";
  if (!target.alloc_nodes.empty() && target.alloc_nodes != home.alloc_nodes) {
    return "its partition limits the nodes to submit from";
  }
  if (target.allow_groups.has_value() && target.allow_groups != home.allow_groups &&
      !std::binary_search(target.allow_users.begin(), target.allow_users.end(), job.user_id)) {
    return "its partition limits groups";
  }
  return kProven;
}

// How jobs get nodes there, and keep them.
Why WhySharedOtherwise(const PartitionRules& home, const PartitionRules& target) {
  if (target.sharing != home.sharing) return "its partition shares nodes in another way";
  if (target.priority_tier < home.priority_tier) return "its partition has a lower priority tier";
  if (target.preemptible && !home.preemptible) return "jobs in its partition may be preempted";
  return kProven;
}

// CPUs that the job may be counted with: they are allotted in whole cores, of several threads each.
int64_t MostCpus(int64_t cpus, const PartitionRules& partition) {
  return LimitedProduct(cpus, partition.most.threads_per_core);
}

// The most CPUs of the job that one node has to hold: its even share, where that is what was asked.
int64_t CpusOfANode(const JobRequest& job) {
  const bool even = LimitedProduct(job.per_node.cpus, job.demand.nodes) >= job.demand.cpus &&
                    job.demand.nodes > 1;
  return even ? job.per_node.cpus : job.demand.cpus;
}

bool FitsOneNode(const JobRequest& job, const PartitionRules& target) {
  return MostCpus(job.demand.cpus, target) <= target.least.cpus &&
         job.demand.devices <= target.least.devices &&
         job.demand.memory_mib <= target.least.memory_mib;
}

// Nodes no smaller than those at home hold what those held. Else the job's tasks, of which nothing
// is known, must find room however they are spread: on one node all together, or on each node its
// share and one task more, which is no larger.
bool FitsEachNode(const JobRequest& job, const PartitionRules& home, const PartitionRules& target) {
  const NodeShape& least = target.least;
  const bool no_smaller = least.cpus >= home.most.cpus && least.devices >= home.most.devices &&
                          least.memory_mib >= home.most.memory_mib &&
                          target.most.threads_per_core == home.least.threads_per_core &&
                          target.least.threads_per_core == home.most.threads_per_core;
  return no_smaller || FitsOneNode(job, target) ||
         (LimitedProduct(2, MostCpus(job.per_node.cpus, target)) <= least.cpus &&
          job.per_node.devices <= least.devices && job.per_node.memory_mib <= least.memory_mib);
}

int64_t AllowedNodes(const PartitionRules& partition) {
  return std::min(partition.nodes, partition.max_nodes.value_or(partition.nodes));
}

// However the job's tasks are spread, more nodes than this are not needed: each is at least half
// full of something, or the next would not have been begun.
int64_t MostNodesNeeded(const JobRequest& job, const PartitionRules& target) {
  if (job.max_nodes.has_value()) return std::max(*job.max_nodes, job.demand.nodes);
  if (FitsOneNode(job, target)) return job.demand.nodes;
  const auto halves = [](int64_t amount, int64_t node) { return node > 0 ? 2 * amount / node : 0; };
  return job.demand.nodes + halves(MostCpus(job.demand.cpus, target), target.least.cpus) +
         halves(job.demand.devices, target.least.devices) +
         halves(job.demand.memory_mib, target.least.memory_mib);
}

Why WhyNodesDiffer(const JobRequest& job, const PartitionRules& home,
                   const PartitionRules& target) {
  // Slurm lets a job of `--nodes=2-8` wait for ever where only 4 are allowed.
  const int64_t asked = std::max(job.demand.nodes, job.max_nodes.value_or(0));
  if (target.max_nodes.has_value() && asked > *target.max_nodes) {
    return "the job asks for more nodes than its partition allows";
  }
  // MinNodes would raise the job's own number; at home it might have.
  if (std::max(target.min_nodes, home.min_nodes) > std::max<int64_t>(job.demand.nodes, 1)) {
    return "its partition or the job's own has a minimum of nodes";
  }
  if (target.max_cpus_per_node.has_value() &&
      (job.exclusive || MostCpus(CpusOfANode(job), target) > *target.max_cpus_per_node)) {
    return "its partition limits CPUs per node";
  }
  if (job.demand.nodes > target.nodes || !FitsEachNode(job, home, target)) {
    return "the job may not fit its nodes";
  }
  if (AllowedNodes(target) < AllowedNodes(home) &&
      AllowedNodes(target) < MostNodesNeeded(job, target)) {
    return "the job may need more nodes than it may have there";
  }
  return kProven;
}

// MaxMemPerNode and MaxMemPerCPU. The latter is met by raising the job's CPUs.
bool WithinMaxMemory(const JobRequest& job, const PartitionRules& home,
                     const PartitionRules& target) {
  if (!target.max_memory.has_value()) return true;
  // Compared with what whole nodes have, which may differ.
  if (job.exclusive) return false;
  if (job.demand.memory_mib == 0) {
    if (!target.default_memory.has_value()) return false;
    if (target.max_memory == home.max_memory) return true;
    // A node has a CPU of the job at least.
    const bool comparable = target.default_memory->per_cpu ? target.max_memory->per_cpu : true;
    return comparable && target.default_memory->mib <= target.max_memory->mib;
  }
  if (target.max_memory == home.max_memory) return true;
  const bool even =
      LimitedProduct(job.per_node.memory_mib, job.demand.nodes) == job.demand.memory_mib;
  return (even ? job.per_node.memory_mib : job.demand.memory_mib) <= target.max_memory->mib;
}

Why WhyMemoryDiffers(const JobRequest& job, const PartitionRules& home,
                     const PartitionRules& target) {
  const bool holds_as_much = target.least.memory_mib >= home.most.memory_mib;
  if (job.demand.devices > 0 && target.device_defaults != home.device_defaults) {
    return "its partition's defaults per GPU are others";
  }
  if (job.demand.devices > 0 && !target.device_defaults.empty() &&
      (!holds_as_much || target.least.cpus < home.most.cpus)) {
    return "the job may not fit its nodes with the defaults per GPU";
  }
  if (job.demand.memory_mib == 0) {
    if (target.default_memory != home.default_memory) {
      return "its partition's default memory is another";
    }
    if (target.default_memory.has_value() && !holds_as_much) {
      const MemoryRule& memory = *target.default_memory;
      const int64_t cpus = MostCpus(CpusOfANode(job), target);
      if (LimitedProduct(memory.mib, memory.per_cpu ? cpus : 1) > target.least.memory_mib) {
        return "the job may not fit its nodes with the default memory";
      }
    }
  }
  if (!WithinMaxMemory(job, home, target)) return "its partition limits memory";
  return kProven;
}

// The association that Slurm picks: that of the partition before that of any.
const AssociationRules* FindAssociation(const AdmissionRules& rules, const UserRules& user,
                                        absl::string_view account, absl::string_view partition) {
  const AssociationRules* any = nullptr;
  for (const AssociationRules& association : user.associations) {
    const AccountRules& its = rules.accounts[static_cast<size_t>(association.account)];
    if (!absl::EqualsIgnoreCase(its.name, account)) continue;
    if (absl::EqualsIgnoreCase(association.partition, partition)) return &association;
    if (association.partition.empty()) any = &association;
  }
  return any;
}

bool SameAccountsAndQos(const PartitionRules& home, const PartitionRules& target) {
  return target.allow_accounts == home.allow_accounts &&
         target.deny_accounts == home.deny_accounts && target.allow_qos == home.allow_qos &&
         target.deny_qos == home.deny_qos;
}

Why WhyNotItsAccount(const JobRequest& job, const AdmissionRules& rules, const PartitionRules& home,
                     const JobStanding& there) {
  const PartitionRules& target = *there.partition;
  if (target.allow_accounts == home.allow_accounts && target.deny_accounts == home.deny_accounts) {
    return kProven;
  }
  // The account is compared with AllowAccounts byte for byte, as its association has it. A job
  // without an association has none, and is refused.
  std::string account = job.account;
  if (there.association != nullptr) {
    account = rules.accounts[static_cast<size_t>(there.association->account)].name;
  } else if (target.allow_accounts.has_value()) {
    return "its partition limits accounts";
  }
  const bool allowed = target.allow_accounts.has_value()
                           ? Contains(*target.allow_accounts, account)
                           : !ContainsIgnoringCase(target.deny_accounts, account);
  return allowed ? kProven : "its partition limits accounts";
}

Why WhyNotItsQos(const JobRequest& job, const PartitionRules& home, const JobStanding& there) {
  const PartitionRules& target = *there.partition;
  if (target.allow_qos == home.allow_qos && target.deny_qos == home.deny_qos) return kProven;
  if (there.job_qos == nullptr) {
    const bool none = !target.allow_qos.has_value() && job.qos.empty();
    return none ? kProven : "its partition limits QOS";
  }
  const std::string& qos = there.job_qos->name;
  const bool allowed = target.allow_qos.has_value() ? ContainsIgnoringCase(*target.allow_qos, qos)
                                                    : !ContainsIgnoringCase(target.deny_qos, qos);
  return allowed ? kProven : "its partition limits QOS";
}

}  // namespace

const PartitionRules* AdmissionRules::FindPartition(absl::string_view name) const {
  for (const PartitionRules& partition : partitions) {
    if (partition.name == name) return &partition;
  }
  return nullptr;
}

const UserRules* AdmissionRules::FindUser(uint32_t user_id) const {
  const auto found =
      std::lower_bound(users.begin(), users.end(), user_id,
                       [](const UserRules& user, uint32_t id) { return user.user_id < id; });
  return found == users.end() || found->user_id != user_id ? nullptr : &*found;
}

int32_t FindQos(const AdmissionRules& rules, absl::string_view name) {
  for (size_t i = 0; i < rules.qos.size(); ++i) {
    if (absl::EqualsIgnoreCase(rules.qos[i].name, name)) return static_cast<int32_t>(i);
  }
  return -1;
}

AdmissionProof::AdmissionProof(const JobRequest& job, absl::Duration limit,
                               const AdmissionRules& rules, const PartitionRules* home)
    : job_(job),
      limit_(limit),
      rules_(rules),
      user_(rules.FindUser(job.user_id)),
      asked_qos_(job.qos.empty() ? -1 : FindQos(rules, job.qos)) {
  if (home != nullptr) here_ = StandingIn(*home);
}

JobStanding AdmissionProof::StandingIn(const PartitionRules& partition) const {
  JobStanding standing;
  standing.partition = &partition;
  if (user_ != nullptr) {
    const std::string& account = job_.account.empty() ? user_->default_account : job_.account;
    standing.association = FindAssociation(rules_, *user_, account, partition.name);
    // Where associations are not enforced, an account that is not the user's is overlooked.
    if (standing.association == nullptr && !rules_.enforces_associations) {
      standing.association =
          FindAssociation(rules_, *user_, user_->default_account, partition.name);
    }
  }
  int32_t qos = asked_qos_;
  if (job_.qos.empty()) {
    qos = standing.association != nullptr ? standing.association->default_qos : rules_.default_qos;
  }
  if (qos >= 0) standing.job_qos = &rules_.qos[static_cast<size_t>(qos)];
  const int32_t own = partition.qos.empty() ? -1 : FindQos(rules_, partition.qos);
  if (own >= 0) standing.partition_qos = &rules_.qos[static_cast<size_t>(own)];
  return standing;
}

absl::string_view AdmissionProof::WhyNot(const PartitionRules* target) const {
  const PartitionRules* home = here_.partition;
  if (home == nullptr || target == nullptr) return "its partition's rules are not known";
  if (home == target) return kProven;
  if (Why why = WhyClosed(job_, *home, *target); !why.empty()) return why;
  if (Why why = WhySharedOtherwise(*home, *target); !why.empty()) return why;
  if (Why why = WhyNodesDiffer(job_, *home, *target); !why.empty()) return why;
  if (Why why = WhyMemoryDiffers(job_, *home, *target); !why.empty()) return why;

  const bool enforces =
      rules_.enforces_associations || rules_.enforces_limits || rules_.enforces_qos;
  if (!enforces && SameAccountsAndQos(*home, *target)) return kProven;
  if (!rules_.accounting_known) return "accounts and QOS are not known";
  const JobStanding there = StandingIn(*target);
  if (Why why = WhyNotItsUser(there); !why.empty()) return why;
  if (Why why = WhyNotItsAccount(job_, rules_, *home, there); !why.empty()) return why;
  if (Why why = WhyNotItsQos(job_, *home, there); !why.empty()) return why;
  return rules_.enforces_limits ? LimitsUnproven(job_, limit_, rules_, here_, there) : kProven;
}

// As whom the job would run there, and with which QOS.
absl::string_view AdmissionProof::WhyNotItsUser(const JobStanding& there) const {
  if (rules_.enforces_associations && there.association == nullptr) {
    return "the user has no association there";
  }
  if (there.job_qos == nullptr && (rules_.enforces_associations || !job_.qos.empty())) {
    return "the job's QOS is not known";
  }
  if (there.job_qos != here_.job_qos) return "the job would have another QOS there";
  if (!there.partition->qos.empty() && there.partition_qos == nullptr) {
    return "its partition's QOS is not known";
  }
  if (there.association == here_.association || there.association == nullptr) return kProven;
  const auto qos = there.job_qos == nullptr ? -1 : there.job_qos - rules_.qos.data();
  if (rules_.enforces_qos &&
      !std::binary_search(there.association->qos.begin(), there.association->qos.end(), qos)) {
    return "the user may not have the job's QOS there";
  }
  if (there.job_qos != nullptr && there.job_qos->usage_threshold) {
    return "the job's QOS has a threshold of usage";
  }
  return kProven;
}

}  // namespace carbon
