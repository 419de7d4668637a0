// Reads and writes durations as people write them in carbon.json, in hints and on the command line:
// 90s, 30m, 8h, 2d or sums of them, largest unit first (1d12h). Also reads Slurm's time limits with
// at least one colon or dash: MM:SS, HH:MM:SS, D-HH, D-HH:MM, D-HH:MM:SS. Pure; no I/O.
#ifndef CORE_BASE_DURATION_H_
#define CORE_BASE_DURATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

// Parses a duration. Returns InvalidArgument, quoting the text, if it has none of these forms or is
// longer than 10,000 days. A number without a unit is refused: seconds and minutes would be
// mistaken for each other. Zero is a duration.
absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text);

// Returns the shortest form that ParseDuration reads back: "36h", "90s", "1d12h5s"; whole seconds.
std::string DurationText(absl::Duration duration);

}  // namespace carbon

#endif  // CORE_BASE_DURATION_H_
