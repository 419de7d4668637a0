// Carries out what the watch over placed jobs finds (core/decision/watch.h): gives jobs back
// through slurmctld, and records each in the placement log. Logs what it does and what keeps it
// from doing it. Blocks on slurmctld and on the disk. One thread.
#ifndef SCARBOND_DELAY_WATCH_H_
#define SCARBOND_DELAY_WATCH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/config/config.h"
#include "core/record/record_chain.h"
#include "scarbond/cluster_source.h"
#include "store/append_file.h"

namespace carbon {

class DelayWatch {
 public:
  explicit DelayWatch(ClusterSource* cluster);  // which outlives it

  // Looks at every job of the look and gives back those that must be. Returns when that was done,
  // which is the look's time; absent where it could not have been, for lack of permission or
  // because slurmctld did not answer. `period` is how long it is until the next look.
  std::optional<absl::Time> Act(const ClusterLook& look, const Config& config, absl::Time now,
                                absl::Duration period);

 private:
  // The jobs, with the first look at each one's obstacle.
  std::vector<WatchedJob> NoteObstacles(std::vector<WatchedJob> jobs, absl::Time now);
  JobReturn WithoutOthersGroups(JobReturn given_back) const;
  absl::Status Carry(const JobReturn& given_back, absl::Time now);
  void Record(const JobReturn& given_back, absl::Time now, const std::string& error);
  void WriteRecords(const std::string& path);

  ClusterSource* cluster_;
  std::string boot_;
  uint64_t sequence_ = 0;
  RecordChain chain_;
  std::map<uint32_t, Obstacle> obstacles_;  // by job, as first seen
  std::map<uint32_t, std::string> failed_;  // jobs that slurmctld refused to change, and why
  std::string lines_;                       // records that are not in the log yet
  std::unique_ptr<AppendFile> log_;
  std::string log_trouble_;
  bool said_may_not_ = false;
};

}  // namespace carbon

#endif  // SCARBOND_DELAY_WATCH_H_
