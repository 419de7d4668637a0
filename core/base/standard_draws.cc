#include "core/base/standard_draws.h"

namespace carbon {
namespace {

// This is the finaliser of SplitMix64.
uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

// This is FNV-1a. Mix spreads the keys that FNV-1a leaves close together.
uint64_t DrawKey(absl::string_view name) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

double StandardDraw(uint64_t key, uint64_t index) {
  double sum = -6;
  for (uint64_t i = 0; i < 12; ++i) {
    sum += static_cast<double>(Mix(key ^ Mix(index * 12 + i)) >> 11) * 0x1.0p-53;
  }
  return sum;
}

}  // namespace carbon
