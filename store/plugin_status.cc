#include "store/plugin_status.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

std::string Rfc3339(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace

std::string PluginStatusPath(absl::string_view log_path) {
  const size_t slash = log_path.rfind('/');
  const absl::string_view folder =
      slash == absl::string_view::npos ? "." : log_path.substr(0, slash);
  return absl::StrCat(folder, "/plugin-status.json");
}

std::string SerializePluginStatus(const PluginStatus& status,
                                  std::optional<absl::Time> updated_at) {
  Json json;
  json["v"] = 1;
  json["boot"] = status.boot;
  json["pid"] = status.pid;
  json["started_at"] = Rfc3339(status.started_at);
  if (updated_at.has_value()) json["updated_at"] = Rfc3339(*updated_at);
  if (status.snapshot.has_value()) {
    json["snapshot"] = Json::object();
    for (const PartInfo& info : kParts) {
      json["snapshot"][info.name] = status.snapshot->hashes[info.part];
    }
    json["snapshot"]["loaded_at"] = Rfc3339(status.loaded_at);
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
  // Paths in error texts may hold any byte.
  return absl::StrCat(json.dump(2, ' ', false, Json::error_handler_t::replace), "\n");
}

}  // namespace carbon
