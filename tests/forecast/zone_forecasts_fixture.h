// A fixture for the tests of forecast/zones/zone_forecasts.h.
#ifndef TESTS_FORECAST_ZONE_FORECASTS_FIXTURE_H_
#define TESTS_FORECAST_ZONE_FORECASTS_FIXTURE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/zones/zone_forecasts.h"
#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"
#include "tests/temporary_folder.h"

namespace carbon {

inline constexpr int64_t kNowHour = 24 * 150 + 10;

inline double Truth(int64_t hour) { return NoisyWave(hour, 20); }

// An archive and zones of one day in a folder of their own, a provider whose answers the test sets,
// and a clock that the test sets.
class ZoneForecastsTest : public testing::Test {
 protected:
  ZoneForecastsTest() {
    config_.paths.archive = folder_ + "/archive.sqlite";
    AddZone("GB");
  }

  static ForecastProvider Neso() { return {.provider = "neso", .zone = "GB"}; }

  ZoneConfig& AddZone(const std::string& name) {
    config_.zones.push_back({.name = name,
                             .kind = SignalKind::kAverageDirect,
                             .forecasts = {Neso()},
                             .max_age = absl::Hours(2)});
    return config_.zones.back();
  }

  void Start() {
    forecasts_.emplace();
    forecasts_->Configure(config_, now_);
  }

  // The provider answered now with a forecast of so many hours.
  void Answer(const std::function<double(int64_t)>& value, int64_t hours = 72) {
    const absl::Time begin =
        absl::UnixEpoch() + absl::Floor(now_ - absl::UnixEpoch(), absl::Hours(1));
    const int64_t first = absl::ToInt64Hours(begin - AtHour(0));
    std::vector<IntensitySeries::Step> steps;
    for (int64_t hour = first; hour < first + hours; ++hour) {
      steps.push_back({AtHour(hour), GramsPerKilowattHour(value(hour))});
    }
    answer_ = FetchedForecast{{SignalKind::kAverageDirect, std::nullopt,
                               *IntensitySeries::Create(steps, begin + absl::Hours(hours))},
                              now_,
                              absl::OkStatus()};
  }
  // … that has this mean.
  void Answer(double mean = 330, int64_t hours = 72) {
    Answer([mean](int64_t hour) { return mean / 300 * WeekWave(hour); }, hours);
  }

  // The measurements of hours [first, end) arrive.
  void Tell(const std::string& zone, int64_t first, int64_t end) {
    forecasts_->Take(
        {zone, Neso(), SignalKind::kAverageDirect, MakeHistory(first, end, Truth), now_});
  }

  std::vector<ZoneForecast> Make(int pieces = 1000) {
    problems_.clear();
    return forecasts_->Make(
        now_, [this](const ZoneConfig&, const ForecastProvider&) { return answer_; },
        [&pieces] { return pieces-- > 0; }, &problems_);
  }

  std::vector<std::string> Warnings() const {
    return FormatFindings(forecasts_->Findings(), Severity::kWarning);
  }
  std::vector<std::string> Notes() const {
    return FormatFindings(forecasts_->Findings(), Severity::kNote);
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  DaemonConfig config_;
  absl::Time now_ = AtHour(kNowHour);
  absl::StatusOr<FetchedForecast> answer_ = absl::UnavailableError("no connection");
  std::optional<ZoneForecasts> forecasts_;
  std::vector<std::string> problems_;
};

}  // namespace carbon

#endif  // TESTS_FORECAST_ZONE_FORECASTS_FIXTURE_H_
