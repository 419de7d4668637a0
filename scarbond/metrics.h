// Metrics of scarbond in the text format of Prometheus, for the textfile collector of its
// node_exporter. What is not known is left out, never zero. Pure; no I/O, no clock.
#ifndef SCARBOND_METRICS_H_
#define SCARBOND_METRICS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/grid/intensity.h"
#include "store/daemon_state.h"

namespace carbon {

// The forecast that a zone's decisions rest on, without its values.
struct ZoneInUse {
  std::string zone;
  std::string source;
  SignalKind kind = SignalKind::kAverageLifecycle;
  std::optional<absl::Time> made_at;  // MadeAt
  absl::Time horizon;                 // where forecast ends and climatology begins
};

// How far off a source's past forecasts turned out to be, so far ahead: the mean of what they erred
// by over what came.
struct SourceErrorRatio {
  std::string zone;
  std::string source;
  absl::Duration lead;  // whole hours
  double ratio = 0;
};

// How many hours of a source's history are not plausible and count as missing.
struct ImplausibleHours {
  std::string zone;
  std::string source;
  int64_t hours = 0;
};

std::string FormatMetrics(const DaemonState& state, const std::vector<ZoneInUse>& zones,
                          const std::vector<SourceErrorRatio>& errors, absl::Time now,
                          const std::vector<ImplausibleHours>& implausible = {});

}  // namespace carbon

#endif  // SCARBOND_METRICS_H_
