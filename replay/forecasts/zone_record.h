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
  // `csv` has one `time,value` line per hour, as forecast/sources/csv.h describes. Shorter steps
  // become hours. Returns InvalidArgument, "DE: line 3: …", for text that ParseHistoryCsv refuses,
  // or if no hour is known.
  static absl::StatusOr<ZoneRecord> Create(absl::string_view zone, absl::string_view csv,
                                           const CsvFormat& format = {});

  const std::string& zone() const { return zone_; }
  const IntensityHistory& history() const { return history_; }
  // Changes whenever the file's text changes. It is the key of derived data.
  const std::string& digest() const { return digest_; }

  // Returns the mean over [from, to). Absent unless every second of it is known.
  std::optional<GramsPerKilowattHour> Mean(absl::Time from, absl::Time to) const;

  // Returns the mean of the known hours within [from, to). Absent if fewer than `min_hours` are
  // known.
  std::optional<GramsPerKilowattHour> MeanOfKnown(absl::Time from, absl::Time to,
                                                  int64_t min_hours) const;

 private:
  // The sums from the first hour up to `time`.
  struct Sums {
    double gram_hours;
    double known_hours;
  };
  Sums UpTo(absl::Time time) const;

  ZoneRecord(std::string zone, std::string digest, IntensityHistory history);

  std::string zone_;
  std::string digest_;
  IntensityHistory history_;
  absl::Time begin_;
  // Has one more element than there are hours: the sum over all hours before hour i, gCO2e/kWh x h.
  std::vector<double> gram_hours_;
  std::vector<int64_t> known_hours_;
};

// Reads the zone's file, FOLDER/ZONE.csv. Blocks on the disk.
absl::StatusOr<ZoneRecord> ReadZoneRecord(const std::string& folder, absl::string_view zone);

}  // namespace carbon

#endif  // REPLAY_FORECASTS_ZONE_RECORD_H_
