// What a snapshot says of the hours to come in a zone: how carbon-intensive they are, how sure that
// is, and when a run would best start. The bands are of the same error scenarios that decisions are
// judged on. Pure; now is an argument.
#ifndef CLI_FORECAST_OUTLOOK_H_
#define CLI_FORECAST_OUTLOOK_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

// Whose values they are: the source's, our own forecast's where the source's has ended, or the
// zone's climatology beyond both.
enum class Origin { kSource, kOwn, kClimatology };
absl::string_view OriginName(Origin origin);  // "source", "own", "climatology"

// A best guess, and the interval that holds it in 80% of the cases.
struct Band {
  GramsPerKilowattHour mean;
  GramsPerKilowattHour low;
  GramsPerKilowattHour high;
};

struct OutlookStep {
  absl::Time start;
  absl::Time end;
  Band band;
  Origin origin = Origin::kSource;  // at its start
};

// The start with the least emission of a run of a given length, of those at which it ends within
// the span looked at; exact, to the second. Shares are of what the same run emits if started now.
struct BestWindow {
  absl::Duration duration;
  absl::Time start;
  Band band;
  Band now;  // started now
  double saving = 0;
  double saving_low = 0;  // 80% of the cases; below zero it may emit more
  double saving_high = 0;
};

struct OutlookSpan {
  absl::Time now;
  absl::Time to;
  absl::Duration step = absl::Hours(1);
  std::optional<absl::Duration> duration;  // of a run to find the best window for
};

struct ZoneOutlook {
  const ZoneForecast* forecast = nullptr;  // the snapshot's
  absl::Time now;
  GramsPerKilowattHour at_now;
  // From the step that holds now, to where the span or the forecast ends; steps begin at whole
  // multiples of their length since the Unix epoch.
  std::vector<OutlookStep> steps;
  std::optional<BestWindow> best;
};

// Of the forecast of that index. OutOfRange where it does not hold now, where the span ends before
// now, or where the run is longer than what is left of both; "zone Z: fact, value".
absl::StatusOr<ZoneOutlook> LookAhead(const Snapshot& snapshot, int zone_index,
                                      const OutlookSpan& span);

}  // namespace carbon

#endif  // CLI_FORECAST_OUTLOOK_H_
