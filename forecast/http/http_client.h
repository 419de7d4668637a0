// HttpClient sends the requests of many sources at once, over libcurl, from the one thread of a
// program that also waits for other things:
//
//   HttpClient client({});
//   client.Start(request, [&](absl::StatusOr<HttpReply> reply) { … });
//   while (…) client.Poll(absl::Seconds(5), {signal_fd});
//
// Every request that was started ends: within limits.transfer for each hop once it is sent, and
// within longest_wait before that. Only Poll blocks, and no longer than it is told, whatever
// servers or the resolver do.
//
// How it treats servers:
//    - It sends at most most_per_host requests to a host (scheme, name and port) at once, and at
//      most `most` in total. A token bucket bounds each host's rate. Further requests wait their
//      turn in order, without delaying other hosts.
//    - It keeps connections and reuses them, and uses HTTP/2 if the server offers it.
//    - A request that equals one under way is not sent, but shares its reply.
//    - It answers from memory what the server declared to be still fresh, for an hour at most. It
//      revalidates a reply that had an ETag or a date, and turns a 304 into the 200 that it stands
//      for.
//    - A host that answers 429, or 503 with Retry-After, is left alone for as long as it asks, or
//      for a growing time if it does not say how long. Meanwhile requests to it are answered here,
//      with status 429 and the remaining wait as retry_after.
//    - It never retries: the caller knows best when a retry is useful (forecast/http/backoff.h).
//    - It follows redirects only within one host, or from its http to its https, so that no header
//      goes to a host for which it was not meant. Any other redirect is an error that names its
//      target.
//
// How it protects the user: TLS certificates are verified, nothing is read from ~/.netrc, cookies
// are not stored, and proxies are those of the environment (https_proxy, no_proxy and so on), but
// never for loopback. A secret is sent over http to loopback only, and occurs in no error.
//
// A reply is any whole answer, whatever its status. Otherwise the error is "https://host/path:
// fact":
//   UNAVAILABLE          no connection, or it broke; the body is shorter than announced
//   DEADLINE_EXCEEDED    not connected in time, too slow (least_bytes_per_second for
//                        `silence`), or not finished in time; or the request got no turn
//   INVALID_ARGUMENT     a request that cannot be sent; a reply that is too large or not HTTP
//   FAILED_PRECONDITION  a certificate that is not accepted; a redirect that is not followed
//
// For one thread. Does network I/O and reads the clocks.
#ifndef FORECAST_HTTP_HTTP_CLIENT_H_
#define FORECAST_HTTP_HTTP_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forecast/http/http_message.h"
#include "forecast/http/rate_limit.h"

namespace carbon {

struct HttpLimits {
  absl::Duration connect = absl::Seconds(10);   // name, connection and TLS together
  absl::Duration transfer = absl::Seconds(60);  // from the start to the last byte
  // A transfer ends if it receives fewer than this many bytes a second for this long; whole
  // seconds.
  int64_t least_bytes_per_second = 50;
  absl::Duration silence = absl::Seconds(30);
  int64_t body_bytes = 4 << 20;  // on the wire as well as decoded
  int64_t header_bytes = 64 << 10;
  int redirects = 4;
};

struct HttpClientOptions {
  HttpLimits limits;
  // At most this many whole replies may be in memory at once.
  int most_per_host = 4;
  int most = 32;
  RequestRate rate{.burst = 10, .every = absl::Milliseconds(500)};  // of each host
  absl::Duration longest_wait = absl::Minutes(10);
  int64_t cache_bytes = 16 << 20;
  std::string ca_file;  // replaces the system's; empty: the system's
  std::string user_agent = "slurm-carbon";
  // A clock that is never set. Default: the system's.
  std::function<absl::Time()> clock;
  // Uniform in [0, 1), for the jitter of waits. Default: random.
  std::function<double()> random;
};

class HttpClient {
 public:
  using Done = std::function<void(absl::StatusOr<HttpReply>)>;

  explicit HttpClient(HttpClientOptions options);
  // Drops the requests under way without calling their `done`.
  ~HttpClient();

  // Queues the request. Poll calls `done` once; Start never calls it.
  void Start(HttpRequest request, Done done);

  // Sends, receives and calls each `done` whose request has ended. Returns after `longest`, or
  // earlier once a `done` was called or one of `wake_fds` can be read. Zero means: without waiting.
  // A `done` may call Start, but neither Poll nor the destructor.
  void Poll(absl::Duration longest, absl::Span<const int> wake_fds = {});

  // Returns the number of requests whose `done` is still to be called.
  int pending() const;

 private:
  struct Flights;
  std::unique_ptr<Flights> flights_;
};

// Sends one request and waits for its reply: for programs that have nothing else to do.
absl::StatusOr<HttpReply> Fetch(HttpClient* client, HttpRequest request);

}  // namespace carbon

#endif  // FORECAST_HTTP_HTTP_CLIENT_H_
