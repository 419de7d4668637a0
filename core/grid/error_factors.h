// How far off a zone's forecast may be, as a few factors: what a snapshot carries instead of many
// copies of a series. In scenario s the intensity is, at lead time t,
//
//   forecast(t) x (1 + sum over j of loading_j(t) x score_j(s) + remainder(t) x noise(s, t))
//
// The scores are those of past forecast errors, and scenario s stands for the same past days in
// every zone: so what errs together, over lead time or between zones, does so in the scenarios. The
// scenarios come in pairs that mirror each other, so that their mean is the forecast itself.
// Plain data and a pure function of it; no I/O.
#ifndef CORE_GRID_ERROR_FACTORS_H_
#define CORE_GRID_ERROR_FACTORS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace carbon {

struct ErrorFactors {
  static constexpr int kScenarios = 64;
  static constexpr int kPairs = kScenarios / 2;
  // Hourly for thirty days; and 32 pairs have no more directions than that.
  static constexpr size_t kMaxBuckets = 720;
  static constexpr size_t kMaxFactors = kPairs;

  // Lead times are counted from here, in hours: hourly for the first days, then more coarsely.
  absl::Time origin;
  // Of each bucket of lead time, in hours; ascending. Beyond the last one, the last holds.
  std::vector<uint16_t> bucket_end_hours;
  size_t factor_count = 0;
  std::vector<float> loadings;   // bucket by bucket, factor_count of each; ratios
  std::vector<float> remainder;  // by bucket: the standard deviation of what the factors leave
  // From one hour to the next, of the noise that the remainder is multiplied with; [0, 1).
  float remainder_correlation = 0;
  std::vector<float> scores;  // pair by pair, factor_count of each; variance 1

  size_t buckets() const { return bucket_end_hours.size(); }
};

// InvalidArgument, naming the fact, unless there is a bucket, no limit above is exceeded, sizes fit
// each other, bucket ends ascend from above 0, every number is finite, no remainder is negative and
// the correlation lies in [0, 1).
absl::Status CheckErrorFactors(const ErrorFactors& factors);

using ErrorDraws = std::array<double, ErrorFactors::kScenarios>;

// What the forecast is multiplied with in each scenario, bucket by bucket; never below 0.05. The
// same bits everywhere for the same factors and zone, by whose name the noise is keyed. Where sizes
// do not fit each other, what is missing counts as zero.
std::vector<ErrorDraws> DrawErrors(const ErrorFactors& factors, absl::string_view zone);

// A factor around 1 with the relative standard deviation `spread`, in mirrored pairs, the same for
// the same `key` ("watts/h100-sxm", "pue/oslo"); never below 0.05.
ErrorDraws DrawFactor(absl::string_view key, double spread);

// The same errors with a standard deviation of at least `spread`: smaller ones are enlarged in
// proportion, so that what erred together still does. In the place of none at all stands
// DrawFactor(key, spread).
ErrorDraws WithSpread(const ErrorDraws& draws, double spread, absl::string_view key);

}  // namespace carbon

#endif  // CORE_GRID_ERROR_FACTORS_H_
