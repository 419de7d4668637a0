#include "core/base/mass_text.h"

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

#include "absl/strings/str_format.h"
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

// The oracle is "%.3g" of the C library in the unit that was chosen.
TEST(FormatMass, RoundsAsPrintfDoes) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-6, 15);
  for (int i = 0; i < 100'000; ++i) {
    double grams = std::pow(10, exponent(random));
    // A third of the masses end with a 5 after three digits, where rounding is decided.
    if (i % 3 == 0) {
      const auto digits = static_cast<int>(100 + random() % 900);
      const auto power = static_cast<int>(random() % 20) - 8;
      grams = std::strtod(absl::StrFormat("%d5e%d", digits, power).c_str(), nullptr);
    }
    const std::string text = FormatMass(GramsCo2e(grams));
    const std::string unit = text.substr(text.find(' ') + 1);
    const double size = unit == "mg"   ? 1e-3
                        : unit == "g"  ? 1
                        : unit == "kg" ? 1e3
                        : unit == "t"  ? 1e6
                        : unit == "kt" ? 1e9
                                       : 1e12;
    EXPECT_EQ(text, absl::StrFormat("%.3g %s", grams / size, unit));
  }
}

}  // namespace
}  // namespace carbon
