#include "forecast/providers/provider.h"

#include <string>
#include <utility>
#include <vector>

#include "forecast/http/http_url.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(CheckReply, TellsByTheStatusWhatToDo) {
  const std::pair<int, absl::StatusCode> cases[] = {
      {401, absl::StatusCode::kUnauthenticated},    {402, absl::StatusCode::kPermissionDenied},
      {403, absl::StatusCode::kPermissionDenied},   {404, absl::StatusCode::kNotFound},
      {408, absl::StatusCode::kUnavailable},        {429, absl::StatusCode::kResourceExhausted},
      {500, absl::StatusCode::kUnavailable},        {503, absl::StatusCode::kUnavailable},
      {400, absl::StatusCode::kFailedPrecondition}, {301, absl::StatusCode::kFailedPrecondition},
      {204, absl::StatusCode::kUnavailable},        {304, absl::StatusCode::kUnavailable},
      {0, absl::StatusCode::kFailedPrecondition},
  };
  for (const auto& [status, code] : cases) {
    const absl::Status error =
        CheckReply({.status = status, .content_type = "application/json", .body = "{}"});
    EXPECT_EQ(error.code(), code) << status;
    EXPECT_THAT(error.message(), HasSubstr(std::to_string(status)));
  }
}

TEST(CheckReply, SaysForHowLongToWait) {
  EXPECT_EQ(CheckReply({.status = 429, .retry_after = absl::Seconds(90)}).message(),
            "status 429, too many requests; again in 1m30s");
}

TEST(CheckReply, TakesJsonByWhateverNameFileServersGiveIt) {
  for (const char* type :
       {"application/json", "Application/JSON; charset=utf-8", "application/problem+json",
        "text/json", "text/plain", "application/octet-stream", ""}) {
    EXPECT_TRUE(CheckReply({.status = 200, .content_type = type}).ok()) << type;
  }
  for (const char* type : {"text/html; charset=utf-8", "application/xml", "image/png"}) {
    const absl::Status error = CheckReply({.status = 200, .content_type = type});
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << type;
    EXPECT_THAT(error.message(), HasSubstr(type));
  }
}

TEST(HttpRequest, SendsItsSecretsAndNeverShowsThem) {
  HttpRequest request{.url = "https://host/path",
                      .headers = {{"accept", "application/json"}, {"auth-token", "s3cret", true}},
                      .secret_query = "api_key=s3cret"};
  EXPECT_EQ(request.UrlToSend(), "https://host/path?api_key=s3cret");
  EXPECT_EQ(request.Redacted(),
            "https://host/path, accept: application/json, auth-token: (secret), query: (secret)");
  request.url += "?zone=DE";
  EXPECT_EQ(request.UrlToSend(), "https://host/path?zone=DE&api_key=s3cret");
  EXPECT_THAT(request.Redacted(), Not(HasSubstr("s3cret")));
}

TEST(UrlEscaped, LeavesNothingThatCouldEndASegmentOrAValue) {
  EXPECT_EQ(UrlEscaped("US-CAL_CISO.1~"), "US-CAL_CISO.1~");
  EXPECT_EQ(UrlEscaped("a/b?c&d=e f+g%\"é"), "a%2Fb%3Fc%26d%3De%20f%2Bg%25%22%C3%A9");
  EXPECT_EQ(UrlEscaped("../x\r\n"), "..%2Fx%0D%0A");
}

TEST(Url, JoinsWithOneSlashAndEscapesTheQuery) {
  EXPECT_EQ(Url("http://127.0.0.1:8080/", "/a/b"), "http://127.0.0.1:8080/a/b");
  EXPECT_EQ(Url("https://host/v4", "/a", {{"data[0]", "x y"}, {"b", "1"}}),
            "https://host/v4/a?data%5B0%5D=x%20y&b=1");
}

TEST(CheckAsk, RefusesWhatNoRequestCanBeMadeOf) {
  const ProviderAsk good{.url = "http://host/path", .zone = "DE"};
  EXPECT_TRUE(CheckAsk(good, {SignalKind::kAverageLifecycle}).ok());
  EXPECT_EQ(CheckAsk(good, {SignalKind::kAverageDirect, SignalKind::kMarginal}).message(),
            "kind average-lifecycle is not given, only average-direct, marginal");
  for (const char* url : {"", "host", "file:///etc/passwd", "http://host/?a=b", "http://host/#x",
                          "http://host/\r\nX: y", "http://host/ b"}) {
    ProviderAsk bad = good;
    bad.url = url;
    const absl::Status error = CheckAsk(bad, {SignalKind::kAverageLifecycle});
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << url;
    EXPECT_THAT(error.message(), HasSubstr("is no http URL without a query"));
  }
  const absl::Status error =
      CheckAsk({.url = "http://me:s3cret@host", .zone = "DE"}, {SignalKind::kAverageLifecycle});
  EXPECT_EQ(error.message(), "the url names a user; that is for the credential");
  EXPECT_EQ(CheckAsk({.url = "http://host"}, {SignalKind::kAverageLifecycle}).message(),
            "the zone has no name");
}

TEST(CheckSecret, RefusesWhatWouldEndTheHeaderWithoutShowingIt) {
  EXPECT_TRUE(CheckSecret("s3cret").ok());
  for (const char* secret : {"", "s3cret\r\nX: y", "s3cret\n", "s3cr\xe9t"}) {
    const absl::Status error = CheckSecret(secret);
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(error.message(), Not(HasSubstr("s3cr")));
  }
}

TEST(SplitSpan, CoversTheSpanInPartsThatTouch) {
  const absl::Time from = absl::FromUnixSeconds(0);
  EXPECT_TRUE(SplitSpan(from, from, absl::Hours(1)).empty());
  EXPECT_TRUE(SplitSpan(from, from - absl::Hours(1), absl::Hours(1)).empty());
  EXPECT_TRUE(SplitSpan(absl::InfinitePast(), from, absl::Hours(1)).empty());
  EXPECT_TRUE(SplitSpan(from, absl::InfiniteFuture(), absl::Hours(1)).empty());
  const std::vector<TimeSpan> spans = SplitSpan(from, from + absl::Hours(25), absl::Hours(10));
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_EQ(spans.front().from, from);
  for (size_t i = 1; i < spans.size(); ++i) EXPECT_EQ(spans[i].from, spans[i - 1].to);
  EXPECT_EQ(spans.back().to - spans.back().from, absl::Hours(5));
}

TEST(OfProvider, SaysWhoAndWhere) {
  const absl::Status error = OfProvider("neso", {.zone = "GB"}, absl::NotFoundError("nothing"));
  EXPECT_EQ(error.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(error.message(), "neso: zone GB: nothing");
}

}  // namespace
}  // namespace carbon
