// The manifest and the capacity part, as JSON. Their fields are in docs/snapshot.md; change both
// together.
#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/cluster/queued_uses_codec.h"
#include "core/json/json_bounds.h"
#include "core/snapshot/snapshot.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

// Without `readers`: they were in the configuration part.
constexpr int kManifestVersionBefore = 2;
constexpr int kCapacityVersion = 6;
// Without `watched_until`.
constexpr int kCapacityVersionBefore = 5;
// And each of the uses is an object, which names its group and what it takes.
constexpr int kCapacityVersionWithObjects = 4;
// As kDimensions, and last `apart`.
constexpr std::initializer_list<absl::string_view> kAmountKeys = {
    "nodes",      "devices",       "cpus",   "memory_mib", "full_nodes",
    "half_nodes", "quarter_nodes", "halves", "quarters",   "apart"};
constexpr int kMaxDepth = 8;
constexpr size_t kMaxKey = 64;
// The year 9999: far from every overflow.
constexpr int64_t kLastSecond = 253402300799;
// Longer than any limit that Slurm can express in 32 bits of minutes.
constexpr int64_t kMaxSeconds = int64_t{60} << 32;

// Calls `visit` with the key and the place of each number of an amount.
template <class Amount, class Visit>
void EachAmount(Amount* amount, Visit visit) {
  const auto* key = kAmountKeys.begin();
  for (const auto what : kDimensions) visit(key++->data(), &(amount->*what));
  visit(key->data(), &amount->apart);
}

// Reads one JSON object's members, each checked for presence and type. The first fault is kept in
// the shared `error`, and everything reads as empty from then on.
class Members {
 public:
  Members(const Json& object, std::string path, absl::Span<const absl::string_view> known,
          absl::Status* error)
      : object_(object), path_(std::move(path)), error_(error) {
    if (!object_.is_object()) {
      Fail("", "is not an object");
      return;
    }
    for (const auto& [key, value] : object_.items()) {
      if (std::find(known.begin(), known.end(), absl::string_view(key)) == known.end()) {
        Fail(key, "is not known");
      }
    }
  }

  std::string String(const char* key) {
    const Json* value = Find(key);
    if (value == nullptr) return "";
    if (value->is_string()) return value->get<std::string>();
    Fail(key, "is not a string");
    return "";
  }
  bool Bool(const char* key) {
    const Json* value = Find(key);
    if (value == nullptr) return false;
    if (value->is_boolean()) return value->get<bool>();
    Fail(key, "is not true or false");
    return false;
  }
  int64_t Integer(const char* key, int64_t least, int64_t most) {
    const Json* value = Find(key);
    if (value == nullptr) return 0;
    if (value->is_number_integer() &&
        !(value->is_number_unsigned() && value->get<uint64_t>() > INT64_MAX)) {
      const int64_t number = value->get<int64_t>();
      if (number >= least && number <= most) return number;
    }
    Fail(key, absl::StrCat("is not a whole number in [", least, ", ", most, "]"));
    return 0;
  }
  std::optional<int64_t> OptionalInteger(const char* key, int64_t most) {
    const Json* value = Find(key);
    if (value == nullptr || value->is_null()) return std::nullopt;
    return Integer(key, 0, most);
  }
  double Share(const char* key) {
    const Json* value = Find(key);
    if (value == nullptr) return 0;
    if (value->is_number()) {
      const double share = value->get<double>();
      if (share >= 0 && share <= 1) return share;
    }
    Fail(key, "is not a number in [0, 1]");
    return 0;
  }
  std::optional<double> OptionalShare(const char* key) {
    const Json* value = Find(key);
    if (value == nullptr || value->is_null()) return std::nullopt;
    return Share(key);
  }
  absl::Time Time(const char* key) {
    return absl::FromUnixSeconds(Integer(key, -kLastSecond, kLastSecond));
  }
  // What is not named is zero.
  Resources Amount(const char* key) {
    const Json* value = Find(key);
    if (value == nullptr) return {};
    Members amount(*value, absl::StrCat(path_, "/", key), kAmountKeys, error_);
    Resources resources;
    EachAmount(&resources, [&](const char* name, int64_t* number) {
      if (value->contains(name)) *number = amount.Integer(name, 0, Resources::kUnlimited);
    });
    return resources;
  }
  JobDefaults Defaults(const char* key) {
    const Json* value = Find(key);
    if (value == nullptr) return {};
    Members given(*value, absl::StrCat(path_, "/", key),
                  {"memory_per_node_mib", "memory_per_cpu_mib", "memory_per_device_mib",
                   "cpus_per_device", "cpus_per_core", "threads_per_core", "whole_nodes"},
                  error_);
    JobDefaults defaults;
    defaults.memory_per_node_mib = given.Integer("memory_per_node_mib", 0, Resources::kUnlimited);
    defaults.memory_per_cpu_mib = given.Integer("memory_per_cpu_mib", 0, Resources::kUnlimited);
    defaults.memory_per_device_mib =
        given.Integer("memory_per_device_mib", 0, Resources::kUnlimited);
    defaults.cpus_per_device = given.Integer("cpus_per_device", 0, Resources::kUnlimited);
    defaults.cpus_per_core = given.Integer("cpus_per_core", 1, Resources::kUnlimited);
    defaults.threads_per_core = given.Integer("threads_per_core", 1, Resources::kUnlimited);
    defaults.whole_nodes = given.Bool("whole_nodes");
    return defaults;
  }
  std::vector<std::string> Strings(const char* key) {
    std::vector<std::string> strings;
    Each(key, [&](const Json& element, const std::string& path) {
      if (element.is_string()) {
        strings.push_back(element.get<std::string>());
      } else if (error_->ok()) {
        *error_ = absl::DataLossError(absl::StrCat(path, ": is not a string"));
      }
    });
    return strings;
  }
  // Calls `read` with each element and its path.
  template <class Read>
  void Each(const char* key, Read read) {
    const Json* value = Find(key);
    if (value == nullptr) return;
    if (!value->is_array()) return Fail(key, "is not an array");
    for (size_t i = 0; i < value->size() && error_->ok(); ++i) {
      read((*value)[i], absl::StrCat(path_, "/", key, "/", i));
    }
  }
  void Fail(absl::string_view key, absl::string_view fact) {
    if (!error_->ok()) return;
    *error_ = absl::DataLossError(absl::StrCat(path_, key.empty() ? "" : "/", key, ": ", fact));
  }

 private:
  const Json* Find(const char* key) {
    if (!error_->ok()) return nullptr;
    const auto found = object_.find(key);
    if (found != object_.end()) return &*found;
    Fail(key, "is missing");
    return nullptr;
  }

  const Json& object_;
  std::string path_;
  absl::Status* error_;
};

// nullopt for what is no JSON object, or is nested deeper or has longer keys than anything we
// write.
std::optional<Json> ParseObject(absl::string_view bytes) {
  if (!IsWithinBounds(bytes, kMaxDepth, kMaxKey)) return std::nullopt;
  Json object = Json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
  if (object.is_object()) return object;
  return std::nullopt;
}

// Returns the version, which is `version` or one of those before it that are still read. Another
// version is not a fault of the bytes, so it is reported before anything else is judged.
absl::StatusOr<int> ReadVersion(absl::string_view part, const Json& object, int version,
                                std::initializer_list<int> before) {
  const auto found = object.find("version");
  if (found == object.end() || !found->is_number_integer()) {
    return absl::DataLossError(absl::StrCat(part, ": /version: is not a whole number"));
  }
  if (*found == version) return version;
  for (const int older : before) {
    if (*found == older) return older;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(part, ": version ", found->dump(), ", this program reads version ", version));
}

bool IsSha256Hex(absl::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Json AmountJson(const Resources& amount) {
  Json json = Json::object();
  EachAmount(&amount, [&json](const char* name, const int64_t* number) {
    if (*number != 0) json[name] = *number;
  });
  return json;
}

template <class T, class Convert>
Json OrNull(const std::optional<T>& value, Convert convert) {
  return value.has_value() ? Json(convert(*value)) : Json(nullptr);
}

// Bytes that are not UTF-8 cannot be JSON; the names of partitions and nodes are ASCII in practice.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string SerializeManifest(const Manifest& manifest) {
  const bool is_current = manifest.readers.has_value();
  Json json = {{"version", is_current ? Manifest::kVersion : kManifestVersionBefore},
               {"published_at", absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", manifest.published_at,
                                                 absl::UTCTimeZone())},
               {"parts", Json::object()}};
  for (const PartInfo& info : kParts) json["parts"][info.name] = manifest.hashes[info.part];
  if (is_current) {
    json["readers"] = {{"log", manifest.readers->log},
                       {"period_s", absl::ToInt64Seconds(manifest.readers->period)}};
  }
  return Dump(json) + "\n";
}

absl::StatusOr<Manifest> ParseManifest(absl::string_view bytes) {
  const std::optional<Json> json = ParseObject(bytes);
  if (!json.has_value()) return absl::DataLossError("manifest: is not a JSON object");
  const absl::StatusOr<int> version =
      ReadVersion("manifest", *json, Manifest::kVersion, {kManifestVersionBefore});
  if (!version.ok()) return version.status();
  absl::Status error;
  Members top(*json, "manifest: ", {"version", "published_at", "parts", "readers"}, &error);
  const std::string published_at = top.String("published_at");
  Manifest manifest;
  std::string why;
  if (!absl::ParseTime("%Y-%m-%dT%H:%M:%E*SZ", published_at, &manifest.published_at, &why) ||
      manifest.published_at == absl::InfiniteFuture() ||
      manifest.published_at == absl::InfinitePast()) {
    top.Fail("published_at", absl::StrCat("\"", published_at, "\" is not a time in UTC"));
  }
  const auto parts_json = json->find("parts");
  if (parts_json == json->end()) top.Fail("parts", "is missing");
  if (!error.ok()) return error;
  std::vector<absl::string_view> names;
  for (const PartInfo& info : kParts) names.push_back(info.name);
  Members parts(*parts_json, "manifest: /parts", names, &error);
  for (const PartInfo& info : kParts) {
    std::string& hash = manifest.hashes[info.part];
    hash = parts.String(info.name);
    if (!IsSha256Hex(hash)) parts.Fail(info.name, "is not a SHA-256 in lower-case hexadecimal");
  }
  const auto found = json->find("readers");
  if (*version == kManifestVersionBefore) {
    if (found != json->end()) top.Fail("readers", "is not known");
  } else if (found == json->end()) {
    top.Fail("readers", "is missing");
  } else {
    Members readers(*found, "manifest: /readers", {"log", "period_s"}, &error);
    manifest.readers = {.log = readers.String("log"),
                        .period = absl::Seconds(readers.Integer("period_s", 1, kMaxSeconds))};
    // An empty one: there is no log.
    const std::string& log = manifest.readers->log;
    if (!log.empty() && log[0] != '/') readers.Fail("log", "is not an absolute path");
  }
  if (!error.ok()) return error;
  return manifest;
}

std::string SerializeCapacity(const CapacityState& capacity) {
  const auto in_seconds = [](absl::Duration duration) { return absl::ToInt64Seconds(duration); };
  Json groups = Json::array();
  for (const NodeGroup& group : capacity.groups) {
    groups.push_back({{"name", group.name},
                      {"total", AmountJson(group.total)},
                      {"per_node", AmountJson(group.per_node)},
                      {"within", group.within},
                      {"beside", group.beside}});
  }
  Json pools = Json::array();
  for (const PoolState& pool : capacity.pools) {
    pools.push_back({{"pool", pool.pool},
                     {"group", pool.group},
                     {"up", pool.up},
                     {"is_default", pool.is_default},
                     {"max_time_s", OrNull(pool.max_time, in_seconds)},
                     {"default_time_s", OrNull(pool.default_time, in_seconds)},
                     {"max_nodes", OrNull(pool.max_nodes, [](int64_t nodes) { return nodes; })},
                     {"has_others", pool.has_others},
                     {"defaults",
                      {{"memory_per_node_mib", pool.defaults.memory_per_node_mib},
                       {"memory_per_cpu_mib", pool.defaults.memory_per_cpu_mib},
                       {"memory_per_device_mib", pool.defaults.memory_per_device_mib},
                       {"cpus_per_device", pool.defaults.cpus_per_device},
                       {"cpus_per_core", pool.defaults.cpus_per_core},
                       {"threads_per_core", pool.defaults.threads_per_core},
                       {"whole_nodes", pool.defaults.whole_nodes}}},
                     {"stays_powered", OrNull(pool.stays_powered, [](double s) { return s; })},
                     {"wake_up_s", in_seconds(pool.wake_up)},
                     {"asleep", pool.asleep}});
  }
  const Json json = {{"version", kCapacityVersion},
                     {"taken_at", absl::ToUnixSeconds(capacity.taken_at)},
                     {"watched_at", OrNull(capacity.watched_at, absl::ToUnixSeconds)},
                     {"watched_until", OrNull(capacity.watched_until, absl::ToUnixSeconds)},
                     {"cluster", capacity.cluster},
                     {"default_partition", capacity.default_partition},
                     {"groups", std::move(groups)},
                     {"pools", std::move(pools)}};
  // The uses come last, as text: there are so many that no tree is made of them first.
  std::string bytes = Dump(json);
  bytes.pop_back();
  bytes += ",\"uses\":";
  AppendQueuedUses(capacity, &bytes);
  bytes += "}\n";
  return bytes;
}

absl::StatusOr<CapacityState> ParseCapacity(absl::string_view bytes) {
  const std::optional<Json> json = ParseObject(bytes);
  if (!json.has_value()) return absl::DataLossError("capacity part: is not a JSON object");
  const absl::StatusOr<int> version =
      ReadVersion("capacity part", *json, kCapacityVersion,
                  {kCapacityVersionBefore, kCapacityVersionWithObjects});
  if (!version.ok()) return version.status();
  absl::Status error;
  Members top(*json, "capacity part: ",
              {"version", "taken_at", "watched_at", "watched_until", "cluster", "default_partition",
               "groups", "pools", "uses"},
              &error);
  CapacityState capacity;
  capacity.taken_at = top.Time("taken_at");
  if (const auto second = top.OptionalInteger("watched_at", kLastSecond)) {
    capacity.watched_at = absl::FromUnixSeconds(*second);
  }
  if (*version < kCapacityVersion) {
    if (json->contains("watched_until")) top.Fail("watched_until", "is not known");
  } else if (const auto second = top.OptionalInteger("watched_until", kLastSecond)) {
    capacity.watched_until = absl::FromUnixSeconds(*second);
  }
  capacity.cluster = top.String("cluster");
  capacity.default_partition = top.String("default_partition");
  top.Each("groups", [&](const Json& element, std::string path) {
    Members group(element, std::move(path), {"name", "total", "per_node", "within", "beside"},
                  &error);
    capacity.groups.push_back({group.String("name"), group.Amount("total"),
                               group.Amount("per_node"), group.Strings("within"),
                               group.String("beside")});
  });
  top.Each("pools", [&](const Json& element, std::string path) {
    Members pool(element, std::move(path),
                 {"pool", "group", "up", "is_default", "max_time_s", "default_time_s", "max_nodes",
                  "has_others", "defaults", "stays_powered", "wake_up_s", "asleep"},
                 &error);
    PoolState state;
    state.pool = pool.String("pool");
    state.group = pool.String("group");
    state.up = pool.Bool("up");
    state.is_default = pool.Bool("is_default");
    if (const auto limit = pool.OptionalInteger("max_time_s", kMaxSeconds)) {
      state.max_time = absl::Seconds(*limit);
    }
    if (const auto limit = pool.OptionalInteger("default_time_s", kMaxSeconds)) {
      state.default_time = absl::Seconds(*limit);
    }
    state.max_nodes = pool.OptionalInteger("max_nodes", Resources::kUnlimited);
    state.defaults = pool.Defaults("defaults");
    state.stays_powered = pool.OptionalShare("stays_powered");
    state.has_others = pool.Bool("has_others");
    state.wake_up = absl::Seconds(pool.Integer("wake_up_s", 0, kMaxSeconds));
    state.asleep = pool.Share("asleep");
    capacity.pools.push_back(std::move(state));
  });
  if (*version > kCapacityVersionWithObjects) {
    const auto uses = json->find("uses");
    if (uses == json->end()) top.Fail("uses", "is missing");
    if (!error.ok()) return error;
    absl::Status read = ReadQueuedUses(*uses, &capacity);
    if (read.ok()) return capacity;
    return absl::Status(read.code(), absl::StrCat("capacity part: ", read.message()));
  }
  top.Each("uses", [&](const Json& element, std::string path) {
    Members use(element, std::move(path),
                {"job_id", "decision_id", "group", "start", "end", "amount"}, &error);
    QueuedUse queued;
    queued.job_id = static_cast<uint32_t>(use.Integer("job_id", 0, UINT32_MAX));
    queued.decision_id = use.String("decision_id");
    queued.group = use.String("group");
    queued.when = {use.Time("start"), use.Time("end")};
    queued.amount = use.Amount("amount");
    if (queued.when.end < queued.when.start) use.Fail("end", "is before the start");
    capacity.uses.push_back(std::move(queued));
  });
  if (!error.ok()) return error;
  return capacity;
}

}  // namespace carbon
