// The measured carbon intensity of a grid zone. Forecasts are fitted to it, and decisions are
// scored by it. Immutable; threads may share it. Only ReadZoneRecord does I/O.
#ifndef REPLAY_FORECASTS_ZONE_RECORD_H_
#define REPLAY_FORECASTS_ZONE_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/config/daemon_config.h"
#include "core/grid/intensity_history.h"

namespace carbon {

class ZoneRecord {
 public:
  // `csv` has `time,value` lines, as forecast/sources/csv.h describes. Returns InvalidArgument,
  // "line 3: …", for text that ParseHistoryCsv refuses, or if no value is known.
  static absl::StatusOr<ZoneRecord> Create(absl::string_view zone, absl::string_view csv,
                                           const CsvFormat& format = {});

  const std::string& zone() const { return zone_; }
  // The means of the hours of which half or more is known (ByHour): what forecasts are fitted to.
  const IntensityHistory& history() const { return history_; }
  // Every value in the steps that it was measured in, which are what decisions are scored by. Where
  // an hour of history() has gaps, they have that hour's mean.
  const IntensityHistory& steps() const { return steps_; }
  // Changes whenever the file's text changes. It is the key of derived data.
  const std::string& digest() const { return digest_; }

  // Returns the mean over [from, to). Absent unless every second of it is known.
  std::optional<GramsPerKilowattHour> Mean(absl::Time from, absl::Time to) const;

  // Returns the mean of the known hours within [from, to). Absent if fewer than `min_hours` are
  // known.
  std::optional<GramsPerKilowattHour> MeanOfKnown(absl::Time from, absl::Time to,
                                                  int64_t min_hours) const;

 private:
  // The sums from the first step up to `time`.
  struct Sums {
    double gram_hours = 0;
    double known_hours = 0;
  };
  Sums UpTo(absl::Time time) const;

  ZoneRecord(std::string zone, std::string digest, IntensityHistory history,
             IntensityHistory steps);

  std::string zone_;
  std::string digest_;
  IntensityHistory history_;
  IntensityHistory steps_;
  std::vector<Sums> before_;  // by step: the sums over all steps before it
};

// Reads the zone's file, FOLDER/ZONE.csv. Blocks on the disk.
absl::StatusOr<ZoneRecord> ReadZoneRecord(const std::string& folder, absl::string_view zone);

}  // namespace carbon

#endif  // REPLAY_FORECASTS_ZONE_RECORD_H_
