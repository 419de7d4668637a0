// The file of scarbond-fetch is refused or read, and what is read is written and read to the same
// bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "core/grid/forecast_codec.h"
#include "store/fetched_forecasts.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<carbon::FetchedForecasts> fetched =
      carbon::ParseFetchedForecasts(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!fetched.ok()) return 0;
  carbon::ParseForecasts(fetched->part).IgnoreError();
  const std::string bytes = carbon::SerializeFetchedForecasts(*fetched);
  const absl::StatusOr<carbon::FetchedForecasts> again = carbon::ParseFetchedForecasts(bytes);
  if (!again.ok() || carbon::SerializeFetchedForecasts(*again) != bytes) abort();
  return 0;
}
