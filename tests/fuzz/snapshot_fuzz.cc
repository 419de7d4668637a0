// Arbitrary bytes as each part of a snapshot. What parses must come out of its own serialisation
// unchanged, or the plugin and a replay would decide on different data. And whatever errors a
// forecast says, the scenarios drawn of them are numbers: no decision can rest on NaN.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/cluster/capacity_codec.h"
#include "core/grid/forecast_codec.h"
#include "core/grid/scenarios.h"
#include "core/snapshot/snapshot.h"

namespace carbon {
namespace {

// `serialize(parse(x))` parses again, and to the same bytes.
template <class Parse, class Serialize>
void CheckRoundTrip(absl::string_view bytes, Parse parse, Serialize serialize) {
  const auto parsed = parse(bytes);
  if (!parsed.ok()) {
    if (parsed.status().message().empty()) std::abort();
    return;
  }
  const std::string canonical = serialize(*parsed);
  const auto again = parse(canonical);
  if (!again.ok() || serialize(*again) != canonical) std::abort();
}

void CheckScenarios(absl::string_view bytes) {
  const auto forecasts = ParseForecasts(bytes);
  if (!forecasts.ok()) return;
  const ErrorScenarios scenarios(*forecasts);
  for (size_t zone = 0; zone < forecasts->size(); ++zone) {
    const IntensitySeries& series = (*forecasts)[zone].series;
    const ErrorScenarios::Draws draws = scenarios.Integrate(
        static_cast<int>(zone), series, series.begin(), series.end() - series.begin());
    for (const double draw : draws) {
      if (!std::isfinite(draw) || draw < 0) std::abort();
    }
  }
}

}  // namespace
}  // namespace carbon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  carbon::CheckRoundTrip(bytes, carbon::ParseManifest, carbon::SerializeManifest);
  carbon::CheckRoundTrip(bytes, carbon::ParseForecasts, carbon::SerializeForecasts);
  carbon::CheckScenarios(bytes);
  carbon::CheckRoundTrip(bytes, carbon::ParseCapacity, carbon::SerializeCapacity);
  carbon::CheckRoundTrip(bytes, carbon::ParseAdmission, carbon::SerializeAdmission);
  return 0;
}
