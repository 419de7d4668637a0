#include "core/snapshot/manifest.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/json/json_document.h"
#include "core/json/json_reader.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

// Version 2 has no `readers`: they were in the configuration part. Version 3 has no optional parts.
constexpr int kOldestVersion = 2;
constexpr int kVersionWithoutOptionalParts = 3;
constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%E*SZ";
// Longer than any limit that Slurm can express in 32 bits of minutes.
constexpr int64_t kMaxSeconds = int64_t{60} << 32;

// Reads a time in UTC, of any fraction of a second.
std::optional<absl::Time> UtcTime(const JsonValue& json) {
  const std::optional<std::string> text = AnyText(json);
  if (!text.has_value()) return std::nullopt;
  absl::Time time;
  // Abseil takes "infinite-future" for a time.
  if (absl::ParseTime(kTimeFormat, *text, &time, nullptr) && time != absl::InfiniteFuture() &&
      time != absl::InfinitePast()) {
    return time;
  }
  json.Refuse(absl::StrCat(Quoted(*text), " is not a time in UTC"));
  return std::nullopt;
}

std::optional<std::string> Sha256Text(const JsonValue& json) {
  std::optional<std::string> text = AnyText(json);
  if (!text.has_value()) return std::nullopt;
  const bool is_hex = std::all_of(text->begin(), text->end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (is_hex && text->size() == 64) return text;
  json.Refuse("is not a SHA-256 in lower-case hexadecimal");
  return std::nullopt;
}

// Reads the path of a log, or an empty text: there is no log.
std::optional<std::string> LogPath(const JsonValue& json) {
  std::optional<std::string> path = AnyText(json);
  if (!path.has_value() || path->empty() || (*path)[0] == '/') return path;
  json.Refuse("is not an absolute path");
  return std::nullopt;
}

std::optional<absl::Duration> Period(const JsonValue& json) {
  const std::optional<int64_t> seconds = WholeNumber{.most = kMaxSeconds, .least = 1}(json);
  if (!seconds.has_value()) return std::nullopt;
  return absl::Seconds(*seconds);
}

std::optional<PerPart<std::string>> Hashes(const JsonValue& json, int version) {
  JsonObject object(json);
  PerPart<std::string> hashes;
  for (const PartInfo& info : kParts) {
    if (info.is_optional && version <= kVersionWithoutOptionalParts) continue;
    object.Require(info.name, &hashes[info.part], Sha256Text);
  }
  return hashes;
}

std::optional<ReaderSettings> Readers(const JsonValue& json) {
  JsonObject object(json);
  ReaderSettings readers;
  object.Require("log", &readers.log, LogPath);
  object.Require("period_s", &readers.period, Period);
  return readers;
}

bool HasOptionalParts(const Manifest& manifest) {
  return std::any_of(kParts.begin(), kParts.end(), [&manifest](const PartInfo& info) {
    return info.is_optional && !manifest.hashes[info.part].empty();
  });
}

int VersionOf(const Manifest& manifest) {
  if (!manifest.readers.has_value()) return kOldestVersion;
  return HasOptionalParts(manifest) ? Manifest::kVersion : kVersionWithoutOptionalParts;
}

}  // namespace

std::string SerializeManifest(const Manifest& manifest) {
  const int version = VersionOf(manifest);
  Json json = {
      {"version", version},
      {"published_at", absl::FormatTime(kTimeFormat, manifest.published_at, absl::UTCTimeZone())},
      {"parts", Json::object()}};
  for (const PartInfo& info : kParts) {
    if (info.is_optional && version <= kVersionWithoutOptionalParts) continue;
    json["parts"][info.name] = manifest.hashes[info.part];
  }
  if (version > kOldestVersion) {
    json["readers"] = {{"log", manifest.readers->log},
                       {"period_s", absl::ToInt64Seconds(manifest.readers->period)}};
  }
  // A path may hold bytes that are not UTF-8, and JSON cannot.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<Manifest> ParseManifest(absl::string_view bytes) {
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(bytes, "manifest");
  if (!document.ok()) return document.status();
  const absl::StatusOr<int> version =
      document->ReadVersion("version", kOldestVersion, Manifest::kVersion);
  if (!version.ok()) return version.status();
  Manifest manifest;
  {
    JsonObject object(document->root());
    object.Find("version");  // read before
    object.Require("published_at", &manifest.published_at, UtcTime);
    object.Require("parts", &manifest.hashes,
                   [&version](const JsonValue& parts) { return Hashes(parts, *version); });
    if (*version > kOldestVersion) object.Require("readers", &manifest.readers, Readers);
  }
  return document->Result(std::move(manifest));
}

}  // namespace carbon
