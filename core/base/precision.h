// The precision in which training computes. It decides how fast hardware is. Pure.
#ifndef CORE_BASE_PRECISION_H_
#define CORE_BASE_PRECISION_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace carbon {

// The precision of the numbers with which training computes, as they are usually mixed: bf16 or
// fp16 with sums in fp32, or fp8 in the matrix products.
enum class Precision { kBf16, kFp8 };

// The names are "bf16" and "fp8".
absl::string_view PrecisionName(Precision precision);
absl::StatusOr<Precision> ParsePrecision(absl::string_view name);

}  // namespace carbon

#endif  // CORE_BASE_PRECISION_H_
