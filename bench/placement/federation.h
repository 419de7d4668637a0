// A cluster whose partitions are in several grid zones, with one site and one pool in each.
// Hardware, PUE (1.1) and capacity (unlimited) are the same everywhere, so placements differ only
// by the grids. Decisions are those of core/decision/decision.h. Immutable; no I/O.
#ifndef BENCH_PLACEMENT_FEDERATION_H_
#define BENCH_PLACEMENT_FEDERATION_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/cluster/ledger.h"
#include "core/config/policy.h"
#include "core/decision/decision.h"
#include "core/grid/zone_forecast.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

// A rule under test, as a policy states it.
struct Rule {
  std::string name;
  double saving_floor = 0;
  double confidence = 0;
  // Not decided by Decide, but by its earlier rule 1: a saving above the floor must have the
  // confidence, and home is the fallback unless the static best site passes that test too.
  bool is_rule_1 = false;
};

// Where and when a job runs: by index into the zones that the federation was made from.
struct ZonePlan {
  size_t zone = 0;
  absl::Time start;

  friend bool operator==(const ZonePlan&, const ZonePlan&) = default;
};

class Federation {
 public:
  // Makes a federation at `now`. The static best site is chosen by each zone's long_run_mean. There
  // is a policy for each rule and each of `slacks`, the maximum delays. Returns InvalidArgument if
  // two zones have the same name, or if there are none.
  static absl::StatusOr<Federation> Create(std::shared_ptr<const DrawnForecasts> forecasts,
                                           const std::vector<Rule>& rules,
                                           const std::vector<absl::Duration>& slacks,
                                           absl::Time now);

  // What Decide does with a job of `runtime`, its time limit, that names the partition of zone
  // `home`. Both indices are those of Create. A job that is left alone is an Internal error: here
  // nothing may keep a job from being placed.
  absl::StatusOr<ZonePlan> Decide(size_t rule, size_t slack, size_t home,
                                  absl::Duration runtime) const;

  // The probability that a plan emits less than another, as the rule sees it.
  double Probability(size_t rule, const ZonePlan& plan, const ZonePlan& other,
                     absl::Duration runtime) const;

  // The scenarios' emissions of a plan in grams, at one watt.
  ErrorScenarios::Draws EmissionDraws(const ZonePlan& plan, absl::Duration runtime) const;

  const Snapshot& snapshot() const { return *snapshot_; }
  absl::Time now() const { return now_; }

 private:
  Federation(std::shared_ptr<const Snapshot> snapshot, std::vector<Rule> rules,
             std::vector<absl::Duration> slacks, absl::Time now);

  ZonePlan DecideByRule1(const Rule& rule, absl::Duration slack, size_t home,
                         absl::Duration runtime) const;

  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<Rule> rules_;
  std::vector<absl::Duration> slacks_;
  BookingLedger ledger_;
  absl::Time now_;
};

}  // namespace carbon

#endif  // BENCH_PLACEMENT_FEDERATION_H_
