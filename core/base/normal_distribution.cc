#include "core/base/normal_distribution.h"

#include <algorithm>
#include <cmath>

namespace carbon {
namespace {

// Beyond it the probability differs from 0 or 1 by less than 1e-16.
constexpr double kMaxZ = 8.3;
constexpr double kDensityAtZero = 0.39894228040143267794;  // 1 / sqrt(2 pi)

// exp(-x) for 0 <= x <= 35: a Taylor series for x / 64, squared six times.
double ExpOfMinus(double x) {
  const double part = -x / 64;
  double sum = 1, term = 1;
  for (int n = 1; n <= 16; ++n) {
    term *= part / n;
    sum += term;
  }
  for (int i = 0; i < 6; ++i) sum *= sum;
  return sum;
}

}  // namespace

// The series z + z^3/3 + z^5/(3*5) + …, multiplied by the density, is the probability between 0 and
// z (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.11). All its terms have the
// sign of z, so that none cancels another.
double NormalCdf(double z) {
  if (std::isnan(z)) return z;
  if (z > kMaxZ) return 1;
  if (z < -kMaxZ) return 0;
  const double square = z * z;
  double sum = z, term = z;
  for (int n = 3; sum + term != sum; n += 2) {
    term *= square / n;
    sum += term;
  }
  return std::clamp(0.5 + kDensityAtZero * ExpOfMinus(square / 2) * sum, 0.0, 1.0);
}

}  // namespace carbon
