#include "forecast/providers/providers.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/providers/replies.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A request that a provider can answer, with a zone and a kind that it has.
ProviderAsk AskOf(const Provider& provider) {
  ProviderAsk ask{.url = "http://127.0.0.1:8080", .zone = "ZZ"};
  if (provider.name == "neso") ask.zone = "GB";
  if (provider.name == "energinet") ask.zone = "DK1";
  for (const SignalKind kind :
       {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect, SignalKind::kMarginal}) {
    ask.kind = kind;
    const bool has_it =
        provider.forecast != nullptr
            ? provider.forecast(ask, {.user = "me", .secret = "s3cret"}, At(0)).ok()
            : provider.history(ask, {.user = "me", .secret = "s3cret"}, At(0), At(1)).ok();
    if (has_it) break;
  }
  return ask;
}

// Every error that a reply gives rise to.
std::vector<absl::Status> ErrorsOf(const Provider& provider, const HttpReply& reply) {
  const ProviderAsk ask = AskOf(provider);
  std::vector<absl::Status> errors;
  if (provider.parse_forecast != nullptr) {
    errors.push_back(provider.parse_forecast(ask, reply).status());
  }
  if (provider.parse_history != nullptr) {
    errors.push_back(provider.parse_history(ask, reply).status());
  }
  if (provider.parse_login != nullptr) errors.push_back(provider.parse_login(ask, reply).status());
  return errors;
}

TEST(Providers, AreFoundByTheirNamesWhichAreSorted) {
  const std::vector<std::string> names = ProviderNames();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (const std::string& name : names) {
    const Provider* provider = FindProvider(name);
    ASSERT_NE(provider, nullptr);
    EXPECT_EQ(provider->name, name);
    EXPECT_EQ(provider->forecast == nullptr, provider->parse_forecast == nullptr) << name;
    EXPECT_EQ(provider->history == nullptr, provider->parse_history == nullptr) << name;
    EXPECT_EQ(provider->login != nullptr, provider->needs == Provider::Needs::kLogin) << name;
    EXPECT_TRUE(provider->forecast != nullptr || provider->history != nullptr) << name;
  }
  EXPECT_EQ(FindProvider("tea-leaves"), nullptr);
}

TEST(Providers, SendTheirSecretToTheGivenUrlAndShowItNowhere) {
  for (const std::string& name : ProviderNames()) {
    const Provider& provider = *FindProvider(name);
    const ProviderAsk ask = AskOf(provider);
    const Credential credential{.user = "me", .secret = "s3cret"};
    std::vector<HttpRequest> requests;
    if (provider.forecast != nullptr) {
      requests.push_back(*provider.forecast(ask, credential, At(0)));
    }
    if (provider.history != nullptr) {
      const std::vector<HttpRequest> of_history = *provider.history(ask, credential, At(0), At(5));
      requests.insert(requests.end(), of_history.begin(), of_history.end());
    }
    for (const HttpRequest& request : requests) {
      EXPECT_TRUE(absl::StartsWith(request.url, ask.url)) << request.url;
      EXPECT_THAT(request.url, Not(HasSubstr("s3cret")));
      EXPECT_THAT(request.Redacted(), Not(HasSubstr("s3cret")));
      std::string sent = request.UrlToSend();
      for (const HttpHeader& header : request.headers) absl::StrAppend(&sent, header.value);
      EXPECT_EQ(absl::StrContains(sent, "s3cret"), provider.needs != Provider::Needs::kNothing)
          << name;
    }
    if (provider.needs != Provider::Needs::kNothing) {
      const absl::Status error =
          provider.history(ask, {.user = "me", .secret = "s3cret\r\nX: y"}, At(0), At(1)).status();
      EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << name;
      EXPECT_THAT(error.message(), Not(HasSubstr("s3cret")));
    }
  }
}

TEST(Providers, TellByTheStatusWhatToDoBeforeTheyLookAtTheBody) {
  const std::pair<int, absl::StatusCode> cases[] = {
      {400, absl::StatusCode::kFailedPrecondition}, {401, absl::StatusCode::kUnauthenticated},
      {403, absl::StatusCode::kPermissionDenied},   {404, absl::StatusCode::kNotFound},
      {429, absl::StatusCode::kResourceExhausted},  {500, absl::StatusCode::kUnavailable},
      {503, absl::StatusCode::kUnavailable},        {302, absl::StatusCode::kFailedPrecondition},
  };
  for (const std::string& name : ProviderNames()) {
    for (const auto& [status, code] : cases) {
      const HttpReply reply{.status = status, .content_type = "text/html", .body = "<html>"};
      for (const absl::Status& error : ErrorsOf(*FindProvider(name), reply)) {
        EXPECT_EQ(error.code(), code) << name << ": " << status;
      }
    }
  }
}

TEST(Providers, RefuseWhatIsNoDataNamingProviderAndZone) {
  const std::string deep(100'000, '[');
  const std::string bodies[] = {"",
                                "{}",
                                "[]",
                                "null",
                                "true",
                                "17",
                                "\"text\"",
                                "{\"data\":",
                                "<!DOCTYPE html><html></html>",
                                "{\"a\": NaN}",
                                deep,
                                "[{}]",
                                "{\"data\":[{}]}",
                                "{\"records\":[[]]}"};
  for (const std::string& name : ProviderNames()) {
    const Provider& provider = *FindProvider(name);
    for (const std::string& body : bodies) {
      // An empty list is the whole reply where there is nothing of the time asked for.
      if (name == "carbon-aware-sdk" && body == "[]") continue;
      for (const absl::Status& error : ErrorsOf(provider, Json(body))) {
        EXPECT_FALSE(error.ok()) << name << ": " << body.substr(0, 40);
        EXPECT_THAT(error.message(),
                    HasSubstr(absl::StrCat(": zone ", AskOf(provider).zone, ": ")));
        EXPECT_LT(error.message().size(), 400u);
      }
    }
    for (const absl::Status& error : ErrorsOf(
             provider, {.status = 200, .content_type = "text/html", .body = "<html></html>"})) {
      EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << name;
      EXPECT_THAT(error.message(), HasSubstr("the reply is no JSON but text/html"));
    }
  }
}

}  // namespace
}  // namespace carbon
