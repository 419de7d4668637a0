#include "core/json/json_document.h"

#include "absl/strings/str_cat.h"
#include "core/json/json_bounds.h"

namespace carbon {
namespace {

constexpr size_t kMaxPointer = 200;  // bytes of a message

std::string Join(absl::string_view name, absl::string_view fact) {
  return name.empty() ? std::string(fact) : absl::StrCat(name, ": ", fact);
}

}  // namespace

absl::StatusOr<JsonDocument> JsonDocument::Parse(absl::string_view text, std::string name) {
  if (IsWithinBounds(text, kMaxDepth, kMaxKey)) {
    JsonValue::Json json =
        JsonValue::Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    if (json.is_object()) return JsonDocument(std::move(json), std::move(name));
  }
  return absl::DataLossError(Join(name, "is not a JSON object"));
}

absl::StatusOr<int> JsonDocument::ReadVersion(const std::string& key, int oldest,
                                              int newest) const {
  const auto found = json_->find(key);
  if (found == json_->end() || !found->is_number_integer()) {
    return absl::DataLossError(Named(absl::StrCat("/", key, ": is not a whole number")));
  }
  for (int version = oldest; version <= newest; ++version) {
    if (*found == version) return version;
  }
  return absl::InvalidArgumentError(Named(absl::StrCat(
      "version ", found->dump(), ", this program reads version",
      oldest == newest ? absl::StrCat(" ", newest) : absl::StrCat("s ", oldest, " to ", newest))));
}

absl::Status JsonDocument::status() const {
  if (errors_->empty()) return absl::OkStatus();
  const ConfigError& error = errors_->front();
  return absl::DataLossError(Named(Join(error.path.substr(0, kMaxPointer), error.message)));
}

std::string JsonDocument::Named(absl::string_view fact) const { return Join(name_, fact); }

}  // namespace carbon
