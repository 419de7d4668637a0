// A request to a provider, and the reply to it. Plain data.
#ifndef FORECAST_HTTP_HTTP_MESSAGE_H_
#define FORECAST_HTTP_HTTP_MESSAGE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace carbon {

struct HttpHeader {
  std::string name;
  std::string value;
  bool is_secret = false;
};

struct HttpRequest {
  std::string url;                  // escaped, and free of secrets: what a log may show
  std::vector<HttpHeader> headers;  // in addition to those that the client adds
  std::string secret_query;         // "api_key=…", escaped; empty for most

  // Returns the URL with its secret part. Only for the wire.
  std::string UrlToSend() const;
  // Returns "https://host/path?query, auth-token: (secret)", for logs and errors.
  std::string Redacted() const;
};

struct HttpReply {
  int status = 0;
  std::string content_type;  // as sent: "application/json; charset=utf-8"; empty without one
  std::string body;          // decoded; its size was bounded by the client
  std::optional<absl::Duration> retry_after;
  // For this long, by what the server says, asking again brings nothing new. The client then
  // answers from its cache.
  absl::Duration fresh_for;
};

}  // namespace carbon

#endif  // FORECAST_HTTP_HTTP_MESSAGE_H_
