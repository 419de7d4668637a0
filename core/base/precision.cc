#include "core/base/precision.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace carbon {

absl::string_view PrecisionName(Precision precision) {
  switch (precision) {
    case Precision::kBf16:
      return "bf16";
    case Precision::kFp8:
      return "fp8";
  }
  return "";
}

absl::StatusOr<Precision> ParsePrecision(absl::string_view name) {
  for (Precision precision : {Precision::kBf16, Precision::kFp8}) {
    if (PrecisionName(precision) == name) return precision;
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is not bf16 or fp8"));
}

}  // namespace carbon
