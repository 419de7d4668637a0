// The values of one reply, collected record by record. A record that cannot be used costs only
// itself: it is left out and counted, and the result's remark says how many and why. For the
// parsers of all providers, so that all treat order, repetitions, contradictions and holes alike.
//
//   ReplyPoints points;
//   for (size_t i = 0; i < records.size(); ++i) points.Add(ReadRecord(records[i]));
//   return std::move(points).Forecast(ask, issued_at);
//
// The records may come in any order, and equal ones count once. Records of one time with different
// values are all left out. Of two that overlap otherwise the longer one is, or else the later one.
// A reply of which half of the records or more are left out is refused as a whole: it is not of the
// shape that it was taken for. Pure; no I/O.
#ifndef FORECAST_PROVIDERS_REPLY_POINTS_H_
#define FORECAST_PROVIDERS_REPLY_POINTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/grid/intensity_history.h"
#include "forecast/providers/provider.h"

namespace carbon {

// A forecast's hole of at most this length is filled with the mean of the values on both sides.
inline constexpr absl::Duration kMaxFilledHole = absl::Hours(1);
// Where the holes of that length make up more than this part of a forecast, none is filled.
inline constexpr double kMaxFilledPart = 0.1;

class ReplyPoints {
 public:
  // What one record says: a value, nothing (null), or an error, with which it is left out.
  using Record = absl::StatusOr<std::optional<IntensityHistory::Interval>>;

  void Add(const Record& record);

  // The same in two steps, where a value is made of several records: counts one of them, which is
  // left out if it is an error; and adds a value that is made of some that were counted.
  void Count(const absl::Status& record);
  void AddValue(const IntensityHistory::Interval& interval);

  // Empty where there are no values at all. InvalidArgument with the first reason where half of the
  // records or more are left out.
  absl::StatusOr<ProviderHistory> History(const ProviderAsk& ask) &&;

  // The values as a series, which holds at `ask.now` where any does. Short holes are filled; at a
  // longer one the series ends, and the remark names it. Errors as above, and Unavailable where
  // there are no values.
  absl::StatusOr<ProviderForecast> Forecast(const ProviderAsk& ask,
                                            std::optional<absl::Time> issued_at) &&;

 private:
  // Of one that was counted.
  void LeaveOut(const absl::Status& why);
  void LeaveOutContradictions();
  void LeaveOutOverlaps();
  absl::StatusOr<IntensityHistory> Finish();
  ReplyRemark Remark() const;

  std::vector<IntensityHistory::Interval> intervals_;
  int64_t records_ = 0;
  int64_t left_out_ = 0;  // of `records_`
  std::string first_reason_;
};

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_REPLY_POINTS_H_
