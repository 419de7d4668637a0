// ErrorFactors describes how far off a zone's forecast may be, as a few factors: a snapshot carries
// these instead of many copies of a series. In scenario s the intensity at lead time t is
//
//   forecast(t) x (1 + sum over j of loading_j(t) x score_j(s) + remainder(t) x noise(s, t))
//
// The scores are those of past forecast errors, and scenario s means the same past days in every
// zone. So errors that go together, over lead time or between zones, do so in the scenarios. The
// scenarios come in pairs that mirror each other, so their mean is the forecast itself. Plain data
// and pure functions of it; no I/O.
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
  // Thirty days of hourly buckets; and 32 pairs have no more directions than that.
  static constexpr size_t kMaxBuckets = 720;
  static constexpr size_t kMaxFactors = kPairs;

  // Lead times are counted from here, in hours: hourly for the first days, then more coarsely.
  absl::Time origin;
  // The end of each bucket of lead time, in hours; ascending. The last bucket is also used beyond
  // its end.
  std::vector<uint16_t> bucket_end_hours;
  size_t factor_count = 0;
  std::vector<float> loadings;   // bucket by bucket, factor_count of each; ratios
  std::vector<float> remainder;  // by bucket: the standard deviation of what the factors leave
  // The correlation, from one hour to the next, of the noise that the remainder multiplies; [0, 1).
  float remainder_correlation = 0;
  std::vector<float> scores;  // pair by pair, factor_count of each; variance 1

  size_t buckets() const { return bucket_end_hours.size(); }
};

// Returns InvalidArgument, naming the fact, unless all of these are true: there is a bucket, no
// limit above is exceeded, the sizes match, bucket ends ascend from above 0, every number is
// finite, no remainder is negative and the correlation lies in [0, 1).
absl::Status CheckErrorFactors(const ErrorFactors& factors);

using ErrorDraws = std::array<double, ErrorFactors::kScenarios>;

// Returns the factor on the forecast in each scenario, bucket by bucket; never below 0.05. The
// result has the same bits everywhere for the same factors and zone; the zone's name is the key of
// the noise. If the sizes do not match, missing numbers count as zero.
std::vector<ErrorDraws> DrawErrors(const ErrorFactors& factors, absl::string_view zone);

// Returns factors around 1 with the relative standard deviation `spread`, in mirrored pairs, the
// same for the same `key` ("watts/h100-sxm", "pue/oslo"); never below 0.05.
ErrorDraws DrawFactor(absl::string_view key, double spread);

// Returns the same errors with a standard deviation of at least `spread`. Smaller errors are
// enlarged in proportion, so that errors that went together still do. If `draws` has no spread at
// all, returns DrawFactor(key, spread).
ErrorDraws WithSpread(const ErrorDraws& draws, double spread, absl::string_view key);

}  // namespace carbon

#endif  // CORE_GRID_ERROR_FACTORS_H_
