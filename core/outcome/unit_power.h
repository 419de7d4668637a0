// What one unit of a hardware draws at a site while a job runs on it, and how that errs. Pure.
#ifndef CORE_OUTCOME_UNIT_POWER_H_
#define CORE_OUTCOME_UNIT_POWER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/quantities.h"
#include "core/config/placement_config.h"
#include "core/grid/error_factors.h"
#include "core/outcome/known.h"
#include "core/outcome/run_place.h"
#include "core/record/decision_summary.h"

namespace carbon {

struct UnitPower {
  std::string zone, hardware;
  Watts at_meter;                      // PUE included
  std::optional<Watts> free_at_meter;  // what it would draw without the job; absent: not known
  std::optional<double> pue;           // absent: the site is not configured
  const HardwareProfile* profile = nullptr;  // nullptr: it is not configured
  const ErrorDraws *watts_factor = nullptr, *free_factor = nullptr, *pue_factor = nullptr;
  KilowattHours wake_up;  // at the meter: of the whole job, before it
};

// For one thread at a time.
class UnitPowers {
 public:
  // `config` must outlive it.
  explicit UnitPowers(const PlacementConfig& config);
  UnitPowers(const UnitPowers&) = delete;
  UnitPowers& operator=(const UnitPowers&) = delete;

  // As a decision recorded it for a job of so many tasks. kNotRecorded if the record lacks what it
  // takes. The result points into this object.
  Known<UnitPower> Planned(const PlanSummary& plan, int64_t tasks) const;
  // As the configuration has it, of a place without a plan.
  UnitPower Configured(const RunPlace& place) const;

  // A factor around 1, the same for the same key and spread.
  const ErrorDraws& FactorOf(const std::string& key, double spread) const;

 private:
  void AddFactors(const std::string& site, UnitPower* power) const;

  const PlacementConfig& config_;
  mutable std::map<std::string, ErrorDraws> factors_;
};

}  // namespace carbon

#endif  // CORE_OUTCOME_UNIT_POWER_H_
