// Where a run ran: in which pool, site, zone and hardware, and what it kept from others there.
// Pure.
#ifndef CORE_OUTCOME_RUN_PLACE_H_
#define CORE_OUTCOME_RUN_PLACE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/config/placement_config.h"
#include "core/outcome/known.h"
#include "core/outcome/ran_job.h"
#include "core/record/decision_summary.h"

namespace carbon {

struct RunPlace {
  const PlanSummary* plan = nullptr;  // in whose partition it ran; nullptr: in neither's
  std::string pool, site, zone, hardware;
  // nullptr: the configuration does not have it. It has both if there is no plan.
  const SiteConfig* site_config = nullptr;
  const HardwareProfile* profile = nullptr;
  std::optional<bool> powers_down;  // without a plan: PoolConfig::powers_down
  // The units of the hardware that it kept from others: those that Slurm gave it, or if that is not
  // known those that were planned. An exclusive job keeps all devices of its nodes, which
  // accounting may not count. Absent: not known.
  std::optional<int64_t> units;
};

class RunPlaces {
 public:
  // `config` must outlive it.
  explicit RunPlaces(const PlacementConfig& config);

  // The place is that of the plan in whose partition the job ran: of the one that took effect, if
  // both have the partition. Otherwise it is the partition's pool, or if it has several, what they
  // have in common. It is not known if the partition has none (kNoPool), or if their sites or
  // hardware differ (kSeveralPools). `decided` must outlive the result.
  Known<RunPlace> Of(const DecisionSummary& decided, bool was_restored, const ActualRun& run) const;

 private:
  const PlacementConfig& config_;
  std::map<std::string, const SiteConfig*> sites_;
  std::map<std::string, std::vector<const PoolConfig*>> pools_;  // by partition
};

}  // namespace carbon

#endif  // CORE_OUTCOME_RUN_PLACE_H_
