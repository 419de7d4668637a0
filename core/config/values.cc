#include "core/config/values.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/duration.h"
#include "core/grid/intensity.h"

namespace carbon {

std::optional<absl::Duration> PositiveDuration(const JsonValue& json) {
  const std::optional<std::string> text = Text(json);
  if (!text.has_value()) return std::nullopt;
  const absl::StatusOr<absl::Duration> duration = ParseDuration(*text);
  if (!duration.ok()) {
    json.Refuse(duration.status().message());
  } else if (*duration <= absl::ZeroDuration()) {
    json.Refuse(absl::StrCat(Quoted(*text), " must be longer than zero"));
  } else {
    return *duration;
  }
  return std::nullopt;
}

std::optional<GramsPerKilowattHour> ReadIntensity(const JsonValue& json) {
  const auto grams = NumberRange{0, IntensitySeries::kMaxValue.value()}(json);
  if (!grams.has_value()) return std::nullopt;
  return GramsPerKilowattHour(*grams);
}

}  // namespace carbon
