// HourlyHistory is a zone's history on the grid of whole hours (UTC), as a forecast needs it: one
// value for every hour from the first that is known to the last. For each hour it says whether the
// value was measured or only fills a hole. Immutable; safe to share between threads. No I/O.
//
// It uses UTC throughout. A change to or from daylight saving time moves a local habit by one hour
// twice a year, and a forecast learns it again within days. A local clock has hours that occur
// twice or never.
#ifndef FORECAST_OWN_HOURLY_HISTORY_H_
#define FORECAST_OWN_HOURLY_HISTORY_H_

#include <cstddef>
#include <vector>

#include "absl/time/time.h"
#include "core/grid/intensity_history.h"

namespace carbon {

class HourlyHistory {
 public:
  // Older history adds nothing, and is left out.
  static constexpr int kMaxDays = 1100;

  HourlyHistory() = default;

  // Converts `history` to the whole hours that end at `until` or before:
  //   - An hour has the time-weighted mean of its known part, if that is half of it or more.
  //   - Intervals longer than three hours say nothing about an hour and are ignored.
  //   - A day or more that repeats exactly the values of 24 hours earlier is an estimate that
  //     replaces data, and counts as missing; unless it is constant, or half of the history is like
  //     that.
  //   - Hours at the end that only repeat the value before them may come from a dead meter, and
  //     count as missing: a forecast depends on the last hours, and loses little without them. They
  //     count as known if at least one of 33 hours ends a run of that length, if the run has lasted
  //     for a week, or if less than a week is known before it. What the provider marks as estimated
  //     counts as known.
  static HourlyHistory From(const IntensityHistory& history, absl::Time until);

  // Returns the part that ends at `until` or before, as if nothing were known of what came later.
  HourlyHistory Until(absl::Time until) const;

  // The end is that of the last known hour. Both are the Unix epoch if nothing is known.
  absl::Time begin() const { return begin_; }
  absl::Time end() const { return begin_ + absl::Hours(static_cast<int64_t>(size())); }
  size_t size() const { return known_.size(); }
  size_t known_hours() const { return known_hours_; }

  bool is_known(size_t hour) const { return known_[hour]; }
  // The values, in gCO2e/kWh. A hole of up to three hours is bridged by a straight line; a longer
  // one by the same hour of the nearest days before and after.
  const std::vector<double>& grams_per_kwh() const { return grams_; }

 private:
  // Removes unknown hours at both ends, and hours at the last end that repeat a value; fills the
  // remaining holes.
  HourlyHistory(absl::Time begin, std::vector<double> grams, std::vector<bool> known);

  absl::Time begin_ = absl::UnixEpoch();
  std::vector<double> grams_;
  std::vector<bool> known_;
  size_t known_hours_ = 0;
};

}  // namespace carbon

#endif  // FORECAST_OWN_HOURLY_HISTORY_H_
