#include "core/outcome/chosen_actuals.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace carbon {

ChosenActuals::ChosenActuals(const ActualsByZone& actuals, SignalKind kind)
    : actuals_(actuals), kind_(kind) {}

void ChosenActuals::Need(const std::string& zone, absl::Time from, absl::Time to) {
  Windows& windows = needed_[zone];
  auto next = windows.lower_bound(from);
  if (next != windows.begin() && std::prev(next)->second >= from) --next;
  while (next != windows.end() && next->first <= to) {
    from = std::min(from, next->first);
    to = std::max(to, next->second);
    next = windows.erase(next);
  }
  windows.emplace(from, to);
}

std::vector<ActualsUsed> ChosenActuals::Choose() {
  std::vector<ActualsUsed> all;
  for (const auto& [zone, windows] : needed_) all.push_back(ChooseOf(zone, windows));
  return all;
}

ActualsUsed ChosenActuals::ChooseOf(const std::string& zone, const Windows& windows) {
  ActualsUsed used = {.zone = zone, .source = "", .kind = kind_};
  const ActualIntensity*& best = chosen_[zone];
  if (const auto found = actuals_.find(zone); found != actuals_.end()) {
    for (const ActualIntensity& actual : found->second) {
      if (actual.kind() != kind_) continue;
      ActualsUsed of_source = {.zone = zone, .source = actual.source(), .kind = kind_};
      for (const auto& [from, to] : windows) {
        const ActualIntensity::Window window = actual.Over(from, to);
        of_source.known += window.known;
        of_source.estimated += window.estimated;
        if (!window.fetched_at.has_value()) continue;
        of_source.fetched_at =
            std::max(of_source.fetched_at.value_or(absl::InfinitePast()), *window.fetched_at);
      }
      if (best != nullptr && of_source.known <= used.known) continue;
      best = &actual;
      used = std::move(of_source);
    }
  }
  for (const auto& [from, to] : windows) used.needed += to - from;
  return used;
}

Known<GramsPerKilowattHour> ChosenActuals::Mean(const std::string& zone, absl::Time from,
                                                absl::Time to) const {
  const auto found = chosen_.find(zone);
  if (found == chosen_.end() || found->second == nullptr) return WhyUnknown::kNoActuals;
  if (to <= from) to = from + absl::Seconds(1);
  const ActualIntensity::Window window = found->second->Over(from, to);
  if (window.known < to - from) return WhyUnknown::kActualsMissing;
  return GramsPerKilowattHour(static_cast<double>(window.integral.milligram_seconds_per_kwh) /
                              1000 / absl::ToDoubleSeconds(to - from));
}

}  // namespace carbon
