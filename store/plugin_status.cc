#include "store/plugin_status.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "core/json/json_document.h"
#include "core/json/json_reader.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

// Counts of what happened since slurmctld started.
std::optional<uint64_t> ReadCount(const JsonValue& json) {
  const std::optional<int64_t> count = WholeNumber()(json);
  if (!count.has_value()) return std::nullopt;
  return static_cast<uint64_t>(*count);
}

void ReadSnapshot(const JsonValue& json, PluginStatus* status) {
  JsonObject object(json, JsonObject::UnknownKeys::kIgnored);
  Manifest manifest;
  for (const PartInfo& info : kParts) {
    std::string* const hash = &manifest.hashes[info.part];
    if (info.is_optional) {
      object.Read(info.name, hash, AnyText);
    } else {
      object.Require(info.name, hash, AnyText);
    }
  }
  object.Require("loaded_at", &status->loaded_at, Timestamp);
  status->snapshot = std::move(manifest);
}

}  // namespace

std::string PluginStatusPath(absl::string_view log_path) {
  const size_t slash = log_path.rfind('/');
  const absl::string_view folder =
      slash == absl::string_view::npos ? "." : log_path.substr(0, slash);
  return absl::StrCat(folder, "/plugin-status.json");
}

std::string SerializePluginStatus(const PluginStatus& status) {
  Json json;
  json["v"] = kVersion;
  json["boot"] = status.boot;
  json["pid"] = status.pid;
  json["started_at"] = FormatTimestamp(status.started_at);
  if (status.updated_at.has_value()) json["updated_at"] = FormatTimestamp(*status.updated_at);
  if (status.snapshot.has_value()) {
    json["snapshot"] = Json::object();
    for (const PartInfo& info : kParts) {
      const std::string& hash = status.snapshot->hashes[info.part];
      if (!hash.empty() || !info.is_optional) json["snapshot"][info.name] = hash;
    }
    json["snapshot"]["loaded_at"] = FormatTimestamp(status.loaded_at);
  } else {
    json["snapshot"] = nullptr;
  }
  json["error"] = TextOrNull(status.error);
  json["decisions"] = status.decisions;
  json["placed"] = status.placed;
  json["left_alone"] = status.left_alone;
  json["failed"] = status.failed;
  json["records_written"] = status.records_written;
  json["records_dropped"] = status.records_dropped;
  json["records_withheld"] = status.records_withheld;
  json["log_error"] = TextOrNull(status.log_error);
  // Paths in error texts may contain any byte.
  return absl::StrCat(json.dump(2, ' ', false, Json::error_handler_t::replace), "\n");
}

absl::StatusOr<PluginStatus> ParsePluginStatus(absl::string_view text) {
  absl::StatusOr<JsonDocument> document = JsonDocument::Parse(text);
  if (!document.ok()) return document.status();
  const absl::StatusOr<int> version = document->ReadVersion("v", kVersion, kVersion);
  if (!version.ok()) return version.status();
  PluginStatus status;
  {
    JsonObject object(document->root(), JsonObject::UnknownKeys::kIgnored);
    object.Require("boot", &status.boot, AnyText);
    object.Require("pid", &status.pid, WholeNumber());
    object.Require("started_at", &status.started_at, Timestamp);
    object.Require("updated_at", &status.updated_at, Timestamp);
    const std::optional<JsonValue> snapshot = object.Demand("snapshot");
    if (snapshot.has_value() && !snapshot->json().is_null()) ReadSnapshot(*snapshot, &status);
    object.Require("error", &status.error, NullOr(AnyText));
    object.Require("decisions", &status.decisions, ReadCount);
    object.Require("placed", &status.placed, ReadCount);
    object.Require("left_alone", &status.left_alone, ReadCount);
    object.Require("failed", &status.failed, ReadCount);
    object.Require("records_written", &status.records_written, ReadCount);
    object.Require("records_dropped", &status.records_dropped, ReadCount);
    object.Require("records_withheld", &status.records_withheld, ReadCount);
    object.Require("log_error", &status.log_error, NullOr(AnyText));
  }
  return document->Result(std::move(status));
}

std::optional<pid_t> PidInPluginStatus(absl::string_view text) {
  constexpr WholeNumber kPid = {.most = std::numeric_limits<pid_t>::max(), .least = 1};
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(text);
  if (!document.ok()) return std::nullopt;
  JsonObject object(document->root(), JsonObject::UnknownKeys::kIgnored);
  const std::optional<JsonValue> pid = object.Find("pid");
  if (!pid.has_value()) return std::nullopt;
  const std::optional<int64_t> number = kPid(*pid);
  if (!number.has_value()) return std::nullopt;
  return static_cast<pid_t>(*number);
}

}  // namespace carbon
