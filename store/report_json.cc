#include "store/report_json.h"

#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

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

}  // namespace

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json TimeOrNull(std::optional<absl::Time> time) {
  return time.has_value() ? Json(FormatTimestamp(*time)) : Json(nullptr);
}

Json WriteFinding(const Finding& finding) {
  return {{"severity", std::string(SeverityName(finding.severity))},
          {"code", std::string(FindingCodeName(finding.code))},
          {"subject", TextOrNull(finding.subject)},
          {"fact", finding.fact},
          {"advice", TextOrNull(finding.advice)}};
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
  finding.code = FindFindingCode(code).value_or(FindingCode::kOther);
  return finding;
}

Json WriteSource(const SourceState& source) {
  Json json = {{"zone", source.zone},
               {"source", source.source},
               {"provider", TextOrNull(source.provider)},
               {"kind", std::string(SignalKindName(source.kind))},
               {"in_use", source.in_use},
               {"issued_at", TimeOrNull(source.issued_at)},
               {"fetched_at", TimeOrNull(source.fetched_at)},
               {"reaches", TimeOrNull(source.reaches)},
               {"next_refresh", TimeOrNull(source.next_refresh)},
               {"left_out", source.left_out},
               {"note", TextOrNull(source.note)},
               {"error", TextOrNull(source.error)},
               {"error_at", TimeOrNull(source.error_at)},
               {"failures", source.failures},
               {"requests", source.requests},
               {"errors", Json::object()}};
  for (const auto& [code, count] : source.errors) json["errors"][code] = count;
  return json;
}

std::optional<SourceState> ReadSource(const JsonValue& json, SourceNotes notes) {
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
  if (notes == SourceNotes::kRequired) {
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
      if (!json.is_right_so_far()) break;
      source.errors[code] = WholeNumber()(count).value_or(0);
    }
  }
  return source;
}

}  // namespace carbon
