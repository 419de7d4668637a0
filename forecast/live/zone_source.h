// ZoneSource fetches one provider's forecasts for one zone, again and again: it says what to ask at
// a given time, and what a reply means for the time of the next request. Pure: now and the random
// number are arguments, and the owner of a client sends what NextRequest returns
// (forecast/live/live_forecasts.h does).
//
//   while (std::optional<HttpRequest> request = source.NextRequest(now)) …
//   source.Take(reply, now, random);
//
// After success it asks again after the source's `refresh` (or else its provider's), or later if
// the server says that nothing new comes before. After a failure it backs off, longer each time.
// What was refused (403, 404) it asks for again only after kRefusedWait. If there is a login, it
// logs in, again once the login's life is over, and once more when it is refused with 401 or 403.
// The last forecast stays; if a new forecast begins a little later than now, the last one is used
// until then. Messages never contain the credential, which a server may repeat. A clock that was
// set back does not silence it: it asks at once, and its data count as fetched at that moment, not
// in the future.
#ifndef FORECAST_LIVE_ZONE_SOURCE_H_
#define FORECAST_LIVE_ZONE_SOURCE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/grid/source_state.h"
#include "forecast/http/backoff.h"
#include "forecast/live/provider_ask.h"
#include "forecast/live/provider_session.h"
#include "forecast/providers/provider.h"
#include "forecast/providers/providers.h"
#include "forecast/sources/forecast_file.h"
#include "forecast/sources/source_choice.h"

namespace carbon {

class ZoneSource {
 public:
  // CheckProvider(zone, source) must be OK.
  ZoneSource(const ZoneConfig& zone, const ForecastProvider& source, Credential credential);

  // Returns the request to send now: at most one is under way. Returns nullopt if none is due.
  std::optional<HttpRequest> NextRequest(absl::Time now);
  // Takes the reply to the request, or the reason why there is none. `random` is uniform in [0, 1).
  // A forecast of another time counts as a failure: it has ended, begins later than an hour from
  // now, or was made in the future.
  void Take(const absl::StatusOr<HttpReply>& reply, absl::Time now, double random);

  // Returns the last forecast, of any age, with what went wrong since. Returns an error if there is
  // none yet.
  absl::StatusOr<FetchedForecast> Fetched() const;
  // Continues with the data of a source before it, because the configuration was read again. A
  // refused request is repeated at once if the credential is another one; otherwise it waits as
  // long as before.
  void Inherit(const ZoneSource& before);

  bool IsOf(const ZoneConfig& zone, const ForecastProvider& source) const;
  absl::Time due() const { return due_; }
  // Call this if the first answer did not come within `longest`, and nobody waits for it any
  // longer. If the source has no data, this is then a problem.
  void NoteSilence(absl::Duration longest, absl::Time now);
  // Returns everything except whether it is in use. At most one error is counted for a request.
  SourceState State() const;

 private:
  // Returns whether the clock was set back since the last reply.
  bool WasClockSetBack(absl::Time now);
  void TakeLogin(const HttpReply& reply, absl::Time now, double random);
  // `code` is a code of SourceState::errors.
  void Fail(const absl::Status& status, const std::string& code,
            std::optional<absl::Duration> retry_after, absl::Time now, double random);
  void Complain(const absl::Status& status, const std::string& code, absl::Time now);
  void TakeRemark();

  std::string zone_;
  ForecastProvider source_;
  const Provider* provider_;
  ProviderAsk ask_;
  ProviderSession session_;
  absl::Duration refresh_;

  bool is_login_ = false;  // the kind of the request under way
  bool is_pending_ = false;
  absl::Time due_ = absl::InfinitePast();
  absl::Time answered_at_ = absl::InfinitePast();
  int failures_ = 0;
  absl::Status trouble_ = NotFetchedYet();
  // The problem as the log reports it: the first of those with the same code in a row. Later ones
  // may differ in details that do not matter (the remaining wait, a request's number), and would be
  // logged each time.
  absl::Status told_trouble_ = NotFetchedYet();
  std::string told_code_;
  std::string told_note_;
  std::optional<absl::Time> trouble_at_;
  int64_t requests_ = 0;
  std::map<std::string, int64_t> errors_;  // by code
  std::optional<ProviderForecast> forecast_;
  absl::Time fetched_at_;
};

}  // namespace carbon

#endif  // FORECAST_LIVE_ZONE_SOURCE_H_
