// Computes what a snapshot says about the coming hours of a zone: how carbon-intensive they are,
// how sure that is, and when a run would best start. The bands come from the error scenarios by
// which decisions are judged. Pure; now is an argument.
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

// The origin of values: the source, our own forecast after the source's end, or the zone's
// climatology beyond both.
enum class Origin { kSource, kOwn, kClimatology };
absl::string_view OriginName(Origin origin);  // "source", "own", "climatology"

// A best guess, and the interval that contains the value in 80% of the cases.
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

// The start with the least emission of a run of a given length, among the starts at which it ends
// within the span; exact, to the second. Shares are relative to the emission of the same run if it
// started now.
struct BestWindow {
  absl::Duration duration;
  absl::Time start;
  Band band;
  Band now;  // if it started now
  double saving = 0;
  double saving_low = 0;  // 80% of the cases; below zero it may emit more
  double saving_high = 0;
};

struct OutlookSpan {
  absl::Time now;
  absl::Time to;
  absl::Duration step = absl::Hours(1);
  std::optional<absl::Duration> duration;  // of the run for which to find the best window
};

struct ZoneOutlook {
  const ZoneForecast* forecast = nullptr;  // the snapshot's
  absl::Time now;
  GramsPerKilowattHour at_now;
  // The steps begin with the one that contains now and end where the span or the forecast ends.
  // They begin at whole multiples of their length since the Unix epoch.
  std::vector<OutlookStep> steps;
  std::optional<BestWindow> best;
};

// Computes the outlook of the forecast with that index. OutOfRange if the forecast has no value
// now, if the span ends before now, or if the run is longer than the remainder of both; "zone Z:
// fact, value".
absl::StatusOr<ZoneOutlook> LookAhead(const Snapshot& snapshot, int zone_index,
                                      const OutlookSpan& span);

}  // namespace carbon

#endif  // CLI_FORECAST_OUTLOOK_H_
