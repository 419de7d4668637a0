// The types and checks that all providers of grid data share. Each provider has one pair of files
// with everything that is known about it: functions that make the requests and functions that read
// the replies, all pure. The code that sends them (over libcurl, for example) sees only HttpRequest
// and HttpReply:
//
//   absl::StatusOr<HttpRequest> request = ElectricityMapsForecastRequest(ask, credential, now);
//   HttpReply reply = …;                              // GET request->UrlToSend(), request->headers
//   absl::StatusOr<ProviderForecast> forecast = ParseElectricityMapsForecast(ask, reply);
//
// All requests are GET without a body. providers.h has every provider in one table.
//
// A parser accepts a reply of any status, and its error says what to do about it:
//
//   UNAUTHENTICATED      the token is wrong or expired: if there is a login, log in again, once
//   PERMISSION_DENIED    the account may not have this: ask again only after hours
//   NOT_FOUND            the provider knows no such zone, or has nothing of this kind there; by the
//                        status only, never because of the text of a 200
//   RESOURCE_EXHAUSTED   too many requests: wait for retry_after, or longer each time
//   UNAVAILABLE          a fault on their side, or a reply without data: try again later
//   FAILED_PRECONDITION  another status: the request was refused, and will be again
//   INVALID_ARGUMENT     a reply that is not what it should be, or a request that cannot be made
//
// Messages read "provider: zone Z: fact, value" and quote only bounded parts of a reply. A reply
// may repeat the credential, which the parsers do not know: the caller removes it
// (ProviderSession). The caller, which knows the time, decides whether data are too old or lie in
// the future. No I/O, no clock; any thread may call any function.
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

// The credential that proves who asks. Each provider wants one or both of the fields. Never
// printed.
struct Credential {
  std::string user;
  std::string secret;  // a token, a key or a password
};

// What is asked, of which zone and at which URL.
struct ProviderAsk {
  std::string url;   // scheme, host and path that the request's own path is appended to
  std::string zone;  // as the provider names it
  SignalKind kind = SignalKind::kAverageLifecycle;
  // How far ahead a forecast should reach. The request asks for the provider's next longer horizon,
  // or else for its longest.
  absl::Duration horizon = absl::Hours(72);
  // The provider's name in carbon.json, for messages; empty: the parser's own name for it.
  std::string provider;
  // When the reply came. If a forecast has holes, the part that contains this time is used.
  absl::Time now = absl::InfinitePast();
};

// The part of a reply that was not used although the rest was. Empty: all of it was used.
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

// Empty if the provider has nothing of the span that was asked for.
struct ProviderHistory {
  SignalKind kind = SignalKind::kAverageLifecycle;
  IntensityHistory history;
  ReplyRemark remark = {};
};

// A half-open span of time.
struct TimeSpan {
  absl::Time from;
  absl::Time to;
};

// Returns OK for a 200 whose content type is JSON, or one of the types that stand for "some file".
// Otherwise returns the error described above, by the status, followed by the server's own words
// (ReplyWords). A 401 or 403 can mean a wrong credential, something that the account may not have,
// or too many requests: the words decide, if they can. For the parsers.
absl::Status CheckReply(const HttpReply& reply);

// Puts "provider: zone Z: " before the message and keeps the code. The name is that of `ask`, or
// else `provider`, the parser's name for it. For the parsers.
absl::Status OfProvider(absl::string_view provider, const ProviderAsk& ask,
                        const absl::Status& status);
template <class T>
absl::StatusOr<T> OfProvider(absl::string_view provider, const ProviderAsk& ask,
                             absl::StatusOr<T> result) {
  if (!result.ok()) return OfProvider(provider, ask, result.status());
  return result;
}

// Returns InvalidArgument if the kind is none of `kinds`, and names those.
absl::Status CheckKind(const ProviderAsk& ask, const std::vector<SignalKind>& kinds);
// Checks the kind. Also returns InvalidArgument if the URL is not http or https, has a query, a
// fragment or a user, or if the zone is empty.
absl::Status CheckAsk(const ProviderAsk& ask, const std::vector<SignalKind>& kinds);

// Returns InvalidArgument if the secret is empty or has characters that a header may not carry,
// such as a line's end.
absl::Status CheckSecret(absl::string_view secret);

// Returns `base` without slashes at its end, then `path`, then the query, escaped.
std::string Url(absl::string_view base, absl::string_view path,
                const std::vector<std::pair<std::string, std::string>>& query = {});

// Returns "2026-11-24T02:00Z", rounded down to the minute.
std::string FormatMinute(absl::Time time);

// Splits [from, to) into parts of at most `limit`, in order. Returns none if from >= to, or if one
// of them is infinite.
std::vector<TimeSpan> SplitSpan(absl::Time from, absl::Time to, absl::Duration limit);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_PROVIDER_H_
