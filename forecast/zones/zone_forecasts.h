// The forecasts of all zones as they are published: each from its sources, the archive's last where
// one has not answered yet, ours where all fail and beyond where they end, with how they err. And
// the archive is given every forecast as it was issued.
//
// The order: data no older than the zone's max_age, source after source; then ours; then a static
// value, where one is named; then what is stale, for people to see. What a source says that cannot
// be true by the zone's history is passed over (forecast/plausibility/).
//
// Ours and the errors take some 0.1 s a zone. They are reckoned once an hour for every zone, and
// for one whose history changed, as long as the caller has time; meanwhile the ones before serve.
// Blocks on the disk, reads no clock; for one thread.
#ifndef FORECAST_ZONES_ZONE_FORECASTS_H_
#define FORECAST_ZONES_ZONE_FORECASTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/finding.h"
#include "core/config/daemon_config.h"
#include "core/grid/zone_forecast.h"
#include "forecast/archive/reconnecting_archive.h"
#include "forecast/own/own_forecast.h"
#include "forecast/own/realised_error.h"
#include "forecast/own/zone_errors.h"
#include "forecast/plausibility/judged_forecast.h"
#include "forecast/plausibility/suspect_sources.h"
#include "forecast/plausibility/told_reasons.h"
#include "forecast/sources/forecast_file.h"
#include "forecast/zones/archived_forecasts.h"
#include "forecast/zones/zone_histories.h"

namespace carbon {

class ZoneForecasts {
 public:
  // What a provider gave last, as LiveForecasts::Find.
  using Find =
      std::function<absl::StatusOr<FetchedForecast>(const ZoneConfig&, const ForecastProvider&)>;
  using Note = std::function<void(const ZoneConfig&, const std::vector<SourceLook>&)>;
  // Asked before each piece of reckoning.
  using HasTime = std::function<bool()>;

  // Begins with a configuration, or goes on with another one.
  void Configure(const DaemonConfig& config, absl::Time now);

  // What a history provider told; for LiveHistory::TakeReplies.
  void Take(const HistoryReply& reply) { histories_.Take(reply, archive_.get()); }
  // What need not be fetched; for LiveHistory::Hold.
  const std::vector<ZoneHistories::HeldSpan>& held() const { return histories_.held(); }

  // The zones that have a forecast, in the order of the configuration. Adds a line to `problems`
  // for each source that is in trouble, and tells `note` of each zone how its sources were found,
  // as ReadZoneForecast.
  std::vector<ZoneForecast> Make(absl::Time now, const Find& find, const HasTime& has_time,
                                 std::vector<std::string>* problems, const Note& note = nullptr);
  // Whether there was no time for all: another call will do better.
  bool is_behind() const { return is_behind_; }
  // Goes on with our own forecasts that there was no time for, between two calls of Make. False
  // where all are there.
  bool Advance(absl::Time now, const HasTime& has_time);

  // Lines for the log, told once each: what befell the archive.
  std::vector<std::string> TakeNews() { return archive_->TakeNews(); }

  // Warnings about the archive and histories: "zone NO-1", "history of csv:NO-1.csv: …". Notes
  // about them, and about zones whose sources are hardly judged: "72 hours of history are known,
  // …".
  std::vector<Finding> Findings() const;
  // How much of the history was rejected.
  std::vector<ZoneHistories::RejectedCount> RejectedHistory() const {
    return histories_.Rejected();
  }

  // How far off the zone's sources turned out to be, of which the archive knows; once for those of
  // one name. Takes some milliseconds a source.
  struct SourceError {
    std::string source;
    RealisedError error;
  };
  std::vector<SourceError> RealisedErrors(const ZoneConfig& zone, absl::Time now);

 private:
  // Ours, or why there is none.
  struct Own {
    absl::Time made_at = absl::InfinitePast();
    int64_t version = -1;  // of the history
    std::optional<OwnForecast> forecast;
  };
  // Of one source, carried on by ours or not.
  struct Errors {
    absl::Time made_at = absl::InfinitePast();
    std::string source;
    bool is_carried_on = false;
    std::optional<ErrorFactors> factors;

    bool AreOf(const ZoneForecast& forecast) const {
      return source == forecast.source && is_carried_on == forecast.own_from.has_value();
    }
  };

  // Whether there is one that is due and there was time for it.
  bool RenewOwn(const ZoneConfig& zone, absl::Time now, const HasTime& has_time);
  void RenewErrors(const ZoneConfig& zone, const ZoneForecast& forecast, absl::Time now,
                   const HasTime& has_time);
  void AssignErrors(absl::Time now, std::vector<ZoneForecast>* forecasts);
  // What is there of the provider: fetched, or the archive's last.
  absl::StatusOr<FetchedForecast> FindOrRestore(const ZoneConfig& zone,
                                                const ForecastProvider& source, absl::Time now,
                                                const Find& find);

  // Whether what the source gave can be true, as JudgeFetched.
  absl::Status Judge(const ZoneConfig& zone, const ForecastSource& source, absl::Time now,
                     FetchedForecast* fetched);
  // By the zone's history, which is of its kind.
  JudgedForecast JudgeByHistory(const ZoneConfig& zone, SignalKind kind,
                                const IntensitySeries& series, absl::Time at) const;
  // The source's past forecasts, without those that were not plausible, unless this one is not
  // either and is believed.
  std::vector<PastForecast> PlausiblePast(const ZoneConfig& zone, const ZoneForecast& forecast,
                                          absl::Time now);

  std::vector<ZoneConfig> zones_;
  std::unique_ptr<ReconnectingArchive> archive_ =
      std::make_unique<ReconnectingArchive>("", absl::InfiniteDuration());
  ArchivedForecasts kept_{archive_.get()};
  ZoneHistories histories_;
  SuspectSources suspects_;
  ToldReasons reasons_;
  std::map<std::string, Own> own_;
  std::map<std::string, Errors> errors_;  // as published
  std::map<std::string, Errors> next_errors_;
  bool is_behind_ = false;
};

}  // namespace carbon

#endif  // FORECAST_ZONES_ZONE_FORECASTS_H_
