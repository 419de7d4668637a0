#include "core/outcome/unit_power.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/config/profile.h"
#include "core/decision/accounting.h"

namespace carbon {
namespace {

bool IsKnown(absl::Duration time) {
  return time != absl::InfiniteDuration() && time > absl::ZeroDuration();
}

}  // namespace

UnitPowers::UnitPowers(const PlacementConfig& config) : config_(config) {}

const ErrorDraws& UnitPowers::FactorOf(const std::string& key, double spread) const {
  const auto [factor, is_new] = factors_.try_emplace(absl::StrCat(spread, "/", key));
  if (is_new) factor->second = DrawFactor(key, spread);
  return factor->second;
}

// The same factors as those by which the snapshot judges decisions.
void UnitPowers::AddFactors(const std::string& site, UnitPower* power) const {
  Quality busy = Quality::kEstimated, free = Quality::kEstimated, overhead = Quality::kEstimated;
  const auto profile = config_.hardware.find(power->hardware);
  if (profile != config_.hardware.end()) {
    power->profile = &profile->second;
    busy = profile->second.busy.quality;
    if (profile->second.free.has_value()) free = profile->second.free->quality;
  }
  double overhead_share = 0;
  for (const SiteConfig& configured : config_.sites) {
    if (configured.name != site) continue;
    power->pue = configured.pue.value;
    overhead = configured.pue.quality;
    overhead_share = (configured.pue.value - 1) / configured.pue.value;
  }
  power->watts_factor = &FactorOf("watts/" + power->hardware, RelativeSpread(busy));
  power->free_factor = &FactorOf("free/" + power->hardware, RelativeSpread(free));
  power->pue_factor = &FactorOf("pue/" + site, RelativeSpread(overhead) * overhead_share);
}

Known<UnitPower> UnitPowers::Planned(const PlanSummary& plan, int64_t tasks) const {
  if (!std::isfinite(plan.energy.value()) || plan.units <= 0 || !IsKnown(plan.task_runtime) ||
      !IsKnown(plan.runtime)) {
    return WhyUnknown::kNotRecorded;
  }
  UnitPower power = {.zone = plan.zone, .hardware = plan.hardware};
  AddFactors(plan.site, &power);
  const double units = static_cast<double>(plan.units) * static_cast<double>(tasks);
  // What the nodes draw while they wake up is not drawn for longer if the job runs for longer.
  if (plan.wake_up > absl::ZeroDuration() && power.profile != nullptr && power.pue.has_value()) {
    const double rounds = absl::FDivDuration(plan.runtime, plan.task_runtime);
    power.wake_up =
        PowerAtMeter(WakingWatts(*power.profile), units / rounds, *power.pue) * plan.wake_up;
    power.wake_up = std::min(power.wake_up, plan.energy);
  }
  const double unit_hours = units * absl::ToDoubleHours(plan.task_runtime);
  const auto spread = [unit_hours](KilowattHours energy) {
    return Watts(1000 * energy.value() / unit_hours);
  };
  power.at_meter = spread(plan.energy - power.wake_up);
  if (plan.consequential.has_value() && plan.intensity.value() > 0 &&
      std::isfinite((plan.gross - *plan.consequential).value())) {
    power.free_at_meter =
        spread(KilowattHours((plan.gross - *plan.consequential).value() / plan.intensity.value()));
  } else if (plan.stays_powered == 0) {
    power.free_at_meter = Watts(0);
  } else if (plan.stays_powered.has_value() && power.profile != nullptr &&
             power.profile->free.has_value() && power.pue.has_value()) {
    power.free_at_meter = power.profile->free->value * *plan.stays_powered * *power.pue;
  }
  return power;
}

UnitPower UnitPowers::Configured(const RunPlace& place) const {
  UnitPower power = {.zone = place.zone, .hardware = place.hardware};
  AddFactors(place.site, &power);
  power.at_meter = place.profile->busy.value * *power.pue;
  if (place.powers_down == true) {
    power.free_at_meter = Watts(0);
  } else if (place.powers_down == false && place.profile->free.has_value()) {
    power.free_at_meter = place.profile->free->value * *power.pue;
  }
  return power;
}

}  // namespace carbon
