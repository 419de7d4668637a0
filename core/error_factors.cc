#include "core/error_factors.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/standard_draws.h"

namespace carbon {
namespace {

constexpr double kLeastFactor = 0.05;

double At(const std::vector<float>& values, size_t index) {
  return index < values.size() ? static_cast<double>(values[index]) : 0;
}

absl::Status Unsound(absl::string_view fact) {
  return absl::InvalidArgumentError(absl::StrCat("error factors: ", fact));
}

bool AllFinite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

absl::Status CheckErrorFactors(const ErrorFactors& factors) {
  const size_t buckets = factors.buckets();
  const size_t count = factors.factor_count;
  if (buckets == 0 || buckets > ErrorFactors::kMostBuckets || count > ErrorFactors::kMostFactors) {
    return Unsound(absl::StrCat(buckets, " buckets by ", count, " factors, not 1 to ",
                                ErrorFactors::kMostBuckets, " by at most ",
                                ErrorFactors::kMostFactors));
  }
  if (factors.loadings.size() != buckets * count || factors.remainder.size() != buckets ||
      factors.scores.size() != ErrorFactors::kPairs * count) {
    return Unsound(absl::StrCat(factors.loadings.size(), " loadings, ", factors.remainder.size(),
                                " remainders and ", factors.scores.size(), " scores do not fit ",
                                buckets, " buckets by ", count, " factors"));
  }
  int64_t last = 0;
  for (const uint16_t end : factors.bucket_end_hours) {
    if (end <= last) {
      return Unsound(absl::StrCat("a bucket ends at hour ", end, ", not after hour ", last));
    }
    last = end;
  }
  const float correlation = factors.remainder_correlation;
  if (!(correlation >= 0 && correlation < 1)) {
    return Unsound(absl::StrCat("correlation ", correlation, " is not in [0, 1)"));
  }
  if (!AllFinite(factors.loadings)) return Unsound("a loading is not finite");
  if (!AllFinite(factors.scores)) return Unsound("a score is not finite");
  for (const float remainder : factors.remainder) {
    if (!(remainder >= 0 && std::isfinite(remainder))) {
      return Unsound(absl::StrCat("remainder ", remainder, " is negative or not finite"));
    }
  }
  return absl::OkStatus();
}

std::vector<ErrorDraws> DrawErrors(const ErrorFactors& factors, absl::string_view zone) {
  constexpr size_t kPairs = ErrorFactors::kPairs;
  const uint64_t key = DrawKey(absl::StrCat("error/", zone));
  const double hourly = std::clamp(static_cast<double>(factors.remainder_correlation), 0.0, 0.999);
  std::vector<ErrorDraws> draws(factors.buckets());
  std::array<double, kPairs> noise{};
  size_t end = 0;
  for (size_t bucket = 0; bucket < factors.buckets(); ++bucket) {
    const size_t begin = end;
    end = factors.bucket_end_hours[bucket];
    double carry_over = bucket == 0 ? 0 : hourly;
    for (size_t hour = begin + 1; hour < end; ++hour) carry_over *= hourly;
    const double fresh = std::sqrt(1 - carry_over * carry_over);
    double squares = 0;
    for (size_t pair = 0; pair < kPairs; ++pair) {
      noise[pair] = carry_over * noise[pair] + fresh * StandardDraw(key, bucket * kPairs + pair);
      squares += noise[pair] * noise[pair];
    }
    // 32 draws alone would miss the standard deviation of 1 by an eighth.
    const double scale =
        squares > 0 ? At(factors.remainder, bucket) / std::sqrt(squares / kPairs) : 0;
    for (size_t pair = 0; pair < kPairs; ++pair) {
      double error = scale * noise[pair];
      for (size_t j = 0; j < factors.factor_count; ++j) {
        error += At(factors.loadings, bucket * factors.factor_count + j) *
                 At(factors.scores, pair * factors.factor_count + j);
      }
      draws[bucket][2 * pair] = std::max(kLeastFactor, 1 + error);
      draws[bucket][2 * pair + 1] = std::max(kLeastFactor, 1 - error);
    }
  }
  return draws;
}

}  // namespace carbon
