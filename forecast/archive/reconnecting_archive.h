// ReconnectingArchive is the archive of a daemon that continues without it. It opens the archive if
// it can. After any error it closes the archive and tries again a minute later. So a full disk,
// another process that holds the archive, or a file that only root may read is a line in the log
// and nothing more. It prunes the archive once a day.
//
//   if (Archive* archive = kept.Use(now)) {
//     kept.Observe(archive->AddForecast(…).status(), now);
//   }
//
// Data that come meanwhile are not stored. Blocks on the disk; for one thread.
#ifndef FORECAST_ARCHIVE_RECONNECTING_ARCHIVE_H_
#define FORECAST_ARCHIVE_RECONNECTING_ARCHIVE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/finding/finding.h"
#include "forecast/archive/archive.h"

namespace carbon {

class ReconnectingArchive {
 public:
  static constexpr absl::Duration kRetry = absl::Minutes(1);
  // The first pruning waits until the archive was used for kPruneAfter: a clock that is ahead when
  // a machine comes up, and is corrected soon, must not cost stored data.
  static constexpr absl::Duration kPruneAfter = absl::Hours(1);
  static constexpr absl::Duration kPruneEvery = absl::Hours(24);

  // An empty path means no archive, and that is not a problem.
  explicit ReconnectingArchive(std::string path, absl::Duration retention,
                               ArchiveLimits limits = {})
      : path_(std::move(path)), retention_(retention), limits_(limits) {}

  // Returns the archive, or nullptr if it is not available now. The pointer is valid until the next
  // call.
  Archive* Use(absl::Time now);
  // Observes the result of a call to the archive. After an error the archive is not used until
  // kRetry is over. The exception is InvalidArgument: that is a fault of some data and is only
  // reported.
  void Observe(const absl::Status& status, absl::Time now);

  // Returns new lines for the log: "archive: /a: disk is full; …".
  std::vector<std::string> TakeNews();

  // Returns a warning while scarbond continues without the archive, and a note for each zone of
  // which older pieces were removed because of the archive's limits in the day before the last use,
  // with what was removed since the program started.
  std::vector<Finding> Findings() const;

  // Why the daemon continues without the archive; empty: the archive is in use.
  const std::string& trouble() const { return trouble_; }
  const std::string& path() const { return path_; }
  absl::Duration retention() const { return retention_; }
  void set_retention(absl::Duration retention) { retention_ = retention; }

 private:
  struct Lost {
    int64_t forecasts = 0;
    int64_t actuals = 0;
    int64_t limit = 0;
    absl::Time last;
    absl::Time told = absl::InfinitePast();
  };
  void TellLosses(absl::Time now);
  static std::string LineOf(const std::string& zone, const Lost& lost);

  std::string path_;
  absl::Duration retention_;
  ArchiveLimits limits_;
  std::map<std::string, Lost> lost_;  // by zone
  std::unique_ptr<Archive> archive_;
  absl::Time retry_at_ = absl::InfinitePast();
  absl::Time closed_at_ = absl::InfinitePast();
  absl::Time used_at_ = absl::InfiniteFuture();
  absl::Time prune_at_ = absl::InfinitePast();
  std::string trouble_;
  std::string refused_;  // the fault of data that was reported last
  std::vector<std::string> news_;
};

}  // namespace carbon

#endif  // FORECAST_ARCHIVE_RECONNECTING_ARCHIVE_H_
