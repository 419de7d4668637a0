#include "forecast/live/source_states.h"

#include <variant>

namespace carbon {

void SourceStates::Note(const ZoneConfig& zone, const std::vector<SourceLook>& looks,
                        absl::Time now, absl::Time next) {
  for (size_t i = 0; i < zone.forecasts.size(); ++i) {
    SourceState& state = seen_[{zone.name, SourceKey(zone.forecasts[i], zone)}];
    state.in_use = false;
    if (i >= looks.size()) {
      // An error from an earlier look means nothing now.
      state.error.clear();
      state.error_at.reset();
      state.failures = 0;
      state.next_refresh.reset();
      continue;
    }
    const SourceLook& look = looks[i];
    state.in_use = look.in_use;
    state.error = std::string(look.trouble.message());
    state.left_out = look.remark.left_out;
    state.note = look.remark.note;
    if (look.fetched_at.has_value()) {
      state.issued_at = look.issued_at;
      state.fetched_at = look.fetched_at;
      state.reaches = look.reaches;
    }
    state.next_refresh = next;
    ++state.requests;
    if (look.trouble.ok()) {
      state.failures = 0;
      continue;
    }
    ++state.failures;
    state.error_at = now;
    if (!look.is_implausible) {
      ++state.errors["file"];
      continue;
    }
    // The same data are looked at again and again, and count once.
    const absl::Time fetched_at = look.fetched_at.value_or(now);
    absl::Time& counted = implausible_[{zone.name, SourceKey(zone.forecasts[i], zone)}];
    if (counted != fetched_at) ++state.errors[kImplausible];
    counted = fetched_at;
  }
}

std::vector<SourceState> SourceStates::Of(const DaemonConfig& config,
                                          const LiveForecasts& live) const {
  std::vector<SourceState> states;
  for (const ZoneConfig& zone : config.zones) {
    for (const ForecastSource& source : zone.forecasts) {
      const auto found = seen_.find({zone.name, SourceKey(source, zone)});
      SourceState state = found == seen_.end() ? SourceState() : found->second;
      if (const auto* provider = std::get_if<ForecastProvider>(&source)) {
        SourceState fetched = live.State(zone, *provider);
        fetched.in_use = state.in_use;
        // If the provider has not answered yet, its data from an archive are used.
        if (!fetched.fetched_at.has_value() && state.in_use) {
          fetched.issued_at = state.issued_at;
          fetched.fetched_at = state.fetched_at;
          fetched.reaches = state.reaches;
        }
        // If the provider answers, its data may still be unusable: too old, for example.
        if (fetched.error.empty() && !state.error.empty() && fetched.fetched_at.has_value()) {
          fetched.error = state.error;
          fetched.error_at = state.error_at;
        }
        if (const auto count = state.errors.find(kImplausible); count != state.errors.end()) {
          fetched.errors.insert(*count);
        }
        state = std::move(fetched);
      } else if (!std::holds_alternative<ForecastFile>(source)) {
        state = {.in_use = state.in_use};
      }
      state.zone = zone.name;
      state.source = SourceName(source);
      state.kind = KindOf(source, zone);
      states.push_back(std::move(state));
    }
  }
  return states;
}

}  // namespace carbon
