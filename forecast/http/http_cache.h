// HttpCache stores replies for as long as their server says that they are valid, and the conditions
// with which to ask whether they still are: RFC 9111 for one private client. Pure: now is an
// argument, from a clock that is never set. No I/O.
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

// The headers as sent; empty if absent. Several Cache-Control headers are joined by commas.
struct CacheHeaders {
  std::string cache_control;
  std::string etag;
  std::string last_modified;
  std::string age;
  std::string date;
  std::string expires;
};

// A longer freshness is cut to this: a server's mistake must not preserve a forecast for a year.
inline constexpr absl::Duration kMaxFreshness = absl::Hours(1);

// Returns how long a reply with these headers is fresh from its arrival: max-age, or else Expires
// less Date; in either case less its Age. Returns zero for no-cache, no-store and values that are
// not numbers.
absl::Duration FreshFor(const CacheHeaders& headers);

class HttpCache {
 public:
  // Stores at most this many bytes. The entries used last stay.
  explicit HttpCache(int64_t max_bytes) : max_bytes_(max_bytes) {}

  // Returns the reply stored under `key` if it is still fresh, otherwise nullptr. Its fresh_for is
  // the remaining time. The pointer is valid until the next call.
  const HttpReply* FindFresh(const std::string& key, absl::Time now);

  // Returns If-None-Match and If-Modified-Since for the stored reply; empty if there is none.
  std::vector<HttpHeader> Conditions(const std::string& key) const;

  // Call this when a reply of status 200 came. It is stored if it may be, and if it was fresh or
  // can be revalidated. The entry that was under its key is removed. Sets its fresh_for.
  void Store(const std::string& key, const CacheHeaders& headers, absl::Time now, HttpReply* reply);

  // Call this when a 304 came. Returns the stored reply, fresh again as the new headers say;
  // nullptr if there is none.
  const HttpReply* Confirm(const std::string& key, const CacheHeaders& headers, absl::Time now);

 private:
  struct Entry {
    std::string key;
    HttpReply reply;
    std::string etag;
    std::string last_modified;
    absl::Time fresh_until;
  };
  using Entries = std::list<Entry>;  // the most recently used first

  static int64_t SizeOf(const Entry& entry);
  void Remove(const std::string& key);
  // Removes entries until the limit is met. The entries used last stay.
  void KeepToLimit();

  int64_t max_bytes_;
  int64_t bytes_ = 0;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_key_;
};

}  // namespace carbon

#endif  // FORECAST_HTTP_HTTP_CACHE_H_
