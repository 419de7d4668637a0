// DaemonReport writes how scarbond is doing: its state beside the snapshot, and metrics if the
// configuration names a file for them. If one cannot be written, that is logged once, and nothing
// else depends on it. Neither contains a secret that this process knows
// (forecast/http/known_secrets.h). Blocks on the disk. One thread.
#ifndef SCARBOND_DAEMON_REPORT_H_
#define SCARBOND_DAEMON_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/config/config.h"
#include "scarbond/metrics.h"
#include "store/daemon_state.h"

namespace carbon {

class DaemonReport {
 public:
  explicit DaemonReport(absl::Time started_at);

  // What else is known.
  struct Details {
    std::vector<SourceErrorRatio> errors;
    std::vector<ImplausibleHours> implausible;
    std::vector<Finding> findings;
    // The user that slurmctld runs as, if that is known. The state is for that user and this
    // process's own.
    std::optional<uint32_t> slurm_user;
    JobMetrics jobs;
  };

  // Call this after an attempt to publish at `now` that ended with `published`. Writes the state if
  // it differs from the last one, and once a minute; writes metrics with it, and every 15 s. To the
  // findings it adds why nothing was published, and that metrics could not be written the last
  // time.
  void Write(const PathsConfig& paths, std::vector<SourceState> sources,
             const std::vector<ZoneInUse>& zones, const absl::Status& published, absl::Time now,
             Details details = {});

 private:
  DaemonState state_;
  std::string told_;  // the state as written last, without what changes at each publish
  absl::Time state_due_ = absl::InfinitePast();
  absl::Time metrics_due_ = absl::InfinitePast();
  std::string state_trouble_;
  std::string metrics_trouble_;
};

}  // namespace carbon

#endif  // SCARBOND_DAEMON_REPORT_H_
