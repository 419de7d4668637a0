#include "forecast/provider.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

// As files of unknown type are served: by object stores, and by a plain file server.
constexpr absl::string_view kFileTypes[] = {"text/plain", "application/octet-stream", ""};

bool MayBeJson(absl::string_view content_type) {
  const std::string type = absl::AsciiStrToLower(
      absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';'))));
  return absl::EndsWith(type, "json") ||
         std::find(std::begin(kFileTypes), std::end(kFileTypes), type) != std::end(kFileTypes);
}

}  // namespace

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

absl::Status CheckReply(const HttpReply& reply) {
  const std::string status = absl::StrCat("status ", reply.status);
  switch (reply.status) {
    case 200:
      if (MayBeJson(reply.content_type)) return absl::OkStatus();
      return absl::InvalidArgumentError(absl::StrCat(
          "the reply is no JSON but ", absl::CHexEscape(reply.content_type.substr(0, 80))));
    case 401:
      return absl::UnauthenticatedError(absl::StrCat(status, ", the credential is not accepted"));
    case 402:
    case 403:
      return absl::PermissionDeniedError(absl::StrCat(status, ", the account may not have this"));
    case 404:
      return absl::NotFoundError(absl::StrCat(status, ", no such zone or data"));
    case 429:
      return absl::ResourceExhaustedError(
          reply.retry_after.has_value() ? absl::StrCat(status, ", too many requests; again in ",
                                                       absl::FormatDuration(*reply.retry_after))
                                        : absl::StrCat(status, ", too many requests"));
    case 408:
    case 425:
      return absl::UnavailableError(absl::StrCat(status, ", try again later"));
    default:
      break;
  }
  if (reply.status >= 500)
    return absl::UnavailableError(absl::StrCat(status, ", a fault of theirs"));
  return absl::FailedPreconditionError(absl::StrCat(status, ", the request is refused"));
}

absl::Status OfProvider(absl::string_view provider, const ProviderAsk& ask,
                        const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(provider, ": zone ", ask.zone, ": ", status.message()));
}

std::string UrlEscaped(absl::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || absl::StrContains("-._~", c)) {
      escaped += c;
    } else {
      escaped += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return escaped;
}

std::vector<TimeSpan> SplitSpan(absl::Time from, absl::Time to, absl::Duration limit) {
  std::vector<TimeSpan> spans;
  for (; from < to; from += limit) spans.push_back({from, std::min(from + limit, to)});
  return spans;
}

}  // namespace carbon
