// Reads and writes the snapshot's admission part as JSON. docs/snapshot.md describes its fields;
// change both together.
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/admission/admission.h"
#include "core/json/json_document.h"
#include "core/json/json_reader.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 2;
// Version 1 lacks the fields that version 2 added. It does not say whether it left out a rule that
// limits a partition. So each partition gets an unknown rule: it admits no job from another home.
constexpr int kOldestVersion = 1;

template <class T>
Json OrNull(const std::optional<T>& value) {
  return value.has_value() ? Json(*value) : Json(nullptr);
}

Json IndexOrNull(int32_t index) { return index < 0 ? Json(nullptr) : Json(index); }

Json LimitsJson(const std::vector<Limit>& limits) {
  Json json = Json::array();
  for (const Limit& limit : limits) {
    json.push_back(Json::array({std::string(LimitName(limit.kind)), limit.tres, limit.value}));
  }
  return json;
}

Json MemoryJson(const std::optional<MemoryRule>& rule) {
  if (!rule.has_value()) return nullptr;
  return {{"mib", rule->mib}, {"per_cpu", rule->per_cpu}};
}

Json ShapeJson(const NodeShape& shape) {
  return {{"cpus", shape.cpus},
          {"threads_per_core", shape.threads_per_core},
          {"devices", shape.devices},
          {"memory_mib", shape.memory_mib}};
}

Json QosJson(const QosRules& qos) {
  return {{"name", qos.name},
          {"deny_on_limit", qos.deny_on_limit},
          {"over_partition_qos", qos.over_partition_qos},
          {"usage_threshold", qos.usage_threshold},
          {"limit_factor", qos.limit_factor},
          {"wall_factor", qos.wall_factor},
          {"unknown_flags", qos.unknown_flags},
          {"limits", LimitsJson(qos.limits)}};
}

Json UserJson(const UserRules& user) {
  Json associations = Json::array();
  for (const AssociationRules& association : user.associations) {
    associations.push_back({{"account", association.account},
                            {"partition", association.partition},
                            {"default_qos", IndexOrNull(association.default_qos)},
                            {"qos", association.qos},
                            {"limits", LimitsJson(association.limits)}});
  }
  return {{"user_id", user.user_id},
          {"default_account", user.default_account},
          {"associations", std::move(associations)}};
}

Json PartitionJson(const PartitionRules& partition) {
  return {{"name", partition.name},
          {"allow_accounts", OrNull(partition.allow_accounts)},
          {"deny_accounts", partition.deny_accounts},
          {"allow_groups", OrNull(partition.allow_groups)},
          {"allow_users", partition.allow_users},
          {"allow_qos", OrNull(partition.allow_qos)},
          {"deny_qos", partition.deny_qos},
          {"qos", partition.qos},
          {"alloc_nodes", partition.alloc_nodes},
          {"root_only", partition.root_only},
          {"no_root", partition.no_root},
          {"needs_reservation", partition.needs_reservation},
          {"hidden", partition.hidden},
          {"preemptible", partition.preemptible},
          {"priority_tier", partition.priority_tier},
          {"nodes", partition.nodes},
          {"min_nodes", partition.min_nodes},
          {"max_nodes", OrNull(partition.max_nodes)},
          {"max_cpus_per_node", OrNull(partition.max_cpus_per_node)},
          {"max_cpus_per_socket", OrNull(partition.max_cpus_per_socket)},
          {"unknown_flags", partition.unknown_flags},
          {"max_memory", MemoryJson(partition.max_memory)},
          {"default_memory", MemoryJson(partition.default_memory)},
          {"device_defaults", partition.device_defaults},
          {"billing_weights", partition.billing_weights},
          {"sharing", partition.sharing},
          {"topology", partition.topology},
          {"least", ShapeJson(partition.least)},
          {"most", ShapeJson(partition.most)}};
}

// Reads the part. An array ends at its first fault: the errors of a large broken part would be
// larger than the part.
class AdmissionReader {
 public:
  explicit AdmissionReader(int version) : version_(version) {}

  AdmissionRules Read(const JsonValue& root) && {
    JsonObject top(root);
    top.Find("version");  // checked before
    ReadEnforced(&top);
    rules_.tasks_set_max_nodes = true;  // the safe side, for version 1
    if (version_ >= 2) {
      top.Require("tasks_set_max_nodes", &rules_.tasks_set_max_nodes, Boolean);
      top.Require("binds_cpus_to_devices", &rules_.binds_cpus_to_devices, Boolean);
    }
    top.Require("accounting_known", &rules_.accounting_known, Boolean);
    ForEach(top.Demand("qos"), [this](const JsonValue& value) { ReadQos(value); });
    ForEach(top.Demand("accounts"), [this](const JsonValue& value) { ReadAccount(value); });
    ForEach(top.Demand("users"), [this](const JsonValue& value) { ReadUser(value); });
    rules_.default_qos = Index(top.Demand("default_qos"), rules_.qos.size());
    ForEach(top.Demand("partitions"), [this](const JsonValue& value) { ReadPartition(value); });
    return std::move(rules_);
  }

 private:
  int64_t Integer(const std::optional<JsonValue>& value, int64_t most = INT64_MAX) {
    return value.has_value() ? WholeNumber{most}(*value).value_or(0) : 0;
  }
  uint32_t Bits(const std::optional<JsonValue>& value) {
    return static_cast<uint32_t>(Integer(value, UINT32_MAX));
  }
  std::optional<int64_t> IntegerOrNull(const std::optional<JsonValue>& value) {
    if (!value.has_value() || value->json().is_null()) return std::nullopt;
    return Integer(value);
  }
  double Factor(const std::optional<JsonValue>& value) {
    if (!value.has_value()) return 0;
    return NumberRange{0, 1e12}(*value).value_or(0);
  }
  std::string String(const std::optional<JsonValue>& value) {
    return value.has_value() ? AnyText(*value).value_or("") : "";
  }
  // Returns -1 for null.
  int32_t Index(const std::optional<JsonValue>& value, size_t count) {
    if (!value.has_value() || value->json().is_null()) return -1;
    const int64_t index = Integer(value);
    if (index < static_cast<int64_t>(count)) return static_cast<int32_t>(index);
    value->Refuse(absl::StrCat("is an index beyond the ", count, " that there are"));
    return -1;
  }
  std::vector<std::string> Strings(const std::optional<JsonValue>& array) {
    std::vector<std::string> strings;
    ForEach(array, [&](const JsonValue& value) { strings.push_back(String(value)); });
    return strings;
  }
  std::optional<std::vector<std::string>> StringsOrNull(const std::optional<JsonValue>& array) {
    if (!array.has_value() || array->json().is_null()) return std::nullopt;
    return Strings(array);
  }

  std::vector<Limit> Limits(const std::optional<JsonValue>& array) {
    std::vector<Limit> limits;
    ForEach(array, [&](const JsonValue& value) {
      if (!value.json().is_array() || value.json().size() != 3) {
        return value.Refuse("is not [limit, resource, number]");
      }
      const std::string name = String(value.Element(0));
      Limit limit{.tres = String(value.Element(1)), .value = Integer(value.Element(2))};
      for (int kind = 0; kind < kLimitKinds; ++kind) {
        limit.kind = static_cast<LimitKind>(kind);
        if (LimitName(limit.kind) != name) continue;
        if (CountsTres(limit.kind) == limit.tres.empty()) {
          return value.Refuse(absl::StrCat(name, " of resource ", Quoted(limit.tres)));
        }
        limits.push_back(std::move(limit));
        return;
      }
      value.Refuse(absl::StrCat("limit ", Quoted(name), " is not known"));
    });
    return limits;
  }

  void ReadEnforced(JsonObject* top) {
    const std::optional<JsonValue> value = top->Demand("enforces");
    if (!value.has_value()) return;
    JsonObject enforces(*value);
    enforces.Require("associations", &rules_.enforces_associations, Boolean);
    enforces.Require("limits", &rules_.enforces_limits, Boolean);
    enforces.Require("qos", &rules_.enforces_qos, Boolean);
    if (version_ >= 2) rules_.unknown_enforcement = Bits(enforces.Demand("unknown"));
  }

  void ReadQos(const JsonValue& value) {
    JsonObject object(value);
    QosRules qos;
    qos.name = String(object.Demand("name"));
    object.Require("deny_on_limit", &qos.deny_on_limit, Boolean);
    object.Require("over_partition_qos", &qos.over_partition_qos, Boolean);
    object.Require("usage_threshold", &qos.usage_threshold, Boolean);
    qos.limit_factor = Factor(object.Demand("limit_factor"));
    qos.wall_factor = Factor(object.Demand("wall_factor"));
    if (version_ >= 2) qos.unknown_flags = Bits(object.Demand("unknown_flags"));
    qos.limits = Limits(object.Demand("limits"));
    rules_.qos.push_back(std::move(qos));
  }

  // A parent comes before its children, so that no chain of accounts has a loop.
  void ReadAccount(const JsonValue& value) {
    JsonObject object(value);
    AccountRules account;
    account.name = String(object.Demand("name"));
    account.parent = Index(object.Demand("parent"), rules_.accounts.size());
    account.limits = Limits(object.Demand("limits"));
    rules_.accounts.push_back(std::move(account));
  }

  void ReadUser(const JsonValue& value) {
    JsonObject object(value);
    UserRules user;
    user.user_id = static_cast<uint32_t>(Integer(object.Demand("user_id"), UINT32_MAX));
    if (!rules_.users.empty() && user.user_id <= rules_.users.back().user_id) {
      value.Refuse("is not above the user before it", "/user_id");
    }
    user.default_account = String(object.Demand("default_account"));
    ForEach(object.Demand("associations"), [&](const JsonValue& element) {
      JsonObject one(element);
      AssociationRules association;
      association.account = Index(one.Demand("account"), rules_.accounts.size());
      if (association.account < 0) element.Refuse("names no account", "/account");
      association.partition = String(one.Demand("partition"));
      association.default_qos = Index(one.Demand("default_qos"), rules_.qos.size());
      ForEach(one.Demand("qos"), [&](const JsonValue& qos) {
        const int32_t index = Index(qos, rules_.qos.size());
        if (index < 0 || (!association.qos.empty() && index <= association.qos.back())) {
          qos.Refuse("is not above the QOS before it");
        }
        association.qos.push_back(index);
      });
      association.limits = Limits(one.Demand("limits"));
      user.associations.push_back(std::move(association));
    });
    rules_.users.push_back(std::move(user));
  }

  std::optional<MemoryRule> Memory(const std::optional<JsonValue>& value) {
    if (!value.has_value() || value->json().is_null()) return std::nullopt;
    JsonObject object(*value);
    MemoryRule rule;
    rule.mib = Integer(object.Demand("mib"));
    object.Require("per_cpu", &rule.per_cpu, Boolean);
    return rule;
  }

  NodeShape Shape(const std::optional<JsonValue>& value) {
    NodeShape shape;
    if (!value.has_value()) return shape;
    JsonObject object(*value);
    shape.cpus = Integer(object.Demand("cpus"));
    shape.threads_per_core = Integer(object.Demand("threads_per_core"));
    shape.devices = Integer(object.Demand("devices"));
    shape.memory_mib = Integer(object.Demand("memory_mib"));
    return shape;
  }

  void ReadPartition(const JsonValue& value) {
    JsonObject object(value);
    PartitionRules partition;
    partition.name = String(object.Demand("name"));
    if (!partition_names_.insert(partition.name).second) value.Refuse("is there twice", "/name");
    partition.allow_accounts = StringsOrNull(object.Demand("allow_accounts"));
    partition.deny_accounts = Strings(object.Demand("deny_accounts"));
    partition.allow_groups = StringsOrNull(object.Demand("allow_groups"));
    ForEach(object.Demand("allow_users"), [&](const JsonValue& user) {
      const auto id = static_cast<uint32_t>(Integer(user, UINT32_MAX));
      if (!partition.allow_users.empty() && id <= partition.allow_users.back()) {
        user.Refuse("is not above the user before it");
      }
      partition.allow_users.push_back(id);
    });
    partition.allow_qos = StringsOrNull(object.Demand("allow_qos"));
    partition.deny_qos = Strings(object.Demand("deny_qos"));
    partition.qos = String(object.Demand("qos"));
    partition.alloc_nodes = String(object.Demand("alloc_nodes"));
    object.Require("root_only", &partition.root_only, Boolean);
    object.Require("no_root", &partition.no_root, Boolean);
    object.Require("needs_reservation", &partition.needs_reservation, Boolean);
    object.Require("hidden", &partition.hidden, Boolean);
    object.Require("preemptible", &partition.preemptible, Boolean);
    partition.priority_tier = Integer(object.Demand("priority_tier"));
    partition.nodes = Integer(object.Demand("nodes"));
    partition.min_nodes = Integer(object.Demand("min_nodes"));
    partition.max_nodes = IntegerOrNull(object.Demand("max_nodes"));
    partition.max_cpus_per_node = IntegerOrNull(object.Demand("max_cpus_per_node"));
    if (version_ >= 2) {
      partition.max_cpus_per_socket = IntegerOrNull(object.Demand("max_cpus_per_socket"));
      partition.unknown_flags = Bits(object.Demand("unknown_flags"));
      partition.topology = String(object.Demand("topology"));
    } else {
      partition.unknown_flags = UINT32_MAX;
    }
    partition.max_memory = Memory(object.Demand("max_memory"));
    partition.default_memory = Memory(object.Demand("default_memory"));
    partition.device_defaults = String(object.Demand("device_defaults"));
    partition.billing_weights = String(object.Demand("billing_weights"));
    partition.sharing = String(object.Demand("sharing"));
    partition.least = Shape(object.Demand("least"));
    partition.most = Shape(object.Demand("most"));
    rules_.partitions.push_back(std::move(partition));
  }

  const int version_;
  std::set<std::string> partition_names_;
  AdmissionRules rules_;
};

}  // namespace

std::string SerializeAdmission(const AdmissionRules& rules) {
  Json json = {{"version", kVersion},
               {"enforces",
                {{"associations", rules.enforces_associations},
                 {"limits", rules.enforces_limits},
                 {"qos", rules.enforces_qos},
                 {"unknown", rules.unknown_enforcement}}},
               {"tasks_set_max_nodes", rules.tasks_set_max_nodes},
               {"binds_cpus_to_devices", rules.binds_cpus_to_devices},
               {"accounting_known", rules.accounting_known},
               {"default_qos", IndexOrNull(rules.default_qos)},
               {"qos", Json::array()},
               {"accounts", Json::array()},
               {"users", Json::array()},
               {"partitions", Json::array()}};
  for (const QosRules& qos : rules.qos) json["qos"].push_back(QosJson(qos));
  for (const AccountRules& account : rules.accounts) {
    json["accounts"].push_back({{"name", account.name},
                                {"parent", IndexOrNull(account.parent)},
                                {"limits", LimitsJson(account.limits)}});
  }
  for (const UserRules& user : rules.users) json["users"].push_back(UserJson(user));
  for (const PartitionRules& partition : rules.partitions) {
    json["partitions"].push_back(PartitionJson(partition));
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<AdmissionRules> ParseAdmission(absl::string_view bytes) {
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(bytes, "admission part");
  if (!document.ok()) return document.status();
  const absl::StatusOr<int> version = document->ReadVersion("version", kOldestVersion, kVersion);
  if (!version.ok()) return version.status();
  return document->Result(AdmissionReader(*version).Read(document->root()));
}

}  // namespace carbon
