#include "plugin/client/partition_rules.h"

#include <slurm/slurm.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "plugin/words/slurm_amounts.h"
#include "plugin/words/slurm_release.h"

namespace carbon {
namespace {

// Bits of AccountingStorageEnforce, which Slurm's public headers do not name; the same from 22.05
// to 26.05. Any other bit also causes jobs without an association to be refused.
constexpr uint16_t kEnforceLimits = 1 << 1;
constexpr uint16_t kEnforceQos = 1 << 3;
constexpr uint16_t kKnownEnforcement = 0xff;
// "all" sets every bit, known or not, except the two for "nojobs" and "nosteps".
constexpr uint16_t kEnforceAll = 0xffff & ~(1 << 5 | 1 << 6);

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

// Parses "1=4,2=8192": kinds and values, as Slurm numbers them.
template <class SlurmList>
std::string DeviceDefaults(SlurmList list) {
  std::string text;
  ForEachInList<job_defaults_t>(list, [&text](const job_defaults_t& one) {
    absl::StrAppend(&text, text.empty() ? "" : ",", one.type, "=", one.value);
  });
  return text;
}

bool IsUnlimited(uint32_t value) { return value >= INFINITE - 1; }  // INFINITE, NO_VAL

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
          .devices = ReadGres(Text(node.gres)).count,
          .memory_mib = memory - std::min(memory, static_cast<int64_t>(node.mem_spec_limit))};
}

// Returns the shape without the CPUs that are reserved for the jobs of its GPUs (a job may have
// none or few of these), and with the GPUs of one type only.
NodeShape LeastShapeOf(const node_info_t& node) {
  NodeShape shape = ShapeOf(node);
  const int64_t kept = CoresKeptPerGpu(node) * shape.devices * shape.threads_per_core;
  shape.cpus -= std::min(shape.cpus, kept);
  int64_t untyped = shape.devices;
  for (const DeviceCount& devices : ReadGres(Text(node.gres)).by_type) {
    untyped -= devices.count;
    shape.devices = std::min(shape.devices, devices.count);
  }
  if (untyped > 0) shape.devices = std::min(shape.devices, untyped);
  return shape;
}

void MeasureNodes(const node_info_msg_t& nodes, PartitionRules* rules,
                  const partition_info_t& partition) {
  const std::vector<uint32_t> all = NodesOf(partition, nodes.record_count);
  const auto is_future = [&nodes](uint32_t index) {
    return (nodes.node_array[index].node_state & NODE_STATE_BASE) == NODE_STATE_FUTURE;
  };
  const bool are_all_future = std::all_of(all.begin(), all.end(), is_future);
  bool first = true;
  for (const uint32_t index : all) {
    ++rules->nodes;
    // What a hidden node has is not known. A node that is yet to come takes no job before it is
    // there.
    if (Text(nodes.node_array[index].name).empty()) continue;
    if (is_future(index) && !are_all_future) continue;
    const NodeShape shape = ShapeOf(nodes.node_array[index]);
    const NodeShape least = LeastShapeOf(nodes.node_array[index]);
    if (std::exchange(first, false)) {
      rules->least = least;
      rules->most = shape;
    }
    for (int64_t NodeShape::* field : {&NodeShape::cpus, &NodeShape::threads_per_core,
                                       &NodeShape::devices, &NodeShape::memory_mib}) {
      rules->least.*field = std::min(rules->least.*field, least.*field);
      rules->most.*field = std::max(rules->most.*field, shape.*field);
    }
  }
}

// Returns AdmissionRules's `topology` of a partition. In a plain cluster all nodes can run a job
// together. In a tree they can if all have the same root, or if the tree is only a preference.
std::string TopologyRule(const partition_info_t& partition, const node_info_msg_t& nodes,
                         const slurm_conf_t& conf) {
  const absl::string_view plugin = Text(conf.topology_plugin);
  // 3d_torus only orders the nodes; it is not the torus3d of 26.05.
  const bool is_plain = plugin.empty() || absl::EndsWith(plugin, "none") ||
                        absl::EndsWith(plugin, "default") || absl::EndsWith(plugin, "flat") ||
                        absl::EndsWith(plugin, "3d_torus");
  const bool is_tree = absl::EndsWith(plugin, "tree");
  if (is_tree &&
      absl::StrContains(absl::AsciiStrToLower(Text(conf.topology_param)), "topooptional"))
    return "";
  std::set<std::string> roots;  // and "" for a node without a place
  for (const uint32_t index : NodesOf(partition, nodes.record_count)) {
    const absl::string_view place = Text(PlaceInTopology(nodes.node_array[index]));
    const std::vector<absl::string_view> steps = absl::StrSplit(place, ':');
    roots.insert(steps.size() < 2 ? "" : absl::StrCat(steps[0], ":", steps[1]));
    // With topology.yaml the plugin is not the one of slurm.conf.
    if (is_plain && !place.empty()) return "topology.yaml";
  }
  if (is_plain && TopologyName(partition) == nullptr) return "";
  if (is_tree && TopologyName(partition) == nullptr && roots.size() == 1 && !roots.contains("")) {
    return "";
  }
  return absl::StrCat(plugin, TopologyName(partition) == nullptr ? "" : " ",
                      Text(TopologyName(partition)));
}

// Returns whether jobs of other partitions may preempt those of this one.
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

// Returns whether slurmctld of this release ("26.05.3", "26.05.0-0rc1") uses a job's number of
// tasks as its maximum number of nodes, and holds the job by it. 26.05.5 no longer holds it (this
// was tried). 26.05.4, releases after 26.05, and a release that is not stated are not known: the
// answer is then the safe one.
bool TasksSetMaxNodes(absl::string_view release) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(release, absl::ByAnyChar(".-"), absl::SkipEmpty());
  std::array<int, 3> version{};
  if (parts.size() < version.size()) return true;
  for (size_t i = 0; i < version.size(); ++i) {
    if (!absl::SimpleAtoi(parts[i], &version[i])) return true;
  }
  const bool is_2605 = version[0] == 26 && version[1] == 5;
  return is_2605 ? version[2] < 5 : version > std::array{26, 5, 0};
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
      .min_nodes = IsUnlimited(partition.min_nodes) ? 0 : partition.min_nodes,
      .unknown_flags = partition.flags & ~kKnownPartitionFlags,
      .max_memory = Memory(partition.max_mem_per_cpu, conf.max_mem_per_cpu),
      .default_memory = Memory(partition.def_mem_per_cpu, conf.def_mem_per_cpu),
      .device_defaults = DeviceDefaults(partition.job_defaults_list),
      .billing_weights = std::string(Text(partition.billing_weights_str)),
      .sharing = absl::StrCat("share ", partition.max_share, ", exclusive user ",
                              is_set(PART_FLAG_EXCLUSIVE_USER), ", type ", partition.cr_type)};
  if (!absl::EqualsIgnoreCase(Text(partition.allow_alloc_nodes), "ALL")) {
    rules.alloc_nodes = std::string(Text(partition.allow_alloc_nodes));
  }
  if (!IsUnlimited(partition.max_nodes)) rules.max_nodes = partition.max_nodes;
  if (partition.max_cpus_per_node != 0 && !IsUnlimited(partition.max_cpus_per_node)) {
    rules.max_cpus_per_node = partition.max_cpus_per_node;
  }
  if (!IsUnlimited(MaxCpusPerSocket(partition))) {
    rules.max_cpus_per_socket = MaxCpusPerSocket(partition);
  }
  if (rules.device_defaults.empty()) {
    rules.device_defaults = DeviceDefaults(conf.job_defaults_list);
  }
  return rules;
}
}  // namespace

void ReadSettings(const slurm_conf_t& conf, AdmissionRules* rules) {
  const uint16_t enforced = conf.accounting_storage_enforce;
  rules->enforces_associations = enforced != 0;
  rules->enforces_limits = (enforced & kEnforceLimits) != 0;
  rules->enforces_qos = (enforced & kEnforceQos) != 0;
  rules->unknown_enforcement = enforced == kEnforceAll ? 0 : enforced & ~kKnownEnforcement;
  rules->tasks_set_max_nodes = TasksSetMaxNodes(Text(conf.version));
  rules->binds_cpus_to_devices = (conf.select_type_param & kBindsCpusToGres) != 0;
}

std::vector<PartitionRules> ReadPartitions(const partition_info_msg_t& partitions,
                                           const node_info_msg_t& nodes, const slurm_conf_t& conf) {
  std::vector<PartitionRules> rules;
  for (uint32_t i = 0; i < partitions.record_count; ++i) {
    const partition_info_t& partition = partitions.partition_array[i];
    PartitionRules one = ReadPartition(partition, conf);
    MeasureNodes(nodes, &one, partition);
    one.topology = TopologyRule(partition, nodes, conf);
    one.preemptible = IsPreemptible(partition, partitions, nodes, conf);
    rules.push_back(std::move(one));
  }
  return rules;
}

}  // namespace carbon
