// FetchReport writes what scarbond-fetch leaves for scarbond (store/fetched_forecasts.h). If the
// file cannot be written, that is logged once and tried again at each call. The file contains no
// secret that this process knows. Blocks on the disk. One thread.
#ifndef SCARBOND_FETCH_REPORT_H_
#define SCARBOND_FETCH_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/finding/finding.h"
#include "scarbond/forecast_feed.h"

namespace carbon {

class FetchReport {
 public:
  explicit FetchReport(absl::Time started_at) : started_at_(started_at) {}

  // Writes the file at `path`, for everybody to read, if it would say something else than the last
  // one, and once a minute: scarbond sees by that whether this process lives. `findings` are added
  // to those of `feed`. ResourceExhausted for a forecast part that readers would refuse.
  absl::Status Write(const std::string& path, const ForecastFeed& feed,
                     std::vector<Finding> findings, absl::Time now);

 private:
  absl::Time started_at_;
  std::string written_;  // the path and the content, as written last, without its time
  absl::Time due_ = absl::InfinitePast();
  absl::StatusCode logged_ = absl::StatusCode::kOk;
};

}  // namespace carbon

#endif  // SCARBOND_FETCH_REPORT_H_
