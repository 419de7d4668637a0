// Reading the JSON of a provider's reply: each type is checked before access, and an error names
// the member and what stands there. For the sources of forecast only: the JSON library stays out of
// public headers. Pure; no I/O.
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

// The largest reply that we ask for, a month of five minutes, is about 1 MB and has 100,000 values.
// Parsed, a value takes up to 100 bytes, however few it has in the text: so many take 40 MB.
inline constexpr size_t kMaxReplyBytes = 4 << 20;
inline constexpr size_t kMaxReplyValues = 400'000;
// No provider nests deeper than five; depth costs memory out of proportion to the bytes.
inline constexpr int kMaxReplyDepth = 16;

// InvalidArgument for a body above kMaxReplyBytes.
absl::Status CheckSize(const HttpReply& reply);

// InvalidArgument where `text`, if it is JSON at all, is nested deeper than kMaxReplyDepth or has
// more values than `max_values`; a member of an object counts once. Before it is parsed: takes no
// memory.
absl::Status CheckShape(absl::string_view text, size_t max_values = kMaxReplyValues);

// The JSON of a reply that CheckReply lets pass. InvalidArgument where it is no JSON, which tells
// nothing of the body (it may be a token, cut short), or is above kMaxReplyBytes or refused by
// CheckShape.
absl::StatusOr<nlohmann::json> ParseReply(const HttpReply& reply);

// The grams per kWh that one of `unit` is: "gCO2eq/kWh", "lbs_co2_per_mwh". InvalidArgument for a
// unit that is not known, quoting it.
absl::StatusOr<GramsPerKilowattHour> ParseIntensityUnit(absl::string_view unit);

// An object of a reply, called `name` in errors: "forecast[3]". What it wraps outlives it.
class ReplyObject {
 public:
  ReplyObject(const nlohmann::json& json, std::string name) : json_(json), name_(std::move(name)) {}

  // Nullptr where there is no such member, or where this is no object.
  const nlohmann::json* Find(const char* key) const;

  // InvalidArgument where the member is missing or of another type: "forecast[3].datetime: 5 is not
  // a string".
  absl::StatusOr<const nlohmann::json*> Array(const char* key) const;
  absl::StatusOr<std::string> Text(const char* key) const;
  // What ParseTimestamp reads.
  absl::StatusOr<absl::Time> Time(const char* key) const;
  // The same where the provider says elsewhere that its times are UTC: what has no offset, and may
  // be cut off after the minutes or the hour, is read so. "2018-01-20T12:00Z", "2018-01-20T12".
  absl::StatusOr<absl::Time> UtcTime(const char* key) const;
  // What ParseInstant reads.
  absl::StatusOr<absl::Time> Instant(const char* key) const;
  // A number as NumberIn has it. Not positive, no whole seconds or above a day: InvalidArgument.
  absl::StatusOr<absl::Duration> Seconds(const char* key) const;

  // A number as NumberIn has it, in `unit`. Nothing for null. InvalidArgument where it is missing,
  // no number, negative, not finite or above IntensitySeries::kMaxValue. Zero is a value like any
  // other.
  absl::StatusOr<std::optional<GramsPerKilowattHour>> Intensity(
      const char* key, GramsPerKilowattHour unit = GramsPerKilowattHour(1)) const;

  // InvalidArgument where the member is there and not the text expected: a reply to some other
  // question. One that is absent is let pass.
  absl::Status Expect(const char* key, absl::string_view expected) const;

  // "forecast[3].datetime: what".
  absl::Status Refused(absl::string_view key, absl::string_view what) const;

 private:
  absl::StatusOr<absl::Time> ReadTime(const char* key,
                                      absl::StatusOr<absl::Time> (*parse)(absl::string_view)) const;

  const nlohmann::json& json_;
  std::string name_;
};

// The same for a value that is no member. `name` is what it is called.
absl::StatusOr<std::optional<GramsPerKilowattHour>> ReadIntensity(const nlohmann::json& json,
                                                                  absl::string_view name,
                                                                  GramsPerKilowattHour unit);

// A number, or a string that is one in decimal notation: "412.5", "-1e3". Some providers send some
// of their numbers so. Nothing for anything else, an empty string and "NaN" included.
std::optional<double> NumberIn(const nlohmann::json& json);

// A value as a message quotes it: its JSON, cut short.
std::string Shown(const nlohmann::json& json);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_REPLY_JSON_H_
