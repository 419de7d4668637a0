// The fields are in docs/snapshot.md; change both together.
#include "core/cluster/capacity_codec.h"

#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "core/cluster/queued_uses_codec.h"
#include "core/json/json_document.h"
#include "core/json/json_reader.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 6;
// Version 5 has no `watched_until`.
constexpr int kVersionWithoutWatchedUntil = 5;
// In version 4 each use is also an object, which names its group and what it takes.
constexpr int kOldestVersion = 4;
// In the order of kDimensions. `apart` comes after them.
constexpr const char* kAmountKeys[] = {"nodes",         "devices",    "cpus",
                                       "memory_mib",    "full_nodes", "half_nodes",
                                       "quarter_nodes", "halves",     "quarters"};
constexpr char kApartKey[] = "apart";
static_assert(std::size(kAmountKeys) == std::size(kDimensions));
// The year 9999: far from every overflow.
constexpr int64_t kLastSecond = 253402300799;
// Longer than any limit that Slurm can express in 32 bits of minutes.
constexpr int64_t kMaxSeconds = int64_t{60} << 32;
constexpr WholeNumber kAmount = {.most = Resources::kUnlimited};
constexpr NumberRange kShare = {.low = 0, .high = 1};

template <class T, class Convert>
Json OrNull(const std::optional<T>& value, Convert convert) {
  return value.has_value() ? Json(convert(*value)) : Json(nullptr);
}

Json AmountJson(const Resources& amount) {
  Json json = Json::object();
  for (size_t i = 0; i < std::size(kDimensions); ++i) {
    if (amount.*kDimensions[i] != 0) json[kAmountKeys[i]] = amount.*kDimensions[i];
  }
  if (amount.apart != 0) json[kApartKey] = amount.apart;
  return json;
}

Json GroupJson(const NodeGroup& group) {
  return {{"name", group.name},
          {"total", AmountJson(group.total)},
          {"per_node", AmountJson(group.per_node)},
          {"within", group.within},
          {"beside", group.beside}};
}

Json DefaultsJson(const JobDefaults& defaults) {
  return {{"memory_per_node_mib", defaults.memory_per_node_mib},
          {"memory_per_cpu_mib", defaults.memory_per_cpu_mib},
          {"memory_per_device_mib", defaults.memory_per_device_mib},
          {"cpus_per_device", defaults.cpus_per_device},
          {"cpus_per_core", defaults.cpus_per_core},
          {"threads_per_core", defaults.threads_per_core},
          {"whole_nodes", defaults.whole_nodes}};
}

Json PoolJson(const PoolState& pool) {
  const auto in_seconds = [](absl::Duration duration) { return absl::ToInt64Seconds(duration); };
  return {{"pool", pool.pool},
          {"group", pool.group},
          {"up", pool.up},
          {"is_default", pool.is_default},
          {"max_time_s", OrNull(pool.max_time, in_seconds)},
          {"default_time_s", OrNull(pool.default_time, in_seconds)},
          {"max_nodes", OrNull(pool.max_nodes, [](int64_t nodes) { return nodes; })},
          {"has_others", pool.has_others},
          {"defaults", DefaultsJson(pool.defaults)},
          {"stays_powered", OrNull(pool.stays_powered, [](double share) { return share; })},
          {"wake_up_s", in_seconds(pool.wake_up)},
          {"asleep", pool.asleep}};
}

// Reads Unix seconds.
std::optional<absl::Time> Second(const JsonValue& json) {
  const std::optional<int64_t> second =
      WholeNumber{.most = kLastSecond, .least = -kLastSecond}(json);
  if (!second.has_value()) return std::nullopt;
  return absl::FromUnixSeconds(*second);
}

// Reads Unix seconds, from 1970 on.
std::optional<absl::Time> SecondSince1970(const JsonValue& json) {
  const std::optional<int64_t> second = WholeNumber{.most = kLastSecond}(json);
  if (!second.has_value()) return std::nullopt;
  return absl::FromUnixSeconds(*second);
}

std::optional<absl::Duration> Seconds(const JsonValue& json) {
  const std::optional<int64_t> seconds = WholeNumber{.most = kMaxSeconds}(json);
  if (!seconds.has_value()) return std::nullopt;
  return absl::Seconds(*seconds);
}

// Reads an amount. A dimension that is not there is zero.
std::optional<Resources> Amount(const JsonValue& json) {
  JsonObject object(json);
  Resources amount;
  for (size_t i = 0; i < std::size(kDimensions); ++i) {
    object.Read(kAmountKeys[i], &(amount.*kDimensions[i]), kAmount);
  }
  object.Read(kApartKey, &amount.apart, kAmount);
  return amount;
}

std::optional<JobDefaults> Defaults(const JsonValue& json) {
  constexpr WholeNumber kAtLeastOne = {.most = Resources::kUnlimited, .least = 1};
  JsonObject object(json);
  JobDefaults defaults;
  object.Require("memory_per_node_mib", &defaults.memory_per_node_mib, kAmount);
  object.Require("memory_per_cpu_mib", &defaults.memory_per_cpu_mib, kAmount);
  object.Require("memory_per_device_mib", &defaults.memory_per_device_mib, kAmount);
  object.Require("cpus_per_device", &defaults.cpus_per_device, kAmount);
  object.Require("cpus_per_core", &defaults.cpus_per_core, kAtLeastOne);
  object.Require("threads_per_core", &defaults.threads_per_core, kAtLeastOne);
  object.Require("whole_nodes", &defaults.whole_nodes, Boolean);
  return defaults;
}

NodeGroup ReadGroup(const JsonValue& json) {
  JsonObject object(json);
  NodeGroup group;
  object.Require("name", &group.name, AnyText);
  object.Require("total", &group.total, Amount);
  object.Require("per_node", &group.per_node, Amount);
  ForEach(object.Demand("within"), [&group](const JsonValue& holder) {
    group.within.push_back(AnyText(holder).value_or(""));
  });
  object.Require("beside", &group.beside, AnyText);
  return group;
}

PoolState ReadPool(const JsonValue& json) {
  JsonObject object(json);
  PoolState pool;
  object.Require("pool", &pool.pool, AnyText);
  object.Require("group", &pool.group, AnyText);
  object.Require("up", &pool.up, Boolean);
  object.Require("is_default", &pool.is_default, Boolean);
  object.Require("max_time_s", &pool.max_time, NullOr(Seconds));
  object.Require("default_time_s", &pool.default_time, NullOr(Seconds));
  object.Require("max_nodes", &pool.max_nodes, NullOr(kAmount));
  object.Require("has_others", &pool.has_others, Boolean);
  object.Require("defaults", &pool.defaults, Defaults);
  object.Require("stays_powered", &pool.stays_powered, NullOr(kShare));
  object.Require("wake_up_s", &pool.wake_up, Seconds);
  object.Require("asleep", &pool.asleep, kShare);
  return pool;
}

// Reads a use as version 4 has it.
QueuedUse ReadUseObject(const JsonValue& json) {
  JsonObject object(json);
  QueuedUse use;
  object.Require("job_id", &use.job_id, Uint32);
  object.Require("decision_id", &use.decision_id, AnyText);
  object.Require("group", &use.group, AnyText);
  object.Require("start", &use.when.start, Second);
  object.Require("end", &use.when.end, Second);
  object.Require("amount", &use.amount, Amount);
  if (use.when.end < use.when.start) json.Refuse("is before the start", "/end");
  return use;
}

// Reads the part. The first refusal ends its arrays: the errors of a large part gone wrong would be
// larger.
CapacityState ReadCapacity(const JsonValue& root, int version) {
  JsonObject object(root);
  object.Find("version");  // read before
  CapacityState capacity;
  object.Require("taken_at", &capacity.taken_at, Second);
  object.Require("watched_at", &capacity.watched_at, NullOr(SecondSince1970));
  if (version > kVersionWithoutWatchedUntil) {
    object.Require("watched_until", &capacity.watched_until, NullOr(SecondSince1970));
  }
  object.Require("cluster", &capacity.cluster, AnyText);
  object.Require("default_partition", &capacity.default_partition, AnyText);
  ForEach(object.Demand("groups"),
          [&](const JsonValue& group) { capacity.groups.push_back(ReadGroup(group)); });
  ForEach(object.Demand("pools"),
          [&](const JsonValue& pool) { capacity.pools.push_back(ReadPool(pool)); });
  const std::optional<JsonValue> uses = object.Demand("uses");
  if (version > kOldestVersion) {
    if (uses.has_value()) ReadQueuedUses(*uses, &capacity);
  } else {
    ForEach(uses, [&](const JsonValue& use) { capacity.uses.push_back(ReadUseObject(use)); });
  }
  return capacity;
}

}  // namespace

std::string SerializeCapacity(const CapacityState& capacity) {
  Json groups = Json::array();
  for (const NodeGroup& group : capacity.groups) groups.push_back(GroupJson(group));
  Json pools = Json::array();
  for (const PoolState& pool : capacity.pools) pools.push_back(PoolJson(pool));
  const Json json = {{"version", kVersion},
                     {"taken_at", absl::ToUnixSeconds(capacity.taken_at)},
                     {"watched_at", OrNull(capacity.watched_at, absl::ToUnixSeconds)},
                     {"watched_until", OrNull(capacity.watched_until, absl::ToUnixSeconds)},
                     {"cluster", capacity.cluster},
                     {"default_partition", capacity.default_partition},
                     {"groups", std::move(groups)},
                     {"pools", std::move(pools)}};
  // Names of partitions and nodes are ASCII in practice. Other bytes may not be UTF-8, and then
  // cannot be JSON.
  std::string bytes = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  // The uses come last, as text: there are so many that no tree is made of them first.
  bytes.pop_back();
  bytes += ",\"uses\":";
  AppendQueuedUses(capacity, &bytes);
  bytes += "}\n";
  return bytes;
}

absl::StatusOr<CapacityState> ParseCapacity(absl::string_view bytes) {
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(bytes, "capacity part");
  if (!document.ok()) return document.status();
  const absl::StatusOr<int> version = document->ReadVersion("version", kOldestVersion, kVersion);
  if (!version.ok()) return version.status();
  return document->Result(ReadCapacity(document->root(), *version));
}

}  // namespace carbon
