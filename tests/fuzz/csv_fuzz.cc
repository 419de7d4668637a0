#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "forecast/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  absl::StatusOr<carbon::IntensitySeries> series = carbon::ParseCsv(text);
  // What was accepted can be integrated as a whole.
  if (series.ok() && !series->Integrate(series->begin(), series->end()).ok()) __builtin_trap();
  return 0;
}
