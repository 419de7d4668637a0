// PartKeeper follows the placement log and archives the snapshot's parts that its decisions name,
// before the publisher removes them (store/part_archive.h). Once an hour it writes into scarbond's
// own log which record is the newest. With that, `scarbon log verify --expect` finds that a log
// lost its tail, or that it was rewritten as a whole. Nothing else depends on PartKeeper: a failure
// is logged once, shown by trouble(), and tried again at the next look. Blocks on the disk. One
// thread.
#ifndef SCARBOND_PART_KEEPER_H_
#define SCARBOND_PART_KEEPER_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "store/log_follower.h"
#include "store/part_archive.h"

namespace carbon {

class PartKeeper {
 public:
  // The time from one look at the log to the next. Parts stay in the snapshot's folder for an hour,
  // or as long as they take 64 MiB, which is some minutes on the largest clusters.
  static constexpr absl::Duration kPeriod = absl::Seconds(30);
  // The time from one line about the newest record to the next.
  static constexpr absl::Duration kDigestPeriod = absl::Hours(1);

  struct Paths {
    std::string log;
    std::string snapshot;   // folder
    std::string parts;      // folder of the archive
    int64_t max_bytes = 0;  // of the archive; 0: no parts are archived

    friend bool operator==(const Paths&, const Paths&) = default;
  };

  // Reads the new records of the log, if it is time, and archives the parts that they name.
  // `slurm_user` is the user that slurmctld runs as, once that is known.
  void Look(const Paths& paths, std::optional<uid_t> slurm_user, absl::Time now);

  // Returns whether there are records that were not read yet. The parts that they may name must not
  // be removed now.
  bool is_behind() const { return is_behind_; }

  // Returns why parts are not archived, as a fact; empty if they are.
  const std::string& trouble() const { return trouble_; }

 private:
  struct Newest {
    uint64_t sequence = 0;
    std::string digest;
  };

  absl::Status Follow(absl::Time now);
  absl::Status Open(std::optional<uid_t> slurm_user);
  absl::Status Visit(absl::string_view line, absl::Time now);
  absl::Status Archive(const std::string& name, absl::Time now);
  void SayNewest(absl::Time now);

  Paths paths_;
  std::optional<PartArchive> archive_;
  std::optional<LogFollower> follower_;
  std::optional<LogPosition> kept_position_;    // as its file has it
  std::map<std::string, absl::Time> archived_;  // the parts archived lately, and when
  std::map<std::string, Newest> newest_;        // by boot, since they were last logged
  absl::Time looked_at_ = absl::InfinitePast();
  absl::Time said_at_ = absl::InfinitePast();
  bool is_behind_ = false;
  absl::StatusCode last_code_ = absl::StatusCode::kOk;
  std::string trouble_;
};

}  // namespace carbon

#endif  // SCARBOND_PART_KEEPER_H_
