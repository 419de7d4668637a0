#include "core/grid/error_factors.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/standard_draws.h"
#include "core/grid/error_noise.h"

namespace carbon {
namespace {

constexpr size_t kPairs = ErrorFactors::kPairs;
constexpr double kMinFactor = 0.05;

double At(const std::vector<float>& values, size_t index) {
  return index < values.size() ? static_cast<double>(values[index]) : 0;
}

absl::Status Unsound(absl::string_view fact) {
  return absl::InvalidArgumentError(absl::StrCat("error factors: ", fact));
}

// Returns what scales the noise to the standard deviation `spread` exactly: 32 draws alone would
// miss it by an eighth.
double ScaleTo(double spread, const std::array<double, kPairs>& noise) {
  double squares = 0;
  for (const double draw : noise) squares += draw * draw;
  return squares > 0 ? spread / std::sqrt(squares / kPairs) : 0;
}

// Sets one pair of scenarios; each is the other's mirror image.
void SetPair(size_t pair, double error, ErrorDraws* draws) {
  (*draws)[2 * pair] = std::max(kMinFactor, 1 + error);
  (*draws)[2 * pair + 1] = std::max(kMinFactor, 1 - error);
}

bool AllFinite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

absl::Status CheckErrorFactors(const ErrorFactors& factors) {
  const size_t buckets = factors.buckets();
  const size_t count = factors.factor_count;
  if (buckets == 0 || buckets > ErrorFactors::kMaxBuckets || count > ErrorFactors::kMaxFactors) {
    return Unsound(absl::StrCat(buckets, " buckets by ", count, " factors, not 1 to ",
                                ErrorFactors::kMaxBuckets, " by at most ",
                                ErrorFactors::kMaxFactors));
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
  const uint64_t key = DrawKey(absl::StrCat("error/", zone));
  ErrorNoise* const kept = ErrorNoise::Current();
  const double* const known =
      kept == nullptr ? nullptr : kept->Of(key, factors.buckets() * kPairs).data();
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
    for (size_t pair = 0; pair < kPairs; ++pair) {
      const size_t index = bucket * kPairs + pair;
      const double draw = known != nullptr ? known[index] : StandardDraw(key, index);
      noise[pair] = carry_over * noise[pair] + fresh * draw;
    }
    const double scale = ScaleTo(At(factors.remainder, bucket), noise);
    for (size_t pair = 0; pair < kPairs; ++pair) {
      double error = scale * noise[pair];
      for (size_t j = 0; j < factors.factor_count; ++j) {
        error += At(factors.loadings, bucket * factors.factor_count + j) *
                 At(factors.scores, pair * factors.factor_count + j);
      }
      SetPair(pair, error, &draws[bucket]);
    }
  }
  return draws;
}

ErrorDraws DrawFactor(absl::string_view key, double spread) {
  const uint64_t draw_key = DrawKey(key);
  std::array<double, kPairs> noise;
  for (size_t pair = 0; pair < kPairs; ++pair) noise[pair] = StandardDraw(draw_key, 2 * pair);
  const double scale = ScaleTo(spread, noise);
  ErrorDraws draws;
  for (size_t pair = 0; pair < kPairs; ++pair) SetPair(pair, scale * noise[pair], &draws);
  return draws;
}

ErrorDraws WithSpread(const ErrorDraws& draws, double spread, absl::string_view key) {
  double squares = 0;
  for (const double draw : draws) squares += (draw - 1) * (draw - 1);
  const double deviation = std::sqrt(squares / ErrorFactors::kScenarios);
  if (deviation >= spread) return draws;
  if (deviation == 0) return DrawFactor(key, spread);
  ErrorDraws widened;
  for (size_t s = 0; s < draws.size(); ++s) {
    widened[s] = std::max(kMinFactor, 1 + (spread / deviation) * (draws[s] - 1));
  }
  return widened;
}

}  // namespace carbon
