#include "forecast/http/http_client.h"

#include <curl/curl.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <list>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forecast/http/curl_transfer.h"
#include "forecast/http/host_gate.h"
#include "forecast/http/http_cache.h"
#include "forecast/http/http_url.h"

namespace carbon {
namespace {

constexpr int kNotModified = 304;
constexpr int kTooManyRequests = 429;

// A clock that is never set and continues while the machine sleeps.
absl::Time BootClock() {
  timespec time = {};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return absl::TimeFromTimespec(time);
}

double RandomRatio() {
  static thread_local std::mt19937_64 generator(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Two requests with the same key are the same request.
std::string KeyOf(const HttpRequest& request) {
  std::string key = request.UrlToSend();
  for (const HttpHeader& header : request.headers) {
    absl::StrAppend(&key, "\n", header.name, ":", header.value);
  }
  return key;
}

}  // namespace

struct HttpClient::Flights {
  struct Flight {
    HttpRequest request;
    std::string key;
    std::string url;  // where it goes now, after redirects
    HttpUrl target;   // the same
    int hops = 0;
    absl::Time asked_at;
    std::vector<Done> done;
    std::unique_ptr<CurlTransfer> transfer;  // once it is sent
  };
  struct Ended {
    Done done;
    absl::StatusOr<HttpReply> reply;
  };
  using FlightList = std::list<Flight>;

  explicit Flights(HttpClientOptions given)
      : options(std::move(given)), cache(options.cache_bytes), multi(curl_multi_init()) {
    if (!options.clock) options.clock = BootClock;
    if (!options.random) options.random = RandomRatio;
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(options.most));
#if CURL_AT_LEAST_VERSION(8, 20, 0)
    // Since that version the threads that resolve names belong to the multi handle, and its end
    // would wait for them.
    curl_multi_setopt(multi, CURLMOPT_QUICK_EXIT, 1L);
#endif
  }

  ~Flights() {
    for (Flight& flight : sent) curl_multi_remove_handle(multi, flight.transfer->handle());
    sent.clear();
    curl_multi_cleanup(multi);
  }

  HostGate& GateOf(const HttpUrl& target) {
    return hosts.try_emplace(target.Origin(), options.most_per_host, options.rate).first->second;
  }

  void End(FlightList* list, FlightList::iterator flight, const absl::StatusOr<HttpReply>& reply) {
    for (Done& done : flight->done) ended.push_back({std::move(done), reply});
    by_key.erase(flight->key);
    list->erase(flight);
  }

  absl::Time StartDue();
  void Send(FlightList::iterator flight);
  void Perform();
  void Arrived(FlightList::iterator flight, CURLcode code);
  bool Follow(FlightList::iterator flight, const std::string& redirect);
  bool Deliver();

  HttpClientOptions options;
  HttpCache cache;
  CURLM* multi;
  std::unordered_map<std::string, HostGate> hosts;  // by origin
  FlightList waiting;                               // in order
  FlightList sent;
  std::unordered_map<std::string, Flight*> by_key;  // of both lists
  std::vector<Ended> ended;
};

// Sends what may be sent now, and answers the requests that need not or must not be sent. Returns
// when there is more to do even if nothing is received.
absl::Time HttpClient::Flights::StartDue() {
  const absl::Time now = options.clock();
  absl::Time next = absl::InfiniteFuture();
  for (auto it = waiting.begin(); it != waiting.end();) {
    const auto flight = it++;
    HostGate& gate = GateOf(flight->target);
    const absl::Time expires = flight->asked_at + options.longest_wait;
    if (const HttpReply* kept = cache.FindFresh(flight->key, now)) {
      End(&waiting, flight, *kept);
    } else if (const absl::Duration pause = gate.PausedFor(now); pause > absl::ZeroDuration()) {
      End(&waiting, flight, HttpReply{.status = kTooManyRequests, .retry_after = pause});
    } else if (expires <= now) {
      End(&waiting, flight,
          absl::DeadlineExceededError(absl::StrCat(flight->target.Shown(),
                                                   ": had no turn to be sent within ",
                                                   absl::FormatDuration(options.longest_wait))));
    } else if (static_cast<int>(sent.size()) >= options.most) {
      next = std::min(next, expires);
    } else if (const absl::Time turn = gate.NextTurn(now); turn > now) {
      next = std::min({next, turn, expires});
    } else {
      gate.Enter(now);
      sent.splice(sent.end(), waiting, flight);
      Send(flight);
    }
  }
  return next;
}

void HttpClient::Flights::Send(FlightList::iterator flight) {
  flight->transfer = std::make_unique<CurlTransfer>(flight->request, cache.Conditions(flight->key),
                                                    flight->url, flight->target, options);
  CURL* handle = flight->transfer->handle();
  if (handle == nullptr || curl_multi_add_handle(multi, handle) != CURLM_OK) {
    GateOf(flight->target).Leave();
    End(&sent, flight,
        absl::UnavailableError(absl::StrCat(flight->target.Shown(), ": no memory to send it")));
  }
}

void HttpClient::Flights::Perform() {
  int running = 0;
  curl_multi_perform(multi, &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    CURL* const handle = message->easy_handle;
    curl_multi_remove_handle(multi, handle);
    const auto flight = std::find_if(sent.begin(), sent.end(), [handle](const Flight& candidate) {
      return candidate.transfer->handle() == handle;
    });
    if (flight != sent.end()) Arrived(flight, code);
  }
}

void HttpClient::Flights::Arrived(FlightList::iterator flight, CURLcode code) {
  HostGate& gate = GateOf(flight->target);
  gate.Leave();
  absl::StatusOr<CurlTransfer::Received> received = flight->transfer->Finish(code);
  if (!received.ok()) return End(&sent, flight, received.status());
  const absl::Time now = options.clock();
  HttpReply& reply = received->reply;
  gate.Observe(reply, options.random(), now);
  if (IsRedirect(reply.status) && !received->redirect.empty()) {
    if (Follow(flight, received->redirect)) return;
  }
  if (reply.status == kNotModified) {
    if (const HttpReply* kept = cache.Confirm(flight->key, received->cache, now)) {
      return End(&sent, flight, *kept);
    }
  }
  if (reply.status == 200) cache.Store(flight->key, received->cache, now, &reply);
  End(&sent, flight, reply);
}

// Returns true if the flight continues, or has ended with an error.
bool HttpClient::Flights::Follow(FlightList::iterator flight, const std::string& redirect) {
  const absl::StatusOr<HttpUrl> target = ParseHttpUrl(redirect);
  const auto refuse = [&](absl::string_view fact) {
    End(&sent, flight,
        absl::FailedPreconditionError(absl::StrCat(flight->target.Shown(), ": ", fact)));
    return true;
  };
  if (!target.ok()) return refuse("is redirected to what is no http or https URL");
  if (!MayFollow(flight->target, *target)) {
    const HttpUrl site{.scheme = target->scheme, .host = target->host, .port = target->port};
    return refuse(
        absl::StrCat("is redirected to another host, ", site.Shown(), ", and not followed"));
  }
  if (++flight->hops > options.limits.redirects) {
    return refuse(absl::StrCat("is redirected more than ", options.limits.redirects, " times"));
  }
  flight->url = redirect;
  flight->target = *target;
  GateOf(*target).EnterAgain();
  Send(flight);
  return true;
}

bool HttpClient::Flights::Deliver() {
  std::vector<Ended> now = std::move(ended);
  ended.clear();
  for (Ended& one : now) one.done(std::move(one.reply));
  return !now.empty();
}

HttpClient::HttpClient(HttpClientOptions options) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)initialised;
  flights_ = std::make_unique<Flights>(std::move(options));
}

HttpClient::~HttpClient() = default;

void HttpClient::Start(HttpRequest request, Done done) {
  absl::StatusOr<HttpUrl> target = CheckHttpRequest(request);
  if (!target.ok()) {
    flights_->ended.push_back({std::move(done), target.status()});
    return;
  }
  const std::string key = KeyOf(request);
  const auto same = flights_->by_key.find(key);
  if (same != flights_->by_key.end()) {
    same->second->done.push_back(std::move(done));
    return;
  }
  Flights::Flight flight{.request = std::move(request),
                         .key = key,
                         .target = *std::move(target),
                         .asked_at = flights_->options.clock()};
  flight.url = flight.request.UrlToSend();
  flight.done.push_back(std::move(done));
  flights_->waiting.push_back(std::move(flight));
  flights_->by_key[key] = &flights_->waiting.back();
}

void HttpClient::Poll(absl::Duration longest, absl::Span<const int> wake_fds) {
  std::vector<curl_waitfd> fds;
  for (int fd : wake_fds) fds.push_back({.fd = fd, .events = CURL_WAIT_POLLIN, .revents = 0});
  const std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  while (true) {
    const absl::Time next = flights_->StartDue();
    flights_->Perform();
    if (flights_->Deliver()) return;
    const absl::Duration left = std::min(
        longest - absl::FromChrono(std::chrono::steady_clock::now() - begun), absl::Minutes(1));
    const absl::Duration wait = std::min(left, next - flights_->options.clock());
    // Rounded up. Otherwise the wait would end a moment too early, and the loop would spin.
    const int milliseconds = static_cast<int>(
        absl::ToInt64Milliseconds(std::max(wait, absl::ZeroDuration()) + absl::Microseconds(999)));
    curl_multi_poll(flights_->multi, fds.data(), static_cast<unsigned>(fds.size()),
                    left <= absl::ZeroDuration() ? 0 : milliseconds, nullptr);
    const bool woken =
        std::any_of(fds.begin(), fds.end(), [](const curl_waitfd& fd) { return fd.revents != 0; });
    if (woken || left <= absl::ZeroDuration()) return;
  }
}

int HttpClient::pending() const {
  size_t count = flights_->ended.size();
  for (const Flights::FlightList* list : {&flights_->waiting, &flights_->sent}) {
    for (const Flights::Flight& flight : *list) count += flight.done.size();
  }
  return static_cast<int>(count);
}

absl::StatusOr<HttpReply> Fetch(HttpClient* client, HttpRequest request) {
  std::optional<absl::StatusOr<HttpReply>> reply;
  client->Start(std::move(request),
                [&reply](absl::StatusOr<HttpReply> ended) { reply = std::move(ended); });
  while (!reply.has_value()) client->Poll(absl::Seconds(10));
  return *std::move(reply);
}

}  // namespace carbon
