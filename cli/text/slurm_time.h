// Reads and writes times as Slurm's commands do. Pure; no I/O.
#ifndef CLI_TEXT_SLURM_TIME_H_
#define CLI_TEXT_SLURM_TIME_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

// Parses YYYY-MM-DD[THH:MM[:SS]], MMDD[YY] or MM/DD[/YY] with optional -HH:MM[:SS], HH:MM[:SS] of
// today, now[{+|-}N[seconds|minutes|hours|days|weeks]], today, tomorrow, midnight, noon, fika,
// teatime. InvalidArgument for anything else, naming it.
absl::StatusOr<absl::Time> ParseSlurmTime(absl::string_view text, absl::Time now,
                                          absl::TimeZone zone);

// Returns "2026-11-24T19:00:00".
std::string FormatSlurmTime(absl::Time time, absl::TimeZone zone);

// Returns "2-03:04:05", or "03:04:05" below a day. A negative duration begins with a minus sign.
std::string FormatSlurmDuration(absl::Duration duration);

// Returns "[D-]HH:MM:SS ago", or "in [D-]HH:MM:SS".
std::string FormatDistance(absl::Time time, absl::Time now);

}  // namespace carbon

#endif  // CLI_TEXT_SLURM_TIME_H_
