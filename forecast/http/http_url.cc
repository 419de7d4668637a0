#include "forecast/http/http_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace carbon {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

// Returns the part, or an empty string if the URL does not have it.
std::string PartOf(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

// The number of bytes shown of a host (a name that can be resolved has fewer) and of a path.
constexpr size_t kMaxShown = 255;

constexpr char kBadHost[] = "url: its host is not a name or address in plain ASCII";

bool IsControl(char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); }
bool HasControl(absl::string_view text) { return std::any_of(text.begin(), text.end(), IsControl); }

// Returns whether the name is a token of RFC 9110, section 5.6.2.
bool IsToken(absl::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::string_view("!#$%&'*+-.^_`|~").find(c) != absl::string_view::npos;
  });
}

// Returns whether the text is a name that can be resolved, with the underscore that some have, or
// an address. A text that libcurl would decode once more is not a host: a host must stay the same
// however often it is read.
bool IsHost(absl::string_view host) {
  const bool is_bracketed = absl::StartsWith(host, "[") && absl::EndsWith(host, "]");
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  return !host.empty() && std::all_of(host.begin(), host.end(), [is_bracketed](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::string_view(is_bracketed ? ":." : "-._").find(c) != absl::string_view::npos;
  });
}

bool HasSecret(const HttpRequest& request) {
  return !request.secret_query.empty() ||
         std::any_of(request.headers.begin(), request.headers.end(),
                     [](const HttpHeader& header) { return header.is_secret; });
}

}  // namespace

std::string HttpUrl::Origin() const { return absl::StrCat(scheme, "://", host, ":", port); }

std::string HttpUrl::Shown() const {
  const bool usual = port == (scheme == "https" ? "443" : "80");
  return absl::CHexEscape(absl::StrCat(scheme, "://", host.substr(0, kMaxShown), usual ? "" : ":",
                                       usual ? "" : port, path.substr(0, kMaxShown)));
}

bool HttpUrl::IsLoopback() const {
  if (host == "localhost" || host == "[::1]") return true;
  // The host must be written as an address. A name may consist of digits only too, and may be
  // resolved to anything.
  in_addr address = {};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
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

absl::StatusOr<HttpUrl> ParseHttpUrl(const std::string& url) {
  if (url.size() > kMaxUrlBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("url: has ", url.size(), " bytes, more than ", kMaxUrlBytes));
  }
  if (HasControl(url)) return absl::InvalidArgumentError("url: has a control character");
  const std::unique_ptr<CURLU, FreeUrl> parsed(curl_url());
  const CURLUcode code =
      curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME);
  // Since libcurl 8 this finds some bad hosts. The others pass here, and IsHost() finds them.
  if (code == CURLUE_BAD_HOSTNAME) return absl::InvalidArgumentError(kBadHost);
  if (code != CURLUE_OK) {
    return absl::InvalidArgumentError(absl::StrCat("url: ", curl_url_strerror(code)));
  }
  HttpUrl result{.scheme = PartOf(parsed.get(), CURLUPART_SCHEME),
                 .host = absl::AsciiStrToLower(PartOf(parsed.get(), CURLUPART_HOST)),
                 .port = PartOf(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT),
                 .path = PartOf(parsed.get(), CURLUPART_PATH)};
  if (result.scheme != "http" && result.scheme != "https") {
    return absl::InvalidArgumentError("url: is neither http nor https");
  }
  if (result.host.empty()) return absl::InvalidArgumentError("url: names no host");
  if (!IsHost(result.host)) return absl::InvalidArgumentError(kBadHost);
  if (!PartOf(parsed.get(), CURLUPART_USER).empty() ||
      !PartOf(parsed.get(), CURLUPART_PASSWORD).empty()) {
    return absl::InvalidArgumentError("url: names a user; credentials belong in a file");
  }
  return result;
}

absl::StatusOr<HttpUrl> CheckHttpRequest(const HttpRequest& request) {
  absl::StatusOr<HttpUrl> url = ParseHttpUrl(request.UrlToSend());
  if (!url.ok()) return url;
  for (const HttpHeader& header : request.headers) {
    if (!IsToken(header.name)) {
      return absl::InvalidArgumentError(absl::StrCat(url->Shown(), ": a header has a bad name"));
    }
    if (HasControl(header.value)) {
      return absl::InvalidArgumentError(
          absl::StrCat(url->Shown(), ": header ", header.name, " has a control character"));
    }
  }
  if (HasSecret(request) && url->scheme == "http" && !url->IsLoopback()) {
    return absl::InvalidArgumentError(
        absl::StrCat(url->Shown(), ": would show a credential to the network; use https"));
  }
  return url;
}

bool MayFollow(const HttpUrl& from, const HttpUrl& to) {
  if (from.host != to.host) return false;
  if (from.scheme == to.scheme) return from.port == to.port;
  return to.scheme == "https";
}

}  // namespace carbon
