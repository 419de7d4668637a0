// Checks what a request may look like before it is sent, and where it goes. Pure; no I/O.
#ifndef FORECAST_HTTP_HTTP_URL_H_
#define FORECAST_HTTP_HTTP_URL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forecast/http/http_message.h"

namespace carbon {

struct HttpUrl {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case, an IPv6 address in brackets
  std::string port;    // decimal; the scheme's own if the URL has none
  std::string path;    // without the query

  // "https://api.example.org:443": connections, rates and pauses belong to an origin.
  std::string Origin() const;
  // "https://api.example.org/v4/zones", for messages, with the port if the URL had one. It is one
  // line of ASCII, cut short, because a server may have chosen it.
  std::string Shown() const;
  // Returns true for 127.0.0.0/8, ::1 and localhost.
  bool IsLoopback() const;
};

// Escapes text for a path's segment or a query's value: everything except letters, digits and - . _
// ~.
std::string UrlEscaped(absl::string_view text);

inline constexpr int kMaxUrlBytes = 8192;

// Parses a URL. Returns InvalidArgument, without quoting it, if it is not an http or https URL,
// names a user or a password, has a host that is not plain ASCII (other names have a form that is),
// or is longer than kMaxUrlBytes.
absl::StatusOr<HttpUrl> ParseHttpUrl(const std::string& url);

// Returns where the request goes. Returns InvalidArgument as above, for a header that would not be
// one line of its own, and for a secret that would leave this machine over http: secrets need
// https.
absl::StatusOr<HttpUrl> CheckHttpRequest(const HttpRequest& request);

// Returns whether what was sent to `from`, secrets included, may be sent to `to` because `from`
// says so: only to the same scheme, host and port, or from http to https of the same host.
bool MayFollow(const HttpUrl& from, const HttpUrl& to);

}  // namespace carbon

#endif  // FORECAST_HTTP_HTTP_URL_H_
