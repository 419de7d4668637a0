#include "bench/placement/zone_forecaster.h"

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

// To be raised when forecasts or errors are computed in another way.
constexpr int kMethodVersion = 2;
constexpr int64_t kMaxFileBytes = 1 << 20;
// The days that a forecast reaches whose history ends less than a day ago.
constexpr int kDaysAhead = 15;

// Not synced: a file that a crash has cut short does not parse, and is made again.
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

ZoneForecaster::ZoneForecaster(const ZoneRecord& record, const std::string& cache)
    : record_(record),
      folder_(absl::StrCat(cache, "/", record.zone(), "-", record.digest().substr(0, 16), "-v",
                           kMethodVersion)),
      past_(record.history(), kDaysAhead) {}

absl::StatusOr<ZoneForecast> ZoneForecaster::At(absl::Time now) {
  const std::string path = absl::StrCat(folder_, "/", absl::ToUnixSeconds(now), ".forecast");
  if (const absl::StatusOr<std::string> bytes = ReadFile(path, kMaxFileBytes); bytes.ok()) {
    absl::StatusOr<std::vector<ZoneForecast>> kept = ParseForecasts(*bytes);
    if (kept.ok() && kept->size() == 1) return std::move(kept->front());
  }
  absl::StatusOr<ZoneForecast> made = Make(now);
  if (!made.ok()) return made.status();
  ++made_;
  const std::string bytes = SerializeForecasts({*made});
  if (absl::Status status = Write(path, bytes); !status.ok()) return status;
  absl::StatusOr<std::vector<ZoneForecast>> parsed = ParseForecasts(bytes);
  if (!parsed.ok()) return parsed.status();
  return std::move(parsed->front());
}

absl::StatusOr<ZoneForecast> ZoneForecaster::Make(absl::Time now) {
  absl::StatusOr<HistoryForecast> made = ForecastFromHistory(record_.history(), now);
  if (!made.ok()) return made.status();
  HourlyHistory actuals = HourlyHistory::From(record_.history(), now);
  // Other methods are cheap, and belong to the first weeks of a history.
  const bool is_shared =
      made->method == ForecastMethod::kRidge && made->hours.size() <= size_t{24} * kDaysAhead;
  const int days = static_cast<int>((made->hours.size() + 23) / 24);
  std::vector<ForecastPair> past =
      is_shared ? past_.EndingBy(made->known_until) : PastForecasts(actuals, made->method, days);
  const OwnForecast own{*std::move(made), now, std::move(actuals), std::move(past)};
  ZoneConfig zone;
  zone.name = record_.zone();
  absl::StatusOr<ZoneForecast> forecast = StandIn(zone, own, now);
  if (!forecast.ok()) return forecast.status();
  absl::StatusOr<ErrorFactors> errors = FitZoneErrors(*forecast, {}, own.actuals, &own, now);
  if (errors.ok()) forecast->errors = *std::move(errors);
  return forecast;
}

}  // namespace carbon
