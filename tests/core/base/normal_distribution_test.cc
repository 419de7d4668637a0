#include "core/base/normal_distribution.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace carbon {
namespace {

// The C library's own function is the oracle.
TEST(NormalCdf, AgreesWithTheErrorFunction) {
  for (int i = -9000; i <= 9000; ++i) {
    const double z = i / 1000.0;
    EXPECT_NEAR(NormalCdf(z), 0.5 * std::erfc(-z / std::sqrt(2.0)), 1e-13) << z;
  }
}

TEST(NormalCdf, IsOneHalfAroundZero) {
  EXPECT_EQ(NormalCdf(0), 0.5);
  EXPECT_EQ(NormalCdf(-0.0), 0.5);
  EXPECT_EQ(NormalCdf(std::numeric_limits<double>::denorm_min()), 0.5);
}

TEST(NormalCdf, TakesWhatIsNotFinite) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(NormalCdf(kInfinity), 1);
  EXPECT_EQ(NormalCdf(-kInfinity), 0);
  EXPECT_TRUE(std::isnan(NormalCdf(std::numeric_limits<double>::quiet_NaN())));
}

// To the last bit: a decision is repeated on another machine.
TEST(NormalCdf, GivesTheSameBitsEverywhere) {
  EXPECT_EQ(NormalCdf(0.5), 0x1.62075e232ac71p-1);
  EXPECT_EQ(NormalCdf(-1.2533), 0x1.ae471964a75a8p-4);
  EXPECT_EQ(NormalCdf(3.25), 0x1.ffb45e40a0bdp-1);
}

}  // namespace
}  // namespace carbon
