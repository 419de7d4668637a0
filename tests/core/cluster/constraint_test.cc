#include "core/cluster/constraint.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ReadFeatures, ReadsFeaturesThatAllNodesMustHave) {
  EXPECT_THAT(ReadFeatures("a100"), ElementsAre("a100"));
  EXPECT_THAT(ReadFeatures("a100&nvlink"), ElementsAre("a100", "nvlink"));
  EXPECT_THAT(ReadFeatures("a100,nvlink,"), ElementsAre("a100", "nvlink"));
}

TEST(ReadFeatures, ReadsNothingIntoOtherExpressions) {
  for (const char* constraint : {"", "a|b", "[rack1|rack2]", "a*2&b", "(a|b)&c", "{a,b}"}) {
    EXPECT_THAT(ReadFeatures(constraint), IsEmpty()) << constraint;
  }
  EXPECT_THAT(ReadFeatures(nullptr), IsEmpty());
  EXPECT_THAT(ReadFeatures(std::string(1'000'000, 'a').c_str()), IsEmpty());
}

}  // namespace
}  // namespace carbon
