// Whether a job that is moved to another partition is sure to be admitted there: neither refused
// nor made to wait for ever by anything that its home would have let pass. Proven from the
// cluster's rules, relatively: the job at home is Slurm's business, and a rule that home and target
// share cannot make the difference. What cannot be proven is not admitted. Pure; no I/O.
//
// Not asked here, because it follows from the job and the pool's state alone, without the user: the
// partition's state and its time limit (core/decision/candidates.h). EnforcePartLimits only settles
// whether a job that breaks a partition's limit is refused or waits for ever, so it is not a rule.
//
// docs/admission.md lists every field by which Slurm 22.05 to 26.05 can limit a job, and what is
// made of it here. A rule that is not understood counts as not proven: what Slurm says with bits
// that are not known here is kept as those bits.
//
// The order in which slurmctld looks for limits (read in 22.05.8 and 26.05.3): in the partition's
// QOS before the job's, the other way round with OverPartQOS, and in both before the association
// and those above it; a limit that one of them sets is not looked for in the next.
#ifndef CORE_ADMISSION_ADMISSION_H_
#define CORE_ADMISSION_ADMISSION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/job/job.h"
#include "core/reason/reason.h"

namespace carbon {

// By the names of sacctmgr. GrpWall, MaxWall and those with Mins count minutes; those with TRES
// count one trackable resource.
enum class LimitKind {
  kGrpJobs,
  kGrpSubmitJobs,
  kGrpTres,
  kGrpTresMins,
  kGrpTresRunMins,
  kGrpWall,
  kMaxJobs,  // of an association; MaxJobsPerUser of a QOS
  kMaxJobsPerAccount,
  kMaxSubmitJobs,
  kMaxSubmitJobsPerAccount,
  kMaxTresPerAccount,
  kMaxTresPerJob,
  kMaxTresPerNode,
  kMaxTresPerUser,
  kMaxTresMinsPerJob,
  kMaxTresRunMinsPerAccount,
  kMaxTresRunMinsPerUser,
  kMaxWall,
  kMinPrioThreshold,  // a job of a lower priority gets no nodes reserved, and may starve
  kMinTresPerJob,
};
inline constexpr int kLimitKinds = 20;
absl::string_view LimitName(LimitKind kind);  // "GrpTRES"
bool CountsTres(LimitKind kind);

struct Limit {
  LimitKind kind;
  std::string tres;  // "cpu", "gres/gpu:h100"; empty where the kind counts none
  int64_t value = 0;

  friend bool operator==(const Limit&, const Limit&) = default;
};

struct QosRules {
  std::string name;
  bool deny_on_limit = false;       // DenyOnLimit: what would wait is refused
  bool over_partition_qos = false;  // OverPartQOS
  bool usage_threshold = false;     // the association's usage may keep its jobs waiting
  double limit_factor = 0;          // of the association's TRES limits; 0: none
  double wall_factor = 1;           // of a job's time limit, where UsageFactorSafe is set
  uint32_t unknown_flags = 0;       // bits of its flags that are not understood
  std::vector<Limit> limits;

  friend bool operator==(const QosRules&, const QosRules&) = default;
};

// An account's own association: its group limits hold for all that is under it.
struct AccountRules {
  std::string name;
  int32_t parent = -1;  // index into AdmissionRules::accounts, -1: none
  std::vector<Limit> limits;

  friend bool operator==(const AccountRules&, const AccountRules&) = default;
};

// A user in an account, in one partition or in all without one of their own.
struct AssociationRules {
  int32_t account = 0;        // index into AdmissionRules::accounts
  std::string partition;      // empty: any
  int32_t default_qos = -1;   // index into AdmissionRules::qos, -1: none
  std::vector<int32_t> qos;   // that its jobs may have, as indices, ascending
  std::vector<Limit> limits;  // its own, and those inherited that are not for groups

  friend bool operator==(const AssociationRules&, const AssociationRules&) = default;
};

struct UserRules {
  uint32_t user_id = 0;
  std::string default_account;
  std::vector<AssociationRules> associations;

  friend bool operator==(const UserRules&, const UserRules&) = default;
};

// Of all nodes of a partition, whatever their state.
struct NodeShape {
  int64_t cpus = 0;
  int64_t threads_per_core = 1;
  int64_t devices = 0;
  int64_t memory_mib = 0;

  friend bool operator==(const NodeShape&, const NodeShape&) = default;
};

struct MemoryRule {
  int64_t mib = 0;
  bool per_cpu = false;  // else per node

  friend bool operator==(const MemoryRule&, const MemoryRule&) = default;
};

struct PartitionRules {
  std::string name;
  std::optional<std::vector<std::string>> allow_accounts;  // absent: all; so too below
  std::vector<std::string> deny_accounts;
  std::optional<std::vector<std::string>> allow_groups;
  std::vector<uint32_t> allow_users;  // the groups' members, root and SlurmUser; ascending
  std::optional<std::vector<std::string>> allow_qos;
  std::vector<std::string> deny_qos;
  std::string qos;          // the partition's own; empty: none
  std::string alloc_nodes;  // whence jobs may be submitted; empty: anywhere
  bool root_only = false;
  bool no_root = false;
  bool needs_reservation = false;
  bool hidden = false;
  bool preemptible = false;  // a partition of a higher tier has some of its nodes
  int64_t priority_tier = 0;
  int64_t nodes = 0;
  int64_t min_nodes = 0;
  std::optional<int64_t> max_nodes;
  std::optional<int64_t> max_cpus_per_node;
  std::optional<int64_t> max_cpus_per_socket;  // since 23.02
  uint32_t unknown_flags = 0;                  // bits of its flags that are not understood
  std::optional<MemoryRule> max_memory;        // its own, or else the cluster's
  std::optional<MemoryRule> default_memory;    // the same
  // As Slurm spells them; only compared.
  std::string device_defaults;  // DefCpuPerGPU, DefMemPerGPU
  std::string billing_weights;
  std::string sharing;  // OverSubscribe, ExclusiveUser, SelectTypeParameters
  // What may keep some of its nodes from running one job together ("topology/block"); empty: any
  // of them may.
  std::string topology;
  NodeShape least;  // each field on its own
  NodeShape most;

  friend bool operator==(const PartitionRules&, const PartitionRules&) = default;
};

// How often the rules are read again; changes of partitions are noticed at the next look.
inline constexpr absl::Duration kAdmissionPeriod = absl::Minutes(1);
// How long rules that cannot be read again are believed. After that they are empty: no job is
// moved, its time may be.
inline constexpr absl::Duration kAdmissionBelieved = absl::Minutes(10);

// The snapshot's admission part.
struct AdmissionRules {
  // Of AccountingStorageEnforce.
  bool enforces_associations = false;
  bool enforces_limits = false;
  bool enforces_qos = false;
  uint32_t unknown_enforcement = 0;  // bits of it that are not understood
  // Slurm 26.05.0 to 26.05.4: a job that says how many tasks it has, and not on how many nodes at
  // most, has as many nodes at most. It waits for ever where MaxNodes is lower.
  bool tasks_set_max_nodes = false;
  // SelectTypeParameters=ENFORCE_BINDING_GRES, since 24.05: a job gets only CPUs near its devices.
  bool binds_cpus_to_devices = false;
  // Whether the four that follow are what slurmctld goes by; they are empty without accounting.
  // Else they could not be read.
  bool accounting_known = false;
  std::vector<QosRules> qos;
  std::vector<AccountRules> accounts;
  std::vector<UserRules> users;  // ascending by user_id
  int32_t default_qos = -1;      // of a job without an association; -1: none
  std::vector<PartitionRules> partitions;

  const PartitionRules* FindPartition(absl::string_view name) const;
  const UserRules* FindUser(uint32_t user_id) const;

  friend bool operator==(const AdmissionRules&, const AdmissionRules&) = default;
};

// Whose limits a job meets in a partition.
struct JobStanding {
  const PartitionRules* partition = nullptr;
  const AssociationRules* association = nullptr;  // nullptr: none
  const QosRules* job_qos = nullptr;              // nullptr: none
  const QosRules* partition_qos = nullptr;        // nullptr: none
};

// A job at its home, which is then compared with other partitions. Views what it was made from.
class AdmissionProof {
 public:
  // `limit` is the time limit that the job has at home and elsewhere. `home` is nullptr where its
  // rules are not known; nothing is proven then.
  AdmissionProof(const JobRequest& job, absl::Duration limit, const AdmissionRules& rules,
                 const PartitionRules* home);

  // Why it is not proven that `target` admits the job wherever home does; absent: it is proven.
  std::optional<Reason> WhyNot(const PartitionRules* target) const;

  // Why home itself does not take jobs of this user, account and QOS; absent: it does, or that is
  // not known. Slurm refuses the job there, or lets it wait for ever. AllowGroups is not asked: a
  // name service that is away for a moment must not shut users out.
  std::optional<Reason> WhyShutOut() const;

 private:
  JobStanding StandingIn(const PartitionRules& partition) const;
  std::optional<Reason> WhyNotItsUser(const JobStanding& there) const;

  const JobRequest& job_;
  const absl::Duration limit_;
  const AdmissionRules& rules_;
  const UserRules* const user_;  // nullptr: not known
  const int32_t asked_qos_;      // index into AdmissionRules::qos, -1: none is asked for, or known
  JobStanding here_;
};

// The part as bytes and back, as core/snapshot/snapshot.h says of the others.
std::string SerializeAdmission(const AdmissionRules& rules);
absl::StatusOr<AdmissionRules> ParseAdmission(absl::string_view bytes);

}  // namespace carbon

#endif  // CORE_ADMISSION_ADMISSION_H_
