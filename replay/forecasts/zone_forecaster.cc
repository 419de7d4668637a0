#include "replay/forecasts/zone_forecaster.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/config/daemon_config.h"
#include "core/grid/forecast_codec.h"
#include "core/snapshot/snapshot.h"
#include "forecast/own/forecast_error.h"
#include "forecast/own/own_forecast.h"
#include "forecast/own/zone_errors.h"
#include "store/file.h"

namespace carbon {
namespace {

// Raise this when forecasts or errors are computed in another way.
constexpr int kMethodVersion = 2;
constexpr int64_t kMaxFileBytes = 1 << 20;
// The number of days of a forecast whose history ends less than a day before.
constexpr int kDaysAhead = 15;
// The same as in PastForecasts.
constexpr int kRefitDays = 60;

// Returns a key of the data and of everything on which a forecast of them depends.
std::string Key(const ZoneRecord& record, const ZoneForecaster::Options& options) {
  std::string key = record.digest().substr(0, 16);
  if (options.fit_serves_days > 0) {
    const ZoneConfig& zone = options.zone;
    const std::string terms = absl::StrCat(
        SignalKindName(zone.kind), " ", zone.spread.near, " ", zone.spread.far, " ",
        absl::ToInt64Seconds(zone.spread.growth), " ",
        zone.climatology.has_value() ? absl::StrCat(zone.climatology->value()) : "none");
    absl::StrAppend(&key, "-fit", options.fit_serves_days, "-", Sha256Hex(terms).substr(0, 8));
  }
  return key;
}

// Not synced: if a crash cuts a file short, it does not parse and is made again.
absl::Status Write(const std::string& path, const std::string& bytes) {
  const std::string temporary = path + kTemporarySuffix;
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  std::ofstream out(temporary, std::ios::binary);
  out << bytes;
  out.close();
  if (out) std::filesystem::rename(temporary, path, error);
  if (!out || error) return absl::UnavailableError(absl::StrCat(path, ": cannot be written"));
  return absl::OkStatus();
}

}  // namespace

ZoneForecaster::ZoneForecaster(const ZoneRecord& record, const std::string& cache, Options options)
    : record_(record),
      options_(std::move(options)),
      folder_(cache.empty() ? ""
                            : absl::StrCat(cache, "/", record.zone(), "-", Key(record, options_),
                                           "-v", kMethodVersion)),
      past_(record.history(), kDaysAhead,
            options_.fit_serves_days > 0 ? options_.fit_serves_days : kRefitDays) {}

absl::StatusOr<ZoneForecast> ZoneForecaster::At(absl::Time now) {
  const std::string path = absl::StrCat(folder_, "/", absl::ToUnixSeconds(now), ".forecast");
  if (!folder_.empty()) {
    if (const absl::StatusOr<std::string> bytes = ReadFile(path, kMaxFileBytes); bytes.ok()) {
      absl::StatusOr<std::vector<ZoneForecast>> kept = ParseForecasts(*bytes);
      if (kept.ok() && kept->size() == 1) return std::move(kept->front());
    }
  }
  absl::StatusOr<ZoneForecast> made = Make(now);
  if (!made.ok()) return made.status();
  ++made_;
  const std::string bytes = SerializeForecasts({*made});
  if (!folder_.empty()) {
    if (absl::Status status = Write(path, bytes); !status.ok()) return status;
  }
  absl::StatusOr<std::vector<ZoneForecast>> parsed = ParseForecasts(bytes);
  if (!parsed.ok()) return parsed.status();
  return std::move(parsed->front());
}

absl::StatusOr<ZoneForecast> ZoneForecaster::Make(absl::Time now) {
  HourlyHistory actuals = HourlyHistory::From(record_.history(), now);
  std::optional<HistoryForecast> made;
  if (options_.fit_serves_days > 0) made = MakeWithKeptFit(actuals, now);
  if (!made.has_value()) {
    absl::StatusOr<HistoryForecast> fresh = ForecastFromHistory(record_.history(), now);
    if (!fresh.ok()) return fresh.status();
    made = *std::move(fresh);
  }
  // Other methods are cheap, and only used in the first weeks of a history.
  const bool is_shared =
      made->method == ForecastMethod::kRidge && made->hours.size() <= size_t{24} * kDaysAhead;
  const int days = static_cast<int>((made->hours.size() + 23) / 24);
  std::vector<ForecastPair> past =
      is_shared ? past_.EndingBy(made->known_until) : PastForecasts(actuals, made->method, days);
  const OwnForecast own{*std::move(made), now, std::move(actuals), std::move(past)};
  ZoneConfig zone = options_.zone;
  zone.name = record_.zone();
  absl::StatusOr<ZoneForecast> forecast = StandIn(zone, own, now);
  if (!forecast.ok()) return forecast.status();
  absl::StatusOr<ErrorFactors> errors = FitZoneErrors(*forecast, {}, own.actuals, &own, now);
  if (errors.ok()) forecast->errors = *std::move(errors);
  return forecast;
}

std::optional<HistoryForecast> ZoneForecaster::MakeWithKeptFit(const HourlyHistory& actuals,
                                                               absl::Time now) {
  const absl::StatusOr<ForecastMethod> method = BestMethod(actuals);
  if (!method.ok() || *method != ForecastMethod::kRidge) return std::nullopt;
  const absl::Time known_until = actuals.end();
  const auto age = static_cast<size_t>(absl::ToInt64Hours(now - known_until));
  const size_t hours = age + static_cast<size_t>(absl::ToInt64Hours(kOwnForecastReach)) + 1;
  if (hours > size_t{24} * kDaysAhead) return std::nullopt;
  std::vector<double> values = past_.ForecastFrom(known_until);
  if (values.size() < hours) return std::nullopt;
  values.resize(hours);
  std::vector<IntensitySeries::Step> steps;
  for (size_t hour = age; hour < hours; ++hour) {
    steps.push_back({known_until + absl::Hours(static_cast<int64_t>(hour)),
                     std::min(GramsPerKilowattHour(values[hour]), IntensitySeries::kMaxValue)});
  }
  absl::StatusOr<IntensitySeries> series =
      IntensitySeries::Create(steps, known_until + absl::Hours(static_cast<int64_t>(hours)));
  if (!series.ok()) return std::nullopt;
  return HistoryForecast{*method, known_until, std::move(values), *std::move(series)};
}

}  // namespace carbon
