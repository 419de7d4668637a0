// A JSON object in one of our formats: parsed within bounds, its version checked, and the first
// thing that is wrong with it. It may be included where core/json/json_reader.h may. Pure; no I/O.
//
//   absl::StatusOr<JsonDocument> document = JsonDocument::Parse(bytes, "capacity part");
//   if (!document.ok()) return document.status();
//   absl::StatusOr<int> version = document->ReadVersion("version", 4, 6);
//   if (!version.ok()) return version.status();
//   CapacityState capacity;
//   {
//     JsonObject object(document->root());
//     object.Find("version");  // read before
//     object.Require("cluster", &capacity.cluster, AnyText);
//     if (*version >= 6) object.Require("watched_until", &capacity.watched_until, NullOr(Second));
//   }  // here the keys that were not asked for are refused
//   return document->Result(std::move(capacity));
#ifndef CORE_JSON_JSON_DOCUMENT_H_
#define CORE_JSON_JSON_DOCUMENT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/json/json_error.h"
#include "core/json/json_reader.h"

namespace carbon {

class JsonDocument {
 public:
  // Deeper nesting and longer keys than we write are refused before they cost memory.
  static constexpr int kMaxDepth = 8;
  static constexpr size_t kMaxKey = 64;  // bytes

  // DataLoss for a text that is not a JSON object, or that exceeds these bounds. Each error begins
  // with `name`, "capacity part", unless that is empty.
  static absl::StatusOr<JsonDocument> Parse(absl::string_view text, std::string name = "");

  // The version of the format, from `oldest` to `newest`. InvalidArgument for another one: that is
  // not a fault of the bytes, so it is checked before anything else. DataLoss where it is not a
  // whole number.
  absl::StatusOr<int> ReadVersion(const std::string& key, int oldest, int newest) const;

  // What is read from it is refused here. Valid as long as this document.
  JsonValue root() const { return JsonValue(*json_, "", errors_.get()); }

  // DataLoss with the first thing that was refused: "capacity part: /pools/0/up: must be true or
  // false, not 1". OK: nothing was.
  absl::Status status() const;
  // `value`, or that error.
  template <class T>
  absl::StatusOr<T> Result(T value) const {
    if (absl::Status refused = status(); !refused.ok()) return refused;
    return value;
  }

 private:
  JsonDocument(JsonValue::Json json, std::string name)
      : name_(std::move(name)),
        json_(std::make_unique<JsonValue::Json>(std::move(json))),
        errors_(std::make_unique<std::vector<ConfigError>>()) {}

  // "capacity part: fact".
  std::string Named(absl::string_view fact) const;

  std::string name_;
  // At fixed addresses, so that a document can be moved while its values are in use.
  std::unique_ptr<JsonValue::Json> json_;
  std::unique_ptr<std::vector<ConfigError>> errors_;
};

}  // namespace carbon

#endif  // CORE_JSON_JSON_DOCUMENT_H_
