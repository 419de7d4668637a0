#include "forecast/http/http_url.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ParseHttpUrl, TakesAUrlApart) {
  const struct {
    const char* url;
    const char* origin;
    const char* shown;
  } cases[] = {
      {"https://api.example.org/v4/zones?x=1", "https://api.example.org:443",
       "https://api.example.org/v4/zones"},
      {"HTTPS://API.Example.ORG", "https://api.example.org:443", "https://api.example.org/"},
      {"http://127.0.0.1:8080/a", "http://127.0.0.1:8080", "http://127.0.0.1:8080/a"},
      {"http://[::1]:81/a", "http://[::1]:81", "http://[::1]:81/a"},
      {"https://host:443/a", "https://host:443", "https://host/a"},
  };
  for (const auto& expected : cases) {
    absl::StatusOr<HttpUrl> url = ParseHttpUrl(expected.url);
    ASSERT_TRUE(url.ok()) << expected.url << ": " << url.status();
    EXPECT_EQ(url->Origin(), expected.origin);
    EXPECT_EQ(url->Shown(), expected.shown);
  }
}

TEST(ParseHttpUrl, RefusesWhatIsNoneWithoutQuotingIt) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "url: "},
      {"s3cret", "url: "},
      {"/s3cret", "url: "},
      {"https://", "url: "},
      {"https://host:99999/s3cret", "url: "},
      {"https://ho st/s3cret", "url: "},
      {"file:///s3cret", "url: is neither http nor https"},
      {"ftp://host/s3cret", "url: is neither http nor https"},
      {"https://host/s3cret\r\nX: 1", "url: has a control character"},
      {"https://user:s3cret@host/", "url: names a user; credentials belong in a file"},
      {"https://s3cret@host/", "url: names a user; credentials belong in a file"},
      {"https://h\xc3\xb6st/s3cret", "url: its host is not a name or address in plain ASCII"},
      {"https://h%2525st/s3cret", "url: its host is not a name or address in plain ASCII"},
      {"http:/\xff\x34%%%%/s3cret", "url: "},
      {"https://host/" + std::string(kMaxUrlBytes, 'x'), "url: has 8205 bytes, more than 8192"},
  };
  for (const auto& [url, message] : cases) {
    const absl::Status status = ParseHttpUrl(url).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << url;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("s3cret")));
  }
}

TEST(HttpUrl, KnowsLoopback) {
  for (const char* url : {"http://127.0.0.1/", "http://127.1.2.3:80/", "http://localhost/",
                          "http://LOCALHOST/", "http://[::1]/", "http://2130706433/"}) {
    EXPECT_TRUE(ParseHttpUrl(url)->IsLoopback()) << url;
  }
  for (const char* url :
       {"http://127.0.0.1.example.org/", "http://127.example.org/", "http://localhost.example.org/",
        "http://10.0.0.1/", "http://[::2]/", "http://127.0.0.256/", "http://127..0.1/"}) {
    EXPECT_FALSE(ParseHttpUrl(url)->IsLoopback()) << url;
  }
}

TEST(CheckHttpRequest, LetsSecretsOutOverHttpsOnly) {
  const HttpHeader token{"auth-token", "s3cret", true};
  EXPECT_TRUE(CheckHttpRequest({.url = "https://host/", .headers = {token}}).ok());
  EXPECT_TRUE(CheckHttpRequest({.url = "http://127.0.0.1/", .headers = {token}}).ok());
  EXPECT_TRUE(CheckHttpRequest({.url = "http://host/", .headers = {{"accept", "x"}}}).ok());
  for (const HttpRequest& request :
       {HttpRequest{.url = "http://host/a", .headers = {token}},
        HttpRequest{.url = "http://host/a", .secret_query = "api_key=s3cret"}}) {
    const absl::Status status = CheckHttpRequest(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), "http://host/a: would show a credential to the network; use https");
  }
}

TEST(CheckHttpRequest, RefusesHeadersThatAreNotOneLine) {
  const std::pair<HttpHeader, std::string> cases[] = {
      {{"auth-token", "s3cret\r\nX: 1", true}, "header auth-token has a control character"},
      {{"auth-token", std::string("s3cret\0", 7), true}, "header auth-token has a control"},
      {{"auth token", "s3cret", true}, "a header has a bad name"},
      {{"X: 1\r\nY", "s3cret", true}, "a header has a bad name"},
      {{"", "s3cret", true}, "a header has a bad name"},
  };
  for (const auto& [header, message] : cases) {
    const absl::Status status =
        CheckHttpRequest({.url = "https://host/", .headers = {header}}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("https://host/: " + message));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("s3cret")));
  }
}

TEST(MayFollow, StaysWithTheHostAndNeverLeavesTls) {
  const struct {
    const char* from;
    const char* to;
    bool may;
  } cases[] = {
      {"https://host/a", "https://host/b", true},
      {"https://host/a", "https://HOST:443/b", true},
      {"http://host/a", "https://host/a", true},
      {"http://host:8080/a", "https://host:8443/a", true},
      {"https://host/a", "http://host/a", false},
      {"https://host/a", "https://host:444/a", false},
      {"https://host/a", "https://www.host/a", false},
      {"https://host/a", "https://host.example.org/a", false},
  };
  for (const auto& [from, to, may] : cases) {
    EXPECT_EQ(MayFollow(*ParseHttpUrl(from), *ParseHttpUrl(to)), may) << from << " to " << to;
  }
}

}  // namespace
}  // namespace carbon
