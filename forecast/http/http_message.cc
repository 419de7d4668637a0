#include "forecast/http/http_message.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace carbon {

std::string HttpRequest::UrlToSend() const {
  if (secret_query.empty()) return url;
  return absl::StrCat(url, absl::StrContains(url, '?') ? "&" : "?", secret_query);
}

std::string HttpRequest::Redacted() const {
  std::string text = url;
  for (const HttpHeader& header : headers) {
    absl::StrAppend(&text, ", ", header.name, ": ", header.is_secret ? "(secret)" : header.value);
  }
  if (!secret_query.empty()) absl::StrAppend(&text, ", query: (secret)");
  return text;
}

}  // namespace carbon
