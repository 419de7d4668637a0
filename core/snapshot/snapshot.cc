#include "core/snapshot/snapshot.h"

#include <sha256.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

// The share of the pool's nodes that stay powered without jobs, as the administrator or else Slurm
// has it.
std::optional<double> StaysPowered(const PoolConfig& config, const PoolState* state) {
  if (config.powers_down.has_value()) return *config.powers_down ? 0 : 1;
  return state == nullptr ? std::nullopt : state->stays_powered;
}

// Returns the draws of busy - idle, each of which errs by itself. What a node draws without jobs is
// no more than what it draws at work, however wrong the two are.
ErrorScenarios::Draws DrawsOfDifference(Watts busy, const ErrorScenarios::Draws& busy_factor,
                                        Watts idle, const ErrorScenarios::Draws& idle_factor) {
  ErrorScenarios::Draws draws{};
  for (int s = 0; s < ErrorScenarios::kCount; ++s) {
    const double difference = busy.value() * busy_factor[s] - idle.value() * idle_factor[s];
    draws[s] = std::max(0.0, difference) / (busy - idle).value();
  }
  return draws;
}

// Returns true if a job has the same size, runtime, limit and watts before PUE in both.
bool AreOfOneKind(const Snapshot::Pool& a, const Snapshot::Pool& b) {
  if (a.hardware != b.hardware || (a.state == nullptr) != (b.state == nullptr)) return false;
  if (a.added != b.added) return false;
  if (a.state == nullptr) return true;
  const PoolState &one = *a.state, &other = *b.state;
  return one.up == other.up && one.max_time == other.max_time &&
         one.default_time == other.default_time && one.max_nodes == other.max_nodes &&
         one.defaults == other.defaults && one.wake_up == other.wake_up &&
         one.asleep == other.asleep && a.group->total == b.group->total &&
         a.group->per_node == b.group->per_node;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::Assemble(
    Manifest manifest, PlacementConfig config, std::shared_ptr<const DrawnForecasts> forecasts,
    CapacityState capacity, std::shared_ptr<const AdmissionRules> admission) {
  absl::StatusOr<std::shared_ptr<const PoolDirectory>> directory =
      PoolDirectory::Make(std::move(config), std::move(admission));
  if (!directory.ok()) return directory.status();
  return Assemble(std::move(manifest), *std::move(directory), std::move(forecasts),
                  std::move(capacity));
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::Assemble(
    Manifest manifest, std::shared_ptr<const PoolDirectory> directory,
    std::shared_ptr<const DrawnForecasts> forecasts, CapacityState capacity,
    std::shared_ptr<const LearntRuntimes> runtimes) {
  // make_shared cannot reach the private constructor.
  std::shared_ptr<Snapshot> snapshot(new Snapshot);
  snapshot->manifest_ = std::make_shared<const Manifest>(std::move(manifest));
  snapshot->directory_ = std::move(directory);
  snapshot->forecasts_ = std::move(forecasts);
  snapshot->capacity_ = std::move(capacity);
  snapshot->runtimes_ = std::move(runtimes);
  absl::Status error;
  const NameIndex zones =
      IndexByName(snapshot->forecasts(), &ZoneForecast::zone, "forecast of zone", &error);
  const NameIndex groups =
      IndexByName(snapshot->capacity_.groups, &NodeGroup::name, "node group", &error);
  const NameIndex states =
      IndexByName(snapshot->capacity_.pools, &PoolState::pool, "state of pool", &error);
  if (!error.ok()) return error;
  if (absl::Status status = snapshot->CheckCapacity(groups); !status.ok()) return status;
  snapshot->AddPools(zones, groups, states);
  snapshot->Classify();
  return snapshot;
}

absl::Status Snapshot::CheckCapacity(const NameIndex& groups) const {
  for (const NodeGroup& group : capacity_.groups) {
    for (const std::string& holder : group.within) {
      if (groups.contains(holder)) continue;
      return UnknownName("node group", holder, absl::StrCat("node group \"", group.name, "\""));
    }
  }
  for (const PoolState& state : capacity_.pools) {
    const std::string owner = absl::StrCat("state of pool \"", state.pool, "\"");
    if (!directory_->FindPool(state.pool)) return UnknownName("pool", state.pool, owner);
    if (!groups.contains(state.group)) return UnknownName("node group", state.group, owner);
  }
  for (const QueuedUse& use : capacity_.uses) {
    if (groups.contains(use.group)) continue;
    return UnknownName("node group", use.group, absl::StrCat("use by job ", use.job_id));
  }
  return absl::OkStatus();
}

void Snapshot::AddPools(const NameIndex& zones, const NameIndex& groups, const NameIndex& states) {
  pools_.reserve(directory_->entries().size());
  for (const PoolDirectory::Entry& entry : directory_->entries()) {
    Pool pool{};
    pool.index = pools_.size();
    pool.partition = entry.partition;
    pool.rules_class = entry.rules_class;
    pool.config = entry.config;
    pool.site = entry.site;
    pool.hardware = entry.hardware;
    pool.rules = entry.rules;
    const auto zone = zones.find(entry.site->zone);
    pool.zone_index = zone == zones.end() ? -1 : static_cast<int>(zone->second);
    pool.forecast = FindByName(zones, forecasts(), entry.site->zone);
    pool.state = FindByName(states, capacity_.pools, entry.config->name);
    if (pool.state != nullptr) {
      pool.group = FindByName(groups, capacity_.groups, pool.state->group);
      pool.group_index = static_cast<size_t>(pool.group - capacity_.groups.data());
    }
    pool.watts_factor = entry.watts_factor;
    pool.speed_factor = entry.speed_factor;
    pool.pue_factor = entry.pue_factor;
    AddWatts(entry.free_factor, &pool);
    pools_.push_back(pool);
  }
}

void Snapshot::AddWatts(const ErrorScenarios::Draws* free_factor, Pool* pool) {
  pool->stays_powered = StaysPowered(*pool->config, pool->state);
  const Watts busy = pool->hardware->busy.value;
  if (pool->stays_powered == 0) {
    pool->added = busy;
    pool->added_factor = pool->watts_factor;
  } else if (const auto& free = pool->hardware->free; free && pool->stays_powered) {
    const Watts idle = free->value * *pool->stays_powered;
    pool->added = busy - idle;
    const auto [draws, is_new] =
        added_factors_.try_emplace(absl::StrCat(*pool->stays_powered, "/", pool->hardware->name));
    if (is_new) draws->second = DrawsOfDifference(busy, *pool->watts_factor, idle, *free_factor);
    pool->added_factor = &draws->second;
  }
}

void Snapshot::Classify() {
  std::vector<const Pool*> first;  // the first pool of each kind
  for (Pool& pool : pools_) {
    const auto found = std::find_if(first.begin(), first.end(), [&pool](const Pool* other) {
      return AreOfOneKind(*other, pool);
    });
    pool.kind = static_cast<size_t>(found - first.begin());
    if (found == first.end()) first.push_back(&pool);
  }
  kinds_ = first.size();
  pools_of_.resize(directory_->partitions());
  for (const Pool& pool : pools_) pools_of_[pool.partition].push_back(&pool);
}

const std::vector<const Snapshot::Pool*>& Snapshot::PoolsOf(absl::string_view partition) const {
  static const std::vector<const Pool*>& none = *new std::vector<const Pool*>;
  const std::optional<size_t> found = directory_->FindPartition(partition);
  return found.has_value() ? pools_of_[*found] : none;
}

std::string Sha256Hex(absl::string_view bytes) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> hex;
  SHA256Data(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), hex.data());
  return std::string(hex.data());
}

}  // namespace carbon
