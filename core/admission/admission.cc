#include "core/admission/admission.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "core/admission/admission_limits.h"
#include "core/admission/admission_nodes.h"

namespace carbon {
namespace {

using Why = std::optional<Reason>;
constexpr Why kProven = std::nullopt;

template <class Container, class Value>
bool Contains(const Container& container, const Value& value) {
  return std::find(container.begin(), container.end(), value) != container.end();
}

bool ContainsIgnoringCase(const std::vector<std::string>& names, absl::string_view name) {
  return std::any_of(names.begin(), names.end(), [name](const std::string& known) {
    return absl::EqualsIgnoreCase(known, name);
  });
}

// Returns why the partition's rules may exclude the user, whatever the job.
Why WhyClosed(const JobRequest& job, const PartitionRules& home, const PartitionRules& target) {
  if (target.unknown_flags != 0) return Reason::kUnknownRule;
  if (target.root_only && job.user_id != 0) return Reason::kRootOnly;
  if (target.no_root && job.user_id == 0) return Reason::kNotForRoot;
  if (target.needs_reservation) return Reason::kNeedsReservation;
  if (target.hidden) return Reason::kHidden;
  if (!target.alloc_nodes.empty() && target.alloc_nodes != home.alloc_nodes) {
    return Reason::kSubmitNodes;
  }
  if (target.allow_groups.has_value() && target.allow_groups != home.allow_groups &&
      !std::binary_search(target.allow_users.begin(), target.allow_users.end(), job.user_id)) {
    return Reason::kGroups;
  }
  return kProven;
}

// Returns why jobs might get nodes there, or keep them, by other rules than at home.
Why WhySharedOtherwise(const PartitionRules& home, const PartitionRules& target) {
  if (target.sharing != home.sharing) return Reason::kSharing;
  if (target.priority_tier < home.priority_tier) return Reason::kLowerTier;
  if (target.preemptible && !home.preemptible) return Reason::kPreemption;
  return kProven;
}

// Returns the association that Slurm uses: the partition's own, or otherwise that for all
// partitions.
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

// Returns true if the account, or one above it, is in `names`. Slurm also checks those above it
// since 23.02 (part_policy_valid_acct).
bool IsInAccounts(const AdmissionRules& rules, const AccountRules* account,
                  const std::vector<std::string>& names) {
  while (!ContainsIgnoringCase(names, account->name)) {
    if (account->parent < 0) return false;
    account = &rules.accounts[static_cast<size_t>(account->parent)];
  }
  return true;
}

Why WhyNotItsAccount(const JobRequest& job, const AdmissionRules& rules, const PartitionRules& home,
                     const JobStanding& there) {
  const PartitionRules& target = *there.partition;
  if (target.allow_accounts == home.allow_accounts && target.deny_accounts == home.deny_accounts) {
    return kProven;
  }
  // The account is compared with AllowAccounts byte for byte, as its association spells it. A job
  // without an association has no account, and is refused.
  std::string account = job.account;
  if (there.association != nullptr) {
    account = rules.accounts[static_cast<size_t>(there.association->account)].name;
  } else if (target.allow_accounts.has_value()) {
    return Reason::kAccounts;
  }
  if (target.allow_accounts.has_value()) {
    return Contains(*target.allow_accounts, account) ? kProven : Reason::kAccounts;
  }
  const bool is_denied =
      there.association != nullptr
          ? IsInAccounts(rules, &rules.accounts[static_cast<size_t>(there.association->account)],
                         target.deny_accounts)
          : ContainsIgnoringCase(target.deny_accounts, account);
  return is_denied ? Reason::kAccounts : kProven;
}

Why WhyNotItsQos(const JobRequest& job, const PartitionRules& home, const JobStanding& there) {
  const PartitionRules& target = *there.partition;
  if (target.allow_qos == home.allow_qos && target.deny_qos == home.deny_qos) return kProven;
  if (there.job_qos == nullptr) {
    const bool none = !target.allow_qos.has_value() && job.qos.empty();
    return none ? kProven : Reason::kQos;
  }
  const std::string& qos = there.job_qos->name;
  const bool allowed = target.allow_qos.has_value() ? ContainsIgnoringCase(*target.allow_qos, qos)
                                                    : !ContainsIgnoringCase(target.deny_qos, qos);
  return allowed ? kProven : Reason::kQos;
}

}  // namespace

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
    // If associations are not enforced, Slurm ignores an account that is not the user's.
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

std::optional<Reason> AdmissionProof::WhyNot(const PartitionRules* target) const {
  const PartitionRules* home = here_.partition;
  if (home == nullptr || target == nullptr) return Reason::kRulesUnknown;
  if (home == target) return kProven;
  if (Why why = WhyClosed(job_, *home, *target)) return why;
  if (Why why = WhySharedOtherwise(*home, *target)) return why;
  if (Why why = WhyNodesDiffer(job_, *home, *target, rules_.tasks_set_max_nodes)) {
    return why;
  }
  if (Why why = WhyMemoryDiffers(job_, *home, *target)) return why;
  if (rules_.binds_cpus_to_devices && job_.demand.devices > 0) {
    return Reason::kCpusNearDevices;
  }

  if (rules_.unknown_enforcement != 0) return Reason::kEnforcementUnknown;
  const bool enforces =
      rules_.enforces_associations || rules_.enforces_limits || rules_.enforces_qos;
  if (!enforces && SameAccountsAndQos(*home, *target)) return kProven;
  if (!rules_.accounting_known) return Reason::kAccountingUnknown;
  const JobStanding there = StandingIn(*target);
  if (Why why = WhyNotItsUser(there)) return why;
  if (Why why = WhyNotItsAccount(job_, rules_, *home, there)) return why;
  if (Why why = WhyNotItsQos(job_, *home, there)) return why;
  return rules_.enforces_limits ? LimitsUnproven(job_, limit_, rules_, here_, there) : kProven;
}

std::optional<Reason> AdmissionProof::WhyShutOut() const {
  const PartitionRules* home = here_.partition;
  if (home == nullptr) return kProven;
  if (home->root_only && job_.user_id != 0) return Reason::kRootOnly;
  if (home->no_root && job_.user_id == 0) return Reason::kNotForRoot;
  // Slurm 22.05 checks accounts even if associations are not enforced; later releases do not.
  const bool knows_accounts = rules_.accounting_known && rules_.unknown_enforcement == 0;
  if (!knows_accounts || !rules_.enforces_associations) return kProven;
  if (here_.association == nullptr) return Reason::kNoAssociation;
  const AccountRules* account = &rules_.accounts[static_cast<size_t>(here_.association->account)];
  const bool is_allowed =
      !home->allow_accounts.has_value() || IsInAccounts(rules_, account, *home->allow_accounts);
  const bool is_denied =
      !home->allow_accounts.has_value() && ContainsIgnoringCase(home->deny_accounts, account->name);
  if (!is_allowed || is_denied) return Reason::kAccounts;
  static const PartitionRules& open_to_all = *new PartitionRules;
  if (Why why = WhyNotItsQos(job_, open_to_all, here_)) return why;
  if (!rules_.enforces_qos || here_.job_qos == nullptr) return kProven;
  const std::vector<int32_t>& theirs = here_.association->qos;
  return std::binary_search(theirs.begin(), theirs.end(), here_.job_qos - rules_.qos.data())
             ? kProven
             : Reason::kQosNotTheirs;
}

// Returns why the job's association or its QOS there may exclude it.
std::optional<Reason> AdmissionProof::WhyNotItsUser(const JobStanding& there) const {
  if (rules_.enforces_associations && there.association == nullptr) {
    return Reason::kNoAssociation;
  }
  if (there.job_qos == nullptr && (rules_.enforces_associations || !job_.qos.empty())) {
    return Reason::kJobQosUnknown;
  }
  if (there.job_qos != here_.job_qos) return Reason::kOtherQos;
  if (!there.partition->qos.empty() && there.partition_qos == nullptr) {
    return Reason::kPartitionQosUnknown;
  }
  for (const QosRules* qos : {there.job_qos, there.partition_qos}) {
    if (qos != nullptr && qos->unknown_flags != 0) return Reason::kQosUnknownRule;
  }
  if (there.association == here_.association || there.association == nullptr) return kProven;
  const auto qos = there.job_qos == nullptr ? -1 : there.job_qos - rules_.qos.data();
  if (rules_.enforces_qos &&
      !std::binary_search(there.association->qos.begin(), there.association->qos.end(), qos)) {
    return Reason::kQosNotTheirs;
  }
  if (there.job_qos != nullptr && there.job_qos->usage_threshold) {
    return Reason::kUsageThreshold;
  }
  return kProven;
}

}  // namespace carbon
