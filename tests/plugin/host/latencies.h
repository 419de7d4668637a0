// How long calls took.
#ifndef TESTS_PLUGIN_HOST_LATENCIES_H_
#define TESTS_PLUGIN_HOST_LATENCIES_H_

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace carbon {

// Latencies by powers of two and their quarters: a sixth of precision is enough to see a drift, and
// recording must not make memory grow.
class Latencies {
 public:
  void Add(std::chrono::steady_clock::duration latency) {
    const uint64_t ns =
        std::max<int64_t>(4, std::chrono::duration_cast<std::chrono::nanoseconds>(latency).count());
    const int power = std::bit_width(ns) - 1;
    ++counts_[static_cast<size_t>(power * 4) + ((ns >> (power - 2)) & 3)];
    ++count_;
  }
  void Add(const Latencies& other) {
    for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
  }
  uint64_t count() const { return count_; }
  double Microseconds(double quantile) const {
    uint64_t left = static_cast<uint64_t>(static_cast<double>(count_) * quantile);
    for (size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > left) {
        return static_cast<double>(4 + i % 4) * static_cast<double>(uint64_t{1} << (i / 4)) / 4000;
      }
      left -= counts_[i];
    }
    return 0;
  }

 private:
  std::array<uint64_t, 256> counts_{};
  uint64_t count_ = 0;
};

}  // namespace carbon

#endif  // TESTS_PLUGIN_HOST_LATENCIES_H_
