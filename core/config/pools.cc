#include "core/config/pools.h"

#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "core/config/values.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

constexpr char kOwnSource[] = "carbon.json";

// Reads {"value": 1.1, "quality": "measured", "source": "…"} or a plain number.
std::optional<Sourced<double>> Pue(const JsonValue& json) {
  constexpr NumberRange kRange{1, 10};
  Sourced<double> pue{1, Quality::kEstimated, kOwnSource};
  if (!json.json().is_object()) {
    const std::optional<double> value = kRange(json);
    if (!value.has_value()) return std::nullopt;
    pue.value = *value;
    return pue;
  }
  JsonObject object(json);
  object.Require("value", &pue.value, kRange);
  object.Read(
      "quality", &pue.quality,
      OneOf<Quality>({Quality::kMeasured, Quality::kSpecified, Quality::kEstimated}, QualityName));
  object.Read("source", &pue.source, Text);
  return pue;
}

std::optional<int64_t> NodeCount(const JsonValue& json) {
  constexpr uint32_t kMaxNodes = 100'000;
  if (json.json().is_number_unsigned()) {
    const uint64_t count = json.json().get<uint64_t>();
    if (count >= 1 && count <= kMaxNodes) return static_cast<int64_t>(count);
  }
  json.RefuseType(absl::StrCat("a whole number in [1, ", kMaxNodes, "]"));
  return std::nullopt;
}

}  // namespace

SiteConfig ReadSite(const JsonValue& json) {
  SiteConfig site;
  JsonObject object(json);
  object.Require("zone", &site.zone, Name);
  object.Require("pue", &site.pue, Pue);
  object.Read("net_intensity", &site.net_intensity, ReadIntensity);
  return site;
}

PoolConfig ReadPool(const JsonValue& json) {
  PoolConfig pool;
  JsonObject object(json);
  object.Require("site", &pool.site, Name);
  object.Require("partition", &pool.partition, Name);
  object.Require("hardware", &pool.hardware, Name);
  object.Read("gres_type", &pool.gres_type, Name);
  object.Read("features", &pool.features, EachOf(Name));
  object.Read("nodelist", &pool.nodelist, Text);
  object.Read("powers_down", &pool.powers_down, Boolean);
  object.Read("size", &pool.size, NodeCount);
  return pool;
}

}  // namespace carbon
