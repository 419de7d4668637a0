// Writes masses for people. Pure.
#ifndef CORE_BASE_MASS_TEXT_H_
#define CORE_BASE_MASS_TEXT_H_

#include <string>

#include "core/base/quantities.h"

namespace carbon {

// Returns a mass as "14.2 kg", "862 g", "1.43 t", "37 mg"; three significant digits.
std::string FormatMass(GramsCo2e mass);

}  // namespace carbon

#endif  // CORE_BASE_MASS_TEXT_H_
