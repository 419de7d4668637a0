#include "scarbond/fetched_forecast_feed.h"

#include <poll.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "core/grid/forecast_codec.h"
#include "forecast/plausibility/judged_forecast.h"
#include "forecast/plausibility/zone_habits.h"
#include "forecast/sources/forecast_file.h"
#include "spdlog/spdlog.h"
#include "store/file.h"

namespace carbon {
namespace {

// A forecast is valid for kForecastReach and a little more.
constexpr absl::Duration kMaxValidity = absl::Hours(15 * 24);

bool IsStaticValue(const ZoneConfig& zone, const ZoneForecast& forecast) {
  return std::any_of(zone.forecasts.begin(), zone.forecasts.end(),
                     [&](const ForecastSource& source) {
                       return std::holds_alternative<GramsPerKilowattHour>(source) &&
                              SourceName(source) == forecast.source;
                     });
}

// Returns the values that a source gave. A climatology is carbon.json's, and is not judged.
absl::StatusOr<IntensitySeries> ValuesToJudge(const ZoneConfig& zone,
                                              const ZoneForecast& forecast) {
  if (zone.climatology.value_or(kMaxPlausible) <= kMaxPlausible) return forecast.series;
  std::vector<IntensitySeries::Step> steps = forecast.series.steps();
  std::erase_if(steps, [&](const auto& step) { return step.start >= forecast.horizon; });
  return IntensitySeries::Create(steps, forecast.horizon);
}

// What the file says is escaped and bounded already, but for the keys of its JSON.
std::string Printable(std::string text) {
  for (char& c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = '?';
  }
  return text;
}

// Returns whether scarbond-fetch reports this. With other codes it could imitate findings about
// Slurm or the snapshot.
bool IsOfFetching(FindingCode code) {
  switch (code) {
    case FindingCode::kConfigNotLoaded:
    case FindingCode::kHistoryFailing:
    case FindingCode::kHistoryImplausible:
    case FindingCode::kHistoryDataLeftOut:
    case FindingCode::kHistoryWritable:
    case FindingCode::kHistoryShort:
    case FindingCode::kArchiveUnusable:
    case FindingCode::kArchiveLimited:
    case FindingCode::kFetchedForecastsUnusable:
      return true;
    default:
      return false;
  }
}

template <class Report>
void EraseOthers(const std::set<std::string>& zones, std::vector<Report>* reports) {
  std::erase_if(*reports, [&](const Report& report) { return !zones.contains(report.zone); });
}

}  // namespace

absl::Status CheckFetched(const ZoneConfig& zone, const ZoneForecast& forecast, absl::Time now) {
  if (forecast.kind != zone.kind && !zone.any_kind) {
    return absl::InvalidArgumentError(
        absl::StrCat("is ", SignalKindName(forecast.kind), ", not ", SignalKindName(zone.kind)));
  }
  const absl::Time made_at =
      std::max(forecast.fetched_at, forecast.issued_at.value_or(absl::InfinitePast()));
  if (made_at > now + kClockSkew) {
    return absl::InvalidArgumentError(
        absl::StrCat("claims to be made in the future, ", FormatTimestamp(made_at)));
  }
  if (forecast.valid_until > now + std::max(zone.max_age, kMaxValidity)) {
    return absl::InvalidArgumentError(
        absl::StrCat("claims to be valid until ", FormatTimestamp(forecast.valid_until)));
  }
  if (IsStaticValue(zone, forecast)) return absl::OkStatus();
  const absl::StatusOr<IntensitySeries> series = ValuesToJudge(zone, forecast);
  if (!series.ok()) return series.status();
  static const ZoneHabits kUnknown;
  const JudgedForecast judged = JudgeForecast(*series, now, kUnknown, zone.plausibility);
  if (!judged.reason.empty()) return absl::InvalidArgumentError(judged.reason);
  return absl::OkStatus();
}

FetchedForecastFeed::FetchedForecastFeed(const DaemonConfig& config)
    : config_(config), part_(SerializeForecasts({})) {}

absl::Status FetchedForecastFeed::Configure(const DaemonConfig& config) {
  config_ = config;
  mark_.clear();
  return absl::OkStatus();
}

absl::Status FetchedForecastFeed::Read(absl::Time now) {
  absl::StatusOr<FetchedForecasts> fetched = ReadFetchedForecasts(config_.paths.forecasts);
  if (!fetched.ok()) return fetched.status();
  const auto refuse = [&](absl::StatusCode code, absl::string_view fact) {
    return absl::Status(code, absl::StrCat(config_.paths.forecasts, ": ", fact));
  };
  if (*fetched->updated_at > now + kClockSkew) {
    return refuse(absl::StatusCode::kInvalidArgument,
                  absl::StrCat("claims to be written in the future, ",
                               FormatTimestamp(*fetched->updated_at)));
  }
  absl::StatusOr<std::vector<ZoneForecast>> forecasts = ParseForecasts(fetched->part);
  if (!forecasts.ok()) return refuse(forecasts.status().code(), forecasts.status().message());
  std::map<std::string, ZoneForecast> by_zone;
  for (ZoneForecast& forecast : *forecasts) {
    const std::string zone = forecast.zone;
    // Readers refuse a snapshot with two.
    if (!by_zone.emplace(zone, std::move(forecast)).second) {
      return refuse(absl::StatusCode::kDataLoss, "has two forecasts of one zone");
    }
  }
  std::vector<ZoneForecast> accepted;
  std::set<std::string> zones;
  left_out_.clear();
  for (const ZoneConfig& zone : config_.zones) {
    zones.insert(zone.name);
    const auto found = by_zone.find(zone.name);
    if (found == by_zone.end()) continue;
    if (absl::Status status = CheckFetched(zone, found->second, now); !status.ok()) {
      left_out_.push_back({Severity::kWarning, FindingCode::kFetchedForecastsUnusable,
                           absl::StrCat("zone ", zone.name),
                           absl::StrCat("its fetched forecast is left out: ", status.message())});
      continue;
    }
    accepted.push_back(std::move(found->second));
  }
  fetched_ = *std::move(fetched);
  for (Finding& finding : fetched_.findings) {
    if (!IsOfFetching(finding.code)) finding.code = FindingCode::kOther;
  }
  EraseOthers(zones, &fetched_.sources);
  EraseOthers(zones, &fetched_.errors);
  EraseOthers(zones, &fetched_.implausible);
  zones_ = ZonesInUse(accepted);
  // Written anew, so that the snapshot has what was parsed and nothing else.
  part_ = SerializeForecasts(accepted);
  spdlog::debug("forecasts: {} of {} zones", accepted.size(), config_.zones.size());
  return absl::OkStatus();
}

void FetchedForecastFeed::Refresh(absl::Time now, Work) {
  const std::string mark = FileMark(config_.paths.forecasts);
  if (mark != mark_ || !trouble_.ok()) {
    mark_ = mark;
    trouble_ = Read(now);
    has_read_ |= trouble_.ok();
  }
  silence_.reset();
  if (has_read_ && now - *fetched_.updated_at > kMaxSilence) silence_ = now - *fetched_.updated_at;
  LogTroubles();
}

void FetchedForecastFeed::LogTroubles() {
  if (trouble_.code() != logged_trouble_) {
    if (trouble_.ok()) {
      spdlog::info("forecasts: read again");
    } else {
      spdlog::warn("forecasts: {}; {}", Printable(std::string(trouble_.message())), Instead());
    }
  }
  logged_trouble_ = trouble_.code();
  std::set<std::string> zones;
  for (const Finding& finding : left_out_) {
    zones.insert(finding.subject);
    if (!logged_left_out_.contains(finding.subject)) spdlog::warn("{}", FormatFinding(finding));
  }
  logged_left_out_ = std::move(zones);
  if (silence_.has_value() != logged_silence_) {
    if (silence_.has_value()) {
      spdlog::warn("forecasts: scarbond-fetch has written none for {}",
                   absl::FormatDuration(absl::Trunc(*silence_, absl::Seconds(1))));
    } else {
      spdlog::info("forecasts: scarbond-fetch writes again");
    }
  }
  logged_silence_ = silence_.has_value();
}

void FetchedForecastFeed::Poll(absl::Duration longest, int wake_fd) {
  pollfd wake = {.fd = wake_fd, .events = POLLIN, .revents = 0};
  poll(&wake, 1,
       static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(longest, absl::Milliseconds(1)))));
}

std::vector<Finding> FetchedForecastFeed::Findings() const {
  std::vector<Finding> findings;
  if (!trouble_.ok()) {
    findings.push_back({Severity::kWarning, FindingCode::kFetchedForecastsUnusable, "forecasts",
                        absl::StrCat(Printable(std::string(trouble_.message())), "; ", Instead()),
                        "see whether scarbond-fetch runs, and its log"});
  }
  if (silence_.has_value()) {
    // In whole minutes: the state is written whenever a finding changes.
    findings.push_back({Severity::kWarning, FindingCode::kFetchedForecastsOld, "forecasts",
                        absl::StrCat("scarbond-fetch has written none for ",
                                     absl::ToInt64Minutes(*silence_), " minutes"),
                        "see whether scarbond-fetch runs, and its log"});
  }
  findings.insert(findings.end(), left_out_.begin(), left_out_.end());
  findings.insert(findings.end(), fetched_.findings.begin(), fetched_.findings.end());
  return findings;
}

}  // namespace carbon
