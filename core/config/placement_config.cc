#include "core/config/placement_config.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "core/base/duration.h"
#include "core/config/profile_reader.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using Json = nlohmann::json;

std::string Text(absl::string_view text) { return std::string(text); }

Json ZoneJson(const GridZone& zone) {
  Json json = {{"kind", Text(SignalKindName(zone.kind))},
               {"max_age", DurationText(zone.max_age)},
               {"spread",
                {{"near", zone.spread.near},
                 {"far", zone.spread.far},
                 {"growth", DurationText(zone.spread.growth)}}}};
  if (zone.climatology.has_value()) json["climatology"] = zone.climatology->value();
  return json;
}

Json SiteJson(const SiteConfig& site) {
  Json json = {{"zone", site.zone},
               {"pue",
                {{"value", site.pue.value},
                 {"quality", Text(QualityName(site.pue.quality))},
                 {"source", site.pue.source}}}};
  if (site.net_intensity.has_value()) json["net_intensity"] = site.net_intensity->value();
  return json;
}

Json PoolJson(const PoolConfig& pool) {
  Json json = {{"site", pool.site}, {"partition", pool.partition}, {"hardware", pool.hardware}};
  if (!pool.gres_type.empty()) json["gres_type"] = pool.gres_type;
  if (!pool.features.empty()) json["features"] = pool.features;
  if (!pool.nodelist.empty()) json["nodelist"] = pool.nodelist;
  if (pool.powers_down.has_value()) json["powers_down"] = *pool.powers_down;
  if (pool.size.has_value()) json["size"] = *pool.size;
  return json;
}

Json PolicyJson(const Policy& policy) {
  Json may_change = Json::array();
  if (policy.may_change_time) may_change.push_back("time");
  if (policy.may_change_site) may_change.push_back("site");
  if (policy.may_change_hardware) may_change.push_back("hardware");
  if (policy.may_change_time_limit) may_change.push_back("time_limit");
  Json json = {{"name", policy.name},
               {"match",
                {{"partition", policy.match.partitions},
                 {"account", policy.match.accounts},
                 {"qos", policy.match.qos},
                 {"user", policy.match.users},
                 {"uid", policy.match.uids}}},
               {"mode", Text(ModeName(policy.mode))},
               {"max_delay", DurationText(policy.max_delay)},
               {"margin", DurationText(policy.margin)},
               {"saving_floor", policy.saving_floor},
               {"confidence", policy.confidence},
               {"may_change", std::move(may_change)},
               {"may_change_named_partition", policy.may_change_named_partition}};
  // Plugins from before these keys existed refuse them. So they are written only if somebody set
  // them.
  if (!policy.match.job_names.empty()) json["match"]["job_name"] = policy.match.job_names;
  if (policy.message != Policy{}.message) json["message"] = Text(NoticeName(policy.message));
  if (policy.fallback.has_value()) json["fallback"] = Text(FallbackName(*policy.fallback));
  if (policy.minimise.has_value()) json["minimise"] = Text(FigureName(*policy.minimise));
  if (policy.learnt_runtime) json["learnt_runtime"] = true;
  if (policy.exempt > 0) json["exempt"] = policy.exempt;
  return json;
}

}  // namespace

std::string SerializeConfig(const PlacementConfig& config) {
  Json json = {{"zones", Json::object()},
               {"sites", Json::object()},
               {"hardware", Json::object()},
               {"pools", Json::object()},
               {"policies", Json::array()}};
  for (const GridZone& zone : config.zones) json["zones"][zone.name] = ZoneJson(zone);
  for (const SiteConfig& site : config.sites) json["sites"][site.name] = SiteJson(site);
  for (const auto& [name, profile] : config.hardware) {
    json["hardware"][name] = ProfileJson(profile);
  }
  for (const PoolConfig& pool : config.pools) json["pools"][pool.name] = PoolJson(pool);
  for (const Policy& policy : config.policies) json["policies"].push_back(PolicyJson(policy));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace carbon
