#include "core/grid/error_noise.h"

#include "core/base/standard_draws.h"

namespace carbon {
namespace {

thread_local ErrorNoise* current = nullptr;

}  // namespace

ErrorNoise::ErrorNoise() { current = this; }

ErrorNoise::~ErrorNoise() { current = nullptr; }

ErrorNoise* ErrorNoise::Current() { return current; }

const std::vector<double>& ErrorNoise::Of(uint64_t key, size_t count) {
  std::vector<double>& draws = draws_[key];
  while (draws.size() < count) draws.push_back(StandardDraw(key, draws.size()));
  return draws;
}

}  // namespace carbon
