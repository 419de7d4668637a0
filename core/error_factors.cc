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

}  // namespace

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
