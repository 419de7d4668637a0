#include "core/cluster/queued_uses_codec.h"

#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/json/json_reader.h"

namespace carbon {
namespace {

using Json = JsonValue::Json;

// The year 9999, which is far from every overflow.
constexpr int64_t kLastSecond = 253402300799;
constexpr size_t kMinFields = 4, kMaxFields = 7;
constexpr size_t kAmounts = std::size(kDimensions) + 1;

std::array<int64_t, kAmounts> AmountsOf(const Resources& resources) {
  std::array<int64_t, kAmounts> amounts;
  size_t count = 0;
  for (const auto what : kDimensions) amounts[count++] = resources.*what;
  amounts[count] = resources.apart;
  return amounts;
}

void AppendAmount(const Resources& resources, std::string* json) {
  const std::array<int64_t, kAmounts> amounts = AmountsOf(resources);
  size_t count = kAmounts;
  while (count > 0 && amounts[count - 1] == 0) --count;
  json->push_back('[');
  for (size_t i = 0; i < count; ++i) absl::StrAppend(json, i == 0 ? "" : ",", amounts[i]);
  json->push_back(']');
}

// Reads one use from the JSON itself. There are so many uses that a JsonValue for each number, with
// its path, would take longer than parsing. This builds a path only for a fault.
class UseReader {
 public:
  explicit UseReader(const Json& use) : use_(use) {}

  QueuedUse Read(const std::vector<NodeGroup>& groups) {
    QueuedUse use;
    if (!use_.is_array() || use_.size() < kMinFields || use_.size() > kMaxFields) {
      Fail("", absl::StrCat("is not an array of ", kMinFields, " to ", kMaxFields));
      return use;
    }
    const auto last_group = static_cast<int64_t>(groups.size()) - 1;
    const int64_t group = Integer(use_[0], "/0", 0, last_group);
    if (group <= last_group) use.group = groups[static_cast<size_t>(group)].name;
    use.when = {absl::FromUnixSeconds(Integer(use_[1], "/1", -kLastSecond, kLastSecond)),
                absl::FromUnixSeconds(Integer(use_[2], "/2", -kLastSecond, kLastSecond))};
    if (use.when.end < use.when.start) Fail("/2", "is before the start");
    use.amount = Amount(use_[3]);
    if (use_.size() > 4) {
      use.job_id = static_cast<uint32_t>(Integer(use_[4], "/4", 0, UINT32_MAX));
    }
    if (use_.size() > 5) {
      if (use_[5].is_string()) {
        use.decision_id = use_[5].get_ref<const std::string&>();
      } else {
        Fail("/5", "is not a string");
      }
    }
    if (use_.size() > 6) use.yields = Integer(use_[6], "/6", 0, 1) == 1;
    return use;
  }

  // What is wrong with the first field that is wrong, and which it is: "/0". Empty: none is.
  const std::string& fact() const { return fact_; }
  absl::string_view field() const { return field_; }

 private:
  Resources Amount(const Json& amount) {
    Resources resources;
    if (!amount.is_array() || amount.size() > kAmounts) {
      Fail("/3", absl::StrCat("is not an array of at most ", kAmounts));
      return resources;
    }
    for (size_t i = 0; i < amount.size(); ++i) {
      int64_t& number = i < std::size(kDimensions) ? resources.*kDimensions[i] : resources.apart;
      number = Integer(amount[i], "/3", 0, Resources::kUnlimited);
    }
    return resources;
  }

  int64_t Integer(const Json& value, absl::string_view field, int64_t least, int64_t most) {
    if (value.is_number_integer() &&
        !(value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX)) {
      const int64_t number = value.get<int64_t>();
      if (number >= least && number <= most) return number;
    }
    Fail(field, absl::StrCat("is not a whole number in [", least, ", ", most, "]"));
    return 0;
  }

  void Fail(absl::string_view field, absl::string_view fact) {
    if (!fact_.empty()) return;
    fact_ = std::string(fact);
    field_ = field;
  }

  const Json& use_;
  std::string fact_;
  absl::string_view field_;
};

}  // namespace

void AppendQueuedUses(const CapacityState& capacity, std::string* json) {
  std::map<absl::string_view, size_t> places;
  for (size_t i = 0; i < capacity.groups.size(); ++i) places.emplace(capacity.groups[i].name, i);
  json->push_back('[');
  const size_t begin = json->size();
  for (const QueuedUse& use : capacity.uses) {
    if (use.when.start == use.when.end && use.decision_id.empty()) continue;
    const auto place = places.find(use.group);
    if (place == places.end()) continue;
    absl::StrAppend(json, json->size() == begin ? "[" : ",[", place->second, ",",
                    absl::ToUnixSeconds(use.when.start), ",", absl::ToUnixSeconds(use.when.end),
                    ",");
    AppendAmount(use.amount, json);
    const bool has_decision = !use.decision_id.empty() || use.yields;
    if (use.job_id != 0 || has_decision) absl::StrAppend(json, ",", use.job_id);
    if (has_decision) {
      // Bytes that are not UTF-8 cannot be in JSON.
      absl::StrAppend(json, ",",
                      Json(use.decision_id).dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    if (use.yields) json->append(",1");
    json->push_back(']');
  }
  json->push_back(']');
}

void ReadQueuedUses(const JsonValue& uses, CapacityState* capacity) {
  if (!uses.is_right_so_far()) return;
  const Json& json = uses.json();
  if (!json.is_array()) return uses.RefuseType("an array");
  capacity->uses.reserve(json.size());
  for (size_t i = 0; i < json.size(); ++i) {
    UseReader reader(json[i]);
    capacity->uses.push_back(reader.Read(capacity->groups));
    if (reader.fact().empty()) continue;
    return uses.Refuse(reader.fact(), absl::StrCat("/", i, reader.field()));
  }
}

}  // namespace carbon
