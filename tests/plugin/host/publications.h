// Publishes as scarbond does, in the host.
#ifndef TESTS_PLUGIN_HOST_PUBLICATIONS_H_
#define TESTS_PLUGIN_HOST_PUBLICATIONS_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "core/snapshot/snapshot.h"
#include "store/snapshot_store.h"
#include "tests/temporary_folder.h"

namespace carbon {

// A folder with the snapshot and the log; the publisher's part.
class Publications {
 public:
  Publications();

  const std::string& folder() const { return folder_; }
  std::string snapshot() const { return folder_ + "/snapshot"; }
  std::string log() const { return folder_ + "/log/placements.jsonl"; }
  std::string rotated_log() const { return log() + ".1"; }

  // Grids that differ from round to round. `look_ahead`: how much later than now the queue was
  // looked at, so that the look is newer than the plugin's loading, or bookings without a job
  // expire.
  Manifest Publish(int round, absl::Duration look_ahead = absl::Seconds(2));

  // A publish whose parts do not belong together, are incomplete, or are not a snapshot.
  void PublishBroken(int round);

 private:
  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  std::optional<SnapshotPublisher> publisher_;
};

}  // namespace carbon

#endif  // TESTS_PLUGIN_HOST_PUBLICATIONS_H_
