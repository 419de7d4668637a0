#include "forecast/http/http_cache.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1000);

TEST(FreshFor, FollowsTheHeaders) {
  const char* const date = "Tue, 24 Nov 2026 02:00:00 GMT";
  const char* const later = "Tue, 24 Nov 2026 02:10:00 GMT";
  const struct {
    CacheHeaders headers;
    int seconds;
  } cases[] = {
      {{}, 0},
      {{.cache_control = "max-age=60"}, 60},
      {{.cache_control = "public, Max-Age = \"60\" , must-revalidate"}, 60},
      {{.cache_control = "max-age=60", .age = "20"}, 40},
      {{.cache_control = "max-age=60", .age = "100"}, 0},
      {{.cache_control = "max-age=60, no-cache"}, 0},
      {{.cache_control = "No-Store, max-age=60"}, 0},
      {{.cache_control = "max-age=31536000"}, 3600},
      {{.cache_control = "max-age=99999999999999999999"}, 0},
      {{.cache_control = "max-age=-1"}, 0},
      {{.cache_control = "max-age"}, 0},
      {{.cache_control = "max-age=soon"}, 0},
      {{.cache_control = "s-maxage=60"}, 0},
      {{.date = date, .expires = later}, 600},
      {{.date = later, .expires = date}, 0},
      {{.date = date, .expires = "0"}, 0},
      {{.expires = later}, 0},
      {{.cache_control = "max-age=0", .date = date, .expires = later}, 0},
  };
  for (const auto& [headers, seconds] : cases) {
    EXPECT_EQ(FreshFor(headers), absl::Seconds(seconds)) << headers.cache_control;
  }
}

HttpReply Reply(const std::string& body) { return {.status = 200, .body = body}; }

void Store(HttpCache* cache, const std::string& key, const CacheHeaders& headers,
           const std::string& body) {
  HttpReply reply = Reply(body);
  cache->Store(key, headers, kNow, &reply);
}

TEST(HttpCache, AnswersWhileFresh) {
  HttpCache cache(1000);
  EXPECT_EQ(cache.FindFresh("a", kNow), nullptr);
  Store(&cache, "a", {.cache_control = "max-age=60"}, "body");
  ASSERT_NE(cache.FindFresh("a", kNow + absl::Seconds(59)), nullptr);
  EXPECT_EQ(cache.FindFresh("a", kNow + absl::Seconds(59))->body, "body");
  EXPECT_EQ(cache.FindFresh("a", kNow + absl::Seconds(59))->fresh_for, absl::Seconds(1));
  EXPECT_EQ(cache.FindFresh("a", kNow + absl::Seconds(60)), nullptr);
  EXPECT_EQ(cache.FindFresh("b", kNow), nullptr);
}

TEST(HttpCache, AsksByWhatTheServerGave) {
  HttpCache cache(1000);
  Store(&cache, "a", {.etag = "\"1\"", .last_modified = "then"}, "body");
  const std::vector<HttpHeader> headers = cache.Conditions("a");
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers[0].name + ": " + headers[0].value, "If-None-Match: \"1\"");
  EXPECT_EQ(headers[1].name + ": " + headers[1].value, "If-Modified-Since: then");
  EXPECT_THAT(cache.Conditions("b"), IsEmpty());
}

TEST(HttpCache, ConfirmsWithNewFreshness) {
  HttpCache cache(1000);
  EXPECT_EQ(cache.Confirm("a", {}, kNow), nullptr);
  Store(&cache, "a", {.etag = "\"1\""}, "body");
  const HttpReply* reply =
      cache.Confirm("a", {.cache_control = "max-age=60", .etag = "\"2\""}, kNow);
  ASSERT_NE(reply, nullptr);
  EXPECT_EQ(reply->body, "body");
  EXPECT_EQ(reply->fresh_for, absl::Seconds(60));
  EXPECT_NE(cache.FindFresh("a", kNow + absl::Seconds(59)), nullptr);
  EXPECT_EQ(cache.Conditions("a")[0].value, "\"2\"");
}

TEST(HttpCache, KeepsNothingThatItMayNotOrCannotUse) {
  HttpCache cache(1000);
  Store(&cache, "a", {.cache_control = "no-store", .etag = "\"1\""}, "body");
  EXPECT_THAT(cache.Conditions("a"), IsEmpty());
  Store(&cache, "b", {}, "body");
  EXPECT_EQ(cache.Confirm("b", {}, kNow), nullptr);
  Store(&cache, "c", {.etag = "\"1\""}, std::string(1001, 'x'));
  EXPECT_THAT(cache.Conditions("c"), IsEmpty());
}

TEST(HttpCache, ForgetsWhatWasReplaced) {
  HttpCache cache(1000);
  Store(&cache, "a", {.etag = "\"1\""}, "old");
  Store(&cache, "a", {.cache_control = "no-store"}, "new");
  EXPECT_THAT(cache.Conditions("a"), IsEmpty());
}

TEST(HttpCache, CountsAllThatItKeepsOfAReply) {
  HttpCache cache(100'000);
  const std::string tag(40'000, 'x');
  for (const char* key : {"a", "b", "c"}) Store(&cache, key, {.etag = tag}, "");
  EXPECT_THAT(cache.Conditions("a"), IsEmpty());
  EXPECT_EQ(cache.Conditions("c").size(), 1u);
  Store(&cache, "a", {.cache_control = "max-age=60"}, "");
  Store(&cache, "b", {.cache_control = "max-age=60"}, "");
  for (const char* key : {"a", "b"}) cache.Confirm(key, {.etag = tag}, kNow);
  EXPECT_EQ(cache.Conditions("a").size(), 1u);
  EXPECT_EQ(cache.Conditions("b").size(), 1u);
  EXPECT_THAT(cache.Conditions("c"), IsEmpty());
}

TEST(HttpCache, ForgetsWhatWasUsedLeastRecently) {
  HttpCache cache(2500);
  const CacheHeaders fresh{.cache_control = "max-age=60"};
  Store(&cache, "a", fresh, std::string(1000, 'x'));
  Store(&cache, "b", fresh, std::string(1000, 'x'));
  EXPECT_NE(cache.FindFresh("a", kNow), nullptr);
  Store(&cache, "c", fresh, std::string(1000, 'x'));
  EXPECT_NE(cache.FindFresh("a", kNow), nullptr);
  EXPECT_EQ(cache.FindFresh("b", kNow), nullptr);
  EXPECT_NE(cache.FindFresh("c", kNow), nullptr);
}

}  // namespace
}  // namespace carbon
