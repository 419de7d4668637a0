#include "core/json/json_bounds.h"

#include <algorithm>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

TEST(IsWithinBounds, CountsDepth) {
  EXPECT_TRUE(IsWithinBounds(R"({"a": [[1], [2]]})", 3, 8));
  EXPECT_FALSE(IsWithinBounds(R"({"a": [[1], [2]]})", 2, 8));
  EXPECT_FALSE(IsWithinBounds(std::string(1 << 20, '['), 100, 8));
}

TEST(IsWithinBounds, TakesBracketsInStringsForText) {
  EXPECT_TRUE(IsWithinBounds(R"({"a": "[[[{{{", "b": "\"[[[", "c": "\\"})", 1, 8));
  EXPECT_FALSE(IsWithinBounds(R"({"a": "\\", "b": [[]]})", 2, 8));
}

TEST(IsWithinBounds, BoundsKeysAndNotValues) {
  EXPECT_TRUE(IsWithinBounds(R"({"12345678": "123456789"})", 1, 8));
  EXPECT_FALSE(IsWithinBounds(R"({"123456789" : 1})", 1, 8));
}

// Deep, long, unbalanced, cut off: never beyond the end, whatever the answer.
TEST(IsWithinBounds, ReadsAnyBytes) {
  std::mt19937 random(3);
  const std::string alphabet = R"({}[]":,\ a1)";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (size_t i = random() % 20; i > 0; --i) text += alphabet[random() % alphabet.size()];
    IsWithinBounds(text, 3, 3);
  }
}

// The oracle walks the parsed document.
int DepthOf(const nlohmann::json& json) {
  if (!json.is_structured()) return 0;
  int deepest = 0;
  for (const auto& value : json) deepest = std::max(deepest, DepthOf(value));
  return deepest + 1;
}

TEST(IsWithinBounds, AgreesWithTheParsedDocument) {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    nlohmann::json json = "\"]}\\";
    const int depth = static_cast<int>(random() % 6);
    for (int i = 0; i < depth; ++i) {
      json = random() % 2 == 0 ? nlohmann::json{{"[", json}, {"\"", 1}}
                               : nlohmann::json::array({json, "{", 2});
    }
    for (const int most : {0, 1, 2, 3, 4, 5, 6}) {
      ASSERT_EQ(IsWithinBounds(json.dump(), most, 8), DepthOf(json) <= most) << json;
    }
  }
}

}  // namespace
}  // namespace carbon
