// Sends the requests of many sources at once, over libcurl, from the one thread of a program that
// has other things to wait for:
//
//   HttpClient client({});
//   client.Start(request, [&](absl::StatusOr<HttpReply> reply) { … });
//   while (…) client.Poll(absl::Seconds(5), {signal_fd});
//
// Every request that was started ends: within limits.transfer for each hop once it is sent, and
// within longest_wait before that. Nothing here blocks but Poll, and that no longer than it is
// told, whatever servers or the resolver do.
//
// How it behaves to servers:
//   - no more than most_per_host requests to a host (scheme, name and port) at once, and no more
//     than `most` in all; each host's rate is bounded by a token bucket. What is too much waits its
//     turn in order, without holding up other hosts.
//   - connections are kept and used again; HTTP/2 where the server offers it.
//   - a request that is just the same as one under way is not sent, but shares its reply.
//   - what a server said is still fresh is answered from memory, for an hour at most; what it gave
//     an ETag or a date is asked about, and a 304 becomes the 200 that it stands for.
//   - a host that answers 429, or 503 with Retry-After, is left alone for as long as it asks, or
//     for a growing time where it does not say. Meanwhile requests to it are answered here, with
//     status 429 and what is left of the wait as retry_after.
//   - nothing is tried twice: whoever asked knows best when it is worth while
//   (forecast/http/backoff.h).
//   - redirects are followed within one host only, or from its http to its https, so no header goes
//     where it was not meant to; any other is an error that names where it leads.
//
// And to the user: TLS certificates are verified, nothing is read from ~/.netrc, cookies are not
// kept, and proxies are those of the environment (https_proxy, no_proxy and so on), but never for
// loopback. A secret is sent over http to loopback only, and occurs in no error.
//
// A reply is any whole answer, whatever its status. Otherwise, "https://host/path: fact":
//   UNAVAILABLE          no connection, or it broke; the body is shorter than was announced
//   DEADLINE_EXCEEDED    not connected, not sent a byte or not done in time; or it had no turn
//   INVALID_ARGUMENT     a request that cannot be sent; a reply that is too large or no HTTP
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
  // Fewer than so many bytes a second for so long end it; whole seconds.
  int64_t least_bytes_per_second = 50;
  absl::Duration silence = absl::Seconds(30);
  int64_t body_bytes = 4 << 20;  // on the wire as well as decoded
  int64_t header_bytes = 64 << 10;
  int redirects = 4;
};

struct HttpClientOptions {
  HttpLimits limits;
  // So many whole replies may be in memory at once.
  int most_per_host = 4;
  int most = 32;
  RequestRate rate{.burst = 10, .every = absl::Milliseconds(500)};  // of each host
  absl::Duration longest_wait = absl::Minutes(10);
  int64_t cache_bytes = 16 << 20;
  std::string ca_file;  // in place of the system's; empty: the system's
  std::string user_agent = "slurm-carbon";
  // A clock that is never set. Absent: the system's.
  std::function<absl::Time()> clock;
  // Uniform in [0, 1), for the jitter of waits. Absent: random.
  std::function<double()> random;
};

class HttpClient {
 public:
  using Done = std::function<void(absl::StatusOr<HttpReply>)>;

  explicit HttpClient(HttpClientOptions options);
  // Drops what is under way; no `done` is called.
  ~HttpClient();

  // Never calls `done` itself: Poll does, once.
  void Start(HttpRequest request, Done done);

  // Sends, receives and calls what is done. Returns after `longest`, or earlier once a `done` was
  // called or one of `wake_fds` can be read; zero: without waiting. A `done` may call Start, but
  // neither Poll nor the destructor.
  void Poll(absl::Duration longest, absl::Span<const int> wake_fds = {});

  // Requests whose `done` is still to be called.
  int pending() const;

 private:
  struct Flights;
  std::unique_ptr<Flights> flights_;
};

// Sends one request and waits for its reply: for programs that have nothing else to do.
absl::StatusOr<HttpReply> Fetch(HttpClient* client, HttpRequest request);

}  // namespace carbon

#endif  // FORECAST_HTTP_HTTP_CLIENT_H_
