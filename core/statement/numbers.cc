#include "core/statement/numbers.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "core/base/mass_text.h"

namespace carbon {

namespace {

// "2.50e+22", its digits and its exponent.
struct Scientific {
  std::string text, digits;
  int exponent;
};

Scientific ScientificOf(double value, int figures) {
  const std::string text = absl::StrFormat("%.*e", figures - 1, value);
  const size_t e = text.find('e');
  return {text, text.substr(0, e), std::atoi(text.c_str() + e + 1)};
}

}  // namespace

std::string SignificantText(double value, int figures) {
  if (!std::isfinite(value)) return "unknown";
  if (value == 0) return "0";
  const Scientific scientific = ScientificOf(value, figures);
  if (scientific.exponent >= 15 || scientific.exponent < -6) return scientific.text;
  return DecimalText(value, figures);
}

std::string DecimalText(double value, int figures) {
  if (!std::isfinite(value)) return "unknown";
  if (value == 0) return "0";
  return absl::StrFormat("%.*f", std::max(0, figures - 1 - ScientificOf(value, figures).exponent),
                         value);
}

std::string PowerText(double value, int figures) {
  if (!std::isfinite(value)) return "unknown";
  if (value == 0) return "0";
  const Scientific scientific = ScientificOf(value, figures);
  return absl::StrCat(scientific.digits, "x10^", scientific.exponent);
}

std::string EnergyText(KilowattHours energy) {
  return absl::StrCat(SignificantText(energy.value() / 1e3), " MWh");
}

std::string EnergyText(const Ranged<KilowattHours>& energy) {
  if (!energy.low.has_value() || !energy.high.has_value()) return EnergyText(energy.value);
  return absl::StrCat(EnergyText(energy.value),
                      " (90%: ", SignificantText(energy.low->value() / 1e3), " to ",
                      SignificantText(energy.high->value() / 1e3), ")");
}

std::string EmissionText(GramsCo2e emission) { return absl::StrCat(FormatMass(emission), " CO2e"); }

std::string EmissionText(const Ranged<GramsCo2e>& emission) {
  if (!emission.low.has_value() || !emission.high.has_value()) return EmissionText(emission.value);
  return absl::StrCat(EmissionText(emission.value), " (90%: ", FormatMass(*emission.low), " to ",
                      FormatMass(*emission.high), ")");
}

std::string ShareText(double share) {
  if (share > 0 && share < 0.005) return "less than 1%";
  if (share >= 0.995 && share < 1 - 1e-9) return "more than 99%";
  return absl::StrFormat("%.0f%%", share * 100);
}

std::string CountText(double count) {
  return count < 1e6 ? absl::StrFormat("%.0f", count) : absl::StrFormat("%.4g", count);
}

std::string CountText(int64_t count, absl::string_view one, absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

std::string HardwareName(absl::string_view name) {
  return name.empty() ? "unknown hardware" : std::string(name);
}

std::string HardwareText(absl::string_view name, AllocationUnit unit, int64_t count) {
  if (unit == AllocationUnit::kDevice && !name.empty()) return absl::StrCat(count, " x ", name);
  const absl::string_view one = AllocationUnitName(unit);
  return absl::StrCat(CountText(count, one, absl::StrCat(one, "s")), " of ", HardwareName(name));
}

std::string Wrapped(absl::string_view text, size_t width, absl::string_view indent) {
  std::string lines, line;
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (!line.empty() && indent.size() + line.size() + 1 + word.size() > width) {
      absl::StrAppend(&lines, indent, line, "\n");
      line.clear();
    }
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  if (!line.empty()) absl::StrAppend(&lines, indent, line, "\n");
  return lines;
}

}  // namespace carbon
