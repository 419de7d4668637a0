#include "core/base/mass_text.h"

#include <cmath>

#include "gtest/gtest.h"

namespace carbon {
namespace {

TEST(FormatMass, ShowsThreeDigitsInAUnitThatFits) {
  const struct {
    double grams;
    const char* text;
  } kCases[] = {{14200, "14.2 kg"},   {862, "862 g"},         {1.43e6, "1.43 t"}, {0.037, "37 mg"},
                {0, "0 g"},           {999.4, "999 g"},       {999.6, "1 kg"},    {999600, "1 t"},
                {5.52e8, "552 t"},    {3.2e9, "3.2 kt"},      {7.5e12, "7.5 Mt"}, {1e-9, "0 g"},
                {-14200, "-14.2 kg"}, {0.000123, "0.123 mg"}, {0.9996, "1 g"},    {NAN, "unknown"},
                {INFINITY, "unknown"}};
  for (const auto& c : kCases) EXPECT_EQ(FormatMass(GramsCo2e(c.grams)), c.text) << c.grams;
}

}  // namespace
}  // namespace carbon
