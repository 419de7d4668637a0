#include "core/statement/numbers.h"

#include <limits>

#include "gtest/gtest.h"

namespace carbon {
namespace {

TEST(Numbers, HaveAtLeastTheirSignificantFigures) {
  EXPECT_EQ(SignificantText(0), "0");
  EXPECT_EQ(SignificantText(0.1), "0.100");
  EXPECT_EQ(SignificantText(1287.4), "1287");
  EXPECT_EQ(SignificantText(1287.4, 2), "1287");
  EXPECT_EQ(SignificantText(99.96), "100");
  EXPECT_EQ(SignificantText(9.996), "10.0");
  EXPECT_EQ(SignificantText(0.0003361), "0.000336");
  EXPECT_EQ(SignificantText(-12.34), "-12.3");
  EXPECT_EQ(SignificantText(2.5e22), "2.50e+22");
  EXPECT_EQ(SignificantText(3.14159e-9, 2), "3.1e-09");
  EXPECT_EQ(SignificantText(std::numeric_limits<double>::quiet_NaN()), "unknown");
}

TEST(Numbers, DecimalsHaveNoExponent) {
  EXPECT_EQ(DecimalText(1e22), "10000000000000000000000");
  EXPECT_EQ(DecimalText(3.14159e-9, 2), "0.0000000031");
  EXPECT_EQ(DecimalText(0), "0");
  EXPECT_EQ(DecimalText(7150, 6), "7150.00");
}

TEST(Numbers, PowersHaveTheirSignificantFigures) {
  EXPECT_EQ(PowerText(1.2e19), "1.2x10^19");
  EXPECT_EQ(PowerText(9.97e19), "1.0x10^20");
  EXPECT_EQ(PowerText(2.4e25, 3), "2.40x10^25");
  EXPECT_EQ(PowerText(1), "1.0x10^0");
}

TEST(Numbers, EnergyIsInMegawattHours) {
  EXPECT_EQ(EnergyText(KilowattHours(1)), "0.00100 MWh");
  EXPECT_EQ(EnergyText(KilowattHours(1287000)), "1287 MWh");
  const Ranged<KilowattHours> energy{KilowattHours(100), KilowattHours(90), KilowattHours(110)};
  EXPECT_EQ(EnergyText(energy), "0.100 MWh (90%: 0.0900 to 0.110)");
}

TEST(Numbers, SharesDoNotRoundToAllOrNothing) {
  EXPECT_EQ(ShareText(0), "0%");
  EXPECT_EQ(ShareText(0.001), "less than 1%");
  EXPECT_EQ(ShareText(0.924), "92%");
  EXPECT_EQ(ShareText(0.998), "more than 99%");
  EXPECT_EQ(ShareText(1), "100%");
}

TEST(Numbers, LargeCountsHaveAnExponent) {
  EXPECT_EQ(CountText(999999.0), "999999");
  EXPECT_EQ(CountText(1.5e12), "1.5e+12");
  EXPECT_EQ(CountText(2, "run", "runs"), "2 runs");
}

TEST(Numbers, HardwareIsCountedInItsUnit) {
  EXPECT_EQ(HardwareText("h100-sxm", AllocationUnit::kDevice, 16), "16 x h100-sxm");
  EXPECT_EQ(HardwareText("", AllocationUnit::kDevice, 1), "1 device of unknown hardware");
  EXPECT_EQ(HardwareText("cpu", AllocationUnit::kNode, 4), "4 nodes of cpu");
}

TEST(Numbers, TextBreaksAtBlanks) {
  EXPECT_EQ(Wrapped("one two three", 9, "  "), "  one two\n  three\n");
  EXPECT_EQ(Wrapped("a verylongword b", 6), "a\nverylongword\nb\n");
  EXPECT_EQ(Wrapped("", 9), "");
}

}  // namespace
}  // namespace carbon
