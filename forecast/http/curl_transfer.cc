#include "forecast/http/curl_transfer.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "forecast/http/backoff.h"

namespace carbon {
namespace {

// At most this many headers of one name are read, because libcurl searches them all for the nth.
constexpr size_t kMaxRepeats = 16;

long Milliseconds(absl::Duration duration) {
  return std::max<long>(1, static_cast<long>(absl::ToInt64Milliseconds(duration)));
}

}  // namespace

CurlTransfer::CurlTransfer(const HttpRequest& request, const std::vector<HttpHeader>& conditions,
                           const std::string& url, const HttpUrl& target,
                           const HttpClientOptions& options)
    : target_(target), limits_(options.limits), handle_(curl_easy_init()) {
  for (const HttpHeader& header : request.headers) AddHeader(header);
  for (const HttpHeader& header : conditions) AddHeader(header);
  CURL* curl = handle_.get();
  if (curl == nullptr) return;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error_text_);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  // libcurl leaves a resolver that hangs to its thread. Otherwise the handle's end would wait for
  // it.
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);

  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  curl_easy_setopt(curl, CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  // Prefer to wait for a connection that may turn out to take several requests, rather than open
  // more. With TLS this is known when the connection is made; with plain HTTP only with the first
  // reply, which may never come.
  curl_easy_setopt(curl, CURLOPT_PIPEWAIT, target_.scheme == "https" ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (target_.IsLoopback()) curl_easy_setopt(curl, CURLOPT_PROXY, "");

  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }

  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(limits_.connect));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, Milliseconds(limits_.transfer));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT,
                   static_cast<long>(limits_.least_bytes_per_second));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME,
                   std::max(1L, static_cast<long>(absl::ToInt64Seconds(limits_.silence))));
  curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limits_.body_bytes));

  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &CurlTransfer::OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &CurlTransfer::OnHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &CurlTransfer::OnProgress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

void CurlTransfer::AddHeader(const HttpHeader& header) {
  // A semicolon is libcurl's notation for a header without a value.
  const std::string line = header.value.empty() ? absl::StrCat(header.name, ";")
                                                : absl::StrCat(header.name, ": ", header.value);
  headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
}

size_t CurlTransfer::OnBody(char* bytes, size_t size, size_t count, void* self) {
  CurlTransfer* transfer = static_cast<CurlTransfer*>(self);
  const size_t more = size * count;
  if (more > static_cast<size_t>(transfer->limits_.body_bytes) - transfer->body_.size()) {
    transfer->too_much_ =
        absl::StrCat("the reply has more than ", transfer->limits_.body_bytes, " bytes");
    return CURL_WRITEFUNC_ERROR;
  }
  transfer->body_.append(bytes, more);
  return more;
}

// libcurl also calls this for the headers of interim replies and for those at the end of a chunked
// body.
size_t CurlTransfer::OnHeader(char*, size_t size, size_t count, void* self) {
  CurlTransfer* transfer = static_cast<CurlTransfer*>(self);
  const size_t more = size * count;
  transfer->header_bytes_ += static_cast<int64_t>(more);
  if (transfer->header_bytes_ > transfer->limits_.header_bytes) {
    transfer->too_much_ = absl::StrCat("the reply's headers have more than ",
                                       transfer->limits_.header_bytes, " bytes");
    return CURL_WRITEFUNC_ERROR;
  }
  return more;
}

// A compressed body may be larger on the wire than decoded, so this bounds the bytes on the wire.
int CurlTransfer::OnProgress(void* self, curl_off_t, curl_off_t downloaded, curl_off_t,
                             curl_off_t) {
  CurlTransfer* transfer = static_cast<CurlTransfer*>(self);
  if (downloaded <= transfer->limits_.body_bytes) return 0;
  transfer->too_much_ =
      absl::StrCat("the reply has more than ", transfer->limits_.body_bytes, " bytes");
  return 1;
}

std::string CurlTransfer::Header(const char* name) const {
  std::string joined;
  curl_header* header = nullptr;
  for (size_t i = 0; i < kMaxRepeats && curl_easy_header(handle_.get(), name, i, CURLH_HEADER, -1,
                                                         &header) == CURLHE_OK;
       ++i) {
    absl::StrAppend(&joined, i == 0 ? "" : ", ", header->value);
  }
  return joined;
}

absl::Status CurlTransfer::ErrorOf(CURLcode code) const {
  const auto error = [this](absl::StatusCode status, absl::string_view fact) {
    return absl::Status(status, absl::StrCat(target_.Shown(), ": ", fact));
  };
  if (!too_much_.empty()) return error(absl::StatusCode::kInvalidArgument, too_much_);
  // Some texts quote what the server sent. An apostrophe comes from curl itself: "Couldn't
  // connect".
  const std::string text = absl::StrReplaceAll(
      absl::CHexEscape(
          absl::string_view(error_text_[0] != '\0' ? error_text_ : curl_easy_strerror(code))
              .substr(0, 200)),
      {{"\\'", "'"}});
  // This text quotes the proxy's URL, and so its password.
  if (absl::StartsWith(text, "Unsupported proxy")) {
    return error(absl::StatusCode::kUnavailable,
                 "the proxy that the environment names cannot be used");
  }
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: {
      // The sent bytes decide, not a time: since libcurl 8.21 a transfer that ends before it sends
      // has times too.
      long sent_bytes = 0;
      curl_easy_getinfo(handle_.get(), CURLINFO_REQUEST_SIZE, &sent_bytes);
      if (sent_bytes == 0) {
        return error(absl::StatusCode::kDeadlineExceeded,
                     absl::StrCat("not connected within ", absl::FormatDuration(limits_.connect)));
      }
      if (absl::StartsWith(text, "Operation too slow")) {
        return error(absl::StatusCode::kDeadlineExceeded,
                     absl::StrCat("fewer than ", limits_.least_bytes_per_second,
                                  " bytes a second for ", absl::FormatDuration(limits_.silence)));
      }
      return error(absl::StatusCode::kDeadlineExceeded,
                   absl::StrCat("not done within ", absl::FormatDuration(limits_.transfer)));
    }
    case CURLE_FILESIZE_EXCEEDED:
      return error(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("the reply has more than ", limits_.body_bytes, " bytes"));
    case CURLE_PARTIAL_FILE:
      return error(absl::StatusCode::kUnavailable, "the reply ends before its end");
    // libcurl answers with these codes to a header line of more than 100 KiB: with the first before
    // 8.6, with the second since.
    case CURLE_OUT_OF_MEMORY:
      return error(absl::StatusCode::kInvalidArgument, "a header is too long, or memory too short");
#if CURL_AT_LEAST_VERSION(8, 6, 0)
    case CURLE_TOO_LARGE:
      return error(absl::StatusCode::kInvalidArgument, "a header is too long");
#endif
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return error(absl::StatusCode::kFailedPrecondition, text);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WEIRD_SERVER_REPLY:
      return error(absl::StatusCode::kInvalidArgument, text);
    case CURLE_WRITE_ERROR:  // from libcurl's decoder, not from our callbacks
      return error(absl::StatusCode::kInvalidArgument, "the reply cannot be decoded");
    default:
      return error(absl::StatusCode::kUnavailable, text);
  }
}

absl::StatusOr<CurlTransfer::Received> CurlTransfer::Finish(CURLcode code) {
  if (code != CURLE_OK) return ErrorOf(code);
  Received received;
  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  received.reply.status = static_cast<int>(status);
  received.reply.content_type = Header("Content-Type");
  received.reply.body = std::move(body_);
  received.cache = {.cache_control = Header("Cache-Control"),
                    .etag = Header("ETag"),
                    .last_modified = Header("Last-Modified"),
                    .age = Header("Age"),
                    .date = Header("Date"),
                    .expires = Header("Expires")};
  const absl::Time server_now = ParseHttpDate(received.cache.date).value_or(absl::Now());
  received.reply.retry_after = ParseRetryAfter(Header("Retry-After"), server_now);
  char* redirect = nullptr;
  curl_easy_getinfo(handle_.get(), CURLINFO_REDIRECT_URL, &redirect);
  if (redirect != nullptr) received.redirect = redirect;
  return received;
}

}  // namespace carbon
