// What the providers of grid data have in common. Each has one file pair that holds everything that
// is known of it: functions that make the requests to send and functions that read the replies,
// both pure. Whoever sends them (over libcurl, say) sees HttpRequest and HttpReply only:
//
//   absl::StatusOr<HttpRequest> request = ElectricityMapsForecastRequest(ask, credential, now);
//   HttpReply reply = …;                              // GET request->UrlToSend(), request->headers
//   absl::StatusOr<ProviderForecast> forecast = ParseElectricityMapsForecast(ask, reply);
//
// All requests are GET without a body. providers.h has every provider in one table.
//
// A parser takes a reply of any status, and its error says what to do about it:
//
//   UNAUTHENTICATED      the token is wrong or over: log in again, once, where there is a login
//   PERMISSION_DENIED    the account may not have this: ask again only after hours
//   NOT_FOUND            the provider knows no such zone, or has nothing of this kind there; by the
//                        status only, never because of what a 200 says
//   RESOURCE_EXHAUSTED   too many requests: wait for retry_after, or longer each time
//   UNAVAILABLE          a fault on their side, or a reply without data: try again later
//   FAILED_PRECONDITION  another status: the request was refused, and will be again
//   INVALID_ARGUMENT     a reply that is not what it should be, or a request that cannot be made
//
// Messages read "provider: zone Z: fact, value" and quote nothing of a reply without bounds. A
// reply may repeat the credential, which no parser knows: the caller removes it (ProviderSession).
// Whether data are too old, or of a time to come, is for those who know the time. No I/O, no clock;
// every function may be called from any thread.
#ifndef FORECAST_PROVIDERS_PROVIDER_H_
#define FORECAST_PROVIDERS_PROVIDER_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/grid/intensity.h"
#include "core/grid/intensity_history.h"
#include "forecast/http/http_message.h"

namespace carbon {

// What a provider is shown to prove who asks; which of the two it wants is its own. Never printed.
struct Credential {
  std::string user;
  std::string secret;  // a token, a key or a password
};

// What is asked, and of whom.
struct ProviderAsk {
  std::string url;   // scheme, host and path that the request's own path is appended to
  std::string zone;  // as the provider names it
  SignalKind kind = SignalKind::kAverageLifecycle;
  // How far ahead a forecast should reach; the provider's next longer, or else its longest, is
  // asked for.
  absl::Duration horizon = absl::Hours(72);
  // As carbon.json calls the provider, for messages; empty: the parser's own name for it.
  std::string provider;
  // When the reply came: of a forecast with holes, the part that holds then is used.
  absl::Time now = absl::InfinitePast();
};

// What of a reply was not used although the rest was. Empty: all of it was used.
struct ReplyRemark {
  int64_t left_out = 0;  // records
  std::string note;      // "2 of 96 records left out, the first because of …"
};

struct ProviderForecast {
  SignalKind kind = SignalKind::kAverageLifecycle;
  std::optional<absl::Time> issued_at;  // unknown for some providers
  IntensitySeries series;
  ReplyRemark remark = {};
};

// Empty where the provider has nothing of the span that was asked for.
struct ProviderHistory {
  SignalKind kind = SignalKind::kAverageLifecycle;
  IntensityHistory history;
  ReplyRemark remark = {};
};

// Half-open.
struct TimeSpan {
  absl::Time from;
  absl::Time to;
};

// OK for a 200 whose content type is JSON, or one of those that stand for "some file"; otherwise
// the error as told above, by the status, with the server's own words behind it (ReplyWords). A 401
// or 403 has three meanings, a wrong credential, something that the account may not have, or too
// many requests: which of them, the words tell where they can. For the parsers.
absl::Status CheckReply(const HttpReply& reply);

// "provider: zone Z: " before the message, with the code kept. `provider` is the parser's name for
// it; that of `ask` comes first. For the parsers.
absl::Status OfProvider(absl::string_view provider, const ProviderAsk& ask,
                        const absl::Status& status);
template <class T>
absl::StatusOr<T> OfProvider(absl::string_view provider, const ProviderAsk& ask,
                             absl::StatusOr<T> result) {
  if (!result.ok()) return OfProvider(provider, ask, result.status());
  return result;
}

// InvalidArgument where the kind is none of `kinds`, naming those.
absl::Status CheckKind(const ProviderAsk& ask, const std::vector<SignalKind>& kinds);
// The same, and where the URL is not http or https, has a query, a fragment or a user, or the zone
// is empty.
absl::Status CheckAsk(const ProviderAsk& ask, const std::vector<SignalKind>& kinds);

// InvalidArgument where there is none or it has what no header may carry, a line's end say.
absl::Status CheckSecret(absl::string_view secret);

// `base`, without slashes at its end, then `path`, then the query, escaped.
std::string Url(absl::string_view base, absl::string_view path,
                const std::vector<std::pair<std::string, std::string>>& query = {});

// "2026-11-24T02:00Z", rounded down to the minute.
std::string FormatMinute(absl::Time time);

// [from, to) in parts of at most `limit`, in order; none where from >= to, or one is infinite.
std::vector<TimeSpan> SplitSpan(absl::Time from, absl::Time to, absl::Duration limit);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_PROVIDER_H_
