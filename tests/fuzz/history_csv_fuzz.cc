#include <cmath>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "forecast/own/history_forecast.h"
#include "forecast/own/hourly_history.h"
#include "forecast/sources/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  absl::StatusOr<carbon::IntensityHistory> history =
      carbon::ParseHistoryCsv(text, {.time_zone = "Europe/Berlin"});
  if (!history.ok() || history->intervals().empty()) return 0;
  // Whatever was accepted gives whole hours of finite values, and a forecast or a reason why not.
  const absl::Time end = history->intervals().back().end;
  const carbon::HourlyHistory hourly = carbon::HourlyHistory::From(*history, end);
  for (const double grams : hourly.grams_per_kwh()) {
    if (!std::isfinite(grams) || grams < 0) __builtin_trap();
  }
  absl::StatusOr<carbon::HistoryForecast> forecast = carbon::ForecastFromHistory(*history, end);
  if (forecast.ok() && forecast->series.end() < end + carbon::kOwnForecastReach) __builtin_trap();
  return 0;
}
