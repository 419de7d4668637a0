// Where scarbond tells how it is doing: its state beside the snapshot, and metrics where the
// configuration names a file for them. What cannot be written is logged once and keeps nothing else
// from being done. Neither has a secret that this process knows (forecast/http/known_secrets.h).
// Blocks on the disk. One thread.
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
    // As whom slurmctld runs, where that is known: the state is for that user and this one alone.
    std::optional<uint32_t> slurm_user;
  };

  // After an attempt to publish at `now` that ended with `published`. Writes the state where it
  // says something else than before and once a minute, metrics with it and every 15 s. To the
  // findings it adds why nothing was published, and that metrics could not be written the last
  // time.
  void Write(const PathsConfig& paths, std::vector<SourceState> sources,
             const std::vector<ZoneInUse>& zones, const absl::Status& published, absl::Time now,
             Details details = {});

 private:
  DaemonState state_;
  std::string told_;  // the state, without what changes at each publish
  absl::Time state_due_ = absl::InfinitePast();
  absl::Time metrics_due_ = absl::InfinitePast();
  std::string state_trouble_;
  std::string metrics_trouble_;
};

}  // namespace carbon

#endif  // SCARBOND_DAEMON_REPORT_H_
