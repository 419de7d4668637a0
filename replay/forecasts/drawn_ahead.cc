#include "replay/forecasts/drawn_ahead.h"

#include "absl/status/status.h"
#include "core/grid/error_noise.h"

namespace carbon {

DrawnAhead::DrawnAhead(KnownForecasts* forecasts, std::vector<absl::Time> hours)
    : forecasts_(forecasts), hours_(std::move(hours)), thread_([this] { Work(); }) {}

DrawnAhead::~DrawnAhead() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void DrawnAhead::Work() {
  const ErrorNoise noise;
  for (const absl::Time hour : hours_) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return is_stopped_ || made_.size() < kMaxAhead; });
      if (is_stopped_) break;
    }
    absl::StatusOr<std::vector<ZoneForecast>> forecasts = forecasts_->At(hour);
    Drawn drawn = forecasts.ok()
                      ? Drawn(std::make_shared<const DrawnForecasts>(*std::move(forecasts)))
                      : Drawn(forecasts.status());
    {
      const std::lock_guard lock(mutex_);
      made_.emplace_back(hour, std::move(drawn));
    }
    changed_.notify_all();
  }
  {
    const std::lock_guard lock(mutex_);
    is_done_ = true;
  }
  changed_.notify_all();
}

DrawnAhead::Drawn DrawnAhead::At(absl::Time hour) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_done_ || !made_.empty(); });
    if (made_.empty()) return absl::InternalError("forecasts: an hour that was not announced");
    auto [made_for, drawn] = std::move(made_.front());
    made_.pop_front();
    changed_.notify_all();
    if (made_for == hour) return std::move(drawn);
  }
}

}  // namespace carbon
