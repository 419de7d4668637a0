// Continues a provider's forecast with ours, without a jump. Pure.
#ifndef FORECAST_OWN_BLEND_H_
#define FORECAST_OWN_BLEND_H_

#include "absl/status/statusor.h"
#include "core/grid/intensity.h"

namespace carbon {

// Returns `provider`, continued by `own` from where it ends. The difference of the two in the
// provider's last hour is added to ours where they meet, so that there is no jump. It decreases
// from there: to a half in about 8 hours, to nothing within days. Returns `provider` alone if ours
// has no value at its end or does not reach further.
absl::StatusOr<IntensitySeries> BlendOnto(const IntensitySeries& provider,
                                          const IntensitySeries& own);

}  // namespace carbon

#endif  // FORECAST_OWN_BLEND_H_
