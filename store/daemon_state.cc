#include "store/daemon_state.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kVersion = 2;
constexpr int64_t kVersionWithoutNotes = 1;

Json Text(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json Rfc3339(std::optional<absl::Time> time) {
  if (!time.has_value()) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", *time, absl::UTCTimeZone());
}

Json SourceJson(const SourceState& source) {
  Json json = {{"zone", source.zone},
               {"source", source.source},
               {"provider", Text(source.provider)},
               {"kind", std::string(SignalKindName(source.kind))},
               {"in_use", source.in_use},
               {"issued_at", Rfc3339(source.issued_at)},
               {"fetched_at", Rfc3339(source.fetched_at)},
               {"reaches", Rfc3339(source.reaches)},
               {"next_refresh", Rfc3339(source.next_refresh)},
               {"left_out", source.left_out},
               {"note", Text(source.note)},
               {"error", Text(source.error)},
               {"error_at", Rfc3339(source.error_at)},
               {"failures", source.failures},
               {"requests", source.requests},
               {"errors", Json::object()}};
  for (const auto& [code, count] : source.errors) json["errors"][code] = count;
  return json;
}

// Fields of an object by their types; the first that is not as it should be is kept.
class Fields {
 public:
  explicit Fields(const Json& json) : json_(json) {
    if (!json.is_object()) Refuse("", "is no object");
  }

  const absl::Status& status() const { return status_; }

  void Refuse(absl::string_view key, absl::string_view fact) {
    if (!status_.ok()) return;
    status_ = absl::InvalidArgumentError(absl::StrCat(key, key.empty() ? "" : ": ", fact));
  }

  const Json* Find(const char* key) {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(key);
    if (found == json_.end()) Refuse(key, "is missing");
    return found == json_.end() ? nullptr : &*found;
  }

  bool Flag(const char* key) {
    const Json* found = Find(key);
    if (found != nullptr && found->is_boolean()) return found->get<bool>();
    Refuse(key, "is neither true nor false");
    return false;
  }

  // Null: empty.
  std::string Words(const char* key) {
    const Json* found = Find(key);
    if (found != nullptr && found->is_string()) return found->get<std::string>();
    if (found == nullptr || !found->is_null()) Refuse(key, "is no text");
    return "";
  }

  std::vector<std::string> Texts(const char* key) {
    std::vector<std::string> texts;
    const Json* found = Find(key);
    if (found == nullptr || !found->is_array()) {
      Refuse(key, "is no array");
      return texts;
    }
    for (const Json& text : *found) {
      if (text.is_string()) {
        texts.push_back(text.get<std::string>());
      } else {
        Refuse(key, "is no text");
      }
    }
    return texts;
  }

  std::optional<absl::Time> Time(const char* key) {
    const Json* found = Find(key);
    absl::Time time;
    if (found != nullptr && found->is_null()) return std::nullopt;
    if (found != nullptr && found->is_string() &&
        absl::ParseTime("%Y-%m-%dT%H:%M:%SZ", found->get<std::string>(), &time, nullptr) &&
        time > absl::InfinitePast() && time < absl::InfiniteFuture()) {
      return time;
    }
    Refuse(key, "is no time");
    return std::nullopt;
  }

  int64_t Count(const char* key) {
    const Json* found = Find(key);
    return found == nullptr ? 0 : AsCount(key, *found);
  }

  int64_t AsCount(absl::string_view key, const Json& json) {
    if (json.is_number_unsigned() &&
        json.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return static_cast<int64_t>(json.get<uint64_t>());
    }
    Refuse(key, "is no count");
    return 0;
  }

 private:
  const Json& json_;
  absl::Status status_;
};

absl::StatusOr<SourceState> ReadSource(const Json& json, bool has_notes) {
  Fields fields(json);
  SourceState source;
  source.zone = fields.Words("zone");
  source.source = fields.Words("source");
  source.provider = fields.Words("provider");
  const absl::StatusOr<SignalKind> kind = ParseSignalKind(fields.Words("kind"));
  if (kind.ok()) {
    source.kind = *kind;
  } else {
    fields.Refuse("kind", "is unknown");
  }
  source.in_use = fields.Flag("in_use");
  source.issued_at = fields.Time("issued_at");
  source.fetched_at = fields.Time("fetched_at");
  source.reaches = fields.Time("reaches");
  source.next_refresh = fields.Time("next_refresh");
  if (has_notes) {
    source.left_out = fields.Count("left_out");
    source.note = fields.Words("note");
  }
  source.error = fields.Words("error");
  source.error_at = fields.Time("error_at");
  const int64_t failures = fields.Count("failures");
  if (failures > std::numeric_limits<int>::max()) fields.Refuse("failures", "is no count");
  source.failures = static_cast<int>(failures);
  source.requests = fields.Count("requests");
  if (const Json* errors = fields.Find("errors"); errors != nullptr && errors->is_object()) {
    for (const auto& [code, count] : errors->items()) {
      source.errors[code] = fields.AsCount("errors", count);
    }
  } else {
    fields.Refuse("errors", "is no object");
  }
  if (!fields.status().ok()) return fields.status();
  return source;
}

}  // namespace

std::string DaemonStatePath(absl::string_view snapshot_folder) {
  return absl::StrCat(snapshot_folder, "/scarbond-status.json");
}

std::string SerializeDaemonState(const DaemonState& state) {
  Json json = {{"v", kVersion}, {"pid", state.pid}, {"started_at", Rfc3339(state.started_at)}};
  if (state.updated_at.has_value()) {
    json["updated_at"] = Rfc3339(state.updated_at);
    json["publishes"] = state.publishes;
    json["published_at"] = Rfc3339(state.published_at);
  }
  json["error"] = Text(state.error);
  json["troubles"] = state.troubles;
  json["notes"] = state.notes;
  json["sources"] = Json::array();
  for (const SourceState& source : state.sources) json["sources"].push_back(SourceJson(source));
  // Paths in error texts may hold any byte.
  return absl::StrCat(json.dump(2, ' ', false, Json::error_handler_t::replace), "\n");
}

absl::StatusOr<DaemonState> ParseDaemonState(absl::string_view text) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return absl::InvalidArgumentError("is no JSON");
  Fields fields(json);
  const int64_t version = fields.Count("v");
  const bool has_notes = version != kVersionWithoutNotes;
  if (has_notes && version != kVersion) fields.Refuse("v", "is another version");
  DaemonState state;
  state.pid = fields.Count("pid");
  state.started_at = fields.Time("started_at").value_or(absl::UnixEpoch());
  state.updated_at = fields.Time("updated_at");
  if (!state.updated_at.has_value()) fields.Refuse("updated_at", "is no time");
  state.publishes = fields.Count("publishes");
  state.published_at = fields.Time("published_at");
  state.error = fields.Words("error");
  state.troubles = fields.Texts("troubles");
  if (has_notes) state.notes = fields.Texts("notes");
  const Json* sources = fields.Find("sources");
  if (sources == nullptr || !sources->is_array()) fields.Refuse("sources", "is no array");
  if (!fields.status().ok()) return fields.status();
  for (const Json& source : *sources) {
    absl::StatusOr<SourceState> read = ReadSource(source, has_notes);
    if (!read.ok()) return read.status();
    state.sources.push_back(*std::move(read));
  }
  return state;
}

}  // namespace carbon
