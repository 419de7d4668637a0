// The parts of a snapshot, made up so that each field says something of its own.
#ifndef TESTS_CORE_SNAPSHOT_PARTS_H_
#define TESTS_CORE_SNAPSHOT_PARTS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

inline const absl::Time kNow = absl::FromUnixSeconds(1795500000);  // 2026-11-24T06:00:00Z
inline const std::string kHash = std::string(64, 'a');

inline IntensitySeries Series(const std::vector<IntensitySeries::Step>& steps, absl::Time end) {
  return IntensitySeries::Create(steps, end).value();
}

// Hourly for a day, six-hourly for three, then one odd step.
inline ZoneForecast Forecast(const std::string& zone) {
  std::vector<IntensitySeries::Step> steps;
  absl::Time t = kNow;
  for (int i = 0; i < 24; ++i, t += absl::Hours(1)) {
    steps.push_back({t, GramsPerKilowattHour(100.125 + i)});
  }
  for (int i = 0; i < 12; ++i, t += absl::Hours(6)) {
    steps.push_back({t, GramsPerKilowattHour(300.5 + i)});
  }
  steps.push_back({t + absl::Minutes(7), GramsPerKilowattHour(0)});
  return ZoneForecast{.zone = zone,
                      .kind = SignalKind::kMarginal,
                      .source = "csv:x.csv",
                      .issued_at = kNow - absl::Hours(2),
                      .fetched_at = kNow - absl::Hours(1),
                      .valid_until = kNow + absl::Hours(23),
                      .series = Series(steps, t + absl::Hours(9)),
                      .horizon = kNow + absl::Hours(48),
                      .long_run_mean = GramsPerKilowattHour(123.456789),
                      .spread = {.near = 0.03, .far = 0.3, .growth = absl::Hours(12)}};
}

inline ErrorFactors Errors(std::vector<uint16_t> ends, size_t factor_count) {
  ErrorFactors errors;
  errors.origin = kNow - absl::Hours(3);
  errors.bucket_end_hours = std::move(ends);
  errors.factor_count = factor_count;
  const auto fill = [](std::vector<float>* values, size_t count, float step) {
    for (size_t i = 0; i < count; ++i) values->push_back(step * static_cast<float>(i % 37));
  };
  fill(&errors.loadings, errors.buckets() * factor_count, 0.011f);
  fill(&errors.remainder, errors.buckets(), 0.003f);
  fill(&errors.scores, ErrorFactors::kPairs * factor_count, -0.07f);
  errors.remainder_correlation = 0.625f;
  return errors;
}

// The first as a provider's alone, the second with all that may be absent there.
inline std::vector<ZoneForecast> TwoForecasts() {
  std::vector<ZoneForecast> forecasts = {Forecast("NO-1"), Forecast("DE")};
  forecasts[1].own_from = kNow + absl::Hours(30);
  forecasts[1].errors = Errors({1, 2, 3, 6}, 2);
  forecasts[1].issued_at.reset();
  forecasts[1].kind = SignalKind::kAverageLifecycle;
  return forecasts;
}

inline CapacityState Capacity() {
  CapacityState capacity;
  capacity.taken_at = kNow;
  capacity.watched_at = kNow - absl::Seconds(1);
  capacity.watched_until = kNow + absl::Seconds(59);
  capacity.cluster = "demo";
  capacity.default_partition = "frankfurt";
  capacity.groups = {{"oslo-nodes",
                      {4, 32, Resources::kUnlimited, Resources::kUnlimited, 4, 3, 2, 8, 16, 0},
                      {1, 8, 64, 512000},
                      {},
                      "the other devices"}};
  capacity.pools = {{.pool = "oslo",
                     .group = "oslo-nodes",
                     .up = true,
                     .is_default = true,
                     .max_time = absl::Hours(48),
                     .default_time = std::nullopt,
                     .max_nodes = 4,
                     .has_others = true,
                     .defaults = {1, 2, 3, 4, 5, 6, true},
                     .stays_powered = 0.25,
                     .wake_up = absl::Seconds(330),
                     .asleep = 0.5}};
  capacity.uses = {
      {17, "0123456789abcdef-4", "oslo-nodes", {kNow, kNow + absl::Hours(3)}, {1, 8, 0, 0}}};
  return capacity;
}

inline PlacementConfig OslosConfig() {
  PlacementConfig config;
  config.zones.push_back({.name = "NO-1"});
  config.sites.push_back({.name = "oslo", .zone = "NO-1"});
  config.hardware["h100"] = {.name = "h100"};
  config.pools.push_back({.name = "oslo", .site = "oslo", .partition = "oslo", .hardware = "h100"});
  return config;
}

inline Manifest AManifest() {
  return {.published_at = kNow,
          .hashes = {{kHash, std::string(64, 'b'), std::string(64, 'c'), std::string(64, 'd')}},
          .readers = ReaderSettings{.log = "/l/placements.jsonl", .period = absl::Seconds(7)}};
}

}  // namespace carbon

#endif  // TESTS_CORE_SNAPSHOT_PARTS_H_
