// Every fault of a server ends the request that met it, with an error that says what it was, or
// with the reply as it came; and no other request.
#include <netinet/in.h>
#include <sys/socket.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "forecast/http/http_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/file.h"
#include "tests/forecast/http/faulty_server.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kOk[] = "{\"value\": 412.5}";
constexpr char kSecret[] = "s3cret-t0ken";

struct Fault {
  std::string path;
  std::string port;
  absl::StatusCode code;
  std::string message;  // the text after "http://127.0.0.1:4711/path: ", or a part of it
};

// Faults that end at once. The limit is 1 MiB.
std::vector<Fault> Faults() {
  const std::string too_large = "the reply has more than 1048576 bytes";
  const std::string too_many_headers = "the reply's headers have more than 65536 bytes";
  const auto unavailable = absl::StatusCode::kUnavailable;
  const auto invalid = absl::StatusCode::kInvalidArgument;
  const auto refused = absl::StatusCode::kFailedPrecondition;
  return {
      {"/ok", "nobody", unavailable, "Failed to connect to 127.0.0.1"},
      {"/reset", "plain", unavailable, "Recv failure: Connection reset by peer"},
      {"/close", "plain", unavailable, "Empty reply from server"},
      {"/short", "plain", unavailable, "the reply ends before its end"},
      {"/chunked/cut", "plain", unavailable, "the reply ends before its end"},
      {"/big/length", "plain", invalid, too_large},
      {"/big/chunked", "plain", invalid, too_large},
      {"/big/close", "plain", invalid, too_large},
      {"/gzip/bomb", "plain", invalid, too_large},
      {"/gzip/nested", "plain", invalid, too_large},
      {"/gzip/stuffed", "plain", invalid, too_large},
      {"/gzip/trailing", "plain", invalid, "the reply cannot be decoded"},
      {"/gzip/damaged", "plain", invalid, "Error while processing content unencoding"},
      {"/http09", "plain", invalid, "Received HTTP/0.9 when not allowed"},
      {"/headers/many", "plain", invalid, too_many_headers},
      {"/headers/long", "plain", invalid, "a header is too long"},
      {"/headers/interim", "plain", invalid, too_many_headers},
      {"/trailers", "plain", invalid, too_many_headers},
      {"/redirect/loop", "plain", refused, "is redirected more than 4 times"},
      {"/redirect/port", "plain", refused, "is redirected to another host, http://127.0.0.1:"},
      {"/redirect/host", "plain", refused, "is redirected to another host, http://localhost:"},
      {"/redirect/file", "plain", refused, "is redirected to what is no http or https URL"},
      {"/redirect/user", "plain", refused, "is redirected to what is no http or https URL"},
  };
}

// Faults that end only by a timeout.
std::vector<Fault> Hangs() {
  const auto late = absl::StatusCode::kDeadlineExceeded;
  const std::string slow = "fewer than 50 bytes a second for 1s";
  return {
      {"/ok", "silent", late, slow},         {"/hang/start", "plain", late, slow},
      {"/hang/status", "plain", late, slow}, {"/hang/headers", "plain", late, slow},
      {"/hang/body", "plain", late, slow},   {"/drip", "plain", late, slow},
  };
}

class HttpFaultsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<FaultyServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override { server_->Clear(); }

  static HttpClientOptions Options() {
    HttpClientOptions options;
    options.limits.body_bytes = 1 << 20;
    options.most_per_host = 100;
    options.most = 100;
    options.rate = {.burst = 1, .every = absl::ZeroDuration()};
    return options;
  }

  static HttpRequest RequestOf(const Fault& fault) {
    return {.url = server_->Url(fault.path, fault.port),
            .headers = {{"auth-token", kSecret, true}},
            .secret_query = std::string("api_key=") + kSecret};
  }

  static void Expect(const Fault& fault, const absl::StatusOr<HttpReply>& reply) {
    EXPECT_EQ(reply.status().code(), fault.code) << fault.path << ": " << reply.status();
    const std::string message(reply.status().message());
    EXPECT_THAT(message, HasSubstr(server_->Url(fault.path, fault.port) + ": " + fault.message));
    EXPECT_THAT(message, Not(HasSubstr("\\'"))) << "an apostrophe needs no escape";
    EXPECT_THAT(message, Not(HasSubstr(kSecret))) << fault.path;
  }

  static std::unique_ptr<FaultyServer> server_;
};

std::unique_ptr<FaultyServer> HttpFaultsTest::server_;

TEST_F(HttpFaultsTest, AreErrorsThatSayWhatHappenedAndTellNoSecret) {
  for (const Fault& fault : Faults()) {
    HttpClient client(Options());
    Expect(fault, Fetch(&client, RequestOf(fault)));
  }
}

TEST_F(HttpFaultsTest, ReadsNoMoreThanItsLimit) {
  for (const char* path : {"/big/length", "/big/chunked", "/big/close", "/gzip/stuffed",
                           "/headers/many", "/headers/long", "/trailers"}) {
    server_->Clear();
    HttpClient client(Options());
    EXPECT_FALSE(Fetch(&client, {.url = server_->Url(path)}).ok());
    // Bytes in the kernel's buffers were sent, but not read.
    EXPECT_LT(server_->Counts()["sent"], 30 << 20) << path;
  }
}

TEST_F(HttpFaultsTest, LeaveOtherRequestsAlone) {
  HttpClient client(Options());
  int ended = 0;
  std::vector<Fault> all = Faults();
  for (const Fault& fault : Hangs()) all.push_back(fault);
  for (const Fault& fault : all) {
    client.Start(RequestOf(fault), [&ended](absl::StatusOr<HttpReply>) { ++ended; });
  }
  for (int i = 0; i < 20; ++i) {
    absl::StatusOr<HttpReply> reply =
        Fetch(&client, {.url = server_->Url("/ok?" + std::to_string(i))});
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->body, kOk);
  }
  EXPECT_GE(client.pending(), static_cast<int>(Hangs().size()));
}

TEST_F(HttpFaultsTest, EndInTimeWhereverTheServerHangs) {
  HttpClientOptions options = Options();
  options.limits.silence = absl::Seconds(1);
  HttpClient client(options);
  const std::vector<Fault> hangs = Hangs();
  std::map<std::string, absl::StatusOr<HttpReply>> replies;
  for (const Fault& fault : hangs) {
    client.Start(RequestOf(fault), [&replies, &fault](absl::StatusOr<HttpReply> reply) {
      replies.emplace(fault.port + fault.path, std::move(reply));
    });
  }
  while (client.pending() > 0) client.Poll(absl::Seconds(10));
  for (const Fault& fault : hangs) {
    ASSERT_TRUE(replies.count(fault.port + fault.path));
    Expect(fault, replies.at(fault.port + fault.path));
  }
}

TEST_F(HttpFaultsTest, EndWhenTheWholeTakesTooLong) {
  HttpClientOptions options = Options();
  options.limits.silence = absl::Minutes(10);
  options.limits.transfer = absl::Milliseconds(300);
  HttpClient client(options);
  for (const char* path : {"/hang/start", "/hang/body", "/drip"}) {
    Expect({path, "plain", absl::StatusCode::kDeadlineExceeded, "not done within 300ms"},
           Fetch(&client, {.url = server_->Url(path)}));
  }
}

TEST_F(HttpFaultsTest, EndWhenThereIsNoConnection) {
  HttpClientOptions options = Options();
  options.limits.connect = absl::Milliseconds(300);
  HttpClient client(options);
  {
    // No answer to the greeting.
    std::string url = server_->Url("/ok", "silent");
    url.insert(4, "s");
    absl::StatusOr<HttpReply> reply = Fetch(&client, {.url = url});
    EXPECT_EQ(reply.status().code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_EQ(reply.status().message(), url + ": not connected within 300ms");
  }
  // A listener whose queue is full takes no further connection.
  const Descriptor listener(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(listen(listener.get(), 0), 0);
  ASSERT_EQ(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
  std::vector<std::unique_ptr<Descriptor>> queue;
  for (int i = 0; i < 4; ++i) {
    queue.push_back(std::make_unique<Descriptor>(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)));
    connect(queue.back()->get(), reinterpret_cast<sockaddr*>(&address), length);
  }
  const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/ok";
  absl::StatusOr<HttpReply> reply = Fetch(&client, {.url = url});
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kDeadlineExceeded) << reply.status();
  EXPECT_EQ(reply.status().message(), url + ": not connected within 300ms");
}

TEST_F(HttpFaultsTest, AreRepliesWhereTheReplyIsWhole) {
  const struct {
    std::string path;
    int status;
    std::string type;
    std::string body;
    std::optional<absl::Duration> retry_after;
  } cases[] = {
      {"/ok", 200, "application/json", kOk},
      {"/empty", 200, "application/json", ""},
      {"/gzip", 200, "application/json", kOk},
      {"/chunked", 200, "application/json", kOk},
      {"/http10", 200, "application/json", kOk},
      {"/html", 200, "text/html; charset=utf-8", "<html>Be right back</html>"},
      {"/redirect/nowhere", 302, "text/html", "moved"},
      {"/status/204", 204, "application/json", ""},
      {"/status/304", 304, "application/json", ""},
      {"/status/401", 401, "application/json", "{\"error\": \"so it is\"}"},
      {"/status/403", 403, "application/json", "{\"error\": \"so it is\"}"},
      {"/status/404", 404, "application/json", "{\"error\": \"so it is\"}"},
      {"/status/429", 429, "application/json", "{\"error\": \"so it is\"}"},
      {"/status/429?Retry_After=90", 429, "application/json", "{\"error\": \"so it is\"}",
       absl::Seconds(90)},
      {"/status/429?Retry_After=soon", 429, "application/json", "{\"error\": \"so it is\"}"},
      // By the server's own clock, which need not be ours.
      {"/status/503?Retry_After=Tue,+24+Nov+2015+02:05:00+GMT&Date=Tue,+24+Nov+2015+02:00:00+GMT",
       503, "application/json", "{\"error\": \"so it is\"}", absl::Minutes(5)},
      {"/status/500", 500, "application/json", "{\"error\": \"so it is\"}"},
      {"/status/599", 599, "application/json", "{\"error\": \"so it is\"}"},
  };
  for (const auto& expected : cases) {
    HttpClient client(Options());
    absl::StatusOr<HttpReply> reply = Fetch(&client, {.url = server_->Url(expected.path)});
    ASSERT_TRUE(reply.ok()) << expected.path << ": " << reply.status();
    EXPECT_EQ(reply->status, expected.status) << expected.path;
    EXPECT_EQ(reply->content_type, expected.type) << expected.path;
    EXPECT_EQ(reply->body, expected.body) << expected.path;
    EXPECT_EQ(reply->retry_after, expected.retry_after) << expected.path;
  }
}

TEST_F(HttpFaultsTest, RefusesCertificatesThatProveNothing) {
  ASSERT_TRUE(server_->has_tls()) << "openssl, which makes the certificates, is missing";
  const auto refused = absl::StatusCode::kFailedPrecondition;
  HttpClientOptions options = Options();
  {
    HttpClient client(options);
    const Fault fault{"/ok", "tls", refused, "SSL certificate "};
    const absl::StatusOr<HttpReply> reply = Fetch(&client, RequestOf(fault));
    Expect(fault, reply);
    EXPECT_THAT(std::string(reply.status().message()), HasSubstr("self-signed certificate"));
  }
  options.ca_file = server_->Path("misnamed_certificate");
  {
    HttpClient client(options);
    const Fault fault{"/ok", "misnamed", refused, "SSL: "};
    Expect(fault, Fetch(&client, RequestOf(fault)));
  }
  EXPECT_EQ(server_->Counts()["connections"], 0) << "nothing was sent";
  options.ca_file = server_->Path("certificate");
  HttpClient client(options);
  for (int i = 0; i < 5; ++i) {
    absl::StatusOr<HttpReply> reply =
        Fetch(&client, RequestOf({"/ok?" + std::to_string(i), "tls"}));
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->body, kOk);
  }
  EXPECT_EQ(server_->Counts()["connections"], 1);
}

}  // namespace
}  // namespace carbon
