#include "cli/report/sums/added_waits.h"

#include <algorithm>
#include <cmath>

namespace carbon {

const std::array<absl::Duration, AddedWaits::kBins - 1> AddedWaits::kBounds = {
    -AddedWaits::kUnnoticed, AddedWaits::kUnnoticed, absl::Hours(1), absl::Hours(4),
    absl::Hours(12),         absl::Hours(24),        absl::Hours(48)};

void WaitCollector::Add(const std::optional<absl::Duration>& wait) {
  if (!wait.has_value()) return;
  ++waits_.jobs;
  if (*wait < -AddedWaits::kUnnoticed) ++waits_.sooner;
  const auto* const bound =
      std::upper_bound(AddedWaits::kBounds.begin(), AddedWaits::kBounds.end(), *wait);
  ++waits_.bins[static_cast<size_t>(bound - AddedWaits::kBounds.begin())];
  if (*wait <= AddedWaits::kUnnoticed) return;
  waits_.total += *wait;
  delays_.push_back(*wait);
}

AddedWaits WaitCollector::Finish() {
  waits_.delayed = static_cast<int64_t>(delays_.size());
  if (delays_.empty()) return waits_;
  std::sort(delays_.begin(), delays_.end());
  const auto at = [this](double share) {
    return delays_[static_cast<size_t>(
        std::lround(share * static_cast<double>(delays_.size() - 1)))];
  };
  waits_.mean = waits_.total / waits_.delayed;
  waits_.median = at(0.5);
  waits_.p95 = at(0.95);
  waits_.longest = delays_.back();
  return waits_;
}

}  // namespace carbon
