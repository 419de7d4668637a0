#include "core/config/zones.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/config/values.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

absl::string_view FormatName(ForecastFormat format) {
  return format == ForecastFormat::kCsv ? "csv" : "carbon-aware-sdk";
}

// Reads the names of columns in a CSV file's header.
std::optional<CsvFormat> Columns(const JsonValue& json) {
  CsvFormat format;
  JsonObject object(json);
  object.Read("time", &format.time_column, Text);
  object.Read("value", &format.value_column, Text);
  if (json.json().is_object() && json.json().empty()) json.Refuse("names no column");
  return format;
}

// Reads a time zone's name. settings/load_config.h checks whether this machine knows it.
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

// Reads what carbon.json says of a CSV file.
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

// Reads which provider to ask, for forecasts or for history.
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
  object.Require("static", &value, ReadIntensity);
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
    json.Refuse("a CSV file has one location, without a name: remove \"location\"", "/location");
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
  json.Refuse(
      absl::StrCat(Quoted(SignalKindName(kind)), " is not the zone's kind, ",
                   Quoted(SignalKindName(zone.kind)), "; set \"any_kind\" of the zone to allow it"),
      "/kind");
  return std::nullopt;
}

// Reads "2026-11-01", which is midnight UTC, or "2026-11-01T06:00:00Z".
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

}  // namespace

ZoneConfig ReadZone(const JsonValue& json) {
  ZoneConfig zone;
  JsonObject object(json);
  object.Require("kind", &zone.kind, Kind);
  object.Read("any_kind", &zone.any_kind, Boolean);
  object.Read("forecast", &zone.forecasts,
              EachOf([&zone](const JsonValue& source) { return ForecastFor(zone, source); }));
  object.Read("max_age", &zone.max_age, PositiveDuration);
  object.Read("climatology", &zone.climatology, ReadIntensity);
  object.Read("spread", &zone.spread, Spread);
  object.Read("history", &zone.history, EachOf(History));
  object.Read("plausibility", &zone.plausibility, Plausibility);
  return zone;
}

}  // namespace carbon
