// ZoneHabits describes what a zone's carbon intensity is usually like, as its history shows it.
// These are the measures by which implausible values are recognised (judged_history.h learns them,
// judged_forecast.h applies them to forecasts). Pure: no I/O, no clock.
//
// All hours are in gCO2e/kWh; NaN is an unknown hour. Ratios are computed as differences of
// log(value + offset). The offset, a tenth of the median, keeps hours near zero from counting as
// large changes.
#ifndef FORECAST_PLAUSIBILITY_ZONE_HABITS_H_
#define FORECAST_PLAUSIBILITY_ZONE_HABITS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "absl/time/time.h"
#include "core/base/quantities.h"

namespace carbon {

inline constexpr size_t kHoursOfDay = 24;
inline constexpr size_t kHoursOfWeek = 7 * kHoursOfDay;
// With fewer known hours than these 14 days, only absolute bounds are checked.
inline constexpr int64_t kMinHabitHours = 14 * int64_t{kHoursOfDay};

// DayLevels measures by how much the mean of a day differs from those of the seven days before, and
// how much it has ever differed. A level change that was accepted does not count as a difference.
class DayLevels {
 public:
  void Add(GramsPerKilowattHour mean);
  // Starts a new level: the next Add compares with nothing.
  void Restart() { recent_.clear(); }
  // Makes such a change plausible from here on.
  void AllowChangeTo(GramsPerKilowattHour mean);

  // Returns the mean of a day divided by that of the recent days; 1 if too few are known.
  double RatioToRecent(GramsPerKilowattHour mean) const;
  // Returns false if that ratio is beyond all that were seen, by a margin. Returns true until
  // enough was seen.
  bool IsPlausible(GramsPerKilowattHour mean) const;

 private:
  double ChangeOf(GramsPerKilowattHour mean) const;

  std::deque<double> recent_;  // logarithms of the last means
  int64_t days_ = 0;
  double least_ = 0;  // changes seen
  double greatest_ = 0;
};

struct ZoneHabits {
  int64_t known_hours = 0;
  absl::Time known_until = absl::InfinitePast();
  double median = 0;
  // Whether values near zero are usual here. If not, a run of zeros is an outage.
  bool reaches_zero = true;
  // A longer run of one value is a frozen source.
  size_t max_constant_hours = SIZE_MAX;
  // Bounds of an hour's logarithm, and of its difference from its neighbours.
  double lowest = 0;
  double highest = 0;
  double max_spike = 0;
  double max_dip = 0;
  DayLevels levels;

  // Returns whether there is enough history to know more than absolute bounds.
  bool AreKnown() const { return known_hours >= kMinHabitHours; }

  double Log(double grams) const;
  std::vector<double> Logs(const std::vector<double>& hours) const;
  bool IsZero(double grams) const { return grams <= 0.005 * median; }
  // Returns whether an hour's value is beyond all that the zone usually has.
  bool IsOutOfRange(double log) const { return log < lowest || log > highest; }
  bool IsOutlier(double deviation) const { return deviation > max_spike || deviation < -max_dip; }
};

// Returns the difference of hour `i` of Logs from the median of its neighbours: two hours before
// and after, and a day before and after. Returns NaN if fewer than three of these are known.
double DeviationFromNeighbours(const std::vector<double>& logs, size_t i);

// Returns the value below which a share of `values` lies. `values` must not be empty.
double Quantile(std::vector<double> values, double share);

}  // namespace carbon

#endif  // FORECAST_PLAUSIBILITY_ZONE_HABITS_H_
