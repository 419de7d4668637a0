#include "core/base/mass_text.h"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace carbon {

std::string FormatMass(GramsCo2e mass) {
  struct Unit {
    double grams;
    const char* name;
  };
  static constexpr Unit kUnits[] = {{1e-3, "mg"}, {1, "g"},    {1e3, "kg"},
                                    {1e6, "t"},   {1e9, "kt"}, {1e12, "Mt"}};
  const double grams = mass.value();
  if (!std::isfinite(grams)) return "unknown";
  const double size = std::fabs(grams);
  if (size < 5e-7) return "0 g";
  // Chooses the first unit in which three digits do not round up to a thousand.
  const Unit* unit = std::begin(kUnits);
  while (unit + 1 != std::end(kUnits) && size / unit->grams >= 999.5) ++unit;
  // As printf writes it with "%.3g".
  char digits[32];
  const char* const end = std::to_chars(std::begin(digits), std::end(digits), grams / unit->grams,
                                        std::chars_format::general, 3)
                              .ptr;
  return absl::StrCat(absl::string_view(digits, static_cast<size_t>(end - digits)), " ",
                      unit->name);
}

}  // namespace carbon
