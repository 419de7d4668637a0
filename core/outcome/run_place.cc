#include "core/outcome/run_place.h"

#include <algorithm>

namespace carbon {
namespace {

// nullptr: it ran in neither's partition.
const PlanSummary* PlanOf(const DecisionSummary& decided, bool was_restored, const ActualRun& run) {
  const bool is_placed = CourseOf(decided, was_restored) == Course::kPlaced;
  const auto& first = is_placed ? decided.chosen : decided.home;
  const auto& second = is_placed ? decided.home : decided.chosen;
  for (const auto* plan : {&first, &second}) {
    if (plan->has_value() && (*plan)->partition == run.partition) return &**plan;
  }
  return nullptr;
}

std::optional<int64_t> GivenUnits(const HardwareProfile& profile, const ActualRun& run) {
  switch (profile.unit) {
    case AllocationUnit::kDevice:
      return run.devices;
    case AllocationUnit::kCore:
      return run.cpus;
    case AllocationUnit::kNode:
      return run.nodes;
  }
  return std::nullopt;
}

std::optional<int64_t> UnitsOf(const RunPlace& place, bool is_exclusive, const ActualRun& run) {
  std::optional<int64_t> given, planned;
  if (place.profile != nullptr) given = GivenUnits(*place.profile, run);
  if (place.plan != nullptr && place.plan->units > 0) planned = place.plan->units;
  if (given.value_or(0) <= 0) return planned;
  return is_exclusive ? std::max(*given, planned.value_or(0)) : given;
}

}  // namespace

RunPlaces::RunPlaces(const PlacementConfig& config) : config_(config) {
  for (const SiteConfig& site : config_.sites) sites_.emplace(site.name, &site);
  for (const PoolConfig& pool : config_.pools) pools_[pool.partition].push_back(&pool);
}

Known<RunPlace> RunPlaces::Of(const DecisionSummary& decided, bool was_restored,
                              const ActualRun& run) const {
  RunPlace place = {.plan = PlanOf(decided, was_restored, run)};
  if (place.plan != nullptr) {
    place.pool = place.plan->pool;
    place.site = place.plan->site;
    place.zone = place.plan->zone;
    place.hardware = place.plan->hardware;
  } else {
    const auto found = pools_.find(run.partition);
    if (found == pools_.end()) return WhyUnknown::kNoPool;
    const PoolConfig& pool = *found->second.front();
    for (const PoolConfig* other : found->second) {
      if (other->site != pool.site || other->hardware != pool.hardware) {
        return WhyUnknown::kSeveralPools;
      }
    }
    place.pool = pool.name;
    place.site = pool.site;
    place.hardware = pool.hardware;
    place.powers_down = pool.powers_down;
  }
  if (const auto site = sites_.find(place.site); site != sites_.end()) {
    place.site_config = site->second;
    if (place.zone.empty()) place.zone = site->second->zone;
  }
  const auto profile = config_.hardware.find(place.hardware);
  if (profile != config_.hardware.end()) place.profile = &profile->second;
  if (place.plan == nullptr && (place.site_config == nullptr || place.profile == nullptr)) {
    return WhyUnknown::kNoPool;
  }
  place.units = UnitsOf(place, decided.exclusive, run);
  return place;
}

}  // namespace carbon
