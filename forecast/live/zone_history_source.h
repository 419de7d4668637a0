// What one provider tells of one zone's past, fetched piece by piece: what to ask at a given time,
// and what a reply means for what to ask next. As pure as ZoneSource, which does the same for
// forecasts.
//
// Two things are asked for. News: from the last that is known on to now, with some days before it,
// since providers correct the past; again after `refresh`. More: a piece further back each time, up
// to a year, so that a zone is soon of use and a year takes its time. Each backs off by itself
// after a failure: a plan that allows no more than the last days still gives those, and where what
// was missed in a long stop is not to be had, it begins anew from now back. A reply whose values
// are all of another time than was asked for is a failure: the server ignores the time range, and
// would be asked for a year of it. An older piece without values is no failure, but a few of them
// in a row are taken for the begin of what the provider has; they are asked for again after a day.
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

// How far back history is fetched, how much in a piece (no provider gives less in a request), and
// how much of what is known is asked for again.
inline constexpr absl::Duration kHistoryReach = absl::Hours(24 * 365);
inline constexpr absl::Duration kHistoryPiece = absl::Hours(24 * 10);
inline constexpr absl::Duration kHistoryOverlap = absl::Hours(24 * 3);
// Between two pieces further back, so that others get their turn at the provider.
inline constexpr absl::Duration kBetweenPieces = absl::Seconds(2);
// After so many pieces without a value in a row there is nothing further back, for a day.
inline constexpr int kMaxEmptyPieces = 3;
inline constexpr absl::Duration kNothingFurtherBack = absl::Hours(24);

class ZoneHistorySource {
 public:
  enum class Part { kNews, kMore };

  // CheckProvider(zone, source, GridData::kHistory) is OK.
  ZoneHistorySource(const ZoneConfig& zone, const ForecastProvider& source, Credential credential,
                    absl::Duration refresh);

  // Says what is known already, by an archive: that of [from, to). It is not fetched again but for
  // the overlap. For a source that has not been asked yet.
  void Hold(absl::Time from, absl::Time to);

  // The request to send now for this part: at most one is under way of both together.
  std::optional<HttpRequest> NextRequest(absl::Time now, Part part);
  // The reply to it, or why there is none. What it tells, where it tells something. `random` is
  // uniform in [0, 1).
  std::optional<IntensityHistory> Take(const absl::StatusOr<HttpReply>& reply, absl::Time now,
                                       double random);

  // Of the news, since the last success; OK where there was none. Of the same troubles in a row it
  // is the first: others may differ in what does not matter.
  const absl::Status& trouble() const { return trouble_; }
  // The same of what lies further back. A refusal, as of a plan that gives the last days only, is
  // no trouble, and other failures are once there are a few in a row.
  const absl::Status& older_trouble() const { return older_trouble_; }
  // What of the replies was left out: empty where the last news had nothing of that, and of what
  // lies further back since the start.
  const std::string& note() const { return note_; }
  const std::string& older_note() const { return older_note_; }
  // Goes on where a source before it was: the configuration was read again. What was refused is
  // tried at once where the credential is another one.
  void Inherit(const ZoneHistorySource& before);

  bool IsOf(const ZoneConfig& zone, const ForecastProvider& source) const;
  const std::string& zone() const { return zone_; }
  const ForecastProvider& source() const { return source_; }
  SignalKind kind() const { return ask_.kind; }
  bool is_pending() const { return is_pending_; }
  // Whom it asks: the URL that its requests begin with.
  const std::string& url() const { return ask_.url; }

 private:
  std::optional<TimeSpan> NextPiece(absl::Time now, Part part) const;
  absl::StatusOr<HttpRequest> PieceRequest();
  void EndPiece(absl::Time now);
  // Notes what of the reply was left out, and whether there is anything of the piece; an error
  // where it is all of another time.
  absl::Status TakeTold(const ProviderHistory& told, absl::Time now);
  void Fail(const absl::Status& status, std::optional<absl::Duration> retry_after, absl::Time now,
            double random);

  // When a part is to be asked for next, and how often in a row it failed.
  struct Pace {
    absl::Time due = absl::InfinitePast();
    int failures = 0;
  };
  Pace& pace() { return part_ == Part::kNews ? news_ : more_; }

  std::string zone_;
  ForecastProvider source_;
  const Provider* provider_;
  ProviderAsk ask_;
  ProviderSession session_;
  absl::Duration refresh_;

  // What was asked for and answered, with values in it or not; from > to where nothing was.
  absl::Time from_ = absl::InfiniteFuture();
  absl::Time to_ = absl::InfinitePast();
  absl::Time known_until_ = absl::InfinitePast();  // the end of the last value
  int empty_pieces_ = 0;                           // in a row, the last ones further back

  Pace news_;
  Pace more_;
  Part part_ = Part::kNews;  // what is under way
  TimeSpan piece_;
  bool piece_ends_now_ = false;
  std::deque<HttpRequest> requests_;  // what is left of the piece
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
