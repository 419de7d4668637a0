// How the client treats servers that have no fault: turns, connections, what is kept. The faults
// are in http_faults_test.cc.
#include "forecast/http/http_client.h"

#include <dlfcn.h>
#include <netdb.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/http/faulty_server.h"

namespace {

// The resolver that libcurl sees: hung.test is never found while the test lasts, other names under
// test are this machine.
struct Resolver {
  std::mutex mutex;
  std::condition_variable released;
  bool is_released = false;
  int asked = 0;
};
Resolver& TheResolver() {
  static Resolver* const resolver = new Resolver;
  return *resolver;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* name,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** result) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const Function real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (name != nullptr && std::strcmp(name, "hung.test") == 0) {
    Resolver& resolver = TheResolver();
    std::unique_lock<std::mutex> lock(resolver.mutex);
    ++resolver.asked;
    resolver.released.wait(lock, [&resolver] { return resolver.is_released; });
    return EAI_AGAIN;
  }
  const size_t length = name == nullptr ? 0 : std::strlen(name);
  const bool is_ours = length > 5 && std::strcmp(name + length - 5, ".test") == 0;
  return real(is_ours ? "127.0.0.1" : name, service, hints, result);
}

namespace carbon {
namespace {

using ::testing::HasSubstr;

class HttpClientTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<FaultyServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override { server_->Clear(); }

  // Its clock is the test's, and does not advance.
  HttpClientOptions Options() {
    HttpClientOptions options;
    options.rate = {.burst = 1, .every = absl::ZeroDuration()};
    options.clock = [this] { return now_; };
    options.random = [] { return 0.5; };
    return options;
  }

  static HttpRequest Get(const std::string& path, const std::string& port = "plain") {
    return {.url = server_->Url(path, port)};
  }

  // A `done` that keeps the reply.
  HttpClient::Done Keep() {
    return [this](absl::StatusOr<HttpReply> reply) { replies_.push_back(std::move(reply)); };
  }

  // Until the server has seen so many requests, or forever: the test's time limit ends it.
  static void PollUntilSeen(HttpClient* client, size_t requests) {
    while (server_->Counts()["requests"].size() < requests) client->Poll(absl::Milliseconds(5));
  }
  static void PollUntilDone(HttpClient* client, int left = 0) {
    while (client->pending() > left) client->Poll(absl::Seconds(10));
  }

  static std::unique_ptr<FaultyServer> server_;
  absl::Time now_ = absl::FromUnixSeconds(1000);
  std::vector<absl::StatusOr<HttpReply>> replies_;
};

std::unique_ptr<FaultyServer> HttpClientTest::server_;

TEST_F(HttpClientTest, SendsHeadersQueryAndWhoItIs) {
  HttpClientOptions options = Options();
  options.user_agent = "slurm-carbon/9";
  HttpClient client(options);
  HttpRequest request = Get("/ok?zone=DE");
  request.headers = {{"auth-token", "s3cret", true}, {"X-Empty", ""}};
  request.secret_query = "api_key=k3y";
  ASSERT_TRUE(Fetch(&client, request).ok());
  const nlohmann::json seen = server_->Counts()["headers"]["/ok?zone=DE&api_key=k3y"];
  ASSERT_TRUE(seen.is_object());
  EXPECT_EQ(seen["auth-token"], "s3cret");
  EXPECT_EQ(seen["x-empty"], "");
  EXPECT_EQ(seen["user-agent"], "slurm-carbon/9");
  EXPECT_EQ(seen["accept-encoding"], "gzip");
  EXPECT_EQ(seen.count("cookie"), 0u);
}

TEST_F(HttpClientTest, UsesAConnectionAgain) {
  HttpClient client(Options());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(Fetch(&client, Get("/ok?" + std::to_string(i))).ok());
  }
  EXPECT_EQ(server_->Counts()["connections"], 1);
}

TEST_F(HttpClientTest, RunsNoMoreAtOnceThanMayBe) {
  HttpClientOptions options = Options();
  options.most_per_host = 3;
  HttpClient client(options);
  for (int i = 0; i < 12; ++i) client.Start(Get("/gate?" + std::to_string(i)), Keep());
  PollUntilSeen(&client, 3);
  for (int i = 0; i < 5; ++i) client.Poll(absl::Milliseconds(5));
  EXPECT_EQ(server_->Counts()["requests"].size(), 3u);
  server_->OpenGate();
  PollUntilDone(&client);
  const nlohmann::json counts = server_->Counts();
  EXPECT_EQ(replies_.size(), 12u);
  EXPECT_EQ(counts["requests"].size(), 12u);
  EXPECT_EQ(counts["most_at_once"], 3);
  EXPECT_LE(counts["connections"], 3);
}

TEST_F(HttpClientTest, RunsNoMoreInAllThanMayBe) {
  HttpClientOptions options = Options();
  options.most_per_host = 3;
  options.most = 4;
  HttpClient client(options);
  for (int i = 0; i < 6; ++i) {
    client.Start(Get("/gate?plain" + std::to_string(i)), Keep());
    client.Start(Get("/gate?other" + std::to_string(i), "other"), Keep());
  }
  PollUntilSeen(&client, 4);
  server_->OpenGate();
  PollUntilDone(&client);
  EXPECT_EQ(server_->Counts()["most_at_once"], 4);
}

TEST_F(HttpClientTest, HoldsUpNoHostForAnother) {
  HttpClientOptions options = Options();
  options.most_per_host = 2;
  HttpClient client(options);
  for (int i = 0; i < 5; ++i)
    client.Start(Get("/hang/start?" + std::to_string(i), "other"), Keep());
  for (int i = 0; i < 10; ++i) client.Start(Get("/ok?" + std::to_string(i)), Keep());
  PollUntilDone(&client, 5);
  ASSERT_EQ(replies_.size(), 10u);
  for (const absl::StatusOr<HttpReply>& reply : replies_) EXPECT_TRUE(reply.ok());
}

TEST_F(HttpClientTest, SendsWhatIsTheSameOnce) {
  HttpClient client(Options());
  for (int i = 0; i < 5; ++i) client.Start(Get("/gate"), Keep());
  HttpRequest other = Get("/gate");
  other.headers = {{"auth-token", "another account's", true}};
  client.Start(other, Keep());
  PollUntilSeen(&client, 1);
  client.Start(Get("/gate"), Keep());
  EXPECT_EQ(client.pending(), 7);
  while (server_->Counts()["requests"]["/gate"] != 2) client.Poll(absl::Milliseconds(5));
  server_->OpenGate();
  PollUntilDone(&client);
  ASSERT_EQ(replies_.size(), 7u);
  for (const absl::StatusOr<HttpReply>& reply : replies_) EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(server_->Counts()["requests"]["/gate"], 2);
  ASSERT_TRUE(Fetch(&client, Get("/gate")).ok());
  EXPECT_EQ(server_->Counts()["requests"]["/gate"], 3) << "what has ended is asked again";
}

TEST_F(HttpClientTest, AnswersWithWhatIsFresh) {
  HttpClient client(Options());
  const HttpRequest request = Get("/etag?control=max-age=60");
  EXPECT_EQ(Fetch(&client, request)->fresh_for, absl::Seconds(60));
  now_ += absl::Seconds(59);
  const absl::StatusOr<HttpReply> kept = Fetch(&client, request);
  EXPECT_EQ(kept->body, "{\"value\": 412.5}");
  EXPECT_EQ(kept->content_type, "application/json");
  EXPECT_EQ(kept->fresh_for, absl::Seconds(1));
  EXPECT_EQ(server_->Counts()["requests"]["/etag?control=max-age=60"], 1);
  HttpRequest other = request;
  other.headers = {{"auth-token", "another account's", true}};
  ASSERT_TRUE(Fetch(&client, other).ok());
  EXPECT_EQ(server_->Counts()["requests"]["/etag?control=max-age=60"], 2);
  now_ += absl::Seconds(1);
  ASSERT_TRUE(Fetch(&client, request).ok());
  EXPECT_EQ(server_->Counts()["requests"]["/etag?control=max-age=60"], 3);
}

TEST_F(HttpClientTest, AsksWhetherWhatItHasIsStillGood) {
  HttpClient client(Options());
  for (const char* path : {"/etag", "/dated"}) {
    server_->Clear();
    for (int i = 0; i < 3; ++i) {
      const absl::StatusOr<HttpReply> reply = Fetch(&client, Get(path));
      ASSERT_TRUE(reply.ok()) << reply.status();
      EXPECT_EQ(reply->status, 200) << path;
      EXPECT_EQ(reply->body, "{\"value\": 412.5}");
    }
    EXPECT_EQ(server_->Counts()["requests"][path], 3);
    EXPECT_EQ(server_->Counts()["not_modified"], 2) << path;
  }
}

TEST_F(HttpClientTest, LeavesAHostAloneThatAsksForIt) {
  HttpClient client(Options());
  absl::StatusOr<HttpReply> reply = Fetch(&client, Get("/status/429?Retry_After=60"));
  EXPECT_EQ(reply->status, 429);
  EXPECT_EQ(reply->retry_after, absl::Seconds(60));
  now_ += absl::Seconds(10);
  reply = Fetch(&client, Get("/ok"));
  EXPECT_EQ(reply->status, 429);
  // 60 s, half of a tenth more by the random number, 10 s of it gone.
  EXPECT_EQ(reply->retry_after, absl::Seconds(53));
  EXPECT_EQ(Fetch(&client, Get("/ok", "other"))->status, 200) << "another host";
  EXPECT_EQ(server_->Counts()["requests"].count("/ok"), 1u);
  EXPECT_EQ(server_->Counts()["requests"]["/ok"], 1);
  now_ += absl::Seconds(53);
  EXPECT_EQ(Fetch(&client, Get("/ok"))->status, 200);
}

TEST_F(HttpClientTest, KeepsToTheRateOfAHost) {
  HttpClientOptions options = Options();
  options.rate = {.burst = 3, .every = absl::Minutes(1)};
  HttpClient client(options);
  for (int i = 0; i < 6; ++i) client.Start(Get("/ok?" + std::to_string(i)), Keep());
  client.Start(Get("/ok?", "other"), Keep());
  PollUntilDone(&client, 3);
  client.Poll(absl::ZeroDuration());
  EXPECT_EQ(server_->Counts()["requests"].size(), 4u);
  now_ += absl::Minutes(1);
  PollUntilDone(&client, 2);
  client.Poll(absl::ZeroDuration());
  EXPECT_EQ(client.pending(), 2);
  EXPECT_EQ(server_->Counts()["requests"].size(), 5u);
}

TEST_F(HttpClientTest, EndsWhatHasNoTurnInTime) {
  HttpClientOptions options = Options();
  options.most_per_host = 1;
  options.longest_wait = absl::Minutes(10);
  HttpClient client(options);
  client.Start(Get("/hang/start"), [](absl::StatusOr<HttpReply>) {});
  client.Start(Get("/ok"), Keep());
  client.Poll(absl::ZeroDuration());
  now_ += absl::Minutes(10);
  PollUntilDone(&client, 1);
  ASSERT_EQ(replies_.size(), 1u);
  EXPECT_EQ(replies_[0].status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(replies_[0].status().message(),
            server_->Url("/ok") + ": had no turn to be sent within 10m");
}

TEST_F(HttpClientTest, FollowsRedirectsWithinTheHostOnly) {
  HttpClientOptions options = Options();
  options.ca_file = server_->Path("certificate");
  HttpClient client(options);
  std::vector<std::pair<std::string, std::string>> good = {{"same", "/ok"},
                                                           {"relative", "/ok?x=1"}};
  good.push_back({"tls", "/ok"});
  for (const auto& [name, lands_at] : good) {
    server_->Clear();
    HttpRequest request = Get("/redirect/" + name);
    request.headers = {{"auth-token", "s3cret", true}};
    const absl::StatusOr<HttpReply> reply = Fetch(&client, request);
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(server_->Counts()["headers"][lands_at]["auth-token"], "s3cret");
  }
  std::vector<HttpRequest> bad = {Get("/redirect/port"), Get("/redirect/host")};
  bad.push_back(Get("/redirect/down", "tls"));
  for (HttpRequest request : bad) {
    server_->Clear();
    request.headers = {{"auth-token", "s3cret", true}};
    EXPECT_EQ(Fetch(&client, request).status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(server_->Counts()["requests"].count("/ok"), 0u) << request.url;
  }
}

TEST_F(HttpClientTest, RefusesRequestsThatCannotBeSent) {
  HttpClient client(Options());
  HttpRequest split = Get("/ok");
  split.headers = {{"auth-token", "a\r\nX-Injected: 1", true}};
  for (const HttpRequest& request :
       {split, HttpRequest{.url = "file:///etc/passwd"}, HttpRequest{.url = "no url"},
        HttpRequest{.url = "http://example.test/", .secret_query = "api_key=k3y"}}) {
    EXPECT_EQ(Fetch(&client, request).status().code(), absl::StatusCode::kInvalidArgument)
        << request.url;
  }
}

TEST_F(HttpClientTest, LetsDoneStartTheNext) {
  HttpClient client(Options());
  client.Start(Get("/ok?1"), [&](absl::StatusOr<HttpReply> first) {
    replies_.push_back(std::move(first));
    client.Start(Get("/ok?2"), Keep());
  });
  EXPECT_EQ(replies_.size(), 0u) << "Start calls nothing";
  PollUntilDone(&client);
  EXPECT_EQ(replies_.size(), 2u);
}

TEST_F(HttpClientTest, WakesForOtherDescriptors) {
  HttpClient client(Options());
  client.Start(Get("/hang/start"), Keep());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  client.Poll(absl::ZeroDuration(), {ends[0]});
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  // Would otherwise last until the test's time limit.
  client.Poll(absl::InfiniteDuration(), {ends[0]});
  EXPECT_EQ(client.pending(), 1);
  close(ends[0]);
  close(ends[1]);
}

TEST_F(HttpClientTest, EndsWithoutWaitingForWhatHangs) {
  {
    HttpClient client(Options());
    for (int i = 0; i < 3; ++i) client.Start(Get("/hang/body?" + std::to_string(i)), Keep());
    PollUntilSeen(&client, 3);
  }
  EXPECT_THAT(replies_, testing::IsEmpty());
}

TEST_F(HttpClientTest, IsNotHeldUpByAResolverThatHangs) {
  HttpClientOptions options = Options();
  options.limits.connect = absl::Milliseconds(100);
  Resolver& resolver = TheResolver();
  {
    const std::lock_guard<std::mutex> lock(resolver.mutex);
    resolver.is_released = false;
  }
  {
    HttpClient client(options);
    client.Start({.url = "http://hung.test/ok"}, Keep());
    ASSERT_TRUE(Fetch(&client, Get("/ok")).ok());
    // The name is never found until this test lets it.
    PollUntilDone(&client);
    ASSERT_EQ(replies_.size(), 1u);
    EXPECT_EQ(replies_[0].status().code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_EQ(replies_[0].status().message(), "http://hung.test/ok: not connected within 100ms");
    client.Start({.url = "http://hung.test/ok"}, Keep());
    client.Poll(absl::ZeroDuration());
  }
  const std::lock_guard<std::mutex> lock(resolver.mutex);
  EXPECT_GE(resolver.asked, 1);
  resolver.is_released = true;
  resolver.released.notify_all();
}

// A request to a proxy names its host in full.
TEST_F(HttpClientTest, UsesTheProxyOfTheEnvironmentButNotForLoopback) {
  HttpClient client(Options());
  setenv("http_proxy", server_->Url("").c_str(), 1);
  const absl::StatusOr<HttpReply> reply = Fetch(&client, {.url = "http://example.test/ok"});
  setenv("http_proxy", server_->Url("", "nobody").c_str(), 1);
  const absl::StatusOr<HttpReply> loopback = Fetch(&client, Get("/ok"));
  unsetenv("http_proxy");
  EXPECT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(server_->Counts()["requests"]["http://example.test/ok"], 1);
  EXPECT_TRUE(loopback.ok()) << loopback.status();
}

// libcurl quotes all of it.
TEST_F(HttpClientTest, TellsNoPasswordOfAProxyThatItCannotUse) {
  for (const char* proxy : {"gopher://me:s3cret@proxy.test:1", "http://me:s3cret@pro xy.test:1"}) {
    HttpClient client(Options());
    setenv("http_proxy", proxy, 1);
    const absl::Status status = Fetch(&client, {.url = "http://example.test/ok"}).status();
    unsetenv("http_proxy");
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(status.message(),
              "http://example.test/ok: the proxy that the environment names cannot be used");
  }
}

TEST_F(HttpClientTest, ShowsALineOfWhereItIsSent) {
  HttpClient client(Options());
  const absl::Status status = Fetch(&client, Get("/redirect/strange")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_LT(status.message().size(), 1200u);
  for (const char c : status.message()) EXPECT_TRUE(c >= ' ' && c <= '~') << int{c};
}

// To look for all of them takes libcurl the square of their number.
TEST_F(HttpClientTest, TakesTheFirstOfAHeaderGivenManyTimes) {
  HttpClient client(Options());
  const absl::StatusOr<HttpReply> reply = Fetch(&client, Get("/repeated"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(reply->content_type, HasSubstr("application/json, application/json"));
  EXPECT_LT(reply->content_type.size(), 300u);
}

}  // namespace
}  // namespace carbon
