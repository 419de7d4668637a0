#include "core/grid/scenarios.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

constexpr int64_t kMaxBuckets = ErrorFactors::kMaxBuckets;
constexpr absl::Duration kOldest = absl::Hours(24 * 400);

double Spread(const LeadTimeSpread& spread, absl::Duration lead) {
  const double growth = absl::ToDoubleSeconds(spread.growth);
  const double seconds = std::max(0.0, absl::ToDoubleSeconds(lead));
  const double share = growth > 0 ? seconds / (seconds + growth) : 1.0;
  return spread.near + (spread.far - spread.near) * share;
}

// Returns when the forecast was made. A file that is fetched again does not become a newer
// forecast.
absl::Time MadeAt(const ZoneForecast& forecast) {
  return std::min(forecast.issued_at.value_or(forecast.fetched_at), forecast.fetched_at);
}

// Factors with their unit of lead time: an hour, or shorter if the spread grows within less than a
// day.
struct ScaledFactors {
  ErrorFactors factors;
  absl::Duration hour = absl::Hours(1);
};

// Returns noise that grows as the spread says. It is drawn 24 times while the spread grows, and at
// least once an hour; less often if that would need more than kMaxBuckets buckets.
ScaledFactors LeadTimeFactors(const ZoneForecast& forecast) {
  const absl::Time made_at = MadeAt(forecast);
  const absl::Duration growth = std::max(forecast.spread.growth, absl::Seconds(1));
  ScaledFactors scaled;
  ErrorFactors& factors = scaled.factors;
  // An absurd date must not cost a bucket for every hour since then.
  factors.origin = std::max(made_at, forecast.series.begin() - kOldest);
  const absl::Duration span = std::max(absl::Seconds(1), forecast.series.end() - factors.origin);
  const absl::Duration finest = std::min(growth / 24, absl::Hours(1));
  scaled.hour = absl::Ceil(std::max(finest, span / kMaxBuckets), absl::Seconds(1));
  for (uint16_t bucket = 0; scaled.hour * bucket < span; ++bucket) {
    factors.bucket_end_hours.push_back(static_cast<uint16_t>(bucket + 1));
    const absl::Time middle = factors.origin + scaled.hour * (bucket + 0.5);
    factors.remainder.push_back(static_cast<float>(Spread(forecast.spread, middle - made_at)));
  }
  // The correlation is 0.96 from one hour to the next if the spread takes a day to grow:
  // neighbouring hours err much alike, hours that are days apart do not.
  factors.remainder_correlation =
      static_cast<float>(absl::FDivDuration(growth, growth + scaled.hour));
  return scaled;
}

bool HasErrors(const ZoneForecast& forecast) {
  return forecast.errors.has_value() && forecast.errors->buckets() > 0;
}

}  // namespace

ErrorScenarios::Zone ErrorScenarios::Draw(const ZoneForecast& forecast) {
  const auto [factors, hour] =
      HasErrors(forecast) ? ScaledFactors{*forecast.errors} : LeadTimeFactors(forecast);
  const std::vector<Draws> draws = DrawErrors(factors, forecast.zone);
  const int64_t horizon = absl::ToUnixSeconds(forecast.horizon);
  const std::string key = absl::StrCat("climatology/", forecast.zone);
  Zone zone;
  int64_t begin = INT64_MIN;
  for (size_t bucket = 0; bucket < draws.size(); ++bucket) {
    const int64_t end =
        bucket + 1 == draws.size()
            ? INT64_MAX
            : absl::ToUnixSeconds(factors.origin + hour * factors.bucket_end_hours[bucket]);
    if (begin < horizon) {
      zone.factors.push_back(draws[bucket]);
      zone.ends.push_back(std::min(end, horizon));
    }
    if (end > horizon) {
      zone.factors.push_back(WithSpread(draws[bucket], forecast.spread.far, key));
      zone.ends.push_back(end);
    }
    begin = end;
  }
  zone.ends.pop_back();
  return zone;
}

ErrorScenarios::ErrorScenarios(const std::vector<ZoneForecast>& forecasts) {
  zones_.reserve(forecasts.size());
  for (const ZoneForecast& forecast : forecasts) zones_.push_back(Draw(forecast));
}

ErrorScenarios::Draws ErrorScenarios::Integrate(int zone_index, const IntensitySeries& series,
                                                absl::Time start, absl::Duration runtime) const {
  const Zone& zone = zones_[static_cast<size_t>(zone_index)];
  Draws total{};
  int64_t from = absl::ToUnixSeconds(start);
  const int64_t end = from + absl::ToInt64Seconds(runtime);
  IntegralCursor integral(series, from);
  IntensityIntegral before = integral.UpTo(from);
  auto bucket = static_cast<size_t>(std::upper_bound(zone.ends.begin(), zone.ends.end(), from) -
                                    zone.ends.begin());
  for (; from < end; ++bucket) {
    const int64_t next = bucket < zone.ends.size() ? std::min(end, zone.ends[bucket]) : end;
    const IntensityIntegral after = integral.UpTo(next);
    const double part = static_cast<double>((after - before).milligram_seconds_per_kwh);
    const Draws& factors = zone.factors[bucket];
    for (int s = 0; s < kCount; ++s) total[s] += part * factors[s];
    before = after;
    from = next;
  }
  return total;
}

ErrorScenarios::Draws ErrorScenarios::Integrate(int zone_index, const IntensitySeries& series,
                                                absl::Time start, const Runtimes& runtimes) const {
  const Zone& zone = zones_[static_cast<size_t>(zone_index)];
  const int64_t begin = absl::ToUnixSeconds(start);
  std::array<int64_t, kCount> ends;
  for (int s = 0; s < kCount; ++s) {
    ends[s] = std::min(begin + absl::ToInt64Seconds(runtimes[s]), series.end_second());
  }
  const int64_t last_end = *std::max_element(ends.begin(), ends.end());
  Draws total{};
  auto bucket = static_cast<size_t>(std::upper_bound(zone.ends.begin(), zone.ends.end(), begin) -
                                    zone.ends.begin());
  for (int64_t from = begin; from < last_end; ++bucket) {
    const int64_t next =
        bucket < zone.ends.size() ? std::min(last_end, zone.ends[bucket]) : last_end;
    const IntensityIntegral before = series.IntegralUpTo(from);
    const IntensityIntegral whole = series.IntegralUpTo(next) - before;
    const Draws& factors = zone.factors[bucket];
    for (int s = 0; s < kCount; ++s) {
      if (ends[s] <= from) continue;
      const IntensityIntegral part =
          ends[s] >= next ? whole : series.IntegralUpTo(ends[s]) - before;
      total[s] += static_cast<double>(part.milligram_seconds_per_kwh) * factors[s];
    }
    from = next;
  }
  for (int s = 0; s < kCount; ++s) {
    const auto covered = static_cast<double>(ends[s] - begin);
    const double length = absl::ToDoubleSeconds(runtimes[s]);
    if (length > covered) total[s] *= length / covered;
  }
  return total;
}

}  // namespace carbon
