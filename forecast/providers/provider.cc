#include "forecast/providers/provider.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "forecast/http/http_url.h"
#include "forecast/providers/reply_words.h"

namespace carbon {
namespace {

// Object stores and plain file servers serve files of unknown type with these types.
constexpr absl::string_view kFileTypes[] = {"text/plain", "application/octet-stream", ""};

bool MayBeJson(absl::string_view content_type) {
  const std::string type = absl::AsciiStrToLower(
      absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';'))));
  return absl::EndsWith(type, "json") ||
         std::find(std::begin(kFileTypes), std::end(kFileTypes), type) != std::end(kFileTypes);
}

}  // namespace

absl::Status CheckReply(const HttpReply& reply) {
  const auto error = [&reply](absl::StatusCode code, absl::string_view fact) {
    const std::string words = ReplyWords(reply);
    return absl::Status(code, absl::StrCat("status ", reply.status, ", ", fact,
                                           words.empty() ? "" : absl::StrCat(": ", words)));
  };
  switch (reply.status) {
    case 200:
      if (MayBeJson(reply.content_type)) return absl::OkStatus();
      return absl::InvalidArgumentError(absl::StrCat(
          "the reply is no JSON but ", absl::CHexEscape(reply.content_type.substr(0, 80))));
    case 304:
      return error(absl::StatusCode::kUnavailable, "not modified, though there is nothing before");
    case 401:
    case 402:
    case 403:
      switch (MeaningOfRefusal(reply)) {
        case Refusal::kCredential:
          return error(absl::StatusCode::kUnauthenticated, "the credential is not accepted");
        case Refusal::kAccount:
          return error(absl::StatusCode::kPermissionDenied, "the account may not have this");
        case Refusal::kTooMany:
          return error(absl::StatusCode::kResourceExhausted, "too many requests");
      }
      break;
    case 404:
      return error(absl::StatusCode::kNotFound, "no such zone or data");
    case 429:
      return error(
          absl::StatusCode::kResourceExhausted,
          reply.retry_after.has_value()
              ? absl::StrCat("too many requests; again in ",
                             absl::FormatDuration(absl::Ceil(*reply.retry_after, absl::Seconds(1))))
              : "too many requests");
    case 408:
    case 425:
      return error(absl::StatusCode::kUnavailable, "try again later");
    default:
      break;
  }
  if (reply.status >= 500) return error(absl::StatusCode::kUnavailable, "a fault of theirs");
  if (reply.status > 200 && reply.status < 300) {
    return error(absl::StatusCode::kUnavailable, "a reply without data");
  }
  if (reply.status >= 300 && reply.status < 400) {
    return error(absl::StatusCode::kFailedPrecondition, "a redirect that cannot be followed");
  }
  return error(absl::StatusCode::kFailedPrecondition, "the request is refused");
}

absl::Status OfProvider(absl::string_view provider, const ProviderAsk& ask,
                        const absl::Status& status) {
  if (status.ok()) return status;
  const absl::string_view name = ask.provider.empty() ? provider : ask.provider;
  return absl::Status(status.code(),
                      absl::StrCat(name, ": zone ", ask.zone, ": ", status.message()));
}

absl::Status CheckKind(const ProviderAsk& ask, const std::vector<SignalKind>& kinds) {
  if (std::find(kinds.begin(), kinds.end(), ask.kind) != kinds.end()) return absl::OkStatus();
  const std::string known = absl::StrJoin(kinds, ", ", [](std::string* out, SignalKind kind) {
    absl::StrAppend(out, SignalKindName(kind));
  });
  return absl::InvalidArgumentError(
      absl::StrCat("kind ", SignalKindName(ask.kind), " is not given, only ", known));
}

absl::Status CheckAsk(const ProviderAsk& ask, const std::vector<SignalKind>& kinds) {
  const bool is_http =
      absl::StartsWith(ask.url, "http://") || absl::StartsWith(ask.url, "https://");
  const bool is_plain = std::all_of(ask.url.begin(), ask.url.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '?' && c != '#';
  });
  if (absl::StrContains(ask.url, '@')) {
    return absl::InvalidArgumentError("the url names a user; that is for the credential");
  }
  if (!is_http || !is_plain) {
    return absl::InvalidArgumentError(absl::StrCat(
        "url \"", absl::CHexEscape(ask.url.substr(0, 200)), "\" is no http URL without a query"));
  }
  if (ask.zone.empty()) return absl::InvalidArgumentError("the zone has no name");
  return CheckKind(ask, kinds);
}

absl::Status CheckSecret(absl::string_view secret) {
  if (secret.empty()) return absl::InvalidArgumentError("the credential is missing");
  for (const char c : secret) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) {
      return absl::InvalidArgumentError("the credential has characters that no header may carry");
    }
  }
  return absl::OkStatus();
}

std::string Url(absl::string_view base, absl::string_view path,
                const std::vector<std::pair<std::string, std::string>>& query) {
  while (absl::EndsWith(base, "/")) base.remove_suffix(1);
  std::string url = absl::StrCat(base, path);
  char separator = '?';
  for (const auto& [name, value] : query) {
    url += separator;
    absl::StrAppend(&url, UrlEscaped(name), "=", UrlEscaped(value));
    separator = '&';
  }
  return url;
}

std::string FormatMinute(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%MZ", time, absl::UTCTimeZone());
}

std::vector<TimeSpan> SplitSpan(absl::Time from, absl::Time to, absl::Duration limit) {
  std::vector<TimeSpan> spans;
  if (to - from == absl::InfiniteDuration()) return spans;
  for (; from < to; from += limit) spans.push_back({from, std::min(from + limit, to)});
  return spans;
}

}  // namespace carbon
