#include "core/grid/error_factors.h"

#include <cmath>
#include <numeric>

#include "core/grid/error_noise.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

ErrorFactors Noise(size_t hours, float deviation, float correlation) {
  ErrorFactors factors;
  for (size_t hour = 1; hour <= hours; ++hour) {
    factors.bucket_end_hours.push_back(static_cast<uint16_t>(hour));
  }
  factors.remainder.assign(hours, deviation);
  factors.remainder_correlation = correlation;
  return factors;
}

double Mean(const ErrorDraws& draws) {
  return std::accumulate(draws.begin(), draws.end(), 0.0) / ErrorFactors::kScenarios;
}

double Deviation(const ErrorDraws& draws) {
  double sum = 0;
  for (const double draw : draws) sum += (draw - Mean(draws)) * (draw - Mean(draws));
  return std::sqrt(sum / ErrorFactors::kScenarios);
}

TEST(CheckErrorFactors, HoldsSizesAgainstEachOther) {
  ErrorFactors sound = Noise(3, 0.1f, 0);
  sound.factor_count = 2;
  sound.loadings.assign(6, 0.1f);
  sound.scores.assign(64, 1);
  EXPECT_TRUE(CheckErrorFactors(sound).ok());
  for (std::vector<float> ErrorFactors::* member :
       {&ErrorFactors::loadings, &ErrorFactors::remainder, &ErrorFactors::scores}) {
    ErrorFactors factors = sound;
    (factors.*member).pop_back();
    EXPECT_EQ(CheckErrorFactors(factors).code(), absl::StatusCode::kInvalidArgument);
  }
  sound.loadings.pop_back();
  EXPECT_EQ(CheckErrorFactors(sound).message(),
            "error factors: 5 loadings, 3 remainders and 64 scores do not fit 3 buckets by 2 "
            "factors");
}

TEST(DrawErrors, IsLoadingsTimesScoresInMirroredPairs) {
  ErrorFactors factors;
  factors.bucket_end_hours = {1, 4};
  factors.factor_count = 2;
  factors.loadings = {0.1f, 0.02f, 0.3f, 0};
  factors.scores.assign(2 * ErrorFactors::kPairs, 0);
  factors.scores[2] = 1.5f;  // the second pair
  factors.scores[3] = -1;
  const auto draws = DrawErrors(factors, "DE");
  ASSERT_EQ(draws.size(), 2u);
  EXPECT_NEAR(draws[0][2], 1 + 0.15 - 0.02, 1e-7);
  EXPECT_NEAR(draws[0][3], 1 - 0.15 + 0.02, 1e-7);
  EXPECT_NEAR(draws[1][2], 1.45, 1e-7);
  EXPECT_EQ(draws[1][0], 1);
}

TEST(DrawErrors, HasTheDeviationAskedForAndTheForecastAsItsMean) {
  for (const auto& draws : DrawErrors(Noise(48, 0.2f, 0.8f), "DE")) {
    double sum = 0, squares = 0;
    for (const double draw : draws) {
      sum += draw;
      squares += (draw - 1) * (draw - 1);
    }
    EXPECT_NEAR(sum / ErrorFactors::kScenarios, 1, 1e-12);
    EXPECT_NEAR(std::sqrt(squares / ErrorFactors::kScenarios), 0.2, 1e-7);
  }
}

TEST(DrawErrors, CorrelatesTheRemainderAsAskedFor) {
  for (const float correlation : {0.0f, 0.5f, 0.9f}) {
    const auto draws = DrawErrors(Noise(2000, 0.1f, correlation), "DE");
    double products = 0;
    for (size_t i = 1; i < draws.size(); ++i) {
      for (size_t s = 0; s < draws[i].size(); ++s) {
        products += (draws[i][s] - 1) * (draws[i - 1][s] - 1);
      }
    }
    const double count = static_cast<double>((draws.size() - 1) * ErrorFactors::kScenarios);
    EXPECT_NEAR(products / count / 0.01, correlation, 0.02);
  }
}

TEST(DrawErrors, IsKeyedByZoneAndNothingElse) {
  const ErrorFactors factors = Noise(10, 0.2f, 0.5f);
  EXPECT_EQ(DrawErrors(factors, "DE"), DrawErrors(factors, "DE"));
  EXPECT_NE(DrawErrors(factors, "DE"), DrawErrors(factors, "FR"));
}

TEST(DrawErrors, NeverFallsToZeroAndStandsSizesThatDoNotFit) {
  for (const auto& draws : DrawErrors(Noise(100, 5, 0.5f), "DE")) {
    for (const double draw : draws) EXPECT_GE(draw, 0.05);
  }
  ErrorFactors factors = Noise(3, 0.1f, 0);
  factors.factor_count = 4;
  factors.remainder.clear();
  for (const auto& draws : DrawErrors(factors, "DE")) {
    for (const double draw : draws) EXPECT_EQ(draw, 1);
  }
}

TEST(DrawErrors, GivesTheSameBitsWithNoiseThatIsKept) {
  const ErrorFactors first = Noise(10, 0.2f, 0.5f), longer = Noise(300, 0.1f, 0.9f);
  const std::vector<std::vector<ErrorDraws>> expected = {
      DrawErrors(first, "DE"), DrawErrors(longer, "DE"), DrawErrors(first, "FR")};
  const ErrorNoise noise;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(DrawErrors(first, "DE"), expected[0]);
    EXPECT_EQ(DrawErrors(longer, "DE"), expected[1]);
    EXPECT_EQ(DrawErrors(first, "FR"), expected[2]);
  }
}

TEST(DrawFactor, ErrsAlikeForNamesWhoseHashesCollideAndThatIsAll) {
  // Equal in 64-bit FNV-1a. Two names of one key err together, as two of one place would: their
  // spread is each its own all the same.
  const auto one = DrawFactor("8yn0iYCKYHlIj4-BwPqk", 0.1);
  const auto other = DrawFactor("GReLUrM4wMqfg9yzV3KQ", 0.3);
  for (int s = 0; s < ErrorFactors::kScenarios; ++s) {
    EXPECT_NEAR(3 * (one[s] - 1), other[s] - 1, 1e-12);
  }
}

TEST(DrawFactor, HasTheSpreadAskedForAndStaysPositive) {
  const auto factor = DrawFactor("watts/x", 0.3);
  EXPECT_NEAR(Mean(factor), 1, 1e-12);
  EXPECT_NEAR(Deviation(factor), 0.3, 1e-9);
  EXPECT_EQ(factor, DrawFactor("watts/x", 0.3));
  EXPECT_NE(factor, DrawFactor("watts/y", 0.3));
  for (double f : DrawFactor("watts/x", 5)) EXPECT_GE(f, 0.05);
  for (double f : DrawFactor("watts/x", 0)) EXPECT_EQ(f, 1);
}

TEST(WithSpread, EnlargesWhatIsTooSmallAndNothingElse) {
  const ErrorDraws small = DrawFactor("x", 0.1), large = DrawFactor("x", 0.3);
  const ErrorDraws widened = WithSpread(small, 0.3, "y");
  for (size_t s = 0; s < small.size(); ++s) EXPECT_NEAR(widened[s], large[s], 1e-12);
  EXPECT_EQ(WithSpread(large, 0.1, "y"), large);
  ErrorDraws none;
  none.fill(1);
  EXPECT_EQ(WithSpread(none, 0.2, "y"), DrawFactor("y", 0.2));
  EXPECT_EQ(WithSpread(none, 0, "y"), none);
  for (const double draw : WithSpread(small, 5, "y")) EXPECT_GE(draw, 0.05);
}

}  // namespace
}  // namespace carbon
