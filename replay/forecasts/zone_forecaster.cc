#include "replay/forecasts/zone_forecaster.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/config/daemon_config.h"
#include "core/grid/forecast_codec.h"
#include "core/snapshot/snapshot.h"
#include "forecast/own/forecast_error.h"
#include "forecast/own/own_forecast.h"
#include "forecast/own/zone_errors.h"

namespace carbon {
namespace {

// To be raised when forecasts or errors are computed in another way.
constexpr int kMethodVersion = 3;
// The days that a forecast reaches whose history ends less than a day ago.
constexpr int kDaysAhead = 15;
// The same as in PastForecasts.
constexpr int kRefitDays = 60;
// What is looked back at where a regression is there already.
constexpr absl::Duration kRecent = absl::Hours(24 * 120);
constexpr absl::Duration kDay = absl::Hours(24);

absl::Time FloorToDay(absl::Time time) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), kDay);
}

// What of a zone's name may be in a file's name.
std::string FileName(const std::string& zone) {
  std::string name = zone;
  for (char& c : name) {
    if (!absl::ascii_isalnum(c) && c != '-' && c != '_') c = '_';
  }
  return name;
}

// Of all that a forecast depends on besides the data.
std::string FolderOf(const std::string& cache, const ZoneRecord& record,
                     const ZoneForecaster::Options& options) {
  if (cache.empty()) return "";
  const ZoneConfig& zone = options.zone;
  const std::string terms =
      absl::StrCat(record.zone(), "\n", SignalKindName(zone.kind), " ", zone.spread.near, " ",
                   zone.spread.far, " ", absl::ToInt64Seconds(zone.spread.growth), " ",
                   zone.climatology.has_value() ? absl::StrCat(zone.climatology->value()) : "none",
                   " ", options.fit_serves_days, " ", options.errors_serve_days);
  return absl::StrCat(cache, "/", FileName(record.zone()), "-", Sha256Hex(terms).substr(0, 12),
                      "-v", kMethodVersion);
}

// What errors are relative to: the hours from where the history ends, as the forecast has them.
std::vector<double> HoursOf(const ZoneForecast& forecast, const OwnForecast& own) {
  std::vector<double> hours = own.made.hours;
  for (size_t i = 0; i < hours.size(); ++i) {
    const absl::Time hour = own.made.known_until + absl::Hours(static_cast<int64_t>(i));
    const absl::StatusOr<GramsPerKilowattHour> mean =
        forecast.series.Mean(hour, hour + absl::Hours(1));
    if (mean.ok() && hour + absl::Hours(1) <= forecast.horizon) hours[i] = mean->value();
  }
  return hours;
}

// Each day's digest is of the day's data and of the digest before it.
std::map<absl::Time, std::string> DigestsOf(const IntensityHistory& history) {
  std::map<absl::Time, std::string> digests;
  std::string data;
  absl::Time end = absl::InfinitePast();
  const auto close = [&] {
    if (!data.empty()) data = digests[end] = Sha256Hex(data);
  };
  for (const IntensityHistory::Interval& interval : history.intervals()) {
    const absl::Time next = FloorToDay(interval.start) + kDay;
    if (next != end) close();
    end = next;
    absl::StrAppend(&data, "\n", absl::ToUnixSeconds(interval.start), " ",
                    absl::ToUnixSeconds(interval.end), " ",
                    absl::Hex(std::bit_cast<uint64_t>(interval.value.value())));
  }
  close();
  return digests;
}

}  // namespace

ZoneForecaster::ZoneForecaster(const ZoneRecord& record, const std::string& cache, Options options)
    : record_(record),
      options_(std::move(options)),
      digests_(cache.empty() ? std::map<absl::Time, std::string>() : DigestsOf(record.history())),
      cache_(FolderOf(cache, record_, options_),
             [this](absl::Time day) { return DigestOfDay(day).substr(0, 16); }),
      past_(record.history(), kDaysAhead,
            options_.fit_serves_days > 0 ? options_.fit_serves_days : kRefitDays) {}

std::string ZoneForecaster::DigestOfDay(absl::Time day) const {
  const auto after = digests_.upper_bound(day + kDay);
  return after == digests_.begin() ? "none" : std::prev(after)->second;
}

absl::StatusOr<ZoneForecast> ZoneForecaster::At(absl::Time now) {
  if (const std::string* bytes = cache_.Find(now); bytes != nullptr) {
    absl::StatusOr<std::vector<ZoneForecast>> kept = ParseForecasts(*bytes);
    if (kept.ok() && kept->size() == 1) return std::move(kept->front());
  }
  absl::StatusOr<ZoneForecast> made = Make(now);
  if (!made.ok()) return made.status();
  ++made_;
  const std::string bytes = SerializeForecasts({*made});
  if (absl::Status status = cache_.Add(now, bytes); !status.ok()) return status;
  absl::StatusOr<std::vector<ZoneForecast>> parsed = ParseForecasts(bytes);
  if (!parsed.ok()) return parsed.status();
  return std::move(parsed->front());
}

absl::Status ZoneForecaster::Prepare(absl::Time now) {
  if (cache_.Find(now) != nullptr) return absl::OkStatus();
  return At(now).status();
}

absl::StatusOr<ZoneForecast> ZoneForecaster::Make(absl::Time now) {
  ZoneConfig zone = options_.zone;
  zone.name = record_.zone();
  if (options_.fit_serves_days > 0) {
    const absl::StatusOr<IntensityHistory> recent =
        HistoryBetween(record_.history(), now - kRecent, now);
    HourlyHistory actuals = recent.ok() ? HourlyHistory::From(*recent, now) : HourlyHistory();
    std::optional<HistoryForecast> made = MakeWithKeptFit(actuals, now);
    past_.ForgetBefore(now);
    if (made.has_value()) {
      const OwnForecast own{*std::move(made), now, std::move(actuals), {}};
      absl::StatusOr<ZoneForecast> forecast = StandIn(zone, own, now);
      if (!forecast.ok()) return forecast.status();
      absl::StatusOr<ErrorFactors> errors =
          ErrorsByKeptFit(HoursOf(*forecast, own), own.made.known_until, now);
      if (errors.ok()) forecast->errors = *std::move(errors);
      return forecast;
    }
  }
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
  absl::StatusOr<ZoneForecast> forecast = StandIn(zone, own, now);
  if (!forecast.ok()) return forecast.status();
  absl::StatusOr<ErrorFactors> errors = FitZoneErrors(*forecast, {}, own.actuals, &own, now);
  if (errors.ok()) forecast->errors = *std::move(errors);
  return forecast;
}

// The first fit that could be made on or after the day, every `errors_serve_days`, on which one is
// due. All zones have theirs on the same days, so that they share their scenarios.
absl::StatusOr<ErrorFactors> ZoneForecaster::ErrorsByKeptFit(const std::vector<double>& hours,
                                                             absl::Time known_until,
                                                             absl::Time now) {
  const int64_t serve = std::max(1, options_.errors_serve_days);
  const int64_t day = (now - absl::UnixEpoch()) / kDay;
  error_fits_.erase(error_fits_.begin(), error_fits_.lower_bound({now - kDay * (serve + 1), 0}));
  for (int64_t due = day / serve * serve; due <= day; ++due) {
    const absl::Duration earlier = kDay * (day - due);
    const auto [entry, is_new] = error_fits_.try_emplace({now - earlier, hours.size()});
    if (is_new) {
      absl::StatusOr<ErrorComponents> fit =
          FitErrorComponents(past_.EndingBy(known_until - earlier), hours.size(), now - earlier);
      if (fit.ok()) entry->second = *std::move(fit);
    }
    if (entry->second.has_value()) return ErrorFactorsOf(*entry->second, hours, known_until);
  }
  return absl::FailedPreconditionError("forecast errors: too few past forecasts are known");
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
