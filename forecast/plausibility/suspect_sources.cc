#include "forecast/plausibility/suspect_sources.h"

namespace carbon {
namespace {

// A level varies by the weather.
constexpr double kSameLevel = 3;
constexpr absl::Duration kForgottenAfter = absl::Hours(48);

}  // namespace

bool SuspectSources::HasLevel(const JudgedForecast& judged, GramsPerKilowattHour level) {
  if (judged.rejected_by != PlausibilityRule::kLevel &&
      judged.rejected_by != PlausibilityRule::kConstant) {
    return false;
  }
  return judged.level <= level * kSameLevel && level <= judged.level * kSameLevel;
}

bool SuspectSources::Believes(const Key& key, const JudgedForecast& judged, absl::Time fetched_at,
                              const Past& past) {
  if (!HasLevel(judged, judged.level)) return !judged.rejected_by.has_value();
  const auto known = suspects_.find(key);
  if (known != suspects_.end() && HasLevel(judged, known->second.level) &&
      fetched_at - known->second.last_seen <= kForgottenAfter) {
    known->second.last_seen = fetched_at;
    return fetched_at - known->second.since >= kBelievedAfter;
  }
  Suspect suspect{fetched_at, fetched_at, judged.level};
  for (absl::Time at = fetched_at - absl::Hours(24); fetched_at - at <= kBelievedAfter;
       at -= absl::Hours(24)) {
    const std::optional<JudgedForecast> before = past(at);
    if (!before.has_value() || !HasLevel(*before, suspect.level)) break;
    suspect.since = at;
  }
  suspects_[key] = suspect;
  return fetched_at - suspect.since >= kBelievedAfter;
}

}  // namespace carbon
