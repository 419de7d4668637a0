#include "core/config/config.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/duration.h"
#include "core/config/hardware.h"
#include "core/config/references.h"
#include "core/json/json_lines.h"
#include "core/json/json_reader.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using Json = nlohmann::json;

constexpr char kDefaultLog[] = "/var/log/slurm-carbon/placements.jsonl";
constexpr char kOwnSource[] = "carbon.json";

std::optional<std::string> AbsolutePath(const JsonValue& json) {
  std::optional<std::string> path = Text(json);
  if (!path.has_value() || absl::StartsWith(*path, "/")) return path;
  json.Refuse(absl::StrCat(Quoted(*path), " is not an absolute path"));
  return std::nullopt;
}

// node_exporter reads what is named so, and nothing else.
std::optional<std::string> MetricsPath(const JsonValue& json) {
  std::optional<std::string> path = AbsolutePath(json);
  if (!path.has_value() || absl::EndsWith(*path, ".prom")) return path;
  json.Refuse(absl::StrCat(Quoted(*path), " does not end in .prom"));
  return std::nullopt;
}

std::optional<absl::Duration> PositiveDuration(const JsonValue& json) {
  const std::optional<std::string> text = Text(json);
  if (!text.has_value()) return std::nullopt;
  const absl::StatusOr<absl::Duration> duration = ParseDuration(*text);
  if (!duration.ok()) {
    json.Refuse(duration.status().message());
  } else if (*duration <= absl::ZeroDuration()) {
    json.Refuse(absl::StrCat(Quoted(*text), " must be longer than zero"));
  } else {
    return *duration;
  }
  return std::nullopt;
}

std::optional<GramsPerKilowattHour> Intensity(const JsonValue& json) {
  const auto grams = NumberRange{0, IntensitySeries::kMaxValue.value()}(json);
  if (!grams.has_value()) return std::nullopt;
  return GramsPerKilowattHour(*grams);
}

absl::string_view FormatName(ForecastFormat format) {
  return format == ForecastFormat::kCsv ? "csv" : "carbon-aware-sdk";
}

// The names of columns in a CSV file's header.
std::optional<CsvFormat> Columns(const JsonValue& json) {
  CsvFormat format;
  JsonObject object(json);
  object.Read("time", &format.time_column, Text);
  object.Read("value", &format.value_column, Text);
  if (json.json().is_object() && json.json().empty()) json.Refuse("names no column");
  return format;
}

// Whether the machine knows it is checked by whoever loads the file.
std::optional<std::string> TimeZone(const JsonValue& json) {
  std::optional<std::string> zone = Name(json);
  if (!zone.has_value()) return std::nullopt;
  if (absl::ascii_isalpha(static_cast<unsigned char>((*zone)[0])) &&
      zone->find_first_of(".:") == std::string::npos) {
    return zone;
  }
  json.Refuse(absl::StrCat(Quoted(*zone), " is not the name of a time zone (Europe/Oslo)"));
  return std::nullopt;
}

// What carbon.json says of a CSV file.
CsvFormat ReadCsvFormat(JsonObject* object) {
  CsvFormat format;
  object->Read("columns", &format, Columns);
  object->Read("unit", &format.unit,
               OneOf<IntensityUnit>(
                   {IntensityUnit::kGramsPerKilowattHour, IntensityUnit::kKilogramsPerKilowattHour,
                    IntensityUnit::kGramsPerMegawattHour, IntensityUnit::kKilogramsPerMegawattHour,
                    IntensityUnit::kTonnesPerMegawattHour, IntensityUnit::kPoundsPerMegawattHour},
                   IntensityUnitName));
  object->Read("time_zone", &format.time_zone, TimeZone);
  return format;
}

std::optional<SignalKind> Kind(const JsonValue& json) {
  return OneOf<SignalKind>(
      {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect, SignalKind::kMarginal},
      SignalKindName)(json);
}

// Whom to ask, be it for forecasts or for history.
ForecastProvider Provider(JsonObject* object) {
  ForecastProvider provider;
  object->Require("provider", &provider.provider, Text);
  object->Require("zone", &provider.zone, Text);
  object->Read("url", &provider.url, Text);
  object->Read("user", &provider.user, Text);
  object->Read("secret_file", &provider.secret_file, Text);
  return provider;
}

std::optional<ForecastSource> StaticValue(const JsonValue& json) {
  GramsPerKilowattHour value{0};
  JsonObject object(json);
  object.Require("static", &value, Intensity);
  return value;
}

std::optional<ForecastSource> Forecast(const JsonValue& json) {
  if (json.json().is_object() && json.json().contains("provider")) {
    JsonObject object(json);
    ForecastProvider provider = Provider(&object);
    object.Read("refresh", &provider.refresh, PositiveDuration);
    object.Read("kind", &provider.kind, Kind);
    return provider;
  }
  if (json.json().is_object() && json.json().contains("static")) return StaticValue(json);
  ForecastFile file;
  JsonObject object(json);
  object.Require("file", &file.path, Text);
  object.Read(
      "format", &file.format,
      OneOf<ForecastFormat>({ForecastFormat::kCsv, ForecastFormat::kCarbonAwareSdk}, FormatName));
  object.Read("location", &file.location, Text);
  object.Read("kind", &file.kind, Kind);
  file.csv = ReadCsvFormat(&object);
  if (!file.location.empty() && file.format == ForecastFormat::kCsv) {
    json.Refuse("a CSV file has one location, which is not named", "/location");
  }
  if (file.csv != CsvFormat{} && file.format != ForecastFormat::kCsv) {
    json.Refuse("\"columns\", \"unit\" and \"time_zone\" are for CSV files", "/format");
  }
  return file;
}

std::optional<HistorySource> History(const JsonValue& json) {
  if (json.json().is_object() && json.json().contains("provider")) {
    JsonObject object(json);
    return Provider(&object);
  }
  HistoryFile file;
  JsonObject object(json);
  object.Require("file", &file.path, Text);
  file.csv = ReadCsvFormat(&object);
  return file;
}

std::optional<LeadTimeSpread> Spread(const JsonValue& json) {
  LeadTimeSpread spread;
  JsonObject object(json);
  object.Read("near", &spread.near, NumberRange{0, 2});
  object.Read("far", &spread.far, NumberRange{0, 2});
  object.Read("growth", &spread.growth, PositiveDuration);
  if (spread.far < spread.near) {
    json.Refuse(absl::StrCat("\"far\" ", spread.far, " is below \"near\" ", spread.near,
                             ": errors grow with the lead time"));
  }
  return spread;
}

std::optional<ForecastSource> ForecastFor(const ZoneConfig& zone, const JsonValue& json) {
  std::optional<ForecastSource> source = Forecast(json);
  if (!source.has_value() || zone.any_kind) return source;
  const SignalKind kind = KindOf(*source, zone);
  if (kind == zone.kind) return source;
  json.Refuse(absl::StrCat(Quoted(SignalKindName(kind)), " is not the zone's kind, ",
                           Quoted(SignalKindName(zone.kind)),
                           "; \"any_kind\" of the zone lets it stand in"),
              "/kind");
  return std::nullopt;
}

// "2026-11-01", midnight UTC, or "2026-11-01T06:00:00Z".
std::optional<absl::Time> UtcTime(const JsonValue& json) {
  const std::optional<std::string> text = Text(json);
  if (!text.has_value()) return std::nullopt;
  absl::Time time;
  if (absl::ParseTime("%Y-%m-%d", *text, &time, nullptr) ||
      absl::ParseTime(absl::RFC3339_full, *text, &time, nullptr)) {
    if (time > absl::InfinitePast() && time < absl::InfiniteFuture()) return time;
  }
  json.Refuse(
      absl::StrCat(Quoted(*text), " is not a time: \"2026-11-01\" or \"2026-11-01T06:00:00Z\""));
  return std::nullopt;
}

std::optional<PlausibilityConfig> Plausibility(const JsonValue& json) {
  PlausibilityConfig plausibility;
  JsonObject object(json);
  object.Read("bounds", &plausibility.bounds, Boolean);
  object.Read("zero", &plausibility.zero, Boolean);
  object.Read("constant", &plausibility.constant, Boolean);
  object.Read("level", &plausibility.level, Boolean);
  object.Read("outlier", &plausibility.outlier, Boolean);
  object.Read("accept_from", &plausibility.accept_from, UtcTime);
  return plausibility;
}

ZoneConfig ReadZone(const JsonValue& json) {
  ZoneConfig zone;
  JsonObject object(json);
  object.Require("kind", &zone.kind, Kind);
  object.Read("any_kind", &zone.any_kind, Boolean);
  object.Read("forecast", &zone.forecasts,
              EachOf([&zone](const JsonValue& source) { return ForecastFor(zone, source); }));
  object.Read("max_age", &zone.max_age, PositiveDuration);
  object.Read("climatology", &zone.climatology, Intensity);
  object.Read("spread", &zone.spread, Spread);
  object.Read("history", &zone.history, EachOf(History));
  object.Read("plausibility", &zone.plausibility, Plausibility);
  return zone;
}

// {"value": 1.1, "quality": "measured", "source": "…"} or the plain number.
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

SiteConfig ReadSite(const JsonValue& json) {
  SiteConfig site;
  JsonObject object(json);
  object.Require("zone", &site.zone, Name);
  object.Require("pue", &site.pue, Pue);
  object.Read("net_intensity", &site.net_intensity, Intensity);
  return site;
}

std::optional<int64_t> NodeCount(const JsonValue& json) {
  constexpr uint32_t kMost = 100'000;
  if (json.json().is_number_unsigned()) {
    const uint64_t count = json.json().get<uint64_t>();
    if (count >= 1 && count <= kMost) return static_cast<int64_t>(count);
  }
  json.RefuseType(absl::StrCat("a whole number in [1, ", kMost, "]"));
  return std::nullopt;
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

std::optional<std::string> JobNamePattern(const JsonValue& json) {
  std::optional<std::string> pattern = Text(json);
  if (!pattern.has_value()) return std::nullopt;
  if (std::count(pattern->begin(), pattern->end(), '*') <= PolicyMatch::kMaxStars) return pattern;
  json.Refuse(absl::StrCat("has more than ", PolicyMatch::kMaxStars, " \"*\""));
  return std::nullopt;
}

std::optional<PolicyMatch> Match(const JsonValue& json) {
  PolicyMatch match;
  JsonObject object(json);
  object.Read("partition", &match.partitions, EachOf(Name));
  object.Read("job_name", &match.job_names, EachOf(JobNamePattern));
  object.Read("account", &match.accounts, EachOf(Text));
  object.Read("qos", &match.qos, EachOf(Text));
  object.Read("user", &match.users, EachOf(Text));
  object.Read("uid", &match.uids, EachOf(Uint32));
  return match;
}

enum class Change { kTime, kSite, kHardware, kTimeLimit };

absl::string_view ChangeName(Change change) {
  switch (change) {
    case Change::kTime:
      return "time";
    case Change::kSite:
      return "site";
    case Change::kHardware:
      return "hardware";
    case Change::kTimeLimit:
      return "time_limit";
  }
  return "";
}

std::optional<Policy> ReadPolicy(const JsonValue& json) {
  Policy policy;
  JsonObject object(json);
  object.Require("name", &policy.name, Name);
  object.Read("match", &policy.match, Match);
  object.Read("mode", &policy.mode,
              OneOf<Mode>({Mode::kOff, Mode::kShadow, Mode::kEnforce}, ModeName));
  object.Read("message", &policy.message,
              OneOf<Notice>({Notice::kNone, Notice::kPlaced, Notice::kAll}, NoticeName));
  object.Read("max_delay", &policy.max_delay, PositiveDuration);
  object.Read("margin", &policy.margin, PositiveDuration);
  object.Read("fallback", &policy.fallback,
              OneOf<Fallback>({Fallback::kStaticBest, Fallback::kHome}, FallbackName));
  object.Read("minimise", &policy.minimise,
              OneOf<Figure>({Figure::kAttributional, Figure::kConsequential}, FigureName));
  object.Read("saving_floor", &policy.saving_floor, NumberRange{0, 1, /*open=*/true});
  // Certainty is not on offer: a policy that asks for it would never change anything.
  object.Read("confidence", &policy.confidence, NumberRange{0.5, 1, /*open=*/true});
  std::optional<std::vector<Change>> may_change;
  object.Read(
      "may_change", &may_change,
      EachOf(OneOf<Change>({Change::kTime, Change::kSite, Change::kHardware, Change::kTimeLimit},
                           ChangeName)));
  if (may_change.has_value()) {
    const auto may = [&](Change change) {
      return std::find(may_change->begin(), may_change->end(), change) != may_change->end();
    };
    policy.may_change_time = may(Change::kTime);
    policy.may_change_site = may(Change::kSite);
    policy.may_change_hardware = may(Change::kHardware);
    policy.may_change_time_limit = may(Change::kTimeLimit);
    // A longer limit only serves jobs on slower hardware.
    if (policy.may_change_time_limit && !policy.may_change_hardware) {
      json.Refuse("\"time_limit\" needs \"hardware\": only there does the limit change",
                  "/may_change");
    }
  }
  object.Read("may_change_named_partition", &policy.may_change_named_partition, Boolean);
  return policy;
}

// A section whose members are named: {"oslo": {…}, …}.
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

Config ReadConfig(const Json& root, std::vector<ConfigError>* errors) {
  Config config;
  config.paths.snapshot = CARBON_SNAPSHOT_DIR;
  config.paths.log = kDefaultLog;
  config.hardware = ShippedProfiles();
  {
    JsonObject object(JsonValue(root, "", errors));
    object.Find("$schema");  // for editors
    if (const auto json = object.Find("paths")) {
      JsonObject paths(*json);
      paths.Read("snapshot", &config.paths.snapshot, AbsolutePath);
      paths.Read("log", &config.paths.log, AbsolutePath);
      paths.Read("metrics", &config.paths.metrics, MetricsPath);
      paths.Read("archive", &config.paths.archive, AbsolutePath);
    }
    if (const auto json = object.Find("refresh")) {
      JsonObject refresh(*json);
      refresh.Read("capacity", &config.refresh.capacity, PositiveDuration);
      refresh.Read("forecast", &config.refresh.forecast, PositiveDuration);
      refresh.Read("history", &config.refresh.history, PositiveDuration);
    }
    if (const auto json = object.Find("watch")) {
      JsonObject watch(*json);
      watch.Read("down_after", &config.watch.down_after, PositiveDuration);
    }
    if (const auto json = object.Find("archive")) {
      JsonObject archive(*json);
      archive.Read("retention", &config.archive.retention, PositiveDuration);
    }
    object.Read("zones", &config.zones, Named(ReadZone));
    object.Read("sites", &config.sites, Named(ReadSite));
    object.Read("hardware", &config.hardware, ReadHardware);
    object.Read("pools", &config.pools, Named(ReadPool));
    object.Read("policies", &config.policies, EachOf(ReadPolicy));
  }
  CheckReferences(root, config, errors);
  return config;
}

}  // namespace

absl::string_view IntensityUnitName(IntensityUnit unit) {
  switch (unit) {
    case IntensityUnit::kGramsPerKilowattHour:
      return "gCO2e/kWh";
    case IntensityUnit::kKilogramsPerKilowattHour:
      return "kgCO2e/kWh";
    case IntensityUnit::kGramsPerMegawattHour:
      return "gCO2e/MWh";
    case IntensityUnit::kKilogramsPerMegawattHour:
      return "kgCO2e/MWh";
    case IntensityUnit::kTonnesPerMegawattHour:
      return "tCO2e/MWh";
    case IntensityUnit::kPoundsPerMegawattHour:
      return "lbCO2e/MWh";
  }
  return "";
}

SignalKind KindOf(const ForecastSource& source, const ZoneConfig& zone) {
  if (const auto* file = std::get_if<ForecastFile>(&source)) return file->kind.value_or(zone.kind);
  const auto* provider = std::get_if<ForecastProvider>(&source);
  return provider == nullptr ? zone.kind : provider->kind.value_or(zone.kind);
}

std::string FormatConfigError(absl::string_view file, const ConfigError& error) {
  const std::string line = error.line.has_value() ? absl::StrCat(":", *error.line) : "";
  std::string text =
      absl::StrCat(file, line, ": ", error.path, error.path.empty() ? "" : ": ", error.message);
  // Keys are anyone's: what would steer a terminal or begin a line of a log is not passed on.
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
