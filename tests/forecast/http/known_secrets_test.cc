#include "forecast/http/known_secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forecast/http/http_url.h"
#include "forecast/providers/provider.h"

namespace carbon {
namespace {

constexpr char kOdd[] = "t0k/+77 b2d4=%&x\"y'\\z<9";

TEST(WithoutSecrets, ReplacesASecretInEachFormInWhichItIsWritten) {
  const KnownSecret secret = RememberSecret("someone", kOdd);
  const std::string basic = absl::Base64Escape(absl::StrCat("someone:", kOdd));
  for (const std::string& form : {
           std::string(kOdd),
           UrlEscaped(kOdd),
           absl::AsciiStrToLower(UrlEscaped(kOdd)),
           std::string("t0k%2F%2B77+b2d4%3D%25%26x%22y%27%5Cz%3C9"),
           std::string(R"(t0k/+77 b2d4=%&x\"y'\\z<9)"),
           std::string("t0k/+77 b2d4=%&amp;x&quot;y&#39;\\z&lt;9"),
           absl::Base64Escape(kOdd),
           absl::WebSafeBase64Escape(kOdd),
           basic,
           UrlEscaped(basic),
           absl::AsciiStrToLower(kOdd),
           absl::AsciiStrToUpper(kOdd),
       }) {
    EXPECT_EQ(WithoutSecrets(absl::StrCat("zone DE: \"", form, "\" is bad")),
              "zone DE: \"(secret)\" is bad")
        << form;
  }
}

TEST(WithoutSecrets, ReplacesWhatIsLeftOfASecretThatWasCutShort) {
  const std::string token = "tok-3f9c1a77-b2d8-1f00-9a7e";
  const KnownSecret secret = RememberSecret("", token);
  EXPECT_EQ(WithoutSecrets(absl::StrCat("no ", token.substr(0, 12), "...")), "no (secret)...");
  EXPECT_EQ(WithoutSecrets(absl::StrCat("...", token.substr(10))), "...(secret)");
  // Not a word of it that may be any other's.
  EXPECT_EQ(WithoutSecrets("the tok-3f9 is bad"), "the tok-3f9 is bad");
}

TEST(WithoutSecrets, ReplacesAShortSecretWholeOnly) {
  const KnownSecret secret = RememberSecret("", "carbon!");
  EXPECT_EQ(WithoutSecrets("/etc/slurm/carbon.json: carbon!"), "/etc/slurm/carbon.json: (secret)");
  const KnownSecret shorter = RememberSecret("", "abc");
  EXPECT_EQ(WithoutSecrets("abc"), "abc");
}

TEST(WithoutSecrets, KnowsASecretForAsLongAsItIsHeld) {
  KnownSecret first = RememberSecret("", "tok-77aa12ff0913");
  KnownSecret again = RememberSecret("", "tok-77aa12ff0913");
  first.reset();
  EXPECT_EQ(WithoutSecrets("tok-77aa12ff0913"), "(secret)");
  again.reset();
  EXPECT_EQ(WithoutSecrets("tok-77aa12ff0913"), "tok-77aa12ff0913");
}

TEST(SecretForms, ReplacesShortPartsWhereThatIsAsked) {
  const SecretForms forms("", "tok-3f9c1a77-b2d8");
  EXPECT_EQ(forms.RemovedFrom("a tok-3f and a 77-b2d8", 6), "a (secret) and a (secret)");
  EXPECT_EQ(forms.RemovedFrom("a tok-3", 6), "a tok-3");
  EXPECT_EQ(forms.RemovedFrom("", 6), "");
}

}  // namespace
}  // namespace carbon
