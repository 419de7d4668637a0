#include "scarbond/live_forecast_feed.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/grid/forecast_codec.h"
#include "scarbond/service_log.h"
#include "spdlog/spdlog.h"
#include "store/file.h"

namespace carbon {
namespace {

// The most that is spent at once on our own forecasts and their errors. The queue is looked at
// every few seconds, and a hundred zones take a dozen seconds in all.
constexpr absl::Duration kMaxComputing = absl::Milliseconds(500);

// Nothing new is known of realised errors before the next hour is over.
constexpr absl::Duration kErrorsPeriod = absl::Hours(1);

}  // namespace

LiveForecastFeed::LiveForecastFeed(Clock clock) : clock_(clock), part_(SerializeForecasts({})) {}

absl::StatusOr<std::unique_ptr<LiveForecastFeed>> LiveForecastFeed::Create(
    const DaemonConfig& config, Clock clock) {
  std::unique_ptr<LiveForecastFeed> feed(new LiveForecastFeed(clock));
  if (absl::Status status = feed->Configure(config); !status.ok()) return status;
  return feed;
}

absl::Status LiveForecastFeed::Configure(const DaemonConfig& config) {
  // Tried on one that is not in use: both continue with the new configuration, or neither does.
  LiveHistory trial(live_.client());
  if (absl::Status status = trial.Configure(config); !status.ok()) return status;
  if (absl::Status status = live_.Configure(config); !status.ok()) return status;
  if (absl::Status status = history_.Configure(config); !status.ok()) return status;
  config_ = config;
  UseArchive();
  forecasts_due_ = errors_due_ = absl::InfinitePast();
  errors_known_ = config_.zones.size();
  next_errors_.clear();
  return absl::OkStatus();
}

void LiveForecastFeed::UseArchive() {
  zone_forecasts_.Configure(config_, clock_());
  for (const ZoneHistories::HeldSpan& held : zone_forecasts_.held()) {
    history_.Hold(held.zone, held.source, held.from, held.to);
  }
}

std::vector<std::string> LiveForecastFeed::ForecastFileMarks() const {
  std::vector<std::string> marks;
  for (const ZoneConfig& zone : config_.zones) {
    for (const ForecastSource& source : zone.forecasts) {
      const auto* file = std::get_if<ForecastFile>(&source);
      if (file != nullptr) marks.push_back(FileMark(file->path));
    }
  }
  return marks;
}

void LiveForecastFeed::Refresh(absl::Time now, Work work) {
  RefreshForecasts(now, work);
  RefreshErrors(now, work);
}

void LiveForecastFeed::RefreshForecasts(absl::Time now, Work work) {
  std::vector<std::string> marks = ForecastFileMarks();
  live_.Start(now);
  const std::vector<HistoryReply> replies = history_.TakeReplies();
  for (const HistoryReply& reply : replies) zone_forecasts_.Take(reply);
  const bool is_answered = live_.replies() != replies_seen_ || !replies.empty();
  // A clock that was set back must not delay it.
  const bool is_due = now >= forecasts_due_ || forecasts_due_ - now > config_.refresh.forecast;
  if (!is_due && marks == marks_ && !is_answered && !zone_forecasts_.is_behind()) return;
  const absl::Time deadline = clock_() + kMaxComputing;
  const std::vector<Finding> histories = history_.Findings();
  std::vector<std::string> problems = FormatFindings(histories, Severity::kWarning);
  std::vector<std::string> notes = FormatFindings(histories, Severity::kNote);
  const std::vector<ZoneForecast> forecasts = zone_forecasts_.Make(
      now,
      [&](const ZoneConfig& zone, const ForecastProvider& source) {
        return live_.Find(zone, source);
      },
      [&] { return work == Work::kAtOnce || clock_() < deadline; }, &problems,
      [&](const ZoneConfig& zone, const std::vector<SourceLook>& looks) {
        source_states_.Note(zone, looks, now, now + config_.refresh.forecast);
        for (size_t i = 0; i < looks.size(); ++i) {
          if (looks[i].note.empty()) continue;
          notes.push_back(absl::StrCat("zone ", zone.name, ": ", SourceName(zone.forecasts[i]),
                                       ": ", looks[i].note));
        }
      });
  zones_ = ZonesInUse(forecasts);
  for (const std::string& line : zone_forecasts_.TakeNews()) spdlog::warn("{}", line);
  if (problems.empty() && !problems_.empty()) spdlog::info("forecasts: all zones have one");
  WarnOfNew(std::move(problems), &problems_);
  WarnOfNew(std::move(notes), &notes_);
  spdlog::debug("forecasts: {} of {} zones", forecasts.size(), config_.zones.size());
  part_ = SerializeForecasts(forecasts);
  marks_ = std::move(marks);
  replies_seen_ = live_.replies();
  forecasts_due_ = now + config_.refresh.forecast;
}

// For metrics only.
void LiveForecastFeed::RefreshErrors(absl::Time now, Work work) {
  if (config_.paths.metrics.empty() || config_.zones.empty()) return;
  if (errors_known_ >= config_.zones.size()) {
    if (now < errors_due_ && errors_due_ - now <= kErrorsPeriod) return;
    errors_known_ = 0;
    errors_due_ = now + kErrorsPeriod;
  }
  // One zone per call: an archive may have years of each.
  do {
    const ZoneConfig& zone = config_.zones[errors_known_++];
    for (const ZoneForecasts::SourceError& realised : zone_forecasts_.RealisedErrors(zone, now)) {
      if (realised.error.hours == 0) continue;
      next_errors_.push_back({zone.name, realised.source, kRealisedLead, realised.error.mape});
    }
  } while (work == Work::kAtOnce && errors_known_ < config_.zones.size());
  if (errors_known_ == config_.zones.size()) errors_ = std::exchange(next_errors_, {});
}

void LiveForecastFeed::Poll(absl::Duration longest, int wake_fd) {
  // Here and not at each tick: the next piece is asked for as soon as one has come.
  history_.Start(clock_());
  if (zone_forecasts_.is_behind()) {
    const absl::Time deadline = clock_() + std::min(longest, kMaxComputing);
    const bool has_more = zone_forecasts_.Advance(clock_(), [&] { return clock_() < deadline; });
    if (has_more) longest = absl::ZeroDuration();
  }
  live_.Poll(longest, {wake_fd});
}

std::vector<Finding> LiveForecastFeed::Findings() const {
  std::vector<Finding> findings = zone_forecasts_.Findings();
  for (Finding& finding : history_.Findings()) findings.push_back(std::move(finding));
  return findings;
}

std::vector<ImplausibleHours> LiveForecastFeed::Implausible() const {
  std::vector<ImplausibleHours> implausible;
  for (ZoneHistories::RejectedCount& count : zone_forecasts_.RejectedHistory()) {
    implausible.push_back({std::move(count.zone), std::move(count.source), count.hours});
  }
  return implausible;
}

}  // namespace carbon
