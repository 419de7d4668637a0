// ZoneForecasts makes the forecasts of all zones as they are published, with how they err. Each
// forecast is made from its zone's sources, or from the archive's last forecast of a source that
// has not answered yet. Our own forecast replaces them if all fail, and continues them where they
// end. The archive stores every forecast as it was issued.
//
// The order is: data no older than the zone's max_age, source after source; then our own; then a
// static value, if one is configured; then stale data, for people to see. A forecast that cannot be
// true by the zone's history is passed over (forecast/plausibility/).
//
// Our own forecast and the errors take some 0.1 s a zone. They are computed once an hour for every
// zone, and whenever the zone's history changed, as long as the caller has time; until then the
// previous ones are used. Blocks on the disk, reads no clock; for one thread.
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
#include "core/config/daemon_config.h"
#include "core/finding/finding.h"
#include "core/grid/zone_forecast.h"
#include "forecast/archive/reconnecting_archive.h"
#include "forecast/own/own_forecast.h"
#include "forecast/own/realised_error.h"
#include "forecast/own/zone_errors.h"
#include "forecast/plausibility/judged_forecast.h"
#include "forecast/plausibility/reported_reasons.h"
#include "forecast/plausibility/suspect_sources.h"
#include "forecast/sources/forecast_file.h"
#include "forecast/sources/source_choice.h"
#include "forecast/zones/archived_forecasts.h"
#include "forecast/zones/zone_histories.h"

namespace carbon {

class ZoneForecasts {
 public:
  // Returns a provider's last forecast, as LiveForecasts::Find.
  using Find =
      std::function<absl::StatusOr<FetchedForecast>(const ZoneConfig&, const ForecastProvider&)>;
  using Note = std::function<void(const ZoneConfig&, const std::vector<SourceLook>&)>;
  // Is asked before each piece of computing.
  using HasTime = std::function<bool()>;

  // Begins with a configuration, or continues with another one.
  void Configure(const DaemonConfig& config, absl::Time now);

  // Takes the reply of a history provider; for LiveHistory::TakeReplies.
  void Take(const HistoryReply& reply) { histories_.Take(reply, archive_.get()); }
  // Returns the spans that need not be fetched; for LiveHistory::Hold.
  const std::vector<ZoneHistories::HeldSpan>& held() const { return histories_.held(); }

  // Returns a forecast for each zone that has one, in the order of the configuration. Adds a line
  // to `problems` for each source that is in trouble. Calls `note` for each zone with how its
  // sources were found, as ReadZoneForecast.
  std::vector<ZoneForecast> Make(absl::Time now, const Find& find, const HasTime& has_time,
                                 std::vector<std::string>* problems, const Note& note = nullptr);
  // Returns whether there was no time for all: another call will do more.
  bool is_behind() const { return is_behind_; }
  // Continues, between two calls of Make, with our own forecasts for which there was no time.
  // Returns whether it made any.
  bool Advance(absl::Time now, const HasTime& has_time);

  // Returns new lines for the log, each once: events of the archive.
  std::vector<std::string> TakeNews() { return archive_->TakeNews(); }

  // Returns a warning for what is wrong now with the archive and with histories: "zone NO-1",
  // "history of csv:NO-1.csv: …". Returns a note for what is not a problem but useful to know:
  // about histories, and about zones whose sources can hardly be judged, "72 hours of history are
  // known, …".
  std::vector<Finding> Findings() const;
  // Returns how much of the history was rejected.
  std::vector<ZoneHistories::RejectedCount> RejectedHistory() const {
    return histories_.Rejected();
  }

  // Returns the recent errors of the zone's sources that the archive knows; once for sources of the
  // same name. Takes some milliseconds a source.
  struct SourceError {
    std::string source;
    RealisedError error;
  };
  std::vector<SourceError> RealisedErrors(const ZoneConfig& zone, absl::Time now);

 private:
  // Our own forecast, or nullopt if there is none.
  struct Own {
    absl::Time made_at = absl::InfinitePast();
    int64_t version = -1;  // of the history
    std::optional<OwnForecast> forecast;
  };
  // The errors of one source, continued by our own forecast or not.
  struct Errors {
    absl::Time made_at = absl::InfinitePast();
    std::string source;
    bool is_carried_on = false;
    std::optional<ErrorFactors> factors;

    bool AreOf(const ZoneForecast& forecast) const {
      return source == forecast.source && is_carried_on == forecast.own_from.has_value();
    }
  };

  // Returns true if one is due and there was time for it.
  bool RenewOwn(const ZoneConfig& zone, absl::Time now, const HasTime& has_time);
  void RenewErrors(const ZoneConfig& zone, const ZoneForecast& forecast, absl::Time now,
                   const HasTime& has_time);
  void AssignErrors(absl::Time now, std::vector<ZoneForecast>* forecasts);
  // Returns the provider's forecast: fetched, or the archive's last.
  absl::StatusOr<FetchedForecast> FindOrRestore(const ZoneConfig& zone,
                                                const ForecastProvider& source, absl::Time now,
                                                const Find& find);

  // Decides whether the source's data can be true, as JudgeFetched.
  absl::Status Judge(const ZoneConfig& zone, const ForecastSource& source, absl::Time now,
                     FetchedForecast* fetched);
  // Judges by the zone's history, which has its kind.
  JudgedForecast JudgeByHistory(const ZoneConfig& zone, SignalKind kind,
                                const IntensitySeries& series, absl::Time at) const;
  // Returns the source's past forecasts without those that were implausible; but with them if the
  // present one is implausible too and is accepted.
  std::vector<PastForecast> PlausiblePast(const ZoneConfig& zone, const ZoneForecast& forecast,
                                          absl::Time now);

  std::vector<ZoneConfig> zones_;
  std::unique_ptr<ReconnectingArchive> archive_ =
      std::make_unique<ReconnectingArchive>("", absl::InfiniteDuration());
  ArchivedForecasts kept_{archive_.get()};
  ZoneHistories histories_;
  SuspectSources suspects_;
  ReportedReasons reasons_;
  std::map<std::string, Own> own_;
  std::map<std::string, Errors> errors_;  // as published
  std::map<std::string, Errors> next_errors_;
  bool is_behind_ = false;
};

}  // namespace carbon

#endif  // FORECAST_ZONES_ZONE_FORECASTS_H_
