#include "core/snapshot/snapshot.h"

#include <sha256.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/json/json_text.h"

namespace carbon {
namespace {

using Named = std::map<absl::string_view, int>;

// Indexes things by name. The first name that occurs twice goes into `error`.
template <class T, class Name>
Named IndexByName(const std::vector<T>& things, Name name, absl::string_view what,
                  absl::Status* error) {
  Named index;
  for (size_t i = 0; i < things.size(); ++i) {
    if (index.emplace(name(things[i]), static_cast<int>(i)).second || !error->ok()) continue;
    *error = absl::InvalidArgumentError(
        absl::StrCat("snapshot: ", what, " \"", name(things[i]), "\" is there twice"));
  }
  return index;
}

template <class T>
const T* Find(const Named& index, const std::vector<T>& things, absl::string_view name) {
  const auto found = index.find(name);
  return found == index.end() ? nullptr : &things[static_cast<size_t>(found->second)];
}

absl::Status Unknown(absl::string_view what, absl::string_view name, absl::string_view owner) {
  return absl::InvalidArgumentError(
      absl::StrCat("snapshot: ", owner, ": ", what, " \"", name, "\" is not known"));
}

// Returns the share of the pool's nodes that stay powered without jobs: as the administrator says,
// or otherwise Slurm.
std::optional<double> StaysPowered(const PoolConfig& config, const PoolState* state) {
  if (config.powers_down.has_value()) return *config.powers_down ? 0 : 1;
  return state == nullptr ? std::nullopt : state->stays_powered;
}

// Keeps the results of DrawFactor by key.
class Factors {
 public:
  explicit Factors(std::map<std::string, ErrorScenarios::Draws>* drawn) : drawn_(*drawn) {}

  const ErrorScenarios::Draws* Draw(const std::string& key, double spread) {
    const auto [at, is_new] = drawn_.try_emplace(key);
    if (is_new) at->second = DrawFactor(key, spread);
    return &at->second;
  }

  // Draws the errors of busy - idle. Each of the two errs independently. But a node without jobs
  // never draws more than at work, however wrong the two are.
  const ErrorScenarios::Draws* DrawDifference(const std::string& key, Watts busy,
                                              const ErrorScenarios::Draws& busy_factor, Watts idle,
                                              const ErrorScenarios::Draws& idle_factor) {
    const auto [at, is_new] = drawn_.try_emplace(key);
    for (int s = 0; is_new && s < ErrorScenarios::kCount; ++s) {
      const double difference = busy.value() * busy_factor[s] - idle.value() * idle_factor[s];
      at->second[s] = std::max(0.0, difference) / (busy - idle).value();
    }
    return &at->second;
  }

 private:
  std::map<std::string, ErrorScenarios::Draws>& drawn_;
};

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

// Returns the partitions that associations name, in lower case: Slurm ignores case when it compares
// them.
std::set<std::string> PartitionsNamed(const AdmissionRules& admission) {
  std::set<std::string> named;
  for (const UserRules& user : admission.users) {
    for (const AssociationRules& association : user.associations) {
      if (association.partition.empty()) continue;
      named.insert(absl::AsciiStrToLower(association.partition));
    }
  }
  return named;
}

// Returns a partition's rules without its name, unless an association depends on the name. Absent:
// unknown.
std::optional<PartitionRules> Nameless(const PartitionRules* rules,
                                       const std::set<std::string>& named) {
  if (rules == nullptr) return std::nullopt;
  std::optional<PartitionRules> nameless = *rules;
  if (!named.contains(absl::AsciiStrToLower(rules->name))) nameless->name.clear();
  return nameless;
}

// Numbers the pools from zero. Equal pools get the same number. Returns how many numbers there are.
template <class Equal>
size_t Number(std::vector<Snapshot::Pool>* pools, size_t Snapshot::Pool::* number, Equal equal) {
  std::vector<const Snapshot::Pool*> first;  // the first pool of each number
  for (Snapshot::Pool& pool : *pools) {
    const auto found = std::find_if(first.begin(), first.end(), [&](const Snapshot::Pool* other) {
      return equal(*other, pool);
    });
    pool.*number = static_cast<size_t>(found - first.begin());
    if (found == first.end()) first.push_back(&pool);
  }
  return first.size();
}

}  // namespace

void Snapshot::Classify() {
  const std::set<std::string> named = PartitionsNamed(*admission_);
  std::vector<std::optional<PartitionRules>> rules;
  rules.reserve(pools_.size());
  for (const Pool& pool : pools_) rules.push_back(Nameless(pool.rules, named));
  kinds_ = Number(&pools_, &Pool::kind, AreOfOneKind);
  rules_classes_ = Number(&pools_, &Pool::rules_class, [&](const Pool& a, const Pool& b) {
    return a.rules == b.rules || rules[a.index] == rules[b.index];
  });
  Number(&pools_, &Pool::partition,
         [](const Pool& a, const Pool& b) { return a.config->partition == b.config->partition; });
  auto list = std::make_shared<std::vector<std::shared_ptr<const PoolNames>>>();
  list->reserve(pools_.size());
  for (const Pool& pool : pools_) {
    pools_of_[pool.config->partition].push_back(&pool);
    auto names = std::make_shared<PoolNames>();
    names->pool = pool.config->name;
    names->site = pool.site->name;
    names->zone = pool.site->zone;
    names->partition = pool.config->partition;
    names->hardware = pool.config->hardware;
    for (const auto* name :
         {&names->pool, &names->site, &names->zone, &names->partition, &names->hardware}) {
      names->escaped_bytes += JsonText::EscapedSize(*name);
    }
    list->push_back(std::move(names));
  }
  pool_names_ = std::move(list);
}

const std::vector<const Snapshot::Pool*>& Snapshot::PoolsOf(absl::string_view partition) const {
  static const std::vector<const Pool*>& none = *new std::vector<const Pool*>;
  const auto found = pools_of_.find(partition);
  return found == pools_of_.end() ? none : found->second;
}

std::string Sha256Hex(absl::string_view bytes) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> hex;
  SHA256Data(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), hex.data());
  return std::string(hex.data());
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::Assemble(
    Manifest manifest, PlacementConfig config, std::shared_ptr<const DrawnForecasts> forecasts,
    CapacityState capacity, std::shared_ptr<const AdmissionRules> admission) {
  // make_shared cannot call the private constructor.
  std::shared_ptr<Snapshot> snapshot(new Snapshot);
  snapshot->manifest_ = std::make_shared<const Manifest>(std::move(manifest));
  snapshot->config_ = std::move(config);
  snapshot->forecasts_ = std::move(forecasts);
  snapshot->capacity_ = std::move(capacity);
  snapshot->admission_ = std::move(admission);

  const PlacementConfig& parts = snapshot->config_;
  absl::Status error;
  const Named sites = IndexByName(
      parts.sites, [](const SiteConfig& s) -> absl::string_view { return s.name; }, "site", &error);
  const Named pools = IndexByName(
      parts.pools, [](const PoolConfig& p) -> absl::string_view { return p.name; }, "pool", &error);
  const Named zones = IndexByName(
      snapshot->forecasts(), [](const ZoneForecast& f) -> absl::string_view { return f.zone; },
      "forecast of zone", &error);
  const Named groups = IndexByName(
      snapshot->capacity_.groups, [](const NodeGroup& g) -> absl::string_view { return g.name; },
      "node group", &error);
  const Named states = IndexByName(
      snapshot->capacity_.pools, [](const PoolState& p) -> absl::string_view { return p.pool; },
      "state of pool", &error);
  if (!error.ok()) return error;

  for (const NodeGroup& group : snapshot->capacity_.groups) {
    for (const std::string& holder : group.within) {
      if (groups.contains(holder)) continue;
      return Unknown("node group", holder, absl::StrCat("node group \"", group.name, "\""));
    }
  }
  for (const PoolState& state : snapshot->capacity_.pools) {
    const std::string owner = absl::StrCat("state of pool \"", state.pool, "\"");
    if (!pools.contains(state.pool)) return Unknown("pool", state.pool, owner);
    if (!groups.contains(state.group)) return Unknown("node group", state.group, owner);
  }
  for (const QueuedUse& use : snapshot->capacity_.uses) {
    if (!groups.contains(use.group)) {
      return Unknown("node group", use.group, absl::StrCat("use by job ", use.job_id));
    }
  }
  Factors factors(&snapshot->factors_);
  snapshot->pools_.reserve(parts.pools.size());
  for (const PoolConfig& config : parts.pools) {
    const std::string owner = absl::StrCat("pool \"", config.name, "\"");
    Pool pool{};
    pool.index = snapshot->pools_.size();
    pool.config = &config;
    pool.site = Find(sites, parts.sites, config.site);
    if (pool.site == nullptr) return Unknown("site", config.site, owner);
    const auto hardware = parts.hardware.find(config.hardware);
    if (hardware == parts.hardware.end()) return Unknown("hardware", config.hardware, owner);
    pool.hardware = &hardware->second;
    const auto zone = zones.find(pool.site->zone);
    pool.zone_index = zone == zones.end() ? -1 : zone->second;
    pool.forecast = Find(zones, snapshot->forecasts(), pool.site->zone);
    pool.rules = snapshot->admission_->FindPartition(config.partition);
    pool.state = Find(states, snapshot->capacity_.pools, config.name);
    if (pool.state != nullptr) {
      pool.group = Find(groups, snapshot->capacity_.groups, pool.state->group);
      pool.group_index = static_cast<size_t>(pool.group - snapshot->capacity_.groups.data());
    }
    pool.watts_factor = factors.Draw(absl::StrCat("watts/", pool.hardware->name),
                                     RelativeSpread(pool.hardware->busy.quality));
    if (const auto& speed = pool.hardware->throughput; speed.has_value()) {
      pool.speed_factor[static_cast<size_t>(Precision::kBf16)] =
          factors.Draw(absl::StrCat("speed/", pool.hardware->name), RelativeSpread(speed->quality));
    }
    if (const auto& speed = pool.hardware->throughput_fp8; speed.has_value()) {
      pool.speed_factor[static_cast<size_t>(Precision::kFp8)] = factors.Draw(
          absl::StrCat("speed-fp8/", pool.hardware->name), RelativeSpread(speed->quality));
    }
    pool.stays_powered = StaysPowered(config, pool.state);
    if (pool.stays_powered == 0) {
      pool.added = pool.hardware->busy.value;
      pool.added_factor = pool.watts_factor;
    } else if (const auto& free = pool.hardware->free; free && pool.stays_powered) {
      const Watts idle = free->value * *pool.stays_powered;
      pool.added = pool.hardware->busy.value - idle;
      pool.added_factor = factors.DrawDifference(
          absl::StrCat("added/", *pool.stays_powered, "/", pool.hardware->name),
          pool.hardware->busy.value, *pool.watts_factor, idle,
          *factors.Draw(absl::StrCat("free/", pool.hardware->name), RelativeSpread(free->quality)));
    }
    // The part of a PUE above 1, its overhead, is what errs.
    const Sourced<double>& pue = pool.site->pue;
    pool.pue_factor = factors.Draw(absl::StrCat("pue/", pool.site->name),
                                   RelativeSpread(pue.quality) * ((pue.value - 1) / pue.value));
    snapshot->pools_.push_back(pool);
  }
  snapshot->Classify();
  return snapshot;
}

}  // namespace carbon
