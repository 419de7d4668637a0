#include "forecast/sources/forecast_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "forecast/providers/carbon_aware_sdk.h"
#include "forecast/sources/csv.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr char kStaticName[] = "static";

// Returns "csv:NO-1.csv".
std::string FileName(const ForecastFile& file) {
  const size_t slash = file.path.rfind('/');
  return absl::StrCat(file.format == ForecastFormat::kCsv ? "csv:" : "carbon-aware-sdk:",
                      slash == std::string::npos ? file.path : file.path.substr(slash + 1));
}

// Reads the bytes and the time of their last modification. The time is taken first: if the file is
// replaced in between, the time is too old rather than too young.
absl::StatusOr<std::pair<std::string, absl::Time>> ReadWithTime(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    return absl::ErrnoToStatus(errno, path);
  }
  absl::StatusOr<std::string> bytes = ReadFile(path, kMaxForecastFileBytes);
  if (!bytes.ok()) return bytes.status();
  return std::make_pair(*std::move(bytes), absl::TimeFromTimespec(info.st_mtim));
}

}  // namespace

std::optional<absl::Time> MadeAt(const ZoneForecast& forecast) {
  if (forecast.source == kStaticName) return std::nullopt;
  return forecast.issued_at.value_or(forecast.fetched_at);
}

std::string SourceName(const ForecastSource& source) {
  if (const auto* file = std::get_if<ForecastFile>(&source)) return FileName(*file);
  const auto* provider = std::get_if<ForecastProvider>(&source);
  if (provider == nullptr) return kStaticName;
  return absl::StrCat(provider->provider, ":", provider->zone);
}

std::string SourceKey(const ForecastSource& source, const ZoneConfig& zone) {
  std::string where;
  if (const auto* file = std::get_if<ForecastFile>(&source)) {
    where = absl::StrCat(file->path, "\n", file->location, "\n", file->csv.value_column);
  } else if (const auto* provider = std::get_if<ForecastProvider>(&source)) {
    where = absl::StrCat(provider->url, "\n", provider->user);
  }
  return absl::StrCat(SourceName(source), "\n", SignalKindName(KindOf(source, zone)), "\n", where);
}

absl::StatusOr<IntensitySeries> WithinReach(const IntensitySeries& data,
                                            std::optional<GramsPerKilowattHour> climatology,
                                            absl::Time now) {
  const absl::Time hour = FloorToHour(now);
  const absl::Time cut = hour - kForecastHistory;
  std::vector<IntensitySeries::Step> steps;
  for (const IntensitySeries::Step& step : data.steps()) {
    if (step.start <= cut) steps.clear();
    steps.push_back({std::max(step.start, cut), step.value});
  }
  absl::Time end = data.end();
  // One hour more than the reach, so that it is valid until the hour is over.
  const absl::Time reach = hour + kForecastReach + absl::Hours(1);
  if (climatology.has_value() && end < reach) {
    steps.push_back({end, *climatology});
    end = reach;
  }
  return IntensitySeries::Create(steps, end);
}

absl::Status CheckIsOfNow(const ProviderForecast& forecast, absl::Time now) {
  const absl::Time end = forecast.series.end();
  if (end <= now) {
    return absl::OutOfRangeError(
        absl::StrCat("the data ends at ", FormatTimestamp(end), ", in the past"));
  }
  if (forecast.issued_at.has_value() && *forecast.issued_at > now + kClockSkew) {
    return absl::InvalidArgumentError(absl::StrCat("the forecast was generated in the future, at ",
                                                   FormatTimestamp(*forecast.issued_at)));
  }
  return absl::OkStatus();
}

absl::StatusOr<ZoneForecast> BuildZoneForecast(const ZoneConfig& zone, std::string source,
                                               const ProviderForecast& forecast,
                                               absl::Time fetched_at, absl::Time now) {
  const IntensitySeries& data = forecast.series;
  const std::optional<absl::Time> issued_at = forecast.issued_at;
  if (forecast.kind != zone.kind && !zone.any_kind) {
    return absl::InvalidArgumentError(absl::StrCat("the data are ", SignalKindName(forecast.kind),
                                                   ", the zone is ", SignalKindName(zone.kind)));
  }
  if (absl::Status status = CheckIsOfNow(forecast, now); !status.ok()) return status;

  // The zone's climatology has the zone's kind, and must not continue a forecast of another kind.
  const std::optional<GramsPerKilowattHour> climatology =
      forecast.kind == zone.kind ? zone.climatology : std::nullopt;
  absl::StatusOr<IntensitySeries> series = WithinReach(data, climatology, now);
  if (!series.ok()) return series.status();
  absl::StatusOr<GramsPerKilowattHour> mean = data.Mean(data.begin(), data.end());
  if (!mean.ok()) return mean.status();
  const absl::Time fetched = absl::FromUnixSeconds(absl::ToUnixSeconds(fetched_at));
  return ZoneForecast{.zone = zone.name,
                      .kind = forecast.kind,
                      .source = std::move(source),
                      .issued_at = issued_at,
                      .fetched_at = fetched,
                      // A copy of an old forecast is not fresher than the forecast.
                      .valid_until = std::min(fetched, issued_at.value_or(fetched)) + zone.max_age,
                      .series = *std::move(series),
                      .horizon = data.end(),
                      .long_run_mean = climatology.value_or(*mean),
                      .spread = zone.spread};
}

namespace {

// Returns the content of the file, as it was issued.
absl::StatusOr<ProviderForecast> ParseForecastFile(const ZoneConfig& zone, const ForecastFile& file,
                                                   absl::string_view bytes, absl::Time fetched_at,
                                                   absl::Time now) {
  std::optional<absl::Time> issued_at;
  ReplyRemark remark;
  absl::StatusOr<IntensitySeries> data = absl::InternalError("unread");
  if (file.format == ForecastFormat::kCsv) {
    data = ParseCsv(bytes, file.csv, file.kind.value_or(zone.kind));
  } else {
    absl::StatusOr<CarbonAwareForecast> forecast = ParseCarbonAwareSdk(bytes, file.location, now);
    if (!forecast.ok()) return forecast.status();
    issued_at = forecast->issued_at;
    data = std::move(forecast->series);
    remark = std::move(forecast->remark);
  }
  if (!data.ok()) return data.status();
  if (fetched_at > now + kClockSkew) {
    return absl::InvalidArgumentError(
        absl::StrCat("the file was modified in the future, at ", FormatTimestamp(fetched_at)));
  }
  return ProviderForecast{file.kind.value_or(zone.kind), issued_at, *std::move(data),
                          std::move(remark)};
}

}  // namespace

absl::StatusOr<ZoneForecast> BuildZoneForecast(const ZoneConfig& zone, const ForecastFile& file,
                                               absl::string_view bytes, absl::Time fetched_at,
                                               absl::Time now) {
  absl::StatusOr<ProviderForecast> forecast = ParseForecastFile(zone, file, bytes, fetched_at, now);
  if (!forecast.ok()) return forecast.status();
  return BuildZoneForecast(zone, FileName(file), *forecast, fetched_at, now);
}

std::string WhoElseDecides(const std::string& path) {
  struct stat facts;
  // The mode of a link means nothing.
  if (lstat(path.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode) && facts.st_uid != 0 &&
      facts.st_uid != geteuid()) {
    return absl::StrCat("is a link of uid ", facts.st_uid, ", not of root or uid ", geteuid());
  }
  if (stat(path.c_str(), &facts) != 0) return "";
  const absl::Status trusted = CheckTrusted("", facts);
  constexpr absl::string_view kNoPath = ": ";
  return trusted.ok() ? "" : std::string(trusted.message().substr(kNoPath.size()));
}

absl::StatusOr<FetchedForecast> ReadForecastFile(const ZoneConfig& zone, const ForecastFile& file,
                                                 absl::Time now) {
  absl::StatusOr<std::pair<std::string, absl::Time>> read = ReadWithTime(file.path);
  if (!read.ok()) return read.status();
  absl::StatusOr<ProviderForecast> forecast =
      ParseForecastFile(zone, file, read->first, read->second, now);
  if (!forecast.ok()) return forecast.status();
  std::string note = forecast->remark.note;
  if (const std::string who = WhoElseDecides(file.path); !who.empty()) {
    absl::StrAppend(&note, note.empty() ? "" : "; ", file.path, " ", who);
  }
  return FetchedForecast{*std::move(forecast), read->second, absl::OkStatus(), std::move(note)};
}

}  // namespace carbon
