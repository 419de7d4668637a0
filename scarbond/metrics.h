// FormatMetrics writes scarbond's metrics in the text format of Prometheus, for the textfile
// collector of its node_exporter. A value that is not known is left out; it is never zero. Pure; no
// I/O, no clock.
#ifndef SCARBOND_METRICS_H_
#define SCARBOND_METRICS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/grid/forecast_report.h"
#include "scarbond/job_figures.h"
#include "store/daemon_state.h"

namespace carbon {

// The jobs of the queue.
struct JobMetrics {
  std::vector<JobFigure> jobs;  // by their numbers
  int64_t most = 0;             // so many of them, the first, have series of their own
};

// The metrics at `now`, of the state and of what else is known about zones, sources and jobs.
std::string FormatMetrics(const DaemonState& state, const std::vector<ZoneInUse>& zones,
                          const std::vector<SourceErrorRatio>& errors, absl::Time now,
                          const std::vector<ImplausibleHours>& implausible = {},
                          const JobMetrics& jobs = {});

}  // namespace carbon

#endif  // SCARBOND_METRICS_H_
