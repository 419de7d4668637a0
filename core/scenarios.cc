#include "core/scenarios.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/standard_draws.h"

namespace carbon {
namespace {

// More draws than this cost more than they tell: then each stands for a longer time.
constexpr int64_t kMostDraws = 720;
constexpr double kLeastFactor = 0.05;

// Every second scenario mirrors the one before.
ErrorScenarios::Draws StandardDraws(uint64_t key, uint64_t step) {
  ErrorScenarios::Draws draws;
  for (int s = 0; s < ErrorScenarios::kCount; s += 2) {
    draws[s] = StandardDraw(key, step * ErrorScenarios::kCount + s);
    draws[s + 1] = -draws[s];
  }
  return draws;
}

// 1 + spread x draw, never below kLeastFactor. The draws are scaled so that their standard
// deviation is 1 exactly: 64 of them alone would miss it by a tenth.
ErrorScenarios::Draws Factors(const ErrorScenarios::Draws& draws, double spread) {
  double squares = 0;
  for (double draw : draws) squares += draw * draw;
  const double scale = squares > 0 ? spread / std::sqrt(squares / ErrorScenarios::kCount) : 0;
  ErrorScenarios::Draws factors;
  for (int s = 0; s < ErrorScenarios::kCount; ++s) {
    factors[s] = std::max(kLeastFactor, 1 + scale * draws[s]);
  }
  return factors;
}

double Spread(const LeadTimeSpread& spread, absl::Duration lead) {
  const double growth = absl::ToDoubleSeconds(spread.growth);
  const double seconds = std::max(0.0, absl::ToDoubleSeconds(lead));
  const double share = growth > 0 ? seconds / (seconds + growth) : 1.0;
  return spread.near + (spread.far - spread.near) * share;
}

// A file that is fetched again does not become a newer forecast.
absl::Time MadeAt(const ZoneForecast& forecast) {
  return std::min(forecast.issued_at.value_or(forecast.fetched_at), forecast.fetched_at);
}

}  // namespace

ErrorScenarios::ErrorScenarios(const std::vector<ZoneForecast>& forecasts) {
  zones_.reserve(forecasts.size());
  for (const ZoneForecast& forecast : forecasts) {
    const uint64_t key = DrawKey(absl::StrCat("zone/", forecast.zone));
    const absl::Time origin = MadeAt(forecast);
    Zone zone;
    zone.origin = absl::ToUnixSeconds(origin);
    const int64_t growth = std::max<int64_t>(1, absl::ToInt64Seconds(forecast.spread.growth));
    const int64_t span = std::max<int64_t>(0, forecast.series.end_second() - zone.origin);
    zone.bucket_seconds = std::max<int64_t>({1, growth / kDrawsPerGrowth, span / kMostDraws});
    zone.factors.resize(static_cast<size_t>(span / zone.bucket_seconds + 1));
    // Correlation from one draw to the next: 0.96 for 24 draws within the time of growth.
    const double carry_over =
        static_cast<double>(growth) / static_cast<double>(growth + zone.bucket_seconds);
    const double innovation = std::sqrt(1 - carry_over * carry_over);
    Draws error = StandardDraws(key, 0);
    for (size_t bucket = 0; bucket < zone.factors.size(); ++bucket) {
      if (bucket > 0) {
        const Draws fresh = StandardDraws(key, bucket);
        for (int s = 0; s < kCount; ++s) error[s] = carry_over * error[s] + innovation * fresh[s];
      }
      const absl::Duration lead =
          absl::Seconds(zone.bucket_seconds) * (static_cast<double>(bucket) + 0.5);
      const bool is_climatology = origin + lead >= forecast.horizon;
      zone.factors[bucket] =
          Factors(error, is_climatology ? forecast.spread.far : Spread(forecast.spread, lead));
    }
    zones_.push_back(std::move(zone));
  }
}

ErrorScenarios::Draws ErrorScenarios::Integrate(int zone_index, const IntensitySeries& series,
                                                absl::Time start, absl::Duration runtime) const {
  const Zone& zone = zones_[static_cast<size_t>(zone_index)];
  Draws total{};
  int64_t from = absl::ToUnixSeconds(start);
  const int64_t end = from + absl::ToInt64Seconds(runtime);
  IntegralCursor integral(series, from);
  IntensityIntegral before = integral.UpTo(from);
  while (from < end) {
    // The past errs as the first bucket does, and whatever lies beyond the last as the last.
    const int64_t lead = std::max<int64_t>(0, from - zone.origin);
    const size_t bucket =
        std::min(static_cast<size_t>(lead / zone.bucket_seconds), zone.factors.size() - 1);
    const bool is_last = bucket + 1 == zone.factors.size();
    const int64_t next =
        is_last
            ? end
            : std::min(end, zone.origin + static_cast<int64_t>(bucket + 1) * zone.bucket_seconds);
    const IntensityIntegral after = integral.UpTo(next);
    const double part = static_cast<double>((after - before).milligram_seconds_per_kwh);
    for (int s = 0; s < kCount; ++s) total[s] += part * zone.factors[bucket][s];
    before = after;
    from = next;
  }
  return total;
}

ErrorScenarios::Draws ErrorScenarios::Factor(absl::string_view key, double spread) {
  return Factors(StandardDraws(DrawKey(key), 0), spread);
}

}  // namespace carbon
