#include "forecast/providers/reply_words.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/providers/replies.h"

namespace carbon {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ReplyWords, AreWhatTheServerSaysOfAnError) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"error": "Bad zone"})", "\"Bad zone\""},
      {R"({"message": "No", "status": "error"})", "\"No\""},
      {R"({"error": {"code": "API_KEY_INVALID", "message": "An invalid api_key was supplied."}})",
       "\"API_KEY_INVALID: An invalid api_key was supplied.\""},
      {R"({"error": {"code": "400 Bad Request", "message": "Please enter a valid date."}})",
       "\"400 Bad Request: Please enter a valid date.\""},
      {R"({"title": "One or more errors occurred.", "errors": {"location": ["It is required."]}})",
       "\"One or more errors occurred.: It is required.\""},
      {R"({"detail": [{"loc": ["query"], "message": "too late"}]})", "\"too late\""},
      {R"("just text")", "\"just text\""},
      {"<!DOCTYPE html><html><head><TITLE lang=en>\n 403  Forbidden\n</title>",
       "\"403 Forbidden\""},
      {"<html><body>nothing</body></html>", ""},
      {R"({"token": "s3cret", "data": []})", ""},
      {R"({"error": null})", ""},
      {"{\"error\": \"cut", ""},
      {"", ""},
  };
  for (const auto& [body, words] : cases) EXPECT_EQ(ReplyWords(Json(body, 400)), words) << body;
  EXPECT_EQ(ReplyWords({.status = 400, .content_type = "text/plain", .body = " Sorry. \r\n"}),
            "\"Sorry.\"");
  EXPECT_EQ(ReplyWords({.status = 400, .content_type = "image/png", .body = "\x89PNG"}), "");
}

TEST(ReplyWords, AreOneShortLineOfPrintableCharacters) {
  EXPECT_EQ(ReplyWords(Json(R"({"error": "a\u001b[2J\r\n\u202eb\u00fcc\u0000"})", 400)),
            "\"a [2J ?b?c \"");
  const std::string long_words =
      ReplyWords(Json(absl::StrCat(R"({"error": ")", std::string(5000, 'x'), "\"}"), 400));
  EXPECT_EQ(long_words.size(), kMaxReplyWords + 2);
  EXPECT_THAT(long_words, EndsWith("x...\""));
  EXPECT_EQ(ReplyWords(Json(std::string(100'000, '['), 400)), "");
}

TEST(CheckReply, SaysWhatTheServerSays) {
  const std::pair<HttpReply, const char*> cases[] = {
      {Json(R"({"error": "start is after end"})", 400),
       "status 400, the request is refused: \"start is after end\""},
      {Json(R"({"message": "come back"})", 503), "status 503, a fault of theirs: \"come back\""},
      {Json(R"({"error": "no zone XX"})", 404), "status 404, no such zone or data: \"no zone XX\""},
      {Json("", 204), "status 204, a reply without data"},
      {Json("", 304), "status 304, not modified, though there is nothing before"},
      {Json("", 302), "status 302, a redirect that cannot be followed"},
  };
  for (const auto& [reply, message] : cases) EXPECT_EQ(CheckReply(reply).message(), message);
  EXPECT_TRUE(absl::IsUnavailable(CheckReply(Json("", 204)))) << "it may have data later";
  EXPECT_TRUE(absl::IsUnavailable(CheckReply(Json("", 304))));
}

TEST(CheckReply, SaysItsWaitInWholeSeconds) {
  HttpReply reply = Json("{}", 429);
  reply.retry_after = absl::Seconds(6) + absl::Nanoseconds(381'234'567);
  EXPECT_EQ(CheckReply(reply).message(), "status 429, too many requests; again in 7s");
}

// Only what is sure waits for hours: a wrong token is soon another one.
TEST(CheckReply, TellsTheMeaningsOfARefusalApart) {
  struct Case {
    int status;
    const char* body;
    absl::StatusCode code;
  } const cases[] = {
      {401, R"({"error": "Invalid auth-token"})", absl::StatusCode::kUnauthenticated},
      {401, R"({"error": "Access denied"})", absl::StatusCode::kUnauthenticated},
      {401, R"({"error": "No access token was given"})", absl::StatusCode::kUnauthenticated},
      {401, R"({"error": "See the explanation"})", absl::StatusCode::kUnauthenticated},
      {401, R"({"error": "Unauthorized", "path": "/forecast?zone=FR"})",
       absl::StatusCode::kUnauthenticated},
      {401, R"({"error": "Expired token for zone FR"})", absl::StatusCode::kUnauthenticated},
      {401, "<html><title>Zone</title>", absl::StatusCode::kPermissionDenied},
      {401, "", absl::StatusCode::kUnauthenticated},
      {401, R"({"message": "Request unauthorized for zoneKey=FR"})",
       absl::StatusCode::kPermissionDenied},
      {401, R"({"message": "Your plan does not include forecasts"})",
       absl::StatusCode::kPermissionDenied},
      {401, R"({"error": "Too many requests"})", absl::StatusCode::kResourceExhausted},
      {403, R"({"error": {"code": "API_KEY_INVALID", "message": "An invalid api_key"}})",
       absl::StatusCode::kUnauthenticated},
      {403, R"({"error": "Rate limit exceeded"})", absl::StatusCode::kResourceExhausted},
      {403, R"({"error": "Your account may not do this"})", absl::StatusCode::kPermissionDenied},
      {403, "<html><title>403 Forbidden</title>", absl::StatusCode::kPermissionDenied},
  };
  for (const Case& c : cases) {
    const absl::Status error = CheckReply(Json(c.body, c.status));
    EXPECT_EQ(error.code(), c.code) << c.status << " " << c.body << " " << error;
  }
}

}  // namespace
}  // namespace carbon
