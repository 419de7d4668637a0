#include "plugin/admission_client.h"

#include <slurm/slurm.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "plugin/accounting_client.h"
#include "plugin/slurm_amounts.h"
#include "plugin/slurm_release.h"
#include "plugin/slurmctld_info.h"

namespace carbon {
namespace {

// Bits of AccountingStorageEnforce, which Slurm's public headers do not name; the same from 22.05
// to 26.05. Any other bit has jobs without an association refused too.
constexpr uint16_t kEnforceLimits = 1 << 1;
constexpr uint16_t kEnforceQos = 1 << 3;

absl::string_view Text(const char* text) { return text == nullptr ? "" : text; }

std::vector<std::string> Names(const char* list) {
  return absl::StrSplit(Text(list), ',', absl::SkipWhitespace());
}
std::optional<std::vector<std::string>> NamesOrAll(const char* list) {
  if (Text(list).empty() || absl::EqualsIgnoreCase(list, "ALL")) return std::nullopt;
  return Names(list);
}

std::optional<MemoryRule> Memory(uint64_t own, uint64_t clusters) {
  const uint64_t rule = own != 0 ? own : clusters;
  if (rule == NO_VAL64 || rule == INFINITE64 || (rule & ~MEM_PER_CPU) == 0) return std::nullopt;
  return MemoryRule{static_cast<int64_t>(rule & ~MEM_PER_CPU), (rule & MEM_PER_CPU) != 0};
}

// "1=4,2=8192": kinds and values, as Slurm numbers them.
template <class SlurmList>
std::string DeviceDefaults(SlurmList list) {
  std::string text;
  ForEachInList<job_defaults_t>(list, [&text](const job_defaults_t& one) {
    absl::StrAppend(&text, text.empty() ? "" : ",", one.type, "=", one.value);
  });
  return text;
}

std::vector<uint32_t> NodesOf(const partition_info_t& partition, uint32_t node_count) {
  std::vector<uint32_t> nodes;
  for (const int32_t* pair = partition.node_inx; pair != nullptr && pair[0] >= 0; pair += 2) {
    for (int32_t node = pair[0]; node <= pair[1]; ++node) {
      if (static_cast<uint32_t>(node) < node_count) nodes.push_back(static_cast<uint32_t>(node));
    }
  }
  return nodes;
}

NodeShape ShapeOf(const node_info_t& node) {
  const auto memory = static_cast<int64_t>(node.real_memory);
  return {.cpus = node.cpus_efctv != 0 ? node.cpus_efctv : node.cpus,
          .threads_per_core = std::max<int64_t>(node.threads, 1),
          .devices = ReadNodeGres(Text(node.gres)).count,
          .memory_mib = memory - std::min(memory, static_cast<int64_t>(node.mem_spec_limit))};
}

void MeasureNodes(const node_info_msg_t& nodes, PartitionRules* rules,
                  const partition_info_t& partition) {
  bool first = true;
  for (const uint32_t index : NodesOf(partition, nodes.record_count)) {
    ++rules->nodes;
    const NodeShape shape = ShapeOf(nodes.node_array[index]);
    if (std::exchange(first, false)) rules->least = rules->most = shape;
    for (int64_t NodeShape::*field : {&NodeShape::cpus, &NodeShape::threads_per_core,
                                      &NodeShape::devices, &NodeShape::memory_mib}) {
      rules->least.*field = std::min(rules->least.*field, shape.*field);
      rules->most.*field = std::max(rules->most.*field, shape.*field);
    }
  }
}

// Whether jobs of other partitions may take the nodes from under those of this one.
bool IsPreemptible(const partition_info_t& partition, const partition_info_msg_t& all,
                   const node_info_msg_t& nodes, const slurm_conf_t& conf) {
  if (!absl::StrContains(Text(conf.preempt_type), "partition_prio")) return false;
  const auto mode = static_cast<uint16_t>(partition.preempt_mode & ~PREEMPT_MODE_GANG);
  if (mode == PREEMPT_MODE_OFF) return false;
  const std::vector<uint32_t> own = NodesOf(partition, nodes.record_count);
  const std::set<uint32_t> own_nodes(own.begin(), own.end());
  for (uint32_t i = 0; i < all.record_count; ++i) {
    const partition_info_t& other = all.partition_array[i];
    if (other.priority_tier <= partition.priority_tier) continue;
    for (const uint32_t node : NodesOf(other, nodes.record_count)) {
      if (own_nodes.contains(node)) return true;
    }
  }
  return false;
}

PartitionRules ReadPartition(const partition_info_t& partition, const slurm_conf_t& conf) {
  const auto is_set = [&partition](int flag) { return (partition.flags & flag) != 0; };
  PartitionRules rules{
      .name = std::string(Text(partition.name)),
      .allow_accounts = NamesOrAll(partition.allow_accounts),
      .deny_accounts = Names(partition.deny_accounts),
      .allow_groups = NamesOrAll(partition.allow_groups),
      .allow_qos = NamesOrAll(partition.allow_qos),
      .deny_qos = Names(partition.deny_qos),
      .qos = std::string(Text(partition.qos_char)),
      .root_only = is_set(PART_FLAG_ROOT_ONLY),
      .no_root = is_set(PART_FLAG_NO_ROOT),
      .needs_reservation = is_set(PART_FLAG_REQ_RESV),
      .hidden = is_set(PART_FLAG_HIDDEN),
      .priority_tier = partition.priority_tier,
      .min_nodes = partition.min_nodes < INFINITE - 1 ? partition.min_nodes : 0,
      .max_memory = Memory(partition.max_mem_per_cpu, conf.max_mem_per_cpu),
      .default_memory = Memory(partition.def_mem_per_cpu, conf.def_mem_per_cpu),
      .device_defaults = DeviceDefaults(partition.job_defaults_list),
      .billing_weights = std::string(Text(partition.billing_weights_str)),
      .sharing = absl::StrCat("share ", partition.max_share, ", exclusive user ",
                              is_set(PART_FLAG_EXCLUSIVE_USER), ", type ", partition.cr_type)};
  if (!absl::EqualsIgnoreCase(Text(partition.allow_alloc_nodes), "ALL")) {
    rules.alloc_nodes = std::string(Text(partition.allow_alloc_nodes));
  }
  if (partition.max_nodes < INFINITE - 1) rules.max_nodes = partition.max_nodes;
  if (partition.max_cpus_per_node != 0 && partition.max_cpus_per_node < INFINITE - 1) {
    rules.max_cpus_per_node = partition.max_cpus_per_node;
  }
  if (rules.device_defaults.empty()) {
    rules.device_defaults = DeviceDefaults(conf.job_defaults_list);
  }
  return rules;
}

}  // namespace

bool AdmissionClient::PartitionsChanged() const {
  return PartitionsChangedSince(partitions_changed_at_);
}

absl::Status AdmissionClient::Read(absl::Time now) {
  auto conf = LoadSlurmConf();
  if (!conf.ok()) return conf.status();
  auto nodes = LoadNodes();
  if (!nodes.ok()) return nodes.status();
  auto partitions = LoadPartitions();
  if (!partitions.ok()) return partitions.status();

  const slurm_conf_t& settings = **conf;
  AdmissionRules rules;
  rules.enforces_associations = settings.accounting_storage_enforce != 0;
  rules.enforces_limits = (settings.accounting_storage_enforce & kEnforceLimits) != 0;
  rules.enforces_qos = (settings.accounting_storage_enforce & kEnforceQos) != 0;
  const std::set<uint32_t> superusers = {0, settings.slurm_user_id};
  for (uint32_t i = 0; i < (*partitions)->record_count; ++i) {
    const partition_info_t& partition = (*partitions)->partition_array[i];
    PartitionRules one = ReadPartition(partition, settings);
    MeasureNodes(**nodes, &one, partition);
    one.preemptible = IsPreemptible(partition, **partitions, **nodes, settings);
    if (one.allow_groups.has_value()) {
      // GroupUpdateTime of 0: slurmctld does not look again by itself.
      const absl::Duration update_time = settings.group_time == 0
                                             ? absl::InfiniteDuration()
                                             : absl::Seconds(settings.group_time) + kPeriod;
      std::set<uint32_t> users = superusers;
      for (const uint32_t user : groups_.Of(*one.allow_groups, now, update_time)) {
        users.insert(user);
      }
      one.allow_users.assign(users.begin(), users.end());
    }
    rules.partitions.push_back(std::move(one));
  }

  // Without slurmdbd there are no accounts, and that is known.
  absl::Status accounting;
  rules.accounting_known = true;
  if (absl::StrContains(Text(settings.accounting_storage_type), "slurmdbd")) {
    accounting = ReadAccounting(&rules);
    if (accounting.ok()) {
      accounting_read_at_ = now;
    } else if (now - accounting_read_at_ < kBelieved) {
      rules.qos = rules_.qos;
      rules.accounts = rules_.accounts;
      rules.users = rules_.users;
      rules.default_qos = rules_.default_qos;
    } else {
      rules.accounting_known = false;
    }
  }
  read_at_ = now;
  partitions_changed_at_ = (*partitions)->last_update;
  Adopt(std::move(rules));
  return accounting;
}

void AdmissionClient::Adopt(AdmissionRules rules) {
  if (version_ > 0 && rules == rules_) return;
  rules_ = std::move(rules);
  ++version_;
}

absl::Status AdmissionClient::Refresh(absl::Time now) {
  // A clock that was set back must not keep the old rules.
  const bool is_due = now >= read_at_ + kPeriod || now < read_at_;
  if (!is_due && !PartitionsChanged()) return absl::OkStatus();
  const absl::Status status = Read(now);
  if (!status.ok() && now - read_at_ >= kBelieved) Adopt({});
  return status;
}

}  // namespace carbon
