// ReplyObject reads the JSON of a provider's reply: each type is checked before access, and an
// error names the member and its value. Only sources include this header: the JSON library stays
// out of other headers. Pure; no I/O.
//
//   absl::StatusOr<json> root = ParseReply(reply);
//   absl::StatusOr<const json*> points = ReplyObject(*root, "").Array("forecast");
//   for (size_t i = 0; i < (*points)->size(); ++i) {
//     const ReplyObject point((**points)[i], absl::StrCat("forecast[", i, "]"));
//     absl::StatusOr<absl::Time> start = point.Time("datetime");
//     …
//   }
#ifndef FORECAST_PROVIDERS_REPLY_JSON_H_
#define FORECAST_PROVIDERS_REPLY_JSON_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "forecast/providers/provider.h"
#include "nlohmann/json.hpp"

namespace carbon {

// The largest reply that we ask for, a month of five-minute values, is about 1 MB and has 100,000
// values. A parsed value takes up to 100 bytes, even if its text is short: this many values take 40
// MB.
inline constexpr size_t kMaxReplyBytes = 4 << 20;
inline constexpr size_t kMaxReplyValues = 400'000;
// No provider nests deeper than five. Depth costs memory out of proportion to the bytes.
inline constexpr int kMaxReplyDepth = 16;

// Returns InvalidArgument for a body above kMaxReplyBytes.
absl::Status CheckSize(const HttpReply& reply);

// Returns InvalidArgument if `text`, should it be JSON, is nested deeper than kMaxReplyDepth or has
// more values than `max_values`; a member of an object counts once. Runs before the text is parsed,
// and takes no memory.
absl::Status CheckShape(absl::string_view text, size_t max_values = kMaxReplyValues);

// Returns the JSON of a reply that CheckReply accepts. Returns InvalidArgument if the body is not
// JSON, is above kMaxReplyBytes or is refused by CheckShape. The message describes nothing of the
// body, which may be a token, cut short.
absl::StatusOr<nlohmann::json> ParseReply(const HttpReply& reply);

// Returns how many grams per kWh one of `unit` is: "gCO2eq/kWh", "lbs_co2_per_mwh". Returns
// InvalidArgument for an unknown unit, and quotes it.
absl::StatusOr<GramsPerKilowattHour> ParseIntensityUnit(absl::string_view unit);

// An object of a reply, called `name` in errors: "forecast[3]". The JSON must outlive it.
class ReplyObject {
 public:
  ReplyObject(const nlohmann::json& json, std::string name) : json_(json), name_(std::move(name)) {}

  // Returns nullptr if there is no such member, or if this is not an object.
  const nlohmann::json* Find(const char* key) const;

  // These return InvalidArgument if the member is missing or of another type:
  // "forecast[3].datetime: 5 is not a string".
  absl::StatusOr<const nlohmann::json*> Array(const char* key) const;
  absl::StatusOr<std::string> Text(const char* key) const;
  // Reads what ParseTimestamp reads.
  absl::StatusOr<absl::Time> Time(const char* key) const;
  // The same for a provider that says elsewhere that its times are UTC. A time without an offset,
  // which may end after the minutes or the hour, is read as UTC: "2018-01-20T12:00Z",
  // "2018-01-20T12".
  absl::StatusOr<absl::Time> UtcTime(const char* key) const;
  // Reads what ParseInstant reads.
  absl::StatusOr<absl::Time> Instant(const char* key) const;
  // Reads a number as NumberIn does. InvalidArgument if it is not positive, not in whole seconds,
  // or above a day.
  absl::StatusOr<absl::Duration> Seconds(const char* key) const;

  // Reads a number as NumberIn does, in `unit`. Returns nullopt for null. InvalidArgument if it is
  // missing, not a number, negative, not finite or above IntensitySeries::kMaxValue. Zero is a
  // value like any other.
  absl::StatusOr<std::optional<GramsPerKilowattHour>> Intensity(
      const char* key, GramsPerKilowattHour unit = GramsPerKilowattHour(1)) const;

  // Returns InvalidArgument if the member is present but is not the expected text: the reply is to
  // another question. An absent member is accepted.
  absl::Status Expect(const char* key, absl::string_view expected) const;

  // Returns the error "forecast[3].datetime: what".
  absl::Status Refused(absl::string_view key, absl::string_view what) const;

 private:
  absl::StatusOr<absl::Time> ReadTime(const char* key,
                                      absl::StatusOr<absl::Time> (*parse)(absl::string_view)) const;

  const nlohmann::json& json_;
  std::string name_;
};

// The same for a value that is not a member. `name` is its name in errors.
absl::StatusOr<std::optional<GramsPerKilowattHour>> ReadIntensity(const nlohmann::json& json,
                                                                  absl::string_view name,
                                                                  GramsPerKilowattHour unit);

// Returns a number, or the number in a string in decimal notation: "412.5", "-1e3". Some providers
// send some of their numbers as strings. Returns nullopt for anything else, an empty string and
// "NaN" included.
std::optional<double> NumberIn(const nlohmann::json& json);

// Returns the value as a message quotes it: its JSON, cut short.
std::string Shown(const nlohmann::json& json);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_REPLY_JSON_H_
