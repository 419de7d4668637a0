#include "core/decision/seal.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

// RFC 4231, test cases 1, 2, 3 and 6.
TEST(HmacSha256, MatchesRfc4231) {
  const auto hex = [](const std::string& key, const std::string& text) {
    return absl::BytesToHexString(HmacSha256(key, text));
  };
  EXPECT_EQ(hex(std::string(20, 0x0b), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(std::string(20, '\xaa'), std::string(50, '\xdd')),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

const Seal& ASeal() {
  static const Seal& seal = *new Seal(std::string(Seal::kSecretBytes, 'k'), "c", absl::UnixEpoch());
  return seal;
}

// Computed apart, by Python's hmac: the first 53 bits of the digest of
// "slurm-carbon-draw-1\n1 c\n3f9c21aa04d7be15-42", divided by 2 to the 53.
TEST(Seal, DrawsTheSameNumberOfTheSameText) {
  EXPECT_EQ(ASeal().DrawOf("3f9c21aa04d7be15-42"), 0.7075273341755683);
}

TEST(Seal, DrawsAnotherNumberForEachTextKeyAndCluster) {
  const double draw = ASeal().DrawOf("3f9c21aa04d7be15-42");
  EXPECT_NE(ASeal().DrawOf("3f9c21aa04d7be15-43"), draw);
  const Seal other_key(std::string(Seal::kSecretBytes, 'l'), "c", absl::UnixEpoch());
  const Seal other_cluster(std::string(Seal::kSecretBytes, 'k'), "d", absl::UnixEpoch());
  EXPECT_NE(other_key.DrawOf("3f9c21aa04d7be15-42"), draw);
  EXPECT_NE(other_cluster.DrawOf("3f9c21aa04d7be15-42"), draw);
}

TEST(Seal, DrawsEvenly) {
  constexpr int kDraws = 10'000;
  int tenths[10] = {};
  for (int i = 0; i < kDraws; ++i) {
    const double draw = ASeal().DrawOf(absl::StrCat("3f9c21aa04d7be15-", i));
    ASSERT_GE(draw, 0);
    ASSERT_LT(draw, 1);
    ++tenths[static_cast<int>(draw * 10)];
  }
  for (const int count : tenths) EXPECT_NEAR(count, 1000, 120);  // four standard deviations
}

}  // namespace
}  // namespace carbon
