// Replies kept for as long as their server says that they are good, and what to ask it with to
// learn whether they still are: RFC 9111 for one private client. Pure: now is an argument, of a
// clock that is not set. No I/O.
#ifndef FORECAST_HTTP_HTTP_CACHE_H_
#define FORECAST_HTTP_HTTP_CACHE_H_

#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forecast/http/http_message.h"

namespace carbon {

// As sent; empty where there was none. Several Cache-Control headers are joined by commas.
struct CacheHeaders {
  std::string cache_control;
  std::string etag;
  std::string last_modified;
  std::string age;
  std::string date;
  std::string expires;
};

// A longer freshness is cut to it: a mistake there must not keep a forecast for a year.
inline constexpr absl::Duration kMaxFreshness = absl::Hours(1);

// For how long a reply with these headers is fresh from when it came: max-age, or else Expires less
// Date, less its Age; nothing for no-cache, no-store and what is no number.
absl::Duration FreshFor(const CacheHeaders& headers);

class HttpCache {
 public:
  // Keeps what takes no more than so many bytes, those used last.
  explicit HttpCache(int64_t max_bytes) : max_bytes_(max_bytes) {}

  // The reply that is kept under `key` and still fresh; nullptr where there is none. Its fresh_for
  // is what is left. Holds until the next call.
  const HttpReply* FindFresh(const std::string& key, absl::Time now);

  // If-None-Match and If-Modified-Since for the reply that is kept; none where there is none.
  std::vector<HttpHeader> Conditions(const std::string& key) const;

  // A reply of status 200 came. It is kept if it may be and was fresh or can be asked about; what
  // was there under its key is gone. Sets its fresh_for.
  void Store(const std::string& key, const CacheHeaders& headers, absl::Time now, HttpReply* reply);

  // A 304 came: the reply that is kept, fresh again as the new headers say. nullptr where there is
  // none.
  const HttpReply* Confirm(const std::string& key, const CacheHeaders& headers, absl::Time now);

 private:
  struct Entry {
    std::string key;
    HttpReply reply;
    std::string etag;
    std::string last_modified;
    absl::Time fresh_until;
  };
  using Entries = std::list<Entry>;  // the one used last first

  static int64_t SizeOf(const Entry& entry);
  void Remove(const std::string& key);
  // Those used last stay.
  void KeepToLimit();

  int64_t max_bytes_;
  int64_t bytes_ = 0;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_key_;
};

}  // namespace carbon

#endif  // FORECAST_HTTP_HTTP_CACHE_H_
