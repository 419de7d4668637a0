// This codec writes an intensity series as bytes, for the archive: exact, and about two bytes a
// step.
//
//   byte    version, 1
//   varint  number of runs, then for each: seconds per step, number of steps
//   svarint first start, in seconds since the Unix epoch
//   svarint for each step: value in mg/kWh, less that of the step before (less 0 for the first)
//
// A varint has seven bits a byte, the least significant first; the high bit is set if another byte
// follows. An svarint is a varint with the sign in the lowest bit. Pure; no I/O.
#ifndef FORECAST_ARCHIVE_SERIES_BLOB_H_
#define FORECAST_ARCHIVE_SERIES_BLOB_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/grid/intensity.h"

namespace carbon {

// A series with more steps is refused: 400 days of five minutes are 115,200.
inline constexpr int kMaxSeriesBlobSteps = 1 << 18;
// This is the year 3000: a series that begins later is refused, and so is one that begins before
// 1970.
inline constexpr int64_t kMaxSeriesBlobStart = 32503680000;

std::string EncodeSeries(const IntensitySeries& series);

// Returns DataLoss for bytes that EncodeSeries does not write. Never uses more memory than the
// bytes and the limit above account for.
absl::StatusOr<IntensitySeries> DecodeSeries(absl::string_view bytes);

}  // namespace carbon

#endif  // FORECAST_ARCHIVE_SERIES_BLOB_H_
