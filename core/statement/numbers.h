// Numbers and quantities of a statement as people and forms read them. Pure.
#ifndef CORE_STATEMENT_NUMBERS_H_
#define CORE_STATEMENT_NUMBERS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "core/base/quantities.h"
#include "core/config/profile.h"
#include "core/statement/stated_run.h"

namespace carbon {

// Returns the number with at least this many significant figures, zeros at the end included:
// "1287", "0.0336", "0.100", "2.50e+22". Digits before the point are never rounded off, except from
// 1e15 on.
std::string SignificantText(double value, int figures = 3);

// Returns the same without an exponent, however large or small the value is.
std::string DecimalText(double value, int figures = 3);

// Returns "1.2x10^19", the number with this many significant figures, as the EU's form writes large
// counts.
std::string PowerText(double value, int figures = 2);

// Returns "0.0336 MWh", and "0.0336 MWh (90%: 0.0302 to 0.0370)" with an interval.
std::string EnergyText(KilowattHours energy);
std::string EnergyText(const Ranged<KilowattHours>& energy);

// Returns "12.3 kg CO2e", and "12.3 kg CO2e (90%: 11 kg to 13.5 kg)" with an interval.
std::string EmissionText(GramsCo2e emission);
std::string EmissionText(const Ranged<GramsCo2e>& emission);

// Returns "92%"; below full coverage never "100%", and above zero never "0%".
std::string ShareText(double share);

// Returns "12000", and "2e+09" from a million on: at most four significant figures.
std::string CountText(double count);

// Returns "1 run", "2 runs".
std::string CountText(int64_t count, absl::string_view one, absl::string_view many);

// Returns "16 x h100-sxm" of devices, "4 nodes of cpu-genoa" of nodes, "64 cores of unknown
// hardware" of cores.
std::string HardwareText(absl::string_view name, AllocationUnit unit, int64_t count);

// Returns the name, or "unknown hardware".
std::string HardwareName(absl::string_view name);

// Breaks a text at blanks into lines of at most `width` bytes, each after `indent` and with its
// newline. A longer word has a line of its own.
std::string Wrapped(absl::string_view text, size_t width, absl::string_view indent = "");

}  // namespace carbon

#endif  // CORE_STATEMENT_NUMBERS_H_
