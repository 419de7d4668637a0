// The archive of a daemon that goes on without it: opened where it can be, and after any error
// closed and tried again a minute later, so that a full disk, another process that holds it or a
// file that only root may read is a line in the log and no more. Pruned once a day.
//
//   if (Archive* archive = kept.Use(now)) {
//     kept.Heed(archive->AddForecast(…).status(), now);
//   }
//
// What is not written meanwhile is lost to it. Blocks on the disk; for one thread.
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
#include "core/base/finding.h"
#include "forecast/archive/archive.h"

namespace carbon {

class ReconnectingArchive {
 public:
  static constexpr absl::Duration kRetry = absl::Minutes(1);
  // First once it was used for kPruneAfter: a clock that is ahead when a machine comes up, and
  // corrected soon, must not cost what is kept.
  static constexpr absl::Duration kPruneAfter = absl::Hours(1);
  static constexpr absl::Duration kPruneEvery = absl::Hours(24);

  // With an empty path there is none, which is no trouble.
  explicit ReconnectingArchive(std::string path, absl::Duration retention,
                               ArchiveLimits limits = {})
      : path_(std::move(path)), retention_(retention), limits_(limits) {}

  // The archive, or nullptr where there is none now. Good until the next call.
  Archive* Use(absl::Time now);
  // What a call of it came to. After an error it is not used until kRetry is over, but for
  // InvalidArgument, which is the fault of some data and only told.
  void Heed(const absl::Status& status, absl::Time now);

  // Lines for the log, of what was not told before: "archive: /a: disk is full; …".
  std::vector<std::string> TakeNews();

  // A warning while scarbond continues without the archive. A note for each zone whose older pieces
  // gave way to the archive's limits in the day before it was used last, with what went since the
  // program started.
  std::vector<Finding> Findings() const;

  // Why it goes on without; empty: it does not.
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
  std::string refused_;  // the data's fault told last
  std::vector<std::string> news_;
};

}  // namespace carbon

#endif  // FORECAST_ARCHIVE_RECONNECTING_ARCHIVE_H_
