// Values that several sections of a carbon.json have. Each is refused, with its place, where it is
// wrong. For the sources of core only. Pure; no I/O.
#ifndef CORE_CONFIG_VALUES_H_
#define CORE_CONFIG_VALUES_H_

#include <optional>

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/json/json_reader.h"

namespace carbon {

// "90s", "12h": longer than zero.
std::optional<absl::Duration> PositiveDuration(const JsonValue& json);

// In gCO2e/kWh, from 0 to IntensitySeries::kMaxValue.
std::optional<GramsPerKilowattHour> ReadIntensity(const JsonValue& json);

}  // namespace carbon

#endif  // CORE_CONFIG_VALUES_H_
