// Reads and writes instants in the forms of grid data. Pure; no I/O.
#ifndef CORE_BASE_TIMESTAMP_H_
#define CORE_BASE_TIMESTAMP_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

// Parses RFC 3339 with whole seconds: "2026-11-24T02:00:00Z", "2026-11-24 03:00:00+01:00". A blank
// may replace the T, and a fraction is accepted if it is zero. An instant without an offset is
// refused rather than guessed: local time has hours that occur twice. InvalidArgument, quoting the
// text, escaped and cut short.
absl::StatusOr<absl::Time> ParseTimestamp(absl::string_view text);

// Parses the same with any fraction, rounded down to the second. It is for the time at which
// something was made, which need not be a whole second.
absl::StatusOr<absl::Time> ParseInstant(absl::string_view text);

// The same two for a text from a file: messages do not quote it (forecast/sources/csv.h says why).
absl::StatusOr<absl::Time> ParseUnquotedTimestamp(absl::string_view text);
absl::StatusOr<absl::Time> ParseUnquotedInstant(absl::string_view text);

// Parses a time in the forms that files use; messages do not quote it. The text is RFC 3339 as
// above, or without the seconds, or with the offset as "UTC", "+01" or "+0100", or without an
// offset, or a date alone, which means its midnight. A text without an offset is local time in
// `zone`. When clocks go back, an hour occurs twice there: the result is the first of the two
// instants that lies after `previous`, the time in the line above. `previous` is InfinitePast in
// the first line.
//
// Also returns InvalidArgument if the text has no offset and there is no zone; NotFound if local
// time skips it; FailedPrecondition if it occurs twice and there is no previous time.
absl::StatusOr<absl::Time> ParseFileTime(absl::string_view text,
                                         const std::optional<absl::TimeZone>& zone,
                                         absl::Time previous);

// Parses .NET's TimeSpan with whole seconds, [d.]hh:mm[:ss], below 367 days. A fraction is accepted
// if it is zero.
std::optional<absl::Duration> ParseTimeSpan(absl::string_view text);

// Returns "2026-11-24T02:00:00Z". These three take a quarter of the time of absl::FormatTime, which
// matters while slurmctld waits; the texts are the same.
std::string FormatTimestamp(absl::Time time);
// The same with as many digits of the second as the time has: "2026-11-24T02:00:00.25Z".
std::string FormatInstant(absl::Time time);
// Returns "2026-11-24T03:00:00+01:00".
std::string FormatLocalTimestamp(absl::Time time, absl::TimeZone zone);

// Returns the begin of the hour (UTC) that contains `time`.
absl::Time FloorToHour(absl::Time time);

}  // namespace carbon

#endif  // CORE_BASE_TIMESTAMP_H_
