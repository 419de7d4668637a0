#include "forecast/plausibility/suspect_sources.h"

namespace carbon {
namespace {

// A level varies with the weather, up to this factor.
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

bool SuspectSources::Believes(const Key& key, const JudgedForecast& judged, absl::Time now,
                              const Past& past) {
  if (!HasLevel(judged, judged.level)) return !judged.rejected_by.has_value();
  const auto known = suspects_.find(key);
  if (known != suspects_.end() && HasLevel(judged, known->second.level) &&
      now - known->second.last_seen <= kForgottenAfter) {
    known->second.last_seen = now;
    return now - known->second.since >= kBelievedAfter;
  }
  Suspect suspect{now, now, judged.level};
  for (absl::Time at = now - absl::Hours(24); now - at <= kBelievedAfter; at -= absl::Hours(24)) {
    const std::optional<JudgedForecast> before = past(at);
    if (!before.has_value() || !HasLevel(*before, suspect.level)) break;
    suspect.since = at;
  }
  suspects_[key] = suspect;
  return now - suspect.since >= kBelievedAfter;
}

}  // namespace carbon
