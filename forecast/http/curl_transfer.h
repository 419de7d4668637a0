// CurlTransfer is one GET on a libcurl handle, with everything bounded: time, silence, headers,
// body. Only the client's sources include this header, because it includes libcurl's header.
#ifndef FORECAST_HTTP_CURL_TRANSFER_H_
#define FORECAST_HTTP_CURL_TRANSFER_H_

#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forecast/http/http_cache.h"
#include "forecast/http/http_client.h"
#include "forecast/http/http_url.h"

namespace carbon {

class CurlTransfer {
 public:
  // What was received, with the headers on which the sender of the request acts.
  struct Received {
    HttpReply reply;
    CacheHeaders cache;
    std::string redirect;  // absolute; empty if the reply is not a redirect
  };

  // `url` is request.UrlToSend() or the URL to which that was redirected, and `target` is the same
  // URL, parsed. `conditions` are sent in addition to the request's headers.
  CurlTransfer(const HttpRequest& request, const std::vector<HttpHeader>& conditions,
               const std::string& url, const HttpUrl& target, const HttpClientOptions& options);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;
  // Must not run while the handle is in a multi handle.
  ~CurlTransfer() = default;

  CURL* handle() const { return handle_.get(); }

  // Call this once, when libcurl has reported that the transfer ended with `code`. Errors are those
  // of HttpClient.
  absl::StatusOr<Received> Finish(CURLcode code);

 private:
  struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  static size_t OnBody(char* bytes, size_t size, size_t count, void* self);
  static size_t OnHeader(char* bytes, size_t size, size_t count, void* self);
  static int OnProgress(void* self, curl_off_t download_total, curl_off_t downloaded,
                        curl_off_t upload_total, curl_off_t uploaded);

  void AddHeader(const HttpHeader& header);
  // Returns the values of the headers of that name, at most the first sixteen, joined by commas.
  std::string Header(const char* name) const;
  absl::Status ErrorOf(CURLcode code) const;

  HttpUrl target_;
  HttpLimits limits_;
  std::unique_ptr<curl_slist, FreeList> headers_;
  std::string body_;
  int64_t header_bytes_ = 0;
  std::string too_much_;  // why we ended it ourselves; empty if we did not
  char error_text_[CURL_ERROR_SIZE] = {};
  std::unique_ptr<CURL, FreeHandle> handle_;  // last: it refers to the others
};

}  // namespace carbon

#endif  // FORECAST_HTTP_CURL_TRANSFER_H_
