// Makes the forecasts of the hours that a replay will ask for, and draws their errors, a few hours
// ahead in a thread of its own: reading and drawing take a large part of a replay's time.
//
//   DrawnAhead ahead(&forecasts, {hour1, hour2});
//   ahead.At(hour1);
//
// What it gives does not depend on threads. At is for one thread.
#ifndef REPLAY_FORECASTS_DRAWN_AHEAD_H_
#define REPLAY_FORECASTS_DRAWN_AHEAD_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/snapshot/snapshot.h"
#include "replay/forecasts/known_forecasts.h"

namespace carbon {

class DrawnAhead {
 public:
  using Drawn = absl::StatusOr<std::shared_ptr<const DrawnForecasts>>;

  // `hours` ascend. `forecasts` outlives it, and nobody else calls it meanwhile.
  DrawnAhead(KnownForecasts* forecasts, std::vector<absl::Time> hours);
  // Waits until the forecasts of one hour are made, at most.
  ~DrawnAhead();
  DrawnAhead(const DrawnAhead&) = delete;
  DrawnAhead& operator=(const DrawnAhead&) = delete;

  // The forecasts of `hour`, the next of the hours or one behind it. Blocks until they are made.
  // Errors of KnownForecasts::At; Internal for an hour that is not among those to come.
  Drawn At(absl::Time hour);

 private:
  static constexpr size_t kMaxAhead = 4;

  void Work();

  KnownForecasts* const forecasts_;
  const std::vector<absl::Time> hours_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<absl::Time, Drawn>> made_;
  bool is_stopped_ = false;
  bool is_done_ = false;
  std::thread thread_;
};

}  // namespace carbon

#endif  // REPLAY_FORECASTS_DRAWN_AHEAD_H_
