#include "core/base/nearest_word.h"

#include <string>
#include <vector>

#include "core/config/config.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

TEST(NearestWord, FindsSlipsOfTheFingers) {
  const std::vector<std::string> known = {"frankfurt", "oslo", "lyon", "pue"};
  EXPECT_EQ(NearestWord("olso", known), "oslo");            // two swapped
  EXPECT_EQ(NearestWord("osl", known), "oslo");             // one missing
  EXPECT_EQ(NearestWord("osloo", known), "oslo");           // one too many
  EXPECT_EQ(NearestWord("oxlo", known), "oslo");            // one wrong
  EXPECT_EQ(NearestWord("Frankfrut", known), "frankfurt");  // case does not count
  EXPECT_EQ(NearestWord("fankfurrt", known), "frankfurt");
  EXPECT_EQ(NearestWord("PUE", known), "pue");
  EXPECT_EQ(NearestWord("oslo", known), "oslo");
}

TEST(NearestWord, FindsNothingWhereNothingIsNear) {
  const std::vector<std::string> known = {"frankfurt", "oslo", "lyon", "no"};
  EXPECT_EQ(NearestWord("madrid", known), "");
  EXPECT_EQ(NearestWord("xy", known), "");
  EXPECT_EQ(NearestWord("", known), "");
  EXPECT_EQ(NearestWord("x", {}), "");
  EXPECT_EQ(NearestWord(std::string(1'000'000, 'o'), known), "");
}

TEST(NearestWord, TakesTheFirstOfEquals) {
  EXPECT_EQ(NearestWord("cat", {"car", "bat", "cut"}), "car");
}

}  // namespace
}  // namespace carbon
