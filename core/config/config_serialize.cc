#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/base/duration.h"
#include "core/config/config.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using Json = nlohmann::json;

std::string Text(absl::string_view text) { return std::string(text); }

Json ProviderJson(const ForecastProvider& provider) {
  Json json = {{"provider", provider.provider}, {"zone", provider.zone}};
  if (!provider.url.empty()) json["url"] = provider.url;
  if (provider.refresh.has_value()) json["refresh"] = DurationText(*provider.refresh);
  if (provider.kind.has_value()) json["kind"] = Text(SignalKindName(*provider.kind));
  return json;
}

// A plugin of before these keys existed refuses them: they are written only where they are set.
void AddCsvFormat(const CsvFormat& format, Json* file) {
  if (!format.time_column.empty()) (*file)["columns"]["time"] = format.time_column;
  if (!format.value_column.empty()) (*file)["columns"]["value"] = format.value_column;
  if (format.unit != CsvFormat{}.unit) (*file)["unit"] = Text(IntensityUnitName(format.unit));
  if (!format.time_zone.empty()) (*file)["time_zone"] = format.time_zone;
}

Json SourceJson(const ForecastSource& source) {
  if (const auto* provider = std::get_if<ForecastProvider>(&source)) return ProviderJson(*provider);
  if (const auto* value = std::get_if<GramsPerKilowattHour>(&source)) {
    return {{"static", value->value()}};
  }
  const auto& file = std::get<ForecastFile>(source);
  Json json = {{"file", file.path},
               {"format", file.format == ForecastFormat::kCsv ? "csv" : "carbon-aware-sdk"}};
  if (!file.location.empty()) json["location"] = file.location;
  if (file.kind.has_value()) json["kind"] = Text(SignalKindName(*file.kind));
  AddCsvFormat(file.csv, &json);
  return json;
}

Json SourceJson(const HistorySource& source) {
  if (const auto* provider = std::get_if<ForecastProvider>(&source)) return ProviderJson(*provider);
  const auto& file = std::get<HistoryFile>(source);
  Json json = {{"file", file.path}};
  AddCsvFormat(file.csv, &json);
  return json;
}

// Only what differs from the default: a plugin of before these keys existed refuses them.
Json PlausibilityJson(const PlausibilityConfig& plausibility) {
  Json json = Json::object();
  for (const auto& [rule, is_on] :
       {std::pair("bounds", plausibility.bounds), std::pair("zero", plausibility.zero),
        std::pair("constant", plausibility.constant), std::pair("level", plausibility.level),
        std::pair("outlier", plausibility.outlier)}) {
    if (!is_on) json[rule] = false;
  }
  if (plausibility.accept_from.has_value()) {
    json["accept_from"] =
        absl::FormatTime(absl::RFC3339_full, *plausibility.accept_from, absl::UTCTimeZone());
  }
  return json;
}

Json ZoneJson(const ZoneConfig& zone) {
  Json json = {{"kind", Text(SignalKindName(zone.kind))},
               {"forecast", Json::array()},
               {"max_age", DurationText(zone.max_age)},
               {"spread",
                {{"near", zone.spread.near},
                 {"far", zone.spread.far},
                 {"growth", DurationText(zone.spread.growth)}}}};
  for (const ForecastSource& source : zone.forecasts) {
    json["forecast"].push_back(SourceJson(source));
  }
  if (zone.history.has_value()) {
    json["history"] = Json::array();
    for (const HistorySource& source : *zone.history) json["history"].push_back(SourceJson(source));
  }
  if (zone.plausibility != PlausibilityConfig{}) {
    json["plausibility"] = PlausibilityJson(zone.plausibility);
  }
  if (zone.any_kind) json["any_kind"] = true;
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
  // A plugin of before these keys existed refuses them: they are written only where somebody set
  // them.
  if (!policy.match.job_names.empty()) json["match"]["job_name"] = policy.match.job_names;
  if (policy.message != Policy{}.message) json["message"] = Text(NoticeName(policy.message));
  if (policy.fallback.has_value()) json["fallback"] = Text(FallbackName(*policy.fallback));
  if (policy.minimise.has_value()) json["minimise"] = Text(FigureName(*policy.minimise));
  return json;
}

}  // namespace

std::string SerializeConfig(const Config& config) {
  Json json = {{"paths", Json::object()},
               {"refresh",
                {{"capacity", DurationText(config.refresh.capacity)},
                 {"forecast", DurationText(config.refresh.forecast)},
                 {"history", DurationText(config.refresh.history)}}},
               {"archive", {{"retention", DurationText(config.archive.retention)}}},
               {"zones", Json::object()},
               {"sites", Json::object()},
               {"hardware", Json::object()},
               {"pools", Json::object()},
               {"policies", Json::array()}};
  // A config that ParseConfig did not make may lack what it would fill in.
  if (!config.paths.snapshot.empty()) json["paths"]["snapshot"] = config.paths.snapshot;
  if (!config.paths.log.empty()) json["paths"]["log"] = config.paths.log;
  if (!config.paths.metrics.empty()) json["paths"]["metrics"] = config.paths.metrics;
  if (!config.paths.archive.empty()) json["paths"]["archive"] = config.paths.archive;
  // A plugin of before this key existed refuses it: it is written only where somebody set it.
  if (config.watch.down_after != WatchConfig{}.down_after) {
    json["watch"] = {{"down_after", DurationText(config.watch.down_after)}};
  }
  for (const ZoneConfig& zone : config.zones) json["zones"][zone.name] = ZoneJson(zone);
  for (const SiteConfig& site : config.sites) json["sites"][site.name] = SiteJson(site);
  for (const auto& [name, profile] : config.hardware) {
    json["hardware"][name] = Json::parse(SerializeProfile(profile));
  }
  for (const PoolConfig& pool : config.pools) json["pools"][pool.name] = PoolJson(pool);
  for (const Policy& policy : config.policies) json["policies"].push_back(PolicyJson(policy));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace carbon
