// AdmissionProof proves that another partition admits a job. That means: nothing there refuses the
// job, or makes it wait for ever, that its home would have let pass. The proof compares the rules
// of both partitions, because Slurm itself decides about the job at home, and a rule that home and
// target share makes no difference. A target whose admission is not proven is not used. Pure; no
// I/O.
//
// The proof does not ask for the partition's state and its time limit: they follow from the job and
// the pool's state alone, without the user (core/decision/candidates.h). EnforcePartLimits only
// decides whether a job that breaks a partition's limit is refused or waits for ever, so it is not
// a rule.
//
// docs/admission.md lists every field by which Slurm 22.05 to 26.05 can limit a job, and says how
// it is treated here. A rule that is not understood counts as not proven: unknown flags of Slurm
// are kept as bits.
//
// slurmctld looks for limits in this order (read in 22.05.8 and 26.05.3): the partition's QOS, then
// the job's (the other way round with OverPartQOS), then the association and those above it. A
// limit that is set in one of them is not looked for in the next.
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

// The limits, by their names in sacctmgr. GrpWall, MaxWall and the limits with Mins count minutes.
// The limits with TRES count one trackable resource.
enum class LimitKind {
  kGrpJobs,
  kGrpSubmitJobs,
  kGrpTres,
  kGrpTresMins,
  kGrpTresRunMins,
  kGrpWall,
  kMaxJobs,  // for an association; MaxJobsPerUser of a QOS
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
  kMinPrioThreshold,  // a job of lower priority gets no reserved nodes, and may starve
  kMinTresPerJob,
};
inline constexpr int kLimitKinds = 20;
absl::string_view LimitName(LimitKind kind);  // "GrpTRES"
bool CountsTres(LimitKind kind);

struct Limit {
  LimitKind kind;
  std::string tres;  // "cpu", "gres/gpu:h100"; empty if the kind counts no TRES
  int64_t value = 0;

  friend bool operator==(const Limit&, const Limit&) = default;
};

struct QosRules {
  std::string name;
  bool deny_on_limit = false;       // DenyOnLimit: a job that would wait is refused
  bool over_partition_qos = false;  // OverPartQOS
  bool usage_threshold = false;     // the association's usage may make its jobs wait
  double limit_factor = 0;          // multiplies the association's TRES limits; 0: none
  double wall_factor = 1;           // multiplies a job's time limit, with UsageFactorSafe
  uint32_t unknown_flags = 0;       // bits of its flags that are unknown here
  std::vector<Limit> limits;

  friend bool operator==(const QosRules&, const QosRules&) = default;
};

// An account's own association. Its group limits apply to everything below it.
struct AccountRules {
  std::string name;
  int32_t parent = -1;  // index into AdmissionRules::accounts, -1: none
  std::vector<Limit> limits;

  friend bool operator==(const AccountRules&, const AccountRules&) = default;
};

// A user in an account: in one partition, or in all partitions for which the user has no own
// association.
struct AssociationRules {
  int32_t account = 0;        // index into AdmissionRules::accounts
  std::string partition;      // empty: any
  int32_t default_qos = -1;   // index into AdmissionRules::qos, -1: none
  std::vector<int32_t> qos;   // the QOS that its jobs may have, as indices, ascending
  std::vector<Limit> limits;  // its own, and inherited ones that are not for groups

  friend bool operator==(const AssociationRules&, const AssociationRules&) = default;
};

struct UserRules {
  uint32_t user_id = 0;
  std::string default_account;
  std::vector<AssociationRules> associations;

  friend bool operator==(const UserRules&, const UserRules&) = default;
};

// The shape of all nodes of a partition, whatever their state.
struct NodeShape {
  int64_t cpus = 0;
  int64_t threads_per_core = 1;
  int64_t devices = 0;
  int64_t memory_mib = 0;

  friend bool operator==(const NodeShape&, const NodeShape&) = default;
};

struct MemoryRule {
  int64_t mib = 0;
  bool per_cpu = false;  // otherwise per node

  friend bool operator==(const MemoryRule&, const MemoryRule&) = default;
};

struct PartitionRules {
  std::string name;
  std::optional<std::vector<std::string>> allow_accounts;  // absent: all; the same below
  std::vector<std::string> deny_accounts;
  std::optional<std::vector<std::string>> allow_groups;
  std::vector<uint32_t> allow_users;  // the groups' members, root and SlurmUser; ascending
  std::optional<std::vector<std::string>> allow_qos;
  std::vector<std::string> deny_qos;
  std::string qos;          // the partition's own; empty: none
  std::string alloc_nodes;  // from which hosts jobs may be submitted; empty: all
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
  uint32_t unknown_flags = 0;                  // bits of its flags that are unknown here
  std::optional<MemoryRule> max_memory;        // its own, or otherwise the cluster's
  std::optional<MemoryRule> default_memory;    // likewise
  // These two and `sharing` are as Slurm spells them. They are only compared.
  std::string device_defaults;  // DefCpuPerGPU, DefMemPerGPU
  std::string billing_weights;
  std::string sharing;  // OverSubscribe, ExclusiveUser, SelectTypeParameters
  // A topology in which some of its nodes may be unable to run one job together ("topology/block").
  // Empty: any nodes can.
  std::string topology;
  NodeShape least;  // the minimum of each field
  NodeShape most;

  friend bool operator==(const PartitionRules&, const PartitionRules&) = default;
};

// How often the rules are read again. Each look at the cluster notices changes of partitions.
inline constexpr absl::Duration kAdmissionPeriod = absl::Minutes(1);
// How long rules are believed if they cannot be read again. After that they are empty: no job is
// moved, but its time may change.
inline constexpr absl::Duration kAdmissionBelieved = absl::Minutes(10);

// The admission part of the snapshot.
struct AdmissionRules {
  // What AccountingStorageEnforce says.
  bool enforces_associations = false;
  bool enforces_limits = false;
  bool enforces_qos = false;
  uint32_t unknown_enforcement = 0;  // bits of it that are unknown here
  // Slurm 26.05.0 to 26.05.4: a job that states its number of tasks, but no maximum of nodes, has
  // this number as its maximum of nodes. It waits for ever if MaxNodes is lower.
  bool tasks_set_max_nodes = false;
  // SelectTypeParameters=ENFORCE_BINDING_GRES, since 24.05: a job gets only CPUs near its devices.
  bool binds_cpus_to_devices = false;
  // If true, the next four fields are what slurmctld uses; without accounting they are empty. If
  // false, they could not be read.
  bool accounting_known = false;
  std::vector<QosRules> qos;
  std::vector<AccountRules> accounts;
  std::vector<UserRules> users;  // ascending by user_id
  int32_t default_qos = -1;      // for a job without an association; -1: none
  std::vector<PartitionRules> partitions;

  const PartitionRules* FindPartition(absl::string_view name) const;
  const UserRules* FindUser(uint32_t user_id) const;

  friend bool operator==(const AdmissionRules&, const AdmissionRules&) = default;
};

// The sources of the limits that apply to a job in a partition.
struct JobStanding {
  const PartitionRules* partition = nullptr;
  const AssociationRules* association = nullptr;  // nullptr: none
  const QosRules* job_qos = nullptr;              // nullptr: none
  const QosRules* partition_qos = nullptr;        // nullptr: none
};

// A job at its home, which is compared with other partitions. Refers to its arguments, which must
// outlive it.
class AdmissionProof {
 public:
  // `limit` is the job's time limit, at home and elsewhere. `home` is nullptr if its rules are
  // unknown; then nothing is proven.
  AdmissionProof(const JobRequest& job, absl::Duration limit, const AdmissionRules& rules,
                 const PartitionRules* home);

  // Returns why it is not proven that `target` admits the job if home does. Absent: it is proven.
  std::optional<Reason> WhyNot(const PartitionRules* target) const;

  // Returns why home itself does not take jobs of this user, account and QOS: Slurm refuses the job
  // there, or lets it wait for ever. Absent: home takes the job, or that is unknown. This does not
  // check AllowGroups: users must not be shut out while a name service is away for a moment.
  std::optional<Reason> WhyShutOut() const;

 private:
  JobStanding StandingIn(const PartitionRules& partition) const;
  std::optional<Reason> WhyNotItsUser(const JobStanding& there) const;

  const JobRequest& job_;
  const absl::Duration limit_;
  const AdmissionRules& rules_;
  const UserRules* const user_;  // nullptr: unknown
  const int32_t asked_qos_;  // index into AdmissionRules::qos; -1: none is asked for, or unknown
  JobStanding here_;
};

// Write the part as bytes and read it back, as core/snapshot/snapshot.h says of the other parts.
std::string SerializeAdmission(const AdmissionRules& rules);
absl::StatusOr<AdmissionRules> ParseAdmission(absl::string_view bytes);

}  // namespace carbon

#endif  // CORE_ADMISSION_ADMISSION_H_
