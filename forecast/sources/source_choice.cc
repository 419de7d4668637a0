#include "forecast/sources/source_choice.h"

#include <cstddef>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "forecast/sources/static_value.h"

namespace carbon {

absl::Status NotFetchedYet() { return absl::UnavailableError("not fetched yet"); }

namespace {

// Returns the data of a file or a provider.
absl::StatusOr<FetchedForecast> Fetch(const ZoneConfig& zone, const ForecastSource& source,
                                      const FindFetched& find, absl::Time now) {
  if (const auto* file = std::get_if<ForecastFile>(&source)) {
    return ReadForecastFile(zone, *file, now);
  }
  if (find == nullptr) return absl::UnavailableError("is not fetched here");
  return find(std::get<ForecastProvider>(source));
}

// Returns one source's forecast. Writes into `look` its problem, if it has one and continues with
// older data or without single values, and its data, whether rejected or not.
absl::StatusOr<ZoneForecast> FromSource(const ZoneConfig& zone, const ForecastSource& source,
                                        const FindFetched& find, const JudgeFetched& judge,
                                        absl::Time now, SourceLook* look) {
  if (!std::holds_alternative<GramsPerKilowattHour>(source)) {
    absl::StatusOr<FetchedForecast> fetched = Fetch(zone, source, find, now);
    if (!fetched.ok()) return fetched.status();
    if (judge != nullptr) {
      const absl::Status before = fetched->trouble;
      const absl::Status judged = judge(source, &*fetched);
      look->is_implausible = !judged.ok() || fetched->trouble != before;
      if (!judged.ok()) {
        look->issued_at = fetched->forecast.issued_at;
        look->fetched_at = fetched->fetched_at;
        look->reaches = fetched->forecast.series.end();
        return judged;
      }
    }
    if (fetched->trouble != NotFetchedYet()) look->trouble = fetched->trouble;
    look->remark = fetched->forecast.remark;
    look->note = fetched->note;
    return BuildZoneForecast(zone, SourceName(source), fetched->forecast, fetched->fetched_at, now);
  }
  absl::StatusOr<ProviderForecast> constant =
      StaticForecast(zone.kind, std::get<GramsPerKilowattHour>(source), now);
  if (!constant.ok()) return constant.status();
  absl::StatusOr<ZoneForecast> forecast =
      BuildZoneForecast(zone, SourceName(source), *constant, FloorToHour(now), now);
  if (!forecast.ok()) return forecast;
  // A value that is valid at all times has no age, and knows no more about the next hour than about
  // the next week.
  forecast->valid_until = forecast->series.end();
  forecast->spread.near = forecast->spread.far;
  return forecast;
}

}  // namespace

std::optional<ZoneForecast> ReadZoneForecast(const ZoneConfig& zone, absl::Time now,
                                             std::vector<std::string>* problems,
                                             const FindFetched& find, const ZoneForecast* own,
                                             std::vector<SourceLook>* looks,
                                             const JudgeFetched& judge) {
  std::vector<SourceLook> unwanted;
  if (looks == nullptr) looks = &unwanted;
  std::optional<ZoneForecast> stale;
  std::optional<size_t> stale_look;
  bool is_waiting = false;
  const bool has_own = own != nullptr && now < own->valid_until && now < own->series.end();
  for (const ForecastSource& source : zone.forecasts) {
    if (has_own && std::holds_alternative<GramsPerKilowattHour>(source)) return *own;
    SourceLook& look = looks->emplace_back();
    const std::string subject = absl::StrCat("zone ", zone.name, ": ", SourceName(source), ": ");
    absl::StatusOr<ZoneForecast> forecast = FromSource(zone, source, find, judge, now, &look);
    if (!look.trouble.ok()) problems->push_back(absl::StrCat(subject, look.trouble.message()));
    if (!forecast.ok()) {
      look.trouble = forecast.status();
      if (look.trouble == NotFetchedYet()) {
        is_waiting = true;
        continue;
      }
      problems->push_back(absl::StrCat(subject, look.trouble.message()));
      continue;
    }
    look.issued_at = forecast->issued_at;
    look.fetched_at = forecast->fetched_at;
    look.reaches = forecast->horizon;
    look.in_use = now < forecast->valid_until;
    if (look.in_use) return *std::move(forecast);
    const bool is_file = std::holds_alternative<ForecastFile>(source);
    look.trouble = absl::FailedPreconditionError(
        absl::StrCat(is_file ? "the file" : "the data", is_file ? " is" : " are", " stale: of ",
                     FormatTimestamp(forecast->valid_until - zone.max_age), ", limit ",
                     absl::FormatDuration(zone.max_age)));
    problems->push_back(absl::StrCat(subject, look.trouble.message()));
    if (stale.has_value()) continue;
    stale = *std::move(forecast);
    stale_look = looks->size() - 1;
  }
  if (has_own) return *own;
  if (stale_look.has_value()) {
    (*looks)[*stale_look].in_use = true;
  } else if (!is_waiting) {
    problems->push_back(absl::StrCat("zone ", zone.name, ": no usable forecast"));
  }
  return stale;
}

}  // namespace carbon
