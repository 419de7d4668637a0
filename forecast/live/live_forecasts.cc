#include "forecast/live/live_forecasts.h"

#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "forecast/live/provider_credential.h"

namespace carbon {

LiveForecasts::LiveForecasts(HttpClientOptions options)
    : client_(std::move(options)),
      random_(std::make_shared<std::mt19937_64>(std::random_device{}())) {}

absl::Status LiveForecasts::Configure(const DaemonConfig& config) {
  std::vector<std::shared_ptr<ZoneSource>> sources;
  for (const ZoneConfig& zone : config.zones) {
    for (const ForecastSource& any : zone.forecasts) {
      const auto* source = std::get_if<ForecastProvider>(&any);
      if (source == nullptr) continue;
      absl::StatusOr<Credential> credential = ReadCredential(zone, *source);
      if (!credential.ok()) return credential.status();
      sources.push_back(std::make_shared<ZoneSource>(zone, *source, *std::move(credential)));
      for (const auto& before : sources_) {
        if (before->IsOf(zone, *source)) sources.back()->Inherit(*before);
      }
    }
  }
  sources_ = std::move(sources);
  return absl::OkStatus();
}

void LiveForecasts::Start(absl::Time now) {
  for (const std::shared_ptr<ZoneSource>& source : sources_) {
    std::optional<HttpRequest> request = source->NextRequest(now);
    if (!request.has_value()) continue;
    client_.Start(*std::move(request), [source, replies = replies_,
                                        random = random_](absl::StatusOr<HttpReply> reply) {
      source->Take(reply, absl::Now(), std::uniform_real_distribution<double>(0, 1)(*random));
      ++*replies;
    });
  }
}

void LiveForecasts::Poll(absl::Duration longest, absl::Span<const int> wake_fds) {
  client_.Poll(longest, wake_fds);
}

void LiveForecasts::FetchAll(absl::Duration longest) {
  const absl::Time start = absl::Now();
  // A source that logged in is due at once. A source that has answered is not.
  for (absl::Time now = start; now < start + longest; now = absl::Now()) {
    Start(start);
    if (client_.pending() == 0) return;
    client_.Poll(start + longest - now);
  }
  for (const std::shared_ptr<ZoneSource>& source : sources_) {
    source->NoteSilence(longest, absl::Now());
  }
}

absl::StatusOr<FetchedForecast> LiveForecasts::Find(const ZoneConfig& zone,
                                                    const ForecastProvider& source) const {
  for (const auto& known : sources_) {
    if (known->IsOf(zone, source)) return known->Fetched();
  }
  return absl::NotFoundError("is not configured");
}

SourceState LiveForecasts::State(const ZoneConfig& zone, const ForecastProvider& source) const {
  for (const auto& known : sources_) {
    if (known->IsOf(zone, source)) return known->State();
  }
  return {};
}

}  // namespace carbon
