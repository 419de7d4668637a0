#include "forecast/own/interval_coverage.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "forecast/own/forecast_error.h"

namespace carbon {
namespace {

constexpr size_t kMaxHours = 96;
constexpr absl::Duration kBlock = absl::Hours(14 * 24);
constexpr int kSamples = 1000;

// A linear congruential generator with Knuth's constants for 64 bits. Its high bits are good enough
// to choose blocks.
class Choice {
 public:
  size_t Below(size_t count) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<size_t>((state_ >> 33) % count);
  }

 private:
  uint64_t state_ = 1;
};

struct Tally {
  int64_t hits = 0;
  int64_t windows = 0;
};

}  // namespace

std::vector<IntervalHits> CountHits(const std::vector<ForecastPair>& pairs, absl::Time from,
                                    absl::string_view zone) {
  std::vector<IntervalHits> all;
  size_t finished = 0;
  for (const ForecastPair& pair : pairs) {
    const auto is_over = [&pair](const ForecastPair& earlier) {
      return earlier.origin + absl::Hours(static_cast<int64_t>(earlier.forecast.size())) <=
             pair.origin;
    };
    while (finished < pairs.size() && is_over(pairs[finished])) ++finished;
    if (pair.origin < from || finished < kMinPastForecasts) continue;
    // Takes some more than are used, because some may be left out.
    const size_t first = finished - std::min(finished, kMaxPastForecasts + 60);
    const std::vector<ForecastPair> past(pairs.begin() + static_cast<ptrdiff_t>(first),
                                         pairs.begin() + static_cast<ptrdiff_t>(finished));
    absl::StatusOr<ErrorFactors> factors =
        FitErrorFactors(past, pair.forecast, pair.origin, pair.origin);
    if (!factors.ok()) continue;
    const std::vector<ErrorDraws> draws = DrawErrors(*factors, zone);
    IntervalHits counted;
    counted.origin = pair.origin;
    const size_t end = std::min(kMaxHours, pair.forecast.size());
    for (size_t window = 0; window < kWindowHours.size(); ++window) {
      const size_t hours = kWindowHours[window];
      // Long windows overlap. Otherwise there would be only one of three days.
      const size_t stride = std::min<size_t>(hours, 24);
      for (size_t start = 0; start + hours <= end; start += stride) {
        const auto first_hour = pair.actual.begin() + static_cast<ptrdiff_t>(start);
        const double mean =
            std::accumulate(first_hour, first_hour + static_cast<ptrdiff_t>(hours), 0.0) /
            static_cast<double>(hours);
        if (std::isnan(mean)) continue;
        ++counted.windows[window];
        const std::vector<double> scenarios =
            WindowScenarios(draws, *factors, pair.forecast, start, hours);
        for (size_t nominal = 0; nominal < kNominalShares.size(); ++nominal) {
          const IntensityRange range = CentralRange(scenarios, kNominalShares[nominal]);
          if (range.low.value() <= mean && mean <= range.high.value()) {
            ++counted.hits[nominal][window];
          }
        }
      }
    }
    all.push_back(counted);
  }
  return all;
}

Coverage PooledCoverage(const std::vector<IntervalHits>& hits, size_t nominal, size_t window) {
  std::map<int64_t, Tally> by_block;
  Tally total;
  for (const IntervalHits& one : hits) {
    Tally& block = by_block[(one.origin - absl::UnixEpoch()) / kBlock];
    for (Tally* tally : {&block, &total}) {
      tally->hits += one.hits[nominal][window];
      tally->windows += one.windows[window];
    }
  }
  Coverage coverage;
  coverage.windows = total.windows;
  if (total.windows == 0) return coverage;
  coverage.share = static_cast<double>(total.hits) / static_cast<double>(total.windows);
  std::vector<Tally> blocks;
  for (const auto& [number, tally] : by_block) blocks.push_back(tally);
  std::vector<double> shares;
  Choice choice;
  for (int sample = 0; sample < kSamples; ++sample) {
    Tally drawn;
    for (size_t i = 0; i < blocks.size(); ++i) {
      const Tally& block = blocks[choice.Below(blocks.size())];
      drawn.hits += block.hits;
      drawn.windows += block.windows;
    }
    if (drawn.windows > 0) {
      shares.push_back(static_cast<double>(drawn.hits) / static_cast<double>(drawn.windows));
    }
  }
  std::sort(shares.begin(), shares.end());
  coverage.low = shares[shares.size() / 40];
  coverage.high = shares[shares.size() - 1 - shares.size() / 40];
  return coverage;
}

}  // namespace carbon
