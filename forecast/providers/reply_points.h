// ReplyPoints collects the values of one reply, record by record. A record that cannot be used
// costs only itself: it is left out and counted, and the result's remark says how many there were
// and why. The parsers of all providers use it, so all of them treat order, repetitions,
// contradictions and holes alike.
//
//   ReplyPoints points;
//   for (size_t i = 0; i < records.size(); ++i) points.Add(ReadRecord(records[i]));
//   return std::move(points).Forecast(ask, issued_at);
//
// The records may come in any order, and equal ones count once. Records of one time with different
// values are all left out. Of two records that overlap in another way the longer one is left out,
// or else the later one. If half of the records or more are left out, the whole reply is refused:
// it does not have the expected shape. Pure; no I/O.
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
// If the holes of that length make up more than this part of a forecast, none of them is filled.
inline constexpr double kMaxFilledPart = 0.1;

class ReplyPoints {
 public:
  // The content of one record: a value, nullopt (null), or an error, for which the record is left
  // out.
  using Record = absl::StatusOr<std::optional<IntensityHistory::Interval>>;

  void Add(const Record& record);

  // The same in two steps, for a value that is made of several records. Count counts one record,
  // which is left out if it is an error. AddValue adds a value that is made of counted records.
  void Count(const absl::Status& record);
  void AddValue(const IntensityHistory::Interval& interval);

  // Returns an empty history if there are no values at all. Returns InvalidArgument with the first
  // reason if half of the records or more are left out.
  absl::StatusOr<ProviderHistory> History(const ProviderAsk& ask) &&;

  // Returns the values as a series that contains `ask.now` if any part does. Short holes are
  // filled. At a longer hole the series ends, and the remark names the hole. Errors as above, and
  // Unavailable if there are no values.
  absl::StatusOr<ProviderForecast> Forecast(const ProviderAsk& ask,
                                            std::optional<absl::Time> issued_at) &&;

 private:
  // Leaves out a record that was counted.
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
