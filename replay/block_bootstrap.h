// Intervals for figures of a time series whose neighbours are alike: a block bootstrap. Blocks of
// time are drawn with replacement, as many as there are (Künsch, Annals of Statistics 17, 1989;
// here the blocks do not overlap). Figures from the same blocks are paired: the same blocks are
// drawn for each of them. Pure; the same bits for the same blocks.
#ifndef REPLAY_BLOCK_BOOTSTRAP_H_
#define REPLAY_BLOCK_BOOTSTRAP_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace carbon {

struct BootstrapInterval {
  double low = 0;
  double high = 0;
};

inline constexpr int kBootstrapSamples = 2000;
inline constexpr double kBootstrapCoverage = 0.95;

// Returns the central 95% of `figure(sum of the drawn blocks)`. Sums is default-constructible and
// has +=. Samples whose figure is NaN are left out. Both ends are NaN if all figures are.
template <class Sums, class Figure>
BootstrapInterval BlockBootstrap(const std::vector<Sums>& blocks, const Figure& figure) {
  std::mt19937 random(1);  // the standard defines every bit of it
  std::vector<double> figures;
  for (int sample = 0; sample < kBootstrapSamples && !blocks.empty(); ++sample) {
    Sums sums{};
    for (size_t i = 0; i < blocks.size(); ++i) {
      sums += blocks[static_cast<size_t>(uint64_t{random()} * blocks.size() >> 32)];
    }
    const double value = figure(sums);
    if (!std::isnan(value)) figures.push_back(value);
  }
  if (figures.empty()) return {std::nan(""), std::nan("")};
  std::sort(figures.begin(), figures.end());
  const auto at = [&figures](double probability) {
    return figures[static_cast<size_t>(
        std::lround(probability * static_cast<double>(figures.size() - 1)))];
  };
  return {at((1 - kBootstrapCoverage) / 2), at((1 + kBootstrapCoverage) / 2)};
}

}  // namespace carbon

#endif  // REPLAY_BLOCK_BOOTSTRAP_H_
