#include "core/query/query.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "core/json/json_document.h"
#include "core/json/json_reader.h"
#include "core/json/json_text.h"

namespace carbon {
namespace {

// The end of the header of a piece.
constexpr char kEndOfHeader = '\n';

// A line for the user is cut there.
constexpr size_t kMaxNote = 1000;
constexpr size_t kMaxNotes = 50;

const std::vector<QueryKind> kKinds = {QueryKind::kManifest, QueryKind::kPart, QueryKind::kRecords};

JsonText TimeText(absl::Time time) {
  const bool is_finite = time != absl::InfinitePast() && time != absl::InfiniteFuture();
  return is_finite ? JsonText(FormatTimestamp(time)) : JsonText(nullptr);
}

absl::Time RoundedUp(absl::Time time) {
  if (time == absl::InfiniteFuture()) return time;
  const absl::Time down = absl::FromUnixSeconds(absl::ToUnixSeconds(time));
  return down < time ? down + absl::Seconds(1) : down;
}

const std::vector<absl::StatusCode>& Codes() {
  static const auto* const codes = [] {
    auto* all = new std::vector<absl::StatusCode>;
    for (int code = 0; code <= static_cast<int>(absl::StatusCode::kUnauthenticated); ++code) {
      all->push_back(static_cast<absl::StatusCode>(code));
    }
    return all;
  }();
  return *codes;
}

absl::string_view CodeName(absl::StatusCode code) {
  static const auto* const names = [] {
    auto* all = new std::vector<std::string>;
    for (const absl::StatusCode one : Codes()) all->push_back(absl::StatusCodeToString(one));
    return all;
  }();
  return (*names)[static_cast<size_t>(code)];
}

std::optional<std::string> Digest(const JsonValue& json) {
  std::optional<std::string> text = Text(json);
  if (text.has_value() &&
      (text->size() != 64 || text->find_first_not_of("0123456789abcdef") != std::string::npos)) {
    json.Refuse("must be a SHA-256 in hexadecimal digits");
    return std::nullopt;
  }
  return text;
}

}  // namespace

absl::string_view QueryKindName(QueryKind kind) {
  switch (kind) {
    case QueryKind::kManifest:
      return "manifest";
    case QueryKind::kPart:
      return "part";
    case QueryKind::kRecords:
      return "records";
  }
  return "unknown";
}

std::string WriteQuery(const Query& query) {
  return JsonText({{"version", kQueryVersion},
                   {"kind", QueryKindName(query.kind)},
                   {"part", query.part},
                   {"start", TimeText(query.start)},
                   {"end", TimeText(RoundedUp(query.end))},
                   {"rotated", query.rotated}})
      .text();
}

absl::StatusOr<Query> ParseQuery(absl::string_view text) {
  if (text.size() > kMaxQueryBytes) {
    return absl::DataLossError(absl::StrCat("query: is longer than ", kMaxQueryBytes, " bytes"));
  }
  absl::StatusOr<JsonDocument> document = JsonDocument::Parse(text, "query");
  if (!document.ok()) return document.status();
  const absl::StatusOr<int> version =
      document->ReadVersion("version", kQueryVersion, kQueryVersion);
  if (!version.ok()) return version.status();
  Query query;
  {
    JsonObject object(document->root());
    object.Find("version");  // read before
    object.Require("kind", &query.kind, OneOf(kKinds, &QueryKindName));
    object.Require("part", &query.part, AnyText);
    object.Require("start", &query.start, NullOr(Timestamp));
    object.Require("end", &query.end, NullOr(Timestamp));
    object.Require("rotated", &query.rotated, Boolean);
  }
  return document->Result(std::move(query));
}

std::string WriteAnswerPiece(const AnswerPiece& piece) {
  std::vector<std::string> notes;
  for (const std::string& note : piece.notes) {
    if (notes.size() < kMaxNotes) notes.push_back(note.substr(0, kMaxNote));
  }
  const std::string header =
      JsonText({{"version", kQueryVersion},
                {"query", piece.query},
                {"number", piece.number},
                {"last", piece.is_last},
                {"code", CodeName(piece.status.code())},
                {"message", absl::string_view(piece.status.message()).substr(0, kMaxNote)},
                {"notes", notes}})
          .text();
  return absl::StrCat(header, std::string(1, kEndOfHeader), piece.data);
}

absl::StatusOr<AnswerPiece> ParseAnswerPiece(absl::string_view text) {
  const size_t end = text.find(kEndOfHeader);
  if (end == absl::string_view::npos) return absl::DataLossError("answer: has no header");
  absl::StatusOr<JsonDocument> document = JsonDocument::Parse(text.substr(0, end), "answer");
  if (!document.ok()) return document.status();
  const absl::StatusOr<int> version =
      document->ReadVersion("version", kQueryVersion, kQueryVersion);
  if (!version.ok()) return version.status();
  AnswerPiece piece;
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string message;
  {
    JsonObject object(document->root());
    object.Find("version");  // read before
    int64_t number = 0;
    object.Require("query", &piece.query, Digest);
    object.Require("number", &number, WholeNumber{});
    object.Require("last", &piece.is_last, Boolean);
    object.Require("code", &code, OneOf(Codes(), &CodeName));
    object.Require("message", &message, AnyText);
    object.Require("notes", &piece.notes, EachOf(AnyText));
    piece.number = static_cast<uint64_t>(number);
  }
  piece.status = absl::Status(code, message);
  piece.data = std::string(text.substr(end + 1));
  return document->Result(std::move(piece));
}

}  // namespace carbon
