// Reads values that several sections of a carbon.json have. A wrong value is refused, with its
// place. For the sources of core only. Pure; no I/O.
#ifndef CORE_CONFIG_VALUES_H_
#define CORE_CONFIG_VALUES_H_

#include <optional>

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/json/json_reader.h"

namespace carbon {

// Reads a duration longer than zero: "90s", "12h".
std::optional<absl::Duration> PositiveDuration(const JsonValue& json);

// Reads a number of gCO2e/kWh, from 0 to IntensitySeries::kMaxValue.
std::optional<GramsPerKilowattHour> ReadIntensity(const JsonValue& json);

}  // namespace carbon

#endif  // CORE_CONFIG_VALUES_H_
