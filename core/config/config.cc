#include "core/config/config.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/config/hardware.h"
#include "core/config/meter.h"
#include "core/config/policies.h"
#include "core/config/pools.h"
#include "core/config/references.h"
#include "core/config/values.h"
#include "core/config/zones.h"
#include "core/json/json_lines.h"
#include "core/json/json_reader.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using Json = nlohmann::json;

constexpr double kMaxPartsGb = 1e6;  // a petabyte
// Each has two series, which live for as long as the job is in the queue.
constexpr int64_t kMaxMetricsJobs = 10'000;

std::optional<std::string> AbsolutePath(const JsonValue& json) {
  std::optional<std::string> path = Text(json);
  if (!path.has_value() || absl::StartsWith(*path, "/")) return path;
  json.Refuse(absl::StrCat(Quoted(*path), " is not an absolute path"));
  return std::nullopt;
}

// node_exporter reads only files with this ending.
std::optional<std::string> MetricsPath(const JsonValue& json) {
  std::optional<std::string> path = AbsolutePath(json);
  if (!path.has_value() || absl::EndsWith(*path, ".prom")) return path;
  json.Refuse(absl::StrCat(Quoted(*path), " does not end in .prom"));
  return std::nullopt;
}

// Reads a section whose members have names: {"oslo": {…}, …}.
template <class Item>
auto Named(Item (*read)(const JsonValue&)) {
  return [read](const JsonValue& json) {
    std::vector<Item> items;
    for (const auto& [name, member] : json.Members()) {
      CheckName(member, name);
      items.push_back(read(member));
      items.back().name = name;
    }
    return std::optional(std::move(items));
  };
}

std::optional<int> Port(const JsonValue& json) {
  const std::optional<int64_t> port = WholeNumber{.most = 65535, .least = 1}(json);
  if (!port.has_value()) return std::nullopt;
  return static_cast<int>(*port);
}

GridZone PlacementHalf(const ZoneConfig& zone) {
  return {.name = zone.name,
          .kind = zone.kind,
          .max_age = zone.max_age,
          .climatology = zone.climatology,
          .spread = zone.spread};
}

Config ReadConfig(const Json& root, std::vector<ConfigError>* errors) {
  Config config;
  config.daemon.paths.snapshot = CARBON_SNAPSHOT_DIR;
  config.daemon.paths.log = kDefaultLog;
  config.placement.hardware = ShippedProfiles();
  {
    JsonObject object(JsonValue(root, "", errors));
    object.Find("$schema");  // for editors
    if (const auto json = object.Find("paths")) {
      JsonObject paths(*json);
      paths.Read("snapshot", &config.daemon.paths.snapshot, AbsolutePath);
      paths.Read("log", &config.daemon.paths.log, AbsolutePath);
      paths.Read("metrics", &config.daemon.paths.metrics, MetricsPath);
      paths.Read("archive", &config.daemon.paths.archive, AbsolutePath);
      paths.Read("parts", &config.daemon.paths.parts, AbsolutePath);
      paths.Read("forecasts", &config.daemon.paths.forecasts, AbsolutePath);
    }
    if (const auto json = object.Find("refresh")) {
      JsonObject refresh(*json);
      refresh.Read("capacity", &config.daemon.refresh.capacity, PositiveDuration);
      refresh.Read("forecast", &config.daemon.refresh.forecast, PositiveDuration);
      refresh.Read("history", &config.daemon.refresh.history, PositiveDuration);
    }
    if (const auto json = object.Find("watch")) {
      JsonObject watch(*json);
      watch.Read("down_after", &config.daemon.watch.down_after, PositiveDuration);
    }
    if (const auto json = object.Find("archive")) {
      JsonObject archive(*json);
      archive.Read("retention", &config.daemon.archive.retention, PositiveDuration);
      archive.Read("parts_gb", &config.daemon.archive.parts_gb, NumberRange{0, kMaxPartsGb});
    }
    if (const auto json = object.Find("listen")) {
      JsonObject listen(*json);
      listen.Require("port", &config.daemon.listen.port, Port);
      listen.Read("address", &config.daemon.listen.address, Text);
    }
    object.Read("meter", &config.daemon.meter, ReadMeter);
    if (const auto json = object.Find("metrics")) {
      JsonObject metrics(*json);
      metrics.Read("jobs", &config.daemon.metrics.jobs, WholeNumber{.most = kMaxMetricsJobs});
    }
    object.Read("zones", &config.daemon.zones, Named(ReadZone));
    object.Read("sites", &config.placement.sites, Named(ReadSite));
    object.Read("hardware", &config.placement.hardware, ReadHardware);
    object.Read("pools", &config.placement.pools, Named(ReadPool));
    object.Read("policies", &config.placement.policies, EachOf(ReadPolicy));
  }
  for (const ZoneConfig& zone : config.daemon.zones) {
    config.placement.zones.push_back(PlacementHalf(zone));
  }
  CheckReferences(root, config.placement, errors);
  return config;
}

}  // namespace

std::string FormatConfigError(absl::string_view file, const ConfigError& error) {
  const std::string line = error.line.has_value() ? absl::StrCat(":", *error.line) : "";
  std::string text =
      absl::StrCat(file, line, ": ", error.path, error.path.empty() ? "" : ": ", error.message);
  // Keys may contain anything: control characters, which would steer a terminal or begin a line of
  // a log, are replaced.
  for (char& c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = '?';
  }
  return text;
}

std::optional<Config> ParseConfig(absl::string_view json, std::vector<ConfigError>* errors) {
  errors->clear();
  const JsonLines lines = JsonLines::Scan(json, errors);
  const bool is_json = std::all_of(errors->begin(), errors->end(),
                                   [](const ConfigError& error) { return !error.path.empty(); });
  if (!is_json) return std::nullopt;
  const Json root = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false,
                                /*ignore_comments=*/true);
  Config config = ReadConfig(root, errors);
  for (ConfigError& error : *errors) {
    if (!error.line.has_value()) error.line = lines.Find(error.path);
  }
  std::stable_sort(errors->begin(), errors->end(), [](const ConfigError& a, const ConfigError& b) {
    return a.line.value_or(0) < b.line.value_or(0);
  });
  if (!errors->empty()) return std::nullopt;
  return config;
}

}  // namespace carbon
