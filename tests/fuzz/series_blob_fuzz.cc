// No bytes crash the decoder of the archive's series; what it accepts comes out of being written
// and read again as it was, and in no more bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "forecast/archive/series_blob.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<carbon::IntensitySeries> series = carbon::DecodeSeries(bytes);
  if (!series.ok()) {
    if (series.status().message().empty()) abort();
    return 0;
  }
  const std::string once = carbon::EncodeSeries(*series);
  if (once.size() > size) abort();
  const absl::StatusOr<carbon::IntensitySeries> again = carbon::DecodeSeries(once);
  if (!again.ok() || again->step_seconds() != series->step_seconds() ||
      again->step_milligrams() != series->step_milligrams() ||
      again->end_second() != series->end_second()) {
    abort();
  }
  return 0;
}
