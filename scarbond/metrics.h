// FormatMetrics writes scarbond's metrics in the text format of Prometheus, for the textfile
// collector of its node_exporter. A value that is not known is left out; it is never zero. Pure; no
// I/O, no clock.
#ifndef SCARBOND_METRICS_H_
#define SCARBOND_METRICS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/grid/forecast_report.h"
#include "store/daemon_state.h"

namespace carbon {

// The metrics at `now`, of the state and of what else is known about zones and sources.
std::string FormatMetrics(const DaemonState& state, const std::vector<ZoneInUse>& zones,
                          const std::vector<SourceErrorRatio>& errors, absl::Time now,
                          const std::vector<ImplausibleHours>& implausible = {});

}  // namespace carbon

#endif  // SCARBOND_METRICS_H_
