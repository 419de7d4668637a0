#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "forecast/providers/carbon_aware_sdk.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (const absl::string_view location : {"", "de"}) {
    absl::StatusOr<carbon::CarbonAwareForecast> forecast =
        carbon::ParseCarbonAwareSdk(text, location);
    // An accepted series can be integrated as a whole.
    if (!forecast.ok()) continue;
    const carbon::IntensitySeries& series = forecast->series;
    if (!series.Integrate(series.begin(), series.end()).ok()) __builtin_trap();
  }
  return 0;
}
