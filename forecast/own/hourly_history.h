// A zone's history on the grid of whole hours (UTC), as a forecast wants it: one value for every
// hour from the first that is known to the last, and for each hour whether its value was measured
// or only fills a hole. Immutable; safe to share between threads. No I/O.
//
// UTC throughout: a change to or from daylight saving time moves a local habit by one hour twice a
// year, which a forecast learns again within days, whereas a local clock has hours that occur twice
// or never.
#ifndef FORECAST_OWN_HOURLY_HISTORY_H_
#define FORECAST_OWN_HOURLY_HISTORY_H_

#include <cstddef>
#include <vector>

#include "absl/time/time.h"
#include "core/grid/intensity_history.h"

namespace carbon {

class HourlyHistory {
 public:
  // What lies further back than this tells nothing new, and is left out.
  static constexpr int kMaxDays = 1100;

  HourlyHistory() = default;

  // What `history` says of the whole hours that end at `until` or before:
  //   - an hour has the time-weighted mean of what is known of it, if that is half of it or more;
  //   - intervals longer than three hours say nothing of an hour and are passed over;
  //   - a day or more that repeats exactly what was 24 hours earlier is an estimate put in the
  //     place of data, and counts as missing; unless it is constant, or half of the history is like
  //     that;
  //   - hours at the end that only repeat the value before them may be a dead meter's, and count as
  //     missing: a forecast leans on the last hours, and loses little without them. Unless at least
  //     one of 33 hours ends so long a run, or it has lasted for a week, or less than a week is
  //     known before it.
  // What the provider marks as estimated counts as known.
  static HourlyHistory From(const IntensityHistory& history, absl::Time until);

  // The part that ends at `until` or before, as if nothing were known of what came later.
  HourlyHistory Until(absl::Time until) const;

  // The end is that of the last known hour. Both the Unix epoch where nothing is known.
  absl::Time begin() const { return begin_; }
  absl::Time end() const { return begin_ + absl::Hours(static_cast<int64_t>(size())); }
  size_t size() const { return known_.size(); }
  size_t known_hours() const { return known_hours_; }

  bool is_known(size_t hour) const { return known_[hour]; }
  // In gCO2e/kWh. A hole of up to three hours is bridged by a straight line; a longer one by the
  // same hour of the nearest days before and after.
  const std::vector<double>& grams_per_kwh() const { return grams_; }

 private:
  // Cuts unknown hours off both ends, and those that repeat a value off the last; fills what is
  // left.
  HourlyHistory(absl::Time begin, std::vector<double> grams, std::vector<bool> known);

  absl::Time begin_ = absl::UnixEpoch();
  std::vector<double> grams_;
  std::vector<bool> known_;
  size_t known_hours_ = 0;
};

}  // namespace carbon

#endif  // FORECAST_OWN_HOURLY_HISTORY_H_
