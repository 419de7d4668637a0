// Grids made up by the hour, for tests that need months of history: a level, a day's swing, weather
// that drifts. The same seed gives the same grid.
#ifndef TESTS_REPLAY_FORECASTS_SYNTHETIC_GRID_H_
#define TESTS_REPLAY_FORECASTS_SYNTHETIC_GRID_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/base/timestamp.h"
#include "gtest/gtest.h"
#include "replay/forecasts/zone_record.h"

namespace carbon {

inline const absl::Time kGridBegin = absl::FromUnixSeconds(1'577'836'800);  // 2020-01-01

inline absl::Time GridDay(int day, int hour = 0) {
  return kGridBegin + absl::Hours(24 * day + hour);
}

inline std::vector<double> MadeUpHours(uint32_t seed, double level, int days) {
  std::mt19937 random(seed);
  double weather = 0;
  std::vector<double> hours;
  for (int hour = 0; hour < 24 * days; ++hour) {
    weather = 0.97 * weather + static_cast<double>(random() % 2001) / 1000 - 1;
    const double day = std::sin(2 * M_PI * (hour % 24) / 24);
    hours.push_back(std::round(level * (1 + 0.3 * day + 0.02 * weather) * 100) / 100);
  }
  return hours;
}

inline std::string ToCsv(const std::vector<double>& hours) {
  std::string csv = "datetime_utc,carbon_intensity_gco2_per_kwh\n";
  for (size_t hour = 0; hour < hours.size(); ++hour) {
    absl::StrAppend(&csv, FormatTimestamp(kGridBegin + absl::Hours(static_cast<int64_t>(hour))),
                    ",", hours[hour], "\n");
  }
  return csv;
}

inline ZoneRecord RecordOf(const std::string& zone, const std::vector<double>& hours) {
  absl::StatusOr<ZoneRecord> record = ZoneRecord::Create(zone, ToCsv(hours));
  EXPECT_TRUE(record.ok()) << record.status();
  return *std::move(record);
}

}  // namespace carbon

#endif  // TESTS_REPLAY_FORECASTS_SYNTHETIC_GRID_H_
