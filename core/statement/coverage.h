// How many of the runs a figure counts, and how much these reserved. Plain data; pure arithmetic.
#ifndef CORE_STATEMENT_COVERAGE_H_
#define CORE_STATEMENT_COVERAGE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/config/profile.h"
#include "core/statement/stated_run.h"

namespace carbon {

// Hours x units of one kind: device-hours, core-hours or node-hours. They are never added to those
// of another kind, because an hour of a core is not an hour of a node.
struct UnitHours {
  double reserved = 0;  // by all runs
  double covered = 0;   // by the runs that count

  // Absent if nothing was reserved. An exact 1 if everything that was reserved counts.
  std::optional<double> share() const;
};

struct Coverage {
  int64_t runs = 0;
  int64_t covered_runs = 0;
  std::map<AllocationUnit, UnitHours> hours;  // of the units that runs reserved

  // Counts a run. A run that took no time is always covered: nothing of it could be known.
  void Add(const StatedRun& run, bool is_known);

  bool is_full() const { return covered_runs == runs; }
};

// Returns "5 of 6 runs, with 96% of the device-hours and 0% of the node-hours reserved".
std::string CoverageText(const Coverage& coverage);

// Adds up hours of each unit apart from those of other units.
class HoursByUnit {
 public:
  void Add(const StatedRun& run) { hours_[run.unit] += run.unit_hours(); }

  // Returns "16.0 device-hours and 3.00 node-hours reserved", or "nothing reserved".
  std::string Text() const;

 private:
  std::map<AllocationUnit, double> hours_;
};

}  // namespace carbon

#endif  // CORE_STATEMENT_COVERAGE_H_
