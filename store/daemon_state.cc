#include "store/daemon_state.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "core/json/json_document.h"
#include "core/json/json_reader.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 3;
constexpr int kVersionWithLines = 2;  // instead of findings
constexpr int kVersionWithoutNotes = 1;

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json Rfc3339(std::optional<absl::Time> time) {
  return time.has_value() ? Json(FormatTimestamp(*time)) : Json(nullptr);
}

Json SourceJson(const SourceState& source) {
  Json json = {{"zone", source.zone},
               {"source", source.source},
               {"provider", TextOrNull(source.provider)},
               {"kind", std::string(SignalKindName(source.kind))},
               {"in_use", source.in_use},
               {"issued_at", Rfc3339(source.issued_at)},
               {"fetched_at", Rfc3339(source.fetched_at)},
               {"reaches", Rfc3339(source.reaches)},
               {"next_refresh", Rfc3339(source.next_refresh)},
               {"left_out", source.left_out},
               {"note", TextOrNull(source.note)},
               {"error", TextOrNull(source.error)},
               {"error_at", Rfc3339(source.error_at)},
               {"failures", source.failures},
               {"requests", source.requests},
               {"errors", Json::object()}};
  for (const auto& [code, count] : source.errors) json["errors"][code] = count;
  return json;
}

Json FindingJson(const Finding& finding) {
  return {{"severity", std::string(SeverityName(finding.severity))},
          {"code", std::string(FindingCodeName(finding.code))},
          {"subject", TextOrNull(finding.subject)},
          {"fact", finding.fact},
          {"advice", TextOrNull(finding.advice)}};
}

std::optional<Severity> ReadSeverity(const JsonValue& json) {
  const std::optional<std::string> name = Text(json);
  if (!name.has_value()) return std::nullopt;
  const std::optional<Severity> severity = FindSeverity(*name);
  if (!severity.has_value()) json.Refuse(absl::StrCat(Quoted(*name), " is not a severity"));
  return severity;
}

std::optional<SignalKind> ReadKind(const JsonValue& json) {
  const std::optional<std::string> name = Text(json);
  if (!name.has_value()) return std::nullopt;
  const absl::StatusOr<SignalKind> kind = ParseSignalKind(*name);
  if (kind.ok()) return *kind;
  json.Refuse(kind.status().message());
  return std::nullopt;
}

std::optional<Finding> ReadFinding(const JsonValue& json) {
  JsonObject object(json, JsonObject::UnknownKeys::kIgnored);
  Finding finding;
  std::string code;
  object.Require("severity", &finding.severity, ReadSeverity);
  object.Require("code", &code, AnyText);
  object.Require("subject", &finding.subject, NullOr(AnyText));
  object.Require("fact", &finding.fact, AnyText);
  object.Require("advice", &finding.advice, NullOr(AnyText));
  // A later scarbond may have further codes.
  finding.code = FindFindingCode(code).value_or(FindingCode::kOther);
  return finding;
}

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

std::optional<SourceState> ReadSource(const JsonValue& json, int version) {
  JsonObject object(json, JsonObject::UnknownKeys::kIgnored);
  SourceState source;
  const auto time = NullOr(Timestamp);
  int64_t failures = 0;
  object.Require("zone", &source.zone, NullOr(AnyText));
  object.Require("source", &source.source, NullOr(AnyText));
  object.Require("provider", &source.provider, NullOr(AnyText));
  object.Require("kind", &source.kind, ReadKind);
  object.Require("in_use", &source.in_use, Boolean);
  object.Require("issued_at", &source.issued_at, time);
  object.Require("fetched_at", &source.fetched_at, time);
  object.Require("reaches", &source.reaches, time);
  object.Require("next_refresh", &source.next_refresh, time);
  if (version > kVersionWithoutNotes) {
    object.Require("left_out", &source.left_out, WholeNumber());
    object.Require("note", &source.note, NullOr(AnyText));
  }
  object.Require("error", &source.error, NullOr(AnyText));
  object.Require("error_at", &source.error_at, time);
  object.Require("failures", &failures, WholeNumber{std::numeric_limits<int>::max()});
  source.failures = static_cast<int>(failures);
  object.Require("requests", &source.requests, WholeNumber());
  if (const std::optional<JsonValue> errors = object.Demand("errors")) {
    for (const auto& [code, count] : errors->Members()) {
      source.errors[code] = WholeNumber()(count).value_or(0);
    }
  }
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
  json["findings"] = Json::array();
  for (const Finding& finding : state.findings) json["findings"].push_back(FindingJson(finding));
  json["sources"] = Json::array();
  for (const SourceState& source : state.sources) json["sources"].push_back(SourceJson(source));
  // Paths in error texts may contain any byte.
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
      if (auto read = ReadSource(source, *version)) state.sources.push_back(*std::move(read));
    });
  }
  return document->Result(std::move(state));
}

}  // namespace carbon
