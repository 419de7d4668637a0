// ZoneHistorySource fetches one zone's history from one provider, piece by piece: it says what to
// ask at a given time, and what a reply means for the next request. It is as pure as ZoneSource,
// which does the same for forecasts.
//
// It asks for two parts. Recent: from the last known value to now, with some days before it,
// because providers correct the past; again after `refresh`. Older: one piece further back each
// time, up to a year. So a zone is usable soon, and a year takes its time. Each part backs off by
// itself after a failure: a plan that allows only the last days still gives those. If the time that
// was missed in a long stop cannot be fetched, the recent part begins again from now back. A reply
// whose values are all of another time than the one asked for is a failure: the server ignores the
// time range, and would otherwise be asked for a year of it. An older piece without values is not a
// failure. But a few of them in a row are assumed to be the beginning of the provider's data; they
// are asked for again after a day.
#ifndef FORECAST_LIVE_ZONE_HISTORY_SOURCE_H_
#define FORECAST_LIVE_ZONE_HISTORY_SOURCE_H_

#include <deque>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/grid/intensity_history.h"
#include "forecast/http/backoff.h"
#include "forecast/live/provider_session.h"
#include "forecast/providers/providers.h"

namespace carbon {

// How far back history is fetched, the length of a piece (every provider gives at least this much
// in a request), and the length of known history that is asked for again.
inline constexpr absl::Duration kHistoryReach = absl::Hours(24 * 365);
inline constexpr absl::Duration kHistoryPiece = absl::Hours(24 * 10);
inline constexpr absl::Duration kHistoryOverlap = absl::Hours(24 * 3);
// The wait between two older pieces, so that others get their turn at the provider.
inline constexpr absl::Duration kBetweenPieces = absl::Seconds(2);
// After this many pieces without a value in a row, nothing older is assumed to exist, for a day.
inline constexpr int kMaxEmptyPieces = 3;
inline constexpr absl::Duration kNothingFurtherBack = absl::Hours(24);

class ZoneHistorySource {
 public:
  enum class Part { kRecent, kOlder };

  // CheckProvider(zone, source, GridData::kHistory) must be OK.
  ZoneHistorySource(const ZoneConfig& zone, const ForecastProvider& source, Credential credential,
                    absl::Duration refresh);

  // Assumes that [from, to) is known already, from an archive. It is not fetched again, except for
  // the overlap. For a source that has not been asked yet.
  void Hold(absl::Time from, absl::Time to);

  // Returns the request to send now for this part. At most one request is under way for both parts
  // together.
  std::optional<HttpRequest> NextRequest(absl::Time now, Part part);
  // Takes the reply to the request, or the reason why there is none. Returns the values, if there
  // are any. `random` is uniform in [0, 1).
  std::optional<IntensityHistory> Take(const absl::StatusOr<HttpReply>& reply, absl::Time now,
                                       double random);

  // The problem of the recent part since its last success; OK if there was none. Of equal problems
  // in a row it is the first: the others may differ in details that do not matter.
  const absl::Status& trouble() const { return trouble_; }
  // The same for the older part. A refusal, such as that of a plan that gives only the last days,
  // is not a problem. Other failures are a problem once there are a few in a row.
  const absl::Status& older_trouble() const { return older_trouble_; }
  // What was left out of the replies: the first note since a reply of the recent part that had
  // none, empty if the last one had none. For the older part the first note since the start.
  const std::string& note() const { return note_; }
  const std::string& older_note() const { return older_note_; }
  // Continues where a source before it was, because the configuration was read again. A refused
  // request is repeated at once if the credential is another one.
  void Inherit(const ZoneHistorySource& before);

  bool IsOf(const ZoneConfig& zone, const ForecastProvider& source) const;
  const std::string& zone() const { return zone_; }
  const ForecastProvider& source() const { return source_; }
  SignalKind kind() const { return ask_.kind; }
  bool is_pending() const { return is_pending_; }
  // The URL with which its requests begin.
  const std::string& url() const { return ask_.url; }

 private:
  std::optional<TimeSpan> NextPiece(absl::Time now, Part part) const;
  absl::StatusOr<HttpRequest> PieceRequest();
  void EndPiece(absl::Time now);
  // Notes what was left out of the reply, and whether it has any value of the piece. Returns an
  // error if all of it is of another time.
  absl::Status TakeTold(const ProviderHistory& told, absl::Time now);
  void Fail(const absl::Status& status, std::optional<absl::Duration> retry_after, absl::Time now,
            double random);

  // When a part is to be asked for next, and how often in a row it failed.
  struct Pace {
    absl::Time due = absl::InfinitePast();
    int failures = 0;
  };
  Pace& pace() { return part_ == Part::kRecent ? recent_ : older_; }

  std::string zone_;
  ForecastProvider source_;
  const Provider* provider_;
  ProviderAsk ask_;
  ProviderSession session_;
  absl::Duration refresh_;

  // The time that was asked for and answered, with or without values; from > to if there is none.
  absl::Time from_ = absl::InfiniteFuture();
  absl::Time to_ = absl::InfinitePast();
  absl::Time known_until_ = absl::InfinitePast();  // the end of the last value
  int empty_pieces_ = 0;                           // in a row, of the older part

  Pace recent_;
  Pace older_;
  Part part_ = Part::kRecent;  // the part under way
  TimeSpan piece_;
  bool piece_ends_now_ = false;
  std::deque<HttpRequest> requests_;  // the remaining requests of the piece
  bool piece_has_values_ = false;
  bool is_login_ = false;
  bool is_pending_ = false;
  absl::Time answered_at_ = absl::InfinitePast();
  absl::Status trouble_;
  absl::Status older_trouble_;
  std::string note_;
  std::string older_note_;
};

}  // namespace carbon

#endif  // FORECAST_LIVE_ZONE_HISTORY_SOURCE_H_
