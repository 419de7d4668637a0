#include "forecast/live/live_history.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "forecast/live/provider_ask.h"
#include "forecast/live/provider_credential.h"
#include "forecast/sources/forecast_file.h"

namespace carbon {
std::vector<HistorySource> HistorySourcesOf(const ZoneConfig& zone) {
  if (zone.history.has_value()) return *zone.history;
  std::vector<HistorySource> sources;
  for (const ForecastSource& source : zone.forecasts) {
    const auto* provider = std::get_if<ForecastProvider>(&source);
    // A history has the zone's kind. A source of another kind is no history of the zone.
    if (provider != nullptr && KindOf(source, zone) == zone.kind &&
        CheckProvider(zone, *provider, GridData::kHistory).ok()) {
      ForecastProvider& history = std::get<ForecastProvider>(sources.emplace_back(*provider));
      // The refresh interval is that of forecasts. Another interval does not make it another
      // history.
      history.refresh.reset();
    }
  }
  return sources;
}

std::string HistorySourceName(const HistorySource& source) {
  if (const auto* provider = std::get_if<ForecastProvider>(&source)) return SourceName(*provider);
  return SourceName(ForecastFile{.path = std::get<HistoryFile>(source).path});
}

LiveHistory::LiveHistory(HttpClient* client)
    : client_(client), random_(std::make_shared<std::mt19937_64>(std::random_device{}())) {}

absl::Status LiveHistory::Configure(const DaemonConfig& config) {
  std::vector<std::shared_ptr<ZoneHistorySource>> sources;
  for (const ZoneConfig& zone : config.zones) {
    for (const HistorySource& any : HistorySourcesOf(zone)) {
      const auto* source = std::get_if<ForecastProvider>(&any);
      if (source == nullptr) continue;
      absl::StatusOr<Credential> credential = ReadCredential(zone, *source);
      if (!credential.ok()) return credential.status();
      sources.push_back(std::make_shared<ZoneHistorySource>(zone, *source, *std::move(credential),
                                                            config.refresh.history));
      for (const auto& before : sources_) {
        if (before->IsOf(zone, *source)) sources.back()->Inherit(*before);
      }
    }
  }
  sources_ = std::move(sources);
  turn_ = 0;
  return absl::OkStatus();
}

void LiveHistory::Hold(const std::string& zone, const ForecastProvider& source, absl::Time from,
                       absl::Time to) {
  for (const auto& known : sources_) {
    if (known->zone() == zone && known->source() == source) known->Hold(from, to);
  }
}

void LiveHistory::Start(absl::Time now) {
  Start(now, ZoneHistorySource::Part::kRecent);
  Start(now, ZoneHistorySource::Part::kOlder);
}

void LiveHistory::Start(absl::Time now, ZoneHistorySource::Part part) {
  const size_t first = turn_;
  for (size_t i = 0; i < sources_.size(); ++i) {
    const size_t index = (first + i) % sources_.size();
    const std::shared_ptr<ZoneHistorySource>& source = sources_[index];
    const bool is_busy = std::any_of(sources_.begin(), sources_.end(), [&](const auto& other) {
      return other->is_pending() && other->url() == source->url();
    });
    if (is_busy) continue;
    std::optional<HttpRequest> request = source->NextRequest(now, part);
    if (!request.has_value()) continue;
    turn_ = index + 1;
    client_->Start(*std::move(request), [source, replies = replies_,
                                         random = random_](absl::StatusOr<HttpReply> reply) {
      const absl::Time received = absl::Now();
      std::optional<IntensityHistory> told =
          source->Take(reply, received, std::uniform_real_distribution<double>(0, 1)(*random));
      if (!told.has_value()) return;
      replies->push_back(
          {source->zone(), source->source(), source->kind(), *std::move(told), received});
    });
  }
}

std::vector<HistoryReply> LiveHistory::TakeReplies() { return std::exchange(*replies_, {}); }

std::vector<Finding> LiveHistory::Findings() const {
  std::vector<Finding> findings;
  for (const auto& source : sources_) {
    const auto add = [&](Severity severity, FindingCode code, absl::string_view what,
                         absl::string_view fact) {
      if (fact.empty()) return;
      findings.push_back({severity, code, absl::StrCat("zone ", source->zone()),
                          absl::StrCat(what, " of ", SourceName(source->source()), ": ", fact)});
    };
    const auto warn = [&](absl::string_view what, const absl::Status& trouble) {
      add(Severity::kWarning, FindingCode::kHistoryFailing, what, trouble.message());
    };
    const auto note = [&](absl::string_view what, const std::string& fact) {
      add(Severity::kNote, FindingCode::kHistoryDataLeftOut, what, fact);
    };
    warn("history", source->trouble());
    warn("older history", source->older_trouble());
    note("history", source->note());
    note("older history", source->older_note());
  }
  return findings;
}

}  // namespace carbon
