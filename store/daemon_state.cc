#include "store/daemon_state.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/json/json_document.h"
#include "core/json/json_reader.h"
#include "store/report_json.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 3;
constexpr int kVersionWithLines = 2;  // instead of findings
constexpr int kVersionWithoutNotes = 1;

// Reads a line of a version before 3, such as "zone GB: history of neso:GB: status 503". A problem
// that names neither a zone nor a pool is about scarbond itself.
Finding FromLine(Severity severity, const std::string& line) {
  const size_t colon = line.find(": ");
  const bool has_subject = colon != std::string::npos &&
                           (severity == Severity::kNote || absl::StartsWith(line, "zone ") ||
                            absl::StartsWith(line, "pool "));
  if (!has_subject) {
    return {severity, FindingCode::kOther, severity == Severity::kNote ? "" : "scarbond", line};
  }
  return {severity, FindingCode::kOther, line.substr(0, colon), line.substr(colon + 2)};
}

void ReadLines(const std::string& key, Severity severity, JsonObject* object,
               std::vector<Finding>* findings) {
  std::vector<std::string> lines;
  object->Require(key, &lines, EachOf(AnyText));
  for (const std::string& line : lines) findings->push_back(FromLine(severity, line));
}

}  // namespace

std::string DaemonStatePath(absl::string_view snapshot_folder) {
  return absl::StrCat(snapshot_folder, "/scarbond-status.json");
}

std::string SerializeDaemonState(const DaemonState& state) {
  Json json = {{"v", kVersion}, {"pid", state.pid}, {"started_at", TimeOrNull(state.started_at)}};
  if (state.updated_at.has_value()) {
    json["updated_at"] = TimeOrNull(state.updated_at);
    json["publishes"] = state.publishes;
    json["published_at"] = TimeOrNull(state.published_at);
  }
  json["findings"] = Json::array();
  for (const Finding& finding : state.findings) {
    json["findings"].push_back(WriteFinding(finding));
  }
  json["sources"] = Json::array();
  for (const SourceState& source : state.sources) json["sources"].push_back(WriteSource(source));
  // Paths in error texts may hold any byte.
  return absl::StrCat(json.dump(2, ' ', false, Json::error_handler_t::replace), "\n");
}

absl::StatusOr<DaemonState> ParseDaemonState(absl::string_view text) {
  absl::StatusOr<JsonDocument> document = JsonDocument::Parse(text);
  if (!document.ok()) return document.status();
  const absl::StatusOr<int> version = document->ReadVersion("v", kVersionWithoutNotes, kVersion);
  if (!version.ok()) return version.status();
  DaemonState state;
  {
    JsonObject object(document->root(), JsonObject::UnknownKeys::kIgnored);
    object.Require("pid", &state.pid, WholeNumber());
    object.Require("started_at", &state.started_at, Timestamp);
    object.Require("updated_at", &state.updated_at, Timestamp);
    object.Require("publishes", &state.publishes, WholeNumber());
    object.Require("published_at", &state.published_at, NullOr(Timestamp));
    if (*version > kVersionWithLines) {
      object.Require("findings", &state.findings, EachOf(ReadFinding));
    } else {
      std::string error;
      object.Require("error", &error, NullOr(AnyText));
      if (!error.empty()) {
        state.findings.push_back(
            {Severity::kWarning, FindingCode::kScarbondNotPublishing, "scarbond", error});
      }
      ReadLines("troubles", Severity::kWarning, &object, &state.findings);
      if (*version > kVersionWithoutNotes) {
        ReadLines("notes", Severity::kNote, &object, &state.findings);
      }
    }
    ForEach(object.Demand("sources"), [&](const JsonValue& source) {
      const SourceNotes notes =
          *version > kVersionWithoutNotes ? SourceNotes::kRequired : SourceNotes::kAbsent;
      if (auto read = ReadSource(source, notes)) state.sources.push_back(*std::move(read));
    });
  }
  return document->Result(std::move(state));
}

}  // namespace carbon
