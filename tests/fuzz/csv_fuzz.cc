#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "forecast/sources/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const carbon::CsvFormat formats[] = {
      {},
      {.time_column = "t",
       .value_column = "v",
       .unit = carbon::IntensityUnit::kPoundsPerMegawattHour},
      {.time_zone = "Europe/Berlin"},
  };
  for (const carbon::CsvFormat& format : formats) {
    for (const auto kind : {carbon::SignalKind::kAverageLifecycle, carbon::SignalKind::kMarginal}) {
      absl::StatusOr<carbon::IntensitySeries> series = carbon::ParseCsv(bytes, format, kind);
      // An accepted series can be integrated as a whole. A refused text gives one short line.
      if (series.ok()) {
        if (!series->Integrate(series->begin(), series->end()).ok()) __builtin_trap();
        continue;
      }
      const absl::string_view message = series.status().message();
      if (message.size() > 4096 || message.find('\n') != message.npos) __builtin_trap();
    }
  }
  return 0;
}
