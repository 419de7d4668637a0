// One provider's forecasts for one zone, fetched again and again: what to ask at a given time, and
// what a reply means for when to ask next. Pure: now and the random number are arguments, and
// whoever has a client sends what NextRequest gives (forecast/live/live_forecasts.h does).
//
//   while (std::optional<HttpRequest> request = source.NextRequest(now)) …
//   source.Take(reply, now, random);
//
// After success it asks again after the source's `refresh` (or else its provider's), or later where
// the server says that nothing new comes before. After a failure it backs off, longer each time;
// what it was refused (403, 404) it asks for again after kRefusedWait only. Where there is a login
// it logs in, again once the login's life is over, and once more when it is refused, with 401 or
// 403. What was fetched last stays; where a new forecast begins a little later than now, it is kept
// until then. No message has the credential, which a server may repeat. A clock that was set back
// does not silence it: it asks at once, and what it has counts as fetched then, not in the future.
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

namespace carbon {

class ZoneSource {
 public:
  // CheckProvider(zone, source) is OK.
  ZoneSource(const ZoneConfig& zone, const ForecastProvider& source, Credential credential);

  // The request to send now: at most one is under way. Nothing where none is due.
  std::optional<HttpRequest> NextRequest(absl::Time now);
  // The reply to it, or why there is none. `random` is uniform in [0, 1). A forecast of another
  // time counts as a failure: ended, begun later than an hour from now, or made in the future.
  void Take(const absl::StatusOr<HttpReply>& reply, absl::Time now, double random);

  // What was fetched last, of any age, with what went wrong since; an error where nothing was yet.
  absl::StatusOr<FetchedForecast> Fetched() const;
  // Goes on with what a source before it had: the configuration was read again. Where the
  // credential is another one, what was refused is tried at once; otherwise it waits as long as
  // before.
  void Inherit(const ZoneSource& before);

  bool IsOf(const ZoneConfig& zone, const ForecastProvider& source) const;
  absl::Time due() const { return due_; }
  // The first answer did not come within `longest`, after which nobody waits: what it has nothing
  // for is then a trouble.
  void NoteSilence(absl::Duration longest, absl::Time now);
  // All but whether it is in use. At most one error is counted for a request.
  SourceState State() const;

 private:
  // Whether it was since the last reply.
  bool WasClockSetBack(absl::Time now);
  void TakeLogin(const HttpReply& reply, absl::Time now, double random);
  // `code` as in SourceState::errors.
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

  bool is_login_ = false;  // what is under way
  bool is_pending_ = false;
  absl::Time due_ = absl::InfinitePast();
  absl::Time answered_at_ = absl::InfinitePast();
  int failures_ = 0;
  absl::Status trouble_ = NotFetchedYet();
  // As the log has it: the first of those with the same code in a row. Later ones may differ in
  // what does not matter, the wait that is left or a request's number, and would be logged each
  // time.
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
