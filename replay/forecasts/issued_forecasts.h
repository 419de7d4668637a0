// What a zone's sources had forecast by an hour of the past, as scarbond archived it: of each zone
// the forecast of the first of its sources that had a usable one, as scarbond chooses.
//
// Beyond its horizon our own forecast continues it, as of that hour; where no source had a usable
// forecast ours replaces it. A forecast counts from when it was fetched, whenever it was issued.
// Its errors are those of the same source's forecasts at the same time on the days before, where
// the archive has enough of them, else those of our own forecast.
//
// What scarbond does besides and this does not: judge what is plausible, and static values, which
// no archive has.
#ifndef REPLAY_FORECASTS_ISSUED_FORECASTS_H_
#define REPLAY_FORECASTS_ISSUED_FORECASTS_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/archive/archive.h"
#include "forecast/own/zone_errors.h"
#include "replay/forecasts/known_forecasts.h"

namespace carbon {

class IssuedForecasts : public KnownForecasts {
 public:
  // What `zones` point to must outlive it. `cache` is of our own forecasts (OwnForecasts).
  IssuedForecasts(const std::vector<ZoneActuals>& zones, std::unique_ptr<ArchiveReader> archive,
                  const std::string& cache)
      : zones_(zones), archive_(std::move(archive)), own_(zones, cache) {}

  // Blocks on the disk. Errors of the archive and of the cache.
  absl::StatusOr<std::vector<ZoneForecast>> At(absl::Time hour) override;
  absl::Status Prepare(const std::vector<absl::Time>& hours, int threads,
                       const std::function<void(double)>& progress) override {
    return own_.Prepare(hours, threads, progress);
  }

  // How many of the zones' forecasts so far were a source's, and how many were ours.
  int64_t issued() const { return issued_; }
  int64_t replaced() const { return replaced_; }

 private:
  // The forecast that had been fetched last by `at`, and was made within the day before it.
  absl::StatusOr<std::optional<ArchivedForecast>> InForce(const Feed& feed, absl::Time at) const;
  // The zone's forecast by its sources at `hour`; absent: none had a usable one.
  absl::StatusOr<std::optional<ZoneForecast>> OfSources(const ZoneActuals& zone, absl::Time hour);

  const std::vector<ZoneActuals> zones_;
  const std::unique_ptr<ArchiveReader> archive_;
  OwnForecasts own_;
  int64_t issued_ = 0;
  int64_t replaced_ = 0;
};

}  // namespace carbon

#endif  // REPLAY_FORECASTS_ISSUED_FORECASTS_H_
