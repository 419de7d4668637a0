#include "replay/block_bootstrap.h"

#include "gtest/gtest.h"

namespace carbon {
namespace {

struct Sums {
  double sum = 0, count = 0;
  Sums& operator+=(const Sums& other) {
    sum += other.sum;
    count += other.count;
    return *this;
  }
};
double Mean(const Sums& sums) { return sums.sum / sums.count; }

TEST(BlockBootstrap, OfEqualBlocksIsAPoint) {
  const BootstrapInterval interval = BlockBootstrap(std::vector<Sums>(26, {3, 2}), Mean);
  EXPECT_EQ(interval.low, 1.5);
  EXPECT_EQ(interval.high, 1.5);
}

// Half of the blocks are 0 and half 1: the mean of n draws has the deviation 0.5 / sqrt(n).
TEST(BlockBootstrap, IsAsWideAsTheDeviationOfTheMean) {
  std::vector<Sums> blocks;
  for (int i = 0; i < 400; ++i) blocks.push_back({static_cast<double>(i % 2), 1});
  const BootstrapInterval interval = BlockBootstrap(blocks, Mean);
  EXPECT_NEAR(interval.low, 0.5 - 1.96 * 0.025, 0.005);
  EXPECT_NEAR(interval.high, 0.5 + 1.96 * 0.025, 0.005);
}

TEST(BlockBootstrap, DrawsTheSameBlocksForEachFigure) {
  std::vector<Sums> blocks;
  for (int i = 0; i < 26; ++i) blocks.push_back({static_cast<double>(i * i % 7), 1});
  const BootstrapInterval one = BlockBootstrap(blocks, Mean);
  const BootstrapInterval two =
      BlockBootstrap(blocks, [](const Sums& sums) { return 2 * Mean(sums) + 1; });
  EXPECT_DOUBLE_EQ(two.low, 2 * one.low + 1);
  EXPECT_DOUBLE_EQ(two.high, 2 * one.high + 1);
}

TEST(BlockBootstrap, LeavesSamplesOutThatHaveNoFigure) {
  const BootstrapInterval interval = BlockBootstrap(std::vector<Sums>{{1, 1}, {0, 0}}, Mean);
  EXPECT_EQ(interval.low, 1);
  EXPECT_EQ(interval.high, 1);
  EXPECT_TRUE(std::isnan(BlockBootstrap(std::vector<Sums>{}, Mean).low));
  EXPECT_TRUE(std::isnan(BlockBootstrap(std::vector<Sums>{{0, 0}}, Mean).high));
}

}  // namespace
}  // namespace carbon
